import assert from "node:assert/strict";
import { test } from "node:test";

import {
  lengthOf, offsetAt, paragraphAt, placeAt, pointsIn, rangeAt, spanOf, textAt, unitsIn, wholeUnits,
} from "../../static/js/lib/offsets.js";
import { FakeElement, articleText, randomText, source } from "./dom.js";

const ROUNDS = 400;

function everyText(check) {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const random = source(seed);
    const text = randomText(random);
    check(text, articleText(text, random), random, seed);
  }
}

const nodesOf = (node) => [node, ...node.childNodes.flatMap(nodesOf)];

test("code points and units convert into each other for any text", () => {
  everyText((text) => {
    const points = [...text];
    assert.equal(pointsIn(text), points.length);
    for (let at = 0; at <= points.length; at++) {
      const units = unitsIn(text, at);
      assert.equal(text.slice(0, units), points.slice(0, at).join(""));
      assert.equal(pointsIn(text.slice(0, units)), at);
    }
  });
});

test("a surrogate pair is never split", () => {
  assert.deepEqual([wholeUnits("a😀b", 2), wholeUnits("a😀b", 2, true), wholeUnits("a😀b", 3)], [1, 3, 3]);
  const root = articleText("a😀b", () => 0.45);
  const text = root.firstChild.firstChild;
  assert.deepEqual([offsetAt(root, text, 2), offsetAt(root, text, 2, true)], [1, 2]);
});

test("the fake page holds the text", () => {
  everyText((text, root) => assert.equal(root.textContent, text));
});

test("any span has a range that holds exactly its text, and leads back to it", () => {
  everyText((text, root, random, seed) => {
    const points = [...text];
    assert.equal(lengthOf(root), points.length, `seed ${seed}`);
    for (let round = 0; round < 10; round++) {
      const [start, end] = [random(), random()].map((r) => Math.floor(r * (points.length + 1))).sort((a, b) => a - b);
      const exact = points.slice(start, end).join("");
      const range = rangeAt(root, start, end);
      assert.equal(textAt(root, start, end), exact, `seed ${seed}: ${start}-${end}`);
      assert.deepEqual(spanOf(root, range), { start, end }, `seed ${seed}: ${start}-${end}`);
    }
  });
});

test("every place in the DOM, at element borders too, has the offset of the text before it", () => {
  everyText((text, root, random, seed) => {
    for (const node of nodesOf(root)) {
      const places = node.nodeType === 3 ? node.data.length : node.childNodes.length;
      for (let offset = 0; offset <= places; offset++) {
        const before = textBefore(root, node, offset);
        if (before.length && /[\ud800-\udbff]$/.test(before)) continue;
        assert.equal(offsetAt(root, node, offset), [...before].length, `seed ${seed}`);
      }
    }
  });
});

function textBefore(root, node, offset) {
  let found = "";
  const walk = (one) => {
    if (one === node && one.nodeType === 3) throw (found += one.data.slice(0, offset));
    if (one.nodeType === 3) found += one.data;
    else
      one.childNodes.forEach((child, at) => {
        if (one === node && at === offset) throw found;
        walk(child);
      });
    if (one === node) throw found;
  };
  try {
    walk(root);
  } catch (stop) {
    if (typeof stop !== "string") throw stop;
  }
  return found;
}

test("places outside the text are clamped to it", () => {
  const root = articleText("One.\nTwo.", () => 0.3);
  const sheet = root.parentNode;
  const page = sheet.parentNode;
  const [before, , after] = page.childNodes;
  const offsets = [
    [before.firstChild, 3], [before, 0], [page, 0], [page, 1], [page, 2], [page, 3], [sheet, 0], [sheet, 1],
    [after, 0], [after.firstChild, 2],
  ].map(([node, offset]) => offsetAt(root, node, offset));
  assert.deepEqual(offsets, [0, 0, 0, 0, 9, 9, 0, 9, 9, 9]);
});

test("a triple click ends at the next paragraph's start", () => {
  const root = articleText("One.\n\nTwo.", () => 0.9);
  const [first, second] = root.children;
  const range = { startContainer: first.firstChild.firstChild ?? first.firstChild, startOffset: 0, endContainer: second, endOffset: 0 };
  assert.deepEqual(spanOf(root, range), { start: 0, end: 6 });
});

test("a place between two paragraphs lies in the line end, and a paragraph's end in the paragraph", () => {
  const root = articleText("One.\n\nTwo.", () => 0.45);
  assert.equal(root.children[0].contains(placeAt(root, 4).node), true);
  assert.equal(placeAt(root, 5).node, root.childNodes[1]);
  assert.equal(paragraphAt(root, 5), root.children[0]);
  assert.equal(paragraphAt(root, 6), root.children[1]);
});

test("an empty text has one place", () => {
  const root = new FakeElement();
  assert.equal(lengthOf(root), 0);
  assert.deepEqual(placeAt(root, 0), { node: root, offset: 0 });
});

test("two thousand paragraphs are searched, not walked", () => {
  const root = articleText(Array.from({ length: 2000 }, (_, n) => `Sentence number ${n}.`).join("\n"), () => 0.9);
  const children = root.children;
  let asked = 0;
  const counted = { children: new Proxy(children, { get: (list, at) => (asked++, list[at]) }) };
  assert.equal(paragraphAt(counted, lengthOf(root)), children.at(-1));
  assert.ok(asked < 20, `${asked} paragraphs were looked at`);
});
