import assert from "node:assert/strict";
import { test } from "node:test";
import { meant, proposals, roleOf } from "../../static/js/lib/proposals.js";

const speakers = [
  { label: "Marco Rubio, Secretary of State (United States)", family: "Rubio" },
  { label: "Heorhii Tykhyi, Foreign Ministry spokesman (Ukraine)", family: "Tykhyi" },
];

test("quotation marks make a quote, a cue an attribution, the rest a report", () => {
  assert.equal(roleOf("“limited mandate.”"), "quote");
  assert.equal(roleOf("pledged to meet “as soon as possible,”"), "quote");
  assert.equal(roleOf("Rubio said"), "attribution");
  assert.equal(roleOf("it remains unacceptable to Ukraine"), "report");
});

test("a whole quotation is direct speech, words of one are mixed", () => {
  assert.deepEqual(proposals([{ exact: "“That didn’t happen the way we anticipated.”", role: "quote" }]), { form: "direct" });
  assert.deepEqual(proposals([{ exact: "“low-level”", role: "quote" }]), { form: "mixed" });
});

test("said with a known name proposes the speaker", () => {
  const evidence = [
    { exact: "“That didn’t happen the way we anticipated.”", role: "quote" },
    { exact: "Rubio said", role: "attribution" },
  ];
  assert.deepEqual(proposals(evidence, speakers), { form: "direct", speaker: speakers[0].label, attribution: "speaker" });
});

test("hedges, continuity and printed dates are noticed", () => {
  const words = "Tykhyi suggested on Friday that it may remain so, reiterating it";
  assert.deepEqual(proposals([{ exact: words, role: "report" }], speakers), {
    form: "indirect", speaker: speakers[1].label, attribution: "speaker", hedged: true, continuity: "reiterated", dateText: "on Friday",
  });
});

test("what the words do not say is not proposed", () => {
  assert.deepEqual(proposals([{ exact: "declining to send senior officials", role: "report" }], speakers), {});
});

test("what is typed finds the one that is meant", () => {
  const options = [
    { value: "Ukraine", names: ["UKR"] },
    { value: "Ukraine’s allies (unspecified)", names: ["ALLIES"] },
    { value: "United States", names: ["USA", "Washington"] },
  ];
  assert.equal(meant("ukraine", options).value, "Ukraine");
  assert.equal(meant("usa", options).value, "United States");
  assert.equal(meant("wash", options).value, "United States");
  assert.equal(meant("alli", options).value, "Ukraine’s allies (unspecified)");
  assert.equal(meant("u", options), null);
  assert.equal(meant("states", options).value, "United States");
  assert.equal(meant("", options), null);
});
