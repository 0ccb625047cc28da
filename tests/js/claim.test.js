import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { claim, missing, wordsIn } from "../../static/js/lib/claim.js";

const cases = JSON.parse(readFileSync(new URL("../claims.json", import.meta.url), "utf8"));

for (const one of cases) {
  test(`the claim: ${one.claim}`, () => assert.equal(claim(one.fields), one.claim));
}

const whole = {
  parties: ["Ukraine"], stance: "supports", act: "demand", statement: "There should be a ceasefire.", form: "indirect",
  attribution: "party", basis: "textual", certainty: "high", precision: "unknown", roles: ["report"],
};
const words = (fields) => missing({ ...whole, ...fields }).map((one) => one.words);

test("nothing is missing in a whole position", () => assert.deepEqual(words({}), []));

test("an empty form lacks all that is required", () => {
  assert.deepEqual(missing({}).map(({ field }) => field), [
    "evidence", "party", "proposition", "stance", "act", "form", "attribution", "basis", "certainty",
  ]);
});

test("a quotation and its form go together", () => {
  assert.deepEqual(words({ form: "direct" }), ["a passage with the role quote"]);
  assert.deepEqual(words({ roles: ["quote"] }), ["direct or mixed speech, as there is a quote"]);
  assert.deepEqual(words({ form: "mixed", roles: ["report", "quote"] }), []);
});

test("speaker and attribution go together", () => {
  assert.deepEqual(words({ attribution: "speaker" }), ["the speaker"]);
  assert.deepEqual(words({ speaker: "Vance" }), ["attribution to the speaker, or no speaker"]);
});

test("a condition needs a stance, a date its precision, a summary few words", () => {
  assert.equal(words({ stance: "unclear", condition: "x" }).length, 1);
  assert.deepEqual(words({ precision: "day" }), ["the date"]);
  assert.deepEqual(words({ date: "2025-05-16" }), ["how exact the date is"]);
  assert.deepEqual(words({ summary: "a ".repeat(26) }), ["a summary of 25 words at most (now 26)"]);
  assert.equal(wordsIn("  "), 0);
});
