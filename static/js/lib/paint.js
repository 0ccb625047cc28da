/**
 * Paints spans of the article's text with the CSS Custom Highlight API, `::highlight(NAME)`, and paints them again when
 * paragraphs are swapped. Where the API is missing nothing is painted, and nothing depends on it.
 */

import { rangeAt } from "./offsets.js";

const painted = new Map();

/** Paints `span`, a `{start, end}`, as NAME; null takes the paint off. */
export function paint(name, span) {
  if (span) painted.set(name, span);
  else painted.delete(name);
  draw(name);
}

/** To be called when the text has been drawn anew. */
export function repaint() {
  for (const name of painted.keys()) draw(name);
}

function draw(name) {
  const root = document.getElementById("article-text");
  const span = painted.get(name);
  if (!globalThis.CSS?.highlights || !root) return;
  if (span) CSS.highlights.set(name, new Highlight(rangeAt(root, span.start, span.end)));
  else CSS.highlights.delete(name);
}
