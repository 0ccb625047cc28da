import assert from "node:assert/strict";
import { test } from "node:test";

import { action, isTyping, letter, movement } from "../../static/js/lib/keys.js";

const press = (key, more = {}) => ({ key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("letters, digits and names act", () => {
  const pressed = ["t", "T", "n", "l", "c", "a", "?", "Enter", "Escape", "Tab", "1", "6", "7", "z"].map((key) => action(press(key)));
  assert.deepEqual(pressed, [
    "tag", "tag", "note", "link", "copy", "arm", "help", "repeat", "stop", "tag", { digit: 1 }, { digit: 6 }, null, null,
  ]);
});

test("a Ukrainian or Hebrew layout has the same keys", () => {
  assert.equal(action(press("е", { code: "KeyT" })), "tag");
  assert.equal(action(press("т", { code: "KeyN" })), "note");
  assert.equal(action(press("א", { code: "KeyT" })), "tag");
  assert.equal(letter(press("Ж", { code: "Semicolon" })), "");
});

test("a chord belongs to the browser", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(action(press("c", { [held]: true })), null);
  assert.equal(action(press("Tab", { shiftKey: true })), null);
});

test("a tag's shortcut acts where nothing else does", () => {
  const shortcuts = new Set(["x", "t", "ж", "9"]);
  assert.deepEqual(action(press("x"), shortcuts), { shortcut: "x" });
  assert.deepEqual(action(press("X", { shiftKey: true }), shortcuts), { shortcut: "x" });
  assert.deepEqual(action(press("ж", { code: "Semicolon" }), shortcuts), { shortcut: "ж" });
  assert.deepEqual(action(press("9"), shortcuts), { shortcut: "9" });
  assert.equal(action(press("t"), shortcuts), "tag");
  assert.deepEqual(action(press("я", { code: "KeyZ" }), new Set(["я"])), { shortcut: "я" });
});

test("a named key is no letter", () => {
  assert.deepEqual(["Shift", "F2", "ArrowLeft", "Dead"].map((key) => letter(press(key))), ["", "", "", ""]);
});

test("the caret moves by character, word, line, paragraph and text", () => {
  assert.deepEqual(movement(press("ArrowLeft", { shiftKey: true })), { by: "character", direction: "left", extend: true });
  assert.deepEqual(movement(press("ArrowRight", { altKey: true })), { by: "word", direction: "right", extend: false });
  assert.deepEqual(movement(press("PageDown")), { by: "paragraph", direction: "forward", extend: false });
  assert.deepEqual(movement(press("Home", { ctrlKey: true })), { by: "text", direction: "backward", extend: false });
  assert.equal(movement(press("ArrowDown", { altKey: true })), null);
  assert.equal(movement(press("x")), null);
});

test("typing is left alone", () => {
  assert.equal(isTyping({ closest: () => ({}) }), true);
  assert.equal(isTyping({ closest: () => null, isContentEditable: false }), false);
});
