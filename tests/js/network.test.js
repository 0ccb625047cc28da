import assert from "node:assert/strict";
import { test } from "node:test";

import { around, labelAt, path, spread, toPorts } from "../../static/js/lib/network.js";

const left = { x: 0, y: 0 };
const right = { x: 100, y: 0 };

test("a line without a bend is straight, with its label half way", () => {
  assert.equal(path(left, right, 0), "M0.0 0.0Q50.0 0.0 100.0 0.0");
  assert.deepEqual(labelAt(left, right, 0), { x: "50.0", y: "0.0" });
});

test("a bend pulls a line aside by as much in the middle", () => {
  assert.deepEqual(labelAt(left, right, 16), { x: "50.0", y: "16.0" });
  assert.deepEqual(labelAt(left, right, -16), { x: "50.0", y: "-16.0" });
});

test("a label can stand nearer to the target", () => {
  assert.deepEqual(labelAt(left, right, 0, 0.75), { x: "75.0", y: "0.0" });
});

test("lines come in beside a proposition each at a height of its own, the highest source on top", () => {
  const target = { x: 440, y: 100 };
  const lines = [300, 10, 50].map((y) => ({ source: { x: 110, y }, target, bend: 0 }));
  const ports = toPorts(lines);
  assert.deepEqual(lines.map((line) => ports.get(line).y), ["117.0", "83.0", "100.0"]);
  assert.equal(ports.get(lines[1]).d, "M110.0 10.0Q336.0 83.0 426.0 83.0");
});

test("a column is spread evenly, in the order it has", () => {
  const nodes = [{ y: 90 }, { y: -20 }];
  assert.deepEqual([...spread(nodes, 100).values()], [25, 75]);
  assert.equal(spread(nodes, 100).get(nodes[0]), 75);
});

test("a circle is filled evenly, in the order around it, however the nodes were heaped", () => {
  const nodes = [{ x: 9, y: 1 }, { x: 9, y: -1 }, { x: 9, y: 9 }, { x: -9, y: 2 }];
  const places = around(nodes, { x: 0, y: 0 }, 100, 2);
  const rounded = nodes.map((node) => ["x", "y"].map((axis) => Math.round(places.get(node)[axis])));
  assert.deepEqual(rounded, [[141, -71], [-141, -71], [141, 71], [-141, 71]]);
});

test("two nodes on one spot do no harm", () => {
  assert.equal(path(left, left, 5), "M0.0 0.0Q0.0 0.0 0.0 0.0");
});
