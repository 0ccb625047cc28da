/** As much of a DOM as lib/offsets.js reads, and texts to try it with. */

class FakeNode {
  parentNode = null;
  childNodes = [];
  get firstChild() { return this.childNodes[0] ?? null; }
  get lastChild() { return this.childNodes.at(-1) ?? null; }
  get #siblings() { return this.parentNode?.childNodes ?? [this]; }
  get nextSibling() { return this.#siblings[this.#siblings.indexOf(this) + 1] ?? null; }
  get previousSibling() { return this.#siblings[this.#siblings.indexOf(this) - 1] ?? null; }
  get children() { return this.childNodes.filter((node) => node.nodeType === 1); }
  get textContent() { return this.childNodes.map((node) => node.textContent).join(""); }
  get ownerDocument() { return { createRange: () => new FakeRange() }; }
  get path() {
    const own = this.parentNode ? [this.#siblings.indexOf(this)] : [];
    return [...(this.parentNode?.path ?? []), ...own];
  }
  append(...nodes) {
    for (const node of nodes) {
      node.parentNode = this;
      this.childNodes.push(node);
    }
    return this;
  }
  contains(node) {
    for (; node; node = node.parentNode) if (node === this) return true;
    return false;
  }
  compareDocumentPosition(other) {
    return comparePaths(other.path, this.path) < 0 ? 2 : 4;
  }
}

const comparePaths = (a, b) => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
};

export class FakeText extends FakeNode {
  nodeType = 3;
  constructor(data) {
    super();
    this.data = data;
  }
  get textContent() { return this.data; }
}

export class FakeElement extends FakeNode {
  nodeType = 1;
  dataset = {};
}

class FakeRange {
  setStart(node, offset) { [this.startContainer, this.startOffset] = [node, offset]; }
  setEnd(node, offset) { [this.endContainer, this.endOffset] = [node, offset]; }
  toString() {
    let root = this.startContainer;
    while (root.parentNode) root = root.parentNode;
    const from = [...this.startContainer.path, this.startOffset];
    const to = [...this.endContainer.path, this.endOffset];
    const walk = (node) => {
      if (node.nodeType !== 3) return node.childNodes.map(walk).join("");
      return [...Array(node.data.length).keys()]
        .filter((at) => comparePaths([...node.path, at], from) >= 0 && comparePaths([...node.path, at], to) < 0)
        .map((at) => node.data[at])
        .join("");
    };
    return walk(root);
  }
}

/** #article-text of `text`, as the server draws it, cut into marks at random; in a page with something around it. */
export function articleText(text, random = Math.random) {
  const root = new FakeElement();
  let start = 0;
  let between = "";
  for (const line of text.split("\n")) {
    const length = [...line].length;
    if (isBlank(line)) between += line;
    else {
      if (between) root.append(new FakeText(between));
      between = "";
      const paragraph = new FakeElement();
      paragraph.dataset = { start: String(start), end: String(start + length) };
      for (let rest = [...line]; rest.length; ) {
        const piece = new FakeText(rest.splice(0, 1 + Math.floor(random() * 6)).join(""));
        paragraph.append(random() < 0.5 ? piece : new FakeElement().append(piece));
      }
      root.append(paragraph);
    }
    start += length + 1;
    between += "\n";
  }
  between = between.slice(0, -1);
  if (between) root.append(new FakeText(between));
  const page = new FakeElement().append(new FakeElement().append(new FakeText("before")));
  page.append(new FakeElement().append(root), new FakeElement().append(new FakeText("after")));
  return root;
}

/** Python's `not line.strip()`. */
export const isBlank = (line) =>
  [...line].every((char) => "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000".includes(char)
    || (char >= "\u2000" && char <= "\u200a"));

const PIECES = [
  "a", "b", " ", "  ", "\n", "\n\n", "\n \n", "Both sides agreed. ", "U.S. ", "é", "e\u0301", "и\u0306", "Ґанок ", "ё",
  "😀", "👩‍👩‍👧‍👦", "🇺🇦", "👍🏽", "שלום ", "مرحبا", "\xa0", "\u200b", "\u2009", "\x85", "\ufeff", "\x1c", "\u0301", "\u200d", "𝔸",
  "한국", "…", "”", "?! ", "𠮷", "ก็", "\t",
];

/** A repeatable source of random numbers (mulberry32). */
export function source(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomText(random, size = 24) {
  return Array.from({ length: 1 + Math.floor(random() * size) }, () => PIECES[Math.floor(random() * PIECES.length)]).join("");
}
