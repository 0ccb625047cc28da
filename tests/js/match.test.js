import assert from "node:assert/strict";
import { test } from "node:test";

import { called, fold, matches, nameKey } from "../../static/js/lib/match.js";

const TAGS = [
  { id: 1, name: "Unconditional ceasefire", definition: "A halt without terms.", path: "Ceasefire", status: "active" },
  { id: 2, name: "Ceasefire", definition: "", path: "", status: "active" },
  { id: 3, name: "Sanctions", definition: "Penalties, if no ceasefire is reached.", path: "", status: "active" },
  { id: 4, name: "Old ceasefire", definition: "", path: "", status: "archived" },
  { id: 5, name: "Київ", definition: "", path: "", status: "proposed" },
  { id: 6, name: "Über-Fußnote", definition: "", path: "", status: "active" },
  { id: 7, name: "Ёлка", definition: "", path: "", status: "active" },
  { id: 8, name: "Disceasefire", definition: "", path: "", status: "active" },
];
const found = (typed) => matches(TAGS, typed).map((tag) => tag.id);

test("the start of a name beats a word's start, its middle and the definition; the archived are not offered", () => {
  assert.deepEqual(found("CEASE"), [2, 1, 8, 3]);
});

test("the tag of the very name that is typed comes before those that only begin so", () => {
  const tags = ["Talks on terms", "Tálks", "Talks"].map((name, id) => ({ id, name, status: "active" }));
  const ids = (typed) => matches(tags, typed).map((tag) => tag.id);
  assert.deepEqual(ids("talks"), [2, 1, 0]);
  assert.deepEqual(ids("TÁLKS"), [1, 2, 0]);
  assert.deepEqual(ids("talk"), [0, 1, 2]);
});

test("case, accents and width do not count", () => {
  assert.deepEqual(found("uber"), [6]);
  assert.deepEqual(found("FUSSNOTE"), [6]);
  assert.deepEqual(found("ｃｅａｓｅ"), [2, 1, 8, 3]);
  assert.deepEqual(found("киів"), [5]);
  assert.deepEqual(found("КИЇВ"), [5]);
  assert.deepEqual(found("елка"), [7]);
  assert.equal(fold("Мой ёж"), "мои еж");
  assert.equal(fold("  A\u0301  ΣΟΦΟΣ "), "a σοφοσ");
});

test("several words may stand in any order", () => {
  assert.deepEqual(found("fire uncond"), [1]);
  assert.deepEqual(found("halt terms"), [1]);
});

test("nothing typed offers the codebook as it stands", () => {
  assert.deepEqual(found("  "), [1, 2, 3, 5, 6, 7, 8]);
});

test("what is typed is never a pattern", () => {
  for (const typed of ["(", "[", "\\", "a+", ".*", "$", "]", "-", "/", "{1}"]) assert.deepEqual(found(typed).filter((id) => id !== 6), []);
});

test("a name is one however it is spelt, and accents make another", () => {
  assert.equal(called(TAGS, " unconditional  CEASEFIRE ").id, 1);
  assert.equal(called(TAGS, "Киів"), null);
  assert.equal(called(TAGS, "old ceasefire").id, 4);
  assert.equal(nameKey(" Ａ b\n"), "a b");
});
