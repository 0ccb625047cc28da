import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange, firstPast, fold, GAP, tops, under } from "../../static/js/lib/layout.js";

/** Numbers that look random and are the same on every run. */
function numbers(seed) {
  return (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
}

function margin(seed) {
  const next = numbers(seed);
  const count = next(60);
  const length = next(4000) + 1;
  const wanted = Array.from({ length: count }, () => next(length)).sort((a, b) => a - b);
  const heights = Array.from({ length: count }, () => 20 + next(next(5) ? 60 : 400));
  return { wanted, heights, active: count ? next(count + 1) - 1 : -1 };
}

function assertApart(placed, heights, gap) {
  for (let i = 1; i < placed.length; i++) {
    assert.ok(placed[i] >= placed[i - 1] + heights[i - 1] + gap, `${i} stands clear of ${i - 1}`);
  }
}

test("cards with room stand level with their passages", () => {
  assert.deepEqual(tops([0, 100, 200], [50, 50, 50]), [0, 100, 200]);
});

test("a card without room slides below the one before it", () => {
  assert.deepEqual(tops([10, 12, 200], [50, 50, 50], { gap: 6 }), [10, 66, 200]);
});

test("the active card stands at its place and the others make room", () => {
  assert.deepEqual(tops([100, 110, 120], [50, 50, 50], { active: 2, gap: 10 }), [0, 60, 120]);
});

test("cards above the active one go above the top if they must", () => {
  assert.deepEqual(tops([0, 0, 0], [50, 50, 50], { active: 2, gap: 10 }), [-120, -60, 0]);
});

test("no cards make no tops", () => {
  assert.deepEqual(arrange([], []), { items: [], tops: [] });
});

test("for any margin, order is kept, nothing overlaps and the active card is at its place", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const { wanted, heights, active } = margin(seed);
    const placed = tops(wanted, heights, { active, gap: GAP });
    assertApart(placed, heights, GAP);
    if (active >= 0) assert.equal(placed[active], wanted[active]);
    else assert.ok(placed.every((top, i) => top >= wanted[i]));
  }
});

test("for any margin, every card is shown or in a row, in order and once", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const { wanted, heights, active } = margin(seed);
    const { items, tops: placed } = arrange(wanted, heights, { active, row: 26 });
    assert.deepEqual(items.flat(), wanted.map((_, i) => i));
    assertApart(placed, items.map((item) => (Array.isArray(item) ? 26 : heights[item])), GAP);
    if (active >= 0) assert.equal(placed[items.indexOf(active)], wanted[active]);
    assert.ok(items.every((item) => !Array.isArray(item) || item.length > 1));
  }
});

test("without an active card, none slides much further than the reach", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const { wanted, heights } = margin(seed);
    const { items, tops: placed } = arrange(wanted, heights, { reach: 180, row: 26 });
    // A card shown in place of a row of one pushes the next ones by its height; it cannot add up within one reach.
    items.forEach((item, k) => {
      if (!Array.isArray(item)) assert.ok(placed[k] - wanted[item] <= 180 + 3 * 480, `${placed[k] - wanted[item]}`);
    });
  }
});

test("150 passages on one word take a few cards and one row", () => {
  const items = fold(new Array(150).fill(300), new Array(150).fill(44), { reach: 180, gap: 6 });
  assert.deepEqual(items.slice(0, 4), [0, 1, 2, 3]);
  assert.equal(items.length, 5);
  assert.equal(items[4].length, 146);
});

test("the active one of 150 is shown between the rows of the others", () => {
  const items = fold(new Array(150).fill(300), new Array(150).fill(44), { active: 75, reach: 180, gap: 6 });
  assert.deepEqual(items.map((item) => (Array.isArray(item) ? item.length : item)), [0, 1, 2, 3, 71, 75, 74]);
});

test("opening a card folds no other", () => {
  const wanted = [0, 60, 120, 180];
  assert.deepEqual(fold(wanted, [44, 44, 44, 44]), [0, 1, 2, 3]);
  assert.deepEqual(fold(wanted, [44, 900, 44, 44], { active: 1 }), [0, 1, 2, 3]);
});

test("firstPast finds the turn", () => {
  assert.equal(firstPast(10, (i) => i >= 7), 7);
  assert.equal(firstPast(10, () => false), 10);
  assert.equal(firstPast(0, () => true), 0);
});

test("a list opens under the pointer, and above it at the foot of the view", () => {
  const view = { width: 400, height: 600 };
  assert.deepEqual(under({ x: 50, y: 100 }, { width: 200, height: 150 }, view), { left: 50, top: 108 });
  assert.deepEqual(under({ x: 350, y: 580 }, { width: 200, height: 150 }, view), { left: 192, top: 406 });
});
