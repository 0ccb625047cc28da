import assert from "node:assert/strict";
import { test } from "node:test";

import {
  graphemeBorder, nextGrapheme, nextWord, outerSpace, previousGrapheme, previousWord, sentenceAt, sentences, strip,
  whole, wordAt,
} from "../../static/js/lib/selection.js";
import { articleText, randomText, source } from "./dom.js";

test("white space is what Python's str.strip() takes off", () => {
  // python3 -c 'print([hex(c) for c in range(0x110000) if not chr(c).strip()])'
  const python = [
    0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
    0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
  ];
  const ours = [];
  for (let code = 0; code < 0x110000; code++) if (strip(String.fromCodePoint(code)) === "") ours.push(code);
  assert.deepEqual(ours, python);
});

test("outer white space is counted on both sides, once", () => {
  assert.deepEqual(outerSpace("\n \x85a b\xa0\u2003"), { before: 3, after: 2 });
  assert.deepEqual(outerSpace(" \n "), { before: 3, after: 0 });
  assert.deepEqual(outerSpace("\ufeffa\u200b"), { before: 0, after: 0 });
});

test("a grapheme is whole", () => {
  const family = "👩‍👩‍👧‍👦";
  const text = `a${family}e\u0301`;
  for (let at = 2; at < 1 + family.length; at++) {
    assert.equal(graphemeBorder(text, at), 1);
    assert.equal(graphemeBorder(text, at, true), 1 + family.length);
  }
  assert.equal(graphemeBorder(text, text.length - 1, true), text.length);
  assert.equal(nextGrapheme(text, 1), 1 + family.length);
  assert.equal(previousGrapheme(text, text.length), 1 + family.length);
  assert.deepEqual([previousGrapheme(text, 0), nextGrapheme(text, text.length)], [0, text.length]);
});

test("for any text and any span, the outcome is trimmed, of whole graphemes, and its own text", () => {
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (let seed = 0; seed < 600; seed++) {
    const random = source(seed);
    const text = randomText(random);
    const root = articleText(text, random);
    const points = [...text];
    const borders = new Set([points.length]);
    let offset = 0;
    for (const line of text.split("\n")) {
      for (const { index } of graphemes.segment(line)) borders.add(offset + [...line.slice(0, index)].length);
      borders.add(offset + [...line].length);
      offset += [...line].length + 1;
    }
    for (let round = 0; round < 8; round++) {
      const [start, end] = [random(), random()].map((r) => Math.floor(r * (points.length + 1))).sort((a, b) => a - b);
      const picked = points.slice(start, end).join("");
      const found = whole(root, start, end);
      if (!strip(picked)) {
        assert.equal(found, null, `seed ${seed}`);
        continue;
      }
      const label = `seed ${seed}: ${JSON.stringify(text)} ${start}-${end} → ${found.start}-${found.end}`;
      assert.equal(found.exact, points.slice(found.start, found.end).join(""), label);
      assert.ok(found.exact.includes(strip(picked)), label);
      assert.ok(borders.has(found.start) && borders.has(found.end), label);
      // Only a grapheme that starts with white space, such as a space with an accent, brings white space back.
      const first = graphemes.segment(found.exact).containing(0).segment;
      if (first.length === 1) assert.equal(outerSpace(found.exact).before, 0, label);
      assert.deepEqual(whole(root, found.start, found.end)?.end, found.end, label);
    }
  }
});

test("the word at a place, or the nearest", () => {
  const text = "  Росія, they said. ";
  const at = (place) => {
    const found = wordAt(text, place);
    return text.slice(found.start, found.end);
  };
  assert.deepEqual([0, 2, 4, 7, 8, 9, 17, 19].map(at), ["Росія", "Росія", "Росія", "Росія", "they", "they", "said", "said"]);
  assert.equal(wordAt("… !", 1), null);
  assert.equal(nextWord(text, 0), 7);
  assert.equal(nextWord(text, 7), 13);
  assert.equal(nextWord(text, 18), text.length);
  assert.equal(previousWord(text, text.length), 14);
  assert.equal(previousWord(text, 2), 0);
});

test("sentences are those of the server", () => {
  const cut = (text) => sentences(text).map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(cut(" They met. “No deal.” U.S. Vice President J. D. Vance left… Then? Yes! "), [
    "They met.", "“No deal.”", "U.S. Vice President J. D. Vance left…", "Then?", "Yes!",
  ]);
  assert.deepEqual(cut("He paid 3.5 percent to Mr. Smith. and so on"), ["He paid 3.5 percent to Mr. Smith. and so on"]);
  assert.deepEqual(cut("Вони зустрілися. Є угода."), ["Вони зустрілися.", "Є угода."]);
  assert.deepEqual(cut("他说：“同意。”双方停火。रूस सहमत हुआ। यूक्रेन नहीं।"), [
    "他说：“同意。”", "双方停火。", "रूस सहमत हुआ।", "यूक्रेन नहीं।",
  ]);
  assert.deepEqual(cut("  "), []);
  const text = "One. Two. Three.";
  assert.deepEqual([0, 4, 5, 16].map((at) => sentenceAt(text, at).start), [0, 5, 5, 10]);
  assert.equal(sentenceAt(" ", 0), null);
});
