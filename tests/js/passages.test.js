import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf, idsOf, neighbour, passagesIn } from "../../static/js/lib/passages.js";
import { FakeElement, FakeText } from "./dom.js";

/** #article-text with a paragraph a list of `[words, passages]`. */
function drawn(...segments) {
  const paragraph = new FakeElement();
  const marks = [];
  for (const [words, passages] of segments) {
    const text = new FakeText(words);
    if (!passages) paragraph.append(text);
    else {
      const mark = new FakeElement().append(text);
      mark.dataset = { passages };
      marks.push(mark);
      paragraph.append(mark);
    }
  }
  paragraph.dataset = { start: "0", end: String([...paragraph.textContent].length) };
  const root = new FakeElement().append(paragraph);
  root.querySelectorAll = () => marks;
  return root;
}

const TEXT = drawn(["One "], ["two ", "7 3"], ["three ", "3"], ["four "], ["😀 five", "9"], [" six"]);

test("passages stand in reading order with all their segments", () => {
  const found = passagesIn(TEXT);
  assert.deepEqual(found.map(({ id, marks }) => [id, marks.length]), [[7, 1], [3, 2], [9, 1]]);
  assert.deepEqual(found.map((one) => boundsOf(TEXT, one)), [
    { start: 4, end: 8 }, { start: 4, end: 14 }, { start: 19, end: 25 },
  ]);
  assert.deepEqual(idsOf(null), []);
});

test("steps reach every passage, those that start together too, and end at the ends", () => {
  const passages = passagesIn(TEXT);
  const walk = (step, offset) => {
    const ids = [];
    let current = null;
    for (let one; (one = neighbour(TEXT, passages, step, { current, offset })); ) {
      ids.push((current = one.id));
      offset = boundsOf(TEXT, one).start;
    }
    return ids;
  };
  assert.deepEqual(walk(1, 0), [7, 3, 9]);
  assert.deepEqual(walk(-1, 30), [9, 3, 7]);
  assert.deepEqual(walk(1, 10), [9]);
  assert.deepEqual(walk(-1, 10), [3, 7]);
});

test("a caret that was moved counts, not the passage of before", () => {
  const passages = passagesIn(TEXT);
  assert.equal(neighbour(TEXT, passages, 1, { current: 9, offset: 0 }).id, 7);
});
