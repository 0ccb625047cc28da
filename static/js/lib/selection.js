/**
 * What a selection may be cut down or widened to. Strings and places in them are JavaScript's own (UTF-16 units);
 * only `whole` speaks code points.
 */

import { lengthOf, paragraphAt, pointsIn, textAt, unitsIn } from "./offsets.js";

// What Python's str.strip() takes off; JavaScript's trim() leaves U+0085 and U+001C–1F, and takes U+FEFF.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const LEADING = new RegExp(`^${SPACE}+`);
const IS_SPACE = new RegExp(`^${SPACE}$`);

/** How much outer white space `text` has: `{before, after}`, and all of it before if there is nothing else. */
export function outerSpace(text) {
  const before = text.match(LEADING)?.[0].length ?? 0;
  let end = text.length;
  while (end > before && IS_SPACE.test(text[end - 1])) end--;
  return { before, after: text.length - end };
}

/** `text` without its outer white space, as Python strips it. */
export function strip(text) {
  const { before, after } = outerSpace(text);
  return text.slice(before, text.length - after);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** Move `at` out of a grapheme: to its start, or to its end if `up`. */
export function graphemeBorder(text, at, up = false) {
  const segment = at > 0 && at < text.length && graphemes.segment(text).containing(at);
  if (!segment || segment.index === at) return at;
  return up ? segment.index + segment.segment.length : segment.index;
}

/** The border of the grapheme behind `at` (or before it): always a move, unless the text ends there. */
export function nextGrapheme(text, at) {
  const segment = graphemes.segment(text).containing(at);
  return segment ? segment.index + segment.segment.length : text.length;
}
export function previousGrapheme(text, at) {
  return at > 0 ? graphemes.segment(text).containing(at - 1).index : 0;
}

/** The word at `at`, or the nearest behind or before it: `{start, end}`; null in a text without words. */
export function wordAt(text, at) {
  const segments = words.segment(text);
  const here = segments.containing(at);
  const before = at > 0 ? segments.containing(at - 1) : null;
  const spanOf = ({ index, segment }) => ({ start: index, end: index + segment.length });
  if (here?.isWordLike) return spanOf(here);
  if (before?.isWordLike) return spanOf(before);
  let last = null;
  for (const segment of segments) {
    if (!segment.isWordLike) continue;
    if (segment.index >= at) return spanOf(segment);
    last = segment;
  }
  return last && spanOf(last);
}

/** Where the next word ends, or the one before starts. */
export function nextWord(text, at) {
  for (let segment = words.segment(text).containing(at); segment; ) {
    const end = segment.index + segment.segment.length;
    if (segment.isWordLike) return end;
    segment = words.segment(text).containing(end);
  }
  return text.length;
}
export function previousWord(text, at) {
  while (at > 0) {
    const segment = words.segment(text).containing(at - 1);
    if (segment.isWordLike) return segment.index;
    at = segment.index;
  }
  return 0;
}

// The same rule as talks/text.py, so that a sentence is the same one with and without JavaScript.
const EDGE = "(?<![\\p{L}\\p{N}_])";
const SHORT =
  "Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Lt|Col|Prof|vs|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec";
const CLOSING = "[”\"’'»)\\]]*";
const SENTENCE_END = new RegExp(
  `(?<!${EDGE}(?:${SHORT}))(?<!${EDGE}\\p{Lu})[.]+${CLOSING}(?=${SPACE}+(?!${SPACE})[^\\p{Ll}]|${SPACE}*$)` +
    `|[!?…।۔؟]+${CLOSING}(?=${SPACE}+|${SPACE}*$)|[。！？]+[”"’'»)\\]」』）]*`,
  "gu",
);

/** The sentences of a paragraph, without the white space between them: a list of `{start, end}`. */
export function sentences(text) {
  const found = [];
  let start = 0;
  for (const end of [...[...text.matchAll(SENTENCE_END)].map((m) => m.index + m[0].length), text.length]) {
    const line = text.slice(start, end);
    const { before, after } = outerSpace(line);
    if (before < line.length) found.push({ start: start + before, end: end - after });
    start = Math.max(start, end);
  }
  return found;
}

/** The sentence at `at`, or the next one if it lies between two: `{start, end}`; null in white space. */
export function sentenceAt(text, at) {
  const all = sentences(text);
  return all.find((one) => at < one.end) ?? all.at(-1) ?? null;
}

/**
 * What a selection of `text[start:end]` means: outer white space left out, then widened to whole graphemes.
 * Offsets are code points of the article. `{start, end, exact}`; null if nothing but white space is selected.
 */
export function whole(root, start, end) {
  const picked = textAt(root, start, end);
  const { before, after } = outerSpace(picked);
  if (before === picked.length) return null;
  start = widened(root, start + before, false);
  end = widened(root, end - after, true);
  return { start, end, exact: textAt(root, start, end) };
}

/** An offset moved out of a grapheme: down, or up. */
export function widened(root, offset, up) {
  const paragraph = paragraphAt(root, up ? Math.max(0, offset - 1) : offset);
  if (!paragraph || offset >= lengthOf(root)) return offset;
  const text = paragraph.textContent;
  const start = Number(paragraph.dataset.start);
  if (offset >= start + pointsIn(text)) return offset;
  const at = graphemeBorder(text, unitsIn(text, offset - start), up);
  return start + pointsIn(text.slice(0, at));
}
