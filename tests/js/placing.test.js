import assert from "node:assert/strict";
import { test } from "node:test";

import { GAP, place } from "../../static/js/lib/placing.js";
import { source } from "./dom.js";

const SIZE = { width: 400, height: 200 };
const VIEW = { width: 1000, height: 700 };

test("below if there is room, above if there is none, else at the lower edge", () => {
  assert.equal(place({ left: 10, top: 100, bottom: 120 }, SIZE, VIEW).side, "below");
  assert.equal(place({ left: 10, top: 500, bottom: 520 }, SIZE, VIEW).side, "above");
  assert.equal(place({ left: 10, top: 100, bottom: 690 }, SIZE, VIEW).side, "dock");
  assert.equal(place({ left: 10, top: -400, bottom: -100 }, SIZE, VIEW).side, "dock");
});

test("it never covers the selection nor leaves the window, with all the room it was promised", () => {
  const random = source(5);
  for (let round = 0; round < 2000; round++) {
    const top = random() * 900 - 100;
    const rect = { left: random() * 1200 - 100, top, bottom: top + random() * 500 };
    const { side, x, room } = place(rect, SIZE, VIEW);
    assert.ok(x >= 0 && x + SIZE.width <= VIEW.width);
    if (side === "below") assert.ok(rect.bottom + GAP + SIZE.height + room <= VIEW.height && rect.bottom >= 0);
    if (side === "above") assert.ok(rect.top - GAP - SIZE.height - room >= 0 && rect.top <= VIEW.height);
  }
});
