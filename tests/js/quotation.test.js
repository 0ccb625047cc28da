import assert from "node:assert/strict";
import { test } from "node:test";

import { quotation } from "../../static/js/lib/quotation.js";

test("a quotation has its words untouched, its source, its paragraph and its address", () => {
  assert.equal(
    quotation({ exact: "a “low-level” team", citation: "“Talks”, CNN", paragraph: "4", address: "http://x/passages/7/" }),
    "“a “low-level” team” — “Talks”, CNN, ¶4, http://x/passages/7/",
  );
});

test("what is not known is left out", () => {
  assert.equal(quotation({ exact: "words" }), "“words”");
});
