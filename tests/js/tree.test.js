import assert from "node:assert/strict";
import { test } from "node:test";

import { isWithin, placeOf, step } from "../../static/js/lib/tree.js";

function tree() {
  const node = (id, ...children) => {
    const one = { id, children, parent: null };
    for (const child of children) child.parent = one;
    return one;
  };
  const [b, c] = [node("b"), node("c")];
  const [a, d] = [node("a", b, c), node("d")];
  return { root: node("", a, d), a, b, c, d };
}

test("a place is told by the sibling before, the tag above, or the top", () => {
  const { a, b, c, d } = tree();
  assert.deepEqual([a, b, c, d].map(placeOf), ["top", "in:a", "after:b", "after:a"]);
});

test("a step leads among siblings, below the one before, or out behind the tag above", () => {
  const { root, a, b, c, d } = tree();
  assert.deepEqual(step(c, "up"), { parent: a, at: 0 });
  assert.deepEqual(step(b, "down"), { parent: a, at: 1 });
  assert.deepEqual(step(d, "in"), { parent: a, at: 2 });
  assert.deepEqual(step(b, "out"), { parent: root, at: 1 });
  for (const [one, direction] of [[b, "up"], [c, "down"], [a, "in"], [d, "out"], [a, "sideways"]]) {
    assert.equal(step(one, direction), null);
  }
});

test("a tag is within itself and what stands above it", () => {
  const { a, b, d } = tree();
  assert.deepEqual([isWithin(b, a), isWithin(a, a), isWithin(a, b), isWithin(d, a)], [true, true, false, false]);
});
