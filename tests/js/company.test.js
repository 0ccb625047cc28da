import assert from "node:assert/strict";
import { test } from "node:test";

import { companyInWords, waitFor } from "../../static/js/lib/company.js";

test("those who read too are named, of many the first three", () => {
  assert.equal(companyInWords([]), "");
  assert.equal(companyInWords(["Olena"]), "Olena is reading this too");
  assert.equal(companyInWords(["Olena", "Petro"]), "Olena and Petro are reading this too");
  assert.equal(companyInWords(["A", "B", "C", "D"]), "A, B, C and D are reading this too");
  assert.equal(companyInWords(["A", "B", "C", "D", "E"]), "A, B, C and 2 others are reading this too");
});

test("a page asks soon beside others, seldom when it is left alone, and patiently when nobody answers", () => {
  assert.equal(waitFor({ others: 1, idle: 1_000 }), 2_500);
  assert.equal(waitFor({ others: 0, idle: 1_000 }), 5_000);
  assert.equal(waitFor({ others: 3, idle: 121_000 }), 15_000);
  assert.deepEqual([1, 2, 3, 4, 5].map((lost) => waitFor({ lost })), [6_000, 12_000, 24_000, 30_000, 30_000]);
});
