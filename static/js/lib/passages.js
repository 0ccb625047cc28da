/** The passages as the marks of the text show them. */

import { offsetAt } from "./offsets.js";

/** The passages whose marks stand in the text, in reading order: a list of `{id, marks}`. */
export function passagesIn(root) {
  const found = new Map();
  for (const mark of root.querySelectorAll("mark[data-passages]")) {
    for (const id of idsOf(mark)) {
      if (found.has(id)) found.get(id).push(mark);
      else found.set(id, [mark]);
    }
  }
  return [...found].map(([id, marks]) => ({ id, marks }));
}

/** The passages of a segment, as numbers in reading order. */
export function idsOf(mark) {
  return (mark?.dataset.passages ?? "").split(" ").filter(Boolean).map(Number);
}

/** Where a passage of the list starts and ends in the text. */
export function boundsOf(root, { marks }) {
  return { start: offsetAt(root, marks[0], 0), end: offsetAt(root, marks.at(-1), marks.at(-1).childNodes.length) };
}

/**
 * The passage to go to from `offset`: the nearest that starts behind it (`step` 1) or before it (-1); from `current`, the
 * next or the one before in reading order, so that passages that start at one place are all reached. Null at the ends.
 */
export function neighbour(root, passages, step, { current, offset }) {
  const at = passages.findIndex((one) => one.id === current);
  if (at >= 0 && boundsOf(root, passages[at]).start === offset) return passages[at + step] ?? null;
  const starts = (one) => boundsOf(root, one).start;
  let low = 0;
  let high = passages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (step > 0 ? starts(passages[middle]) <= offset : starts(passages[middle]) < offset) low = middle + 1;
    else high = middle;
  }
  return passages[step > 0 ? low : low - 1] ?? null;
}
