/**
 * The only place that knows both how JavaScript counts text (UTF-16 units) and how the server does (code points),
 * and where a place in the DOM lies in the article's text.
 *
 * `root` is #article-text: paragraphs with `data-start` and `data-end` in code points, and between them text nodes
 * with the text's own line ends. Nothing here reads more of the text than the paragraph in question.
 */

const TEXT = 3;
const BEFORE = 2; // Node.DOCUMENT_POSITION_PRECEDING
const isHigh = (unit) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit) => unit >= 0xdc00 && unit < 0xe000;

/** Code points in `text`; a pair cut in two by its end counts as one. */
export function pointsIn(text) {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) count--;
  }
  return count;
}

/** How many UTF-16 units the first `points` code points of `text` take. */
export function unitsIn(text, points) {
  let units = 0;
  while (points-- > 0 && units < text.length) {
    units += isHigh(text.charCodeAt(units)) && isLow(text.charCodeAt(units + 1)) ? 2 : 1;
  }
  return units;
}

/** A place in `text` in UTF-16 units, moved out of a surrogate pair: to its start, or to its end if `up`. */
export function wholeUnits(text, units, up = false) {
  const inPair = isLow(text.charCodeAt(units)) && isHigh(text.charCodeAt(units - 1));
  return inPair ? units + (up ? 1 : -1) : units;
}

/** The text nodes in `node`, in order. */
function* textNodes(node) {
  if (node.nodeType === TEXT) yield node;
  else for (let child = node.firstChild; child; child = child.nextSibling) yield* textNodes(child);
}

/** Where a child of the root starts, whether a paragraph or the line ends between two. */
function startOf(child) {
  if (child.nodeType !== TEXT) return Number(child.dataset.start);
  let points = 0;
  let before = child.previousSibling;
  for (; before && before.nodeType === TEXT; before = before.previousSibling) points += pointsIn(before.data);
  return points + (before ? Number(before.dataset.end) : 0);
}

/** The length of the article's text. */
export function lengthOf(root) {
  const last = root.lastChild;
  if (!last) return 0;
  return last.nodeType === TEXT ? startOf(last) + pointsIn(last.data) : Number(last.dataset.end);
}

/** The offset of a DOM place in the text. Outside the root it is clamped; inside a pair it goes down, or up if `up`. */
export function offsetAt(root, node, offset, up = false) {
  if (node === root) {
    const child = root.childNodes[offset];
    return child ? startOf(child) : lengthOf(root);
  }
  if (!root.contains(node)) {
    const next = node.childNodes?.[offset];
    const isBefore = node.contains(root)
      ? next && (next.contains(root) || root.compareDocumentPosition(next) & BEFORE)
      : root.compareDocumentPosition(node) & BEFORE;
    return isBefore ? 0 : lengthOf(root);
  }
  let child = node;
  while (child.parentNode !== root) child = child.parentNode;
  let points = startOf(child);
  const until = node.nodeType === TEXT ? node : node.childNodes[offset];
  for (const text of textNodes(child)) {
    if (text === node) return points + pointsIn(text.data.slice(0, wholeUnits(text.data, offset, up)));
    if (until ? until.contains(text) || isAfter(text, until) : isAfter(text, node) && !node.contains(text)) break;
    points += pointsIn(text.data);
  }
  return points;
}

const isAfter = (node, other) => Boolean(node.compareDocumentPosition(other) & BEFORE);

/** The span of a DOM Range in the text: `{start, end}`, clamped to the text. */
export function spanOf(root, range) {
  const start = offsetAt(root, range.startContainer, range.startOffset);
  const end = offsetAt(root, range.endContainer, range.endOffset, true);
  return { start, end: Math.max(start, end) };
}

/** The last of the paragraphs that start at `offset` or before it; null if it lies before the first. */
export function paragraphAt(root, offset) {
  const paragraphs = root.children;
  let low = 0;
  let high = paragraphs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(paragraphs[middle].dataset.start) <= offset) low = middle + 1;
    else high = middle;
  }
  return low ? paragraphs[low - 1] : null;
}

/**
 * The DOM place of an offset: `{node, offset}`, in a text node wherever there is one. Where two text nodes meet it is
 * the start of the second, or with `before` the end of the first.
 */
export function placeAt(root, offset, before = false) {
  const paragraph = paragraphAt(root, offset);
  let child = paragraph ?? root.firstChild;
  let left = Math.max(0, offset - (paragraph ? Number(paragraph.dataset.start) : 0));
  let last = null;
  for (; child; child = child.nextSibling) {
    for (const text of textNodes(child)) {
      const points = pointsIn(text.data);
      if (left < points || (left === points && before)) return { node: text, offset: unitsIn(text.data, left) };
      left -= points;
      last = text;
    }
    // The end of a paragraph belongs to it, not to the line end behind it.
    if (left === 0 && last && child.nodeType !== TEXT) break;
  }
  return last ? { node: last, offset: last.data.length } : { node: root, offset: 0 };
}

/** A DOM Range over `text[start:end]`. */
export function rangeAt(root, start, end) {
  const range = root.ownerDocument.createRange();
  const from = placeAt(root, start);
  const to = end > start ? placeAt(root, end, true) : from;
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return range;
}

/** `text[start:end]`. */
export function textAt(root, start, end) {
  return rangeAt(root, start, end).toString();
}
