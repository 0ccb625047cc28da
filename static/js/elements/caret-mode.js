import { isTyping, letter, movement } from "../lib/keys.js";
import { lengthOf, offsetAt, paragraphAt, placeAt, pointsIn, rangeAt, unitsIn } from "../lib/offsets.js";
import { idsOf } from "../lib/passages.js";
import { nextGrapheme, sentenceAt, wordAt } from "../lib/selection.js";

const SPOKEN = { " ": "space", "\n": "line end", "": "end of the text", "\xa0": "no-break space" };

/**
 * A caret in #article-text, for working by keyboard alone. It is the browser's own selection, drawn: the arrows move it,
 * Shift extends, S takes the sentence, W the word. Tab into the text or F2 brings it, Escape takes it away.
 */
class CaretMode extends HTMLElement {
  #isOn = false;
  #isAtLineEnd = false;
  #cameByPointer = false;
  #marks = "";
  #frame = 0;
  #hasMoved = false;

  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.caret = Object.assign(document.createElement("div"), { className: "caret", hidden: true });
    this.root.after(this.caret);
    this.status = document.getElementById("caret-status") ?? this.#makeStatus();
    this.ends = new AbortController();
    const { signal } = this.ends;
    for (const type of ["keydown", "pointerdown", "click"]) document.addEventListener(type, this, { signal });
    // Before the focus moves.
    document.addEventListener("keydown", () => (this.#cameByPointer = false), { signal, capture: true });
    for (const type of ["selectionchange", "text:drawn", "selection:made"]) document.addEventListener(type, this, { signal });
    for (const type of ["focus", "blur"]) this.root.addEventListener(type, this, { signal });
    window.addEventListener("resize", this, { signal });
  }

  disconnectedCallback() {
    this.ends.abort();
    this.caret.remove();
    cancelAnimationFrame(this.#frame);
  }

  handleEvent(event) {
    switch (event.type) {
      case "keydown":
        return this.#press(event);
      case "pointerdown":
        this.#cameByPointer = true;
        return;
      case "click":
        if (event.target.closest?.('[data-act="caret"]')) this.turn(true);
        return;
      case "focus":
        if (!this.#cameByPointer) this.turn(true);
        return this.draw();
      case "selection:made":
        if (this.#isOn) this.say(`Selected: ${event.detail.exact}`);
        return;
      default:
        return this.draw();
    }
  }

  get isOn() {
    return this.#isOn;
  }

  /** Where the caret stands in the text; null if it is not in it. */
  get offset() {
    const { focusNode, focusOffset } = document.getSelection();
    return this.root.contains(focusNode) ? offsetAt(this.root, focusNode, focusOffset) : null;
  }

  /** Shows the caret, where it was or at the first paragraph in view; or hides it. */
  turn(on) {
    this.#isOn = on;
    if (on) {
      this.root.focus({ preventScroll: true });
      if (this.offset === null) this.put(this.#firstInView());
    }
    this.draw();
  }

  /** Puts the caret at an offset. */
  put(offset, extend = false) {
    const { node, offset: at } = placeAt(this.root, offset);
    this.#isAtLineEnd = false;
    const selection = document.getSelection();
    if (extend && this.offset !== null) selection.extend(node, at);
    else selection.collapse(node, at);
  }

  /** Says something to who listens to the page. */
  say(text) {
    // The same words twice are read twice only if they differ.
    this.status.textContent = this.status.textContent === text ? `${text}\xa0` : text;
  }

  #press(event) {
    if (event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === "F2" && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      return this.turn(true);
    }
    if (!this.#isOn || document.activeElement !== this.root) return;
    const move = movement(event);
    const hasLetters = this.closest("article-reader").hasAttribute("data-letter-keys");
    if (move) {
      event.preventDefault();
      this.#move(move);
    } else if (hasLetters && !event.ctrlKey && !event.metaKey && !event.altKey && "sw".includes(letter(event) || "-")) {
      event.preventDefault();
      this.#take(letter(event) === "s" ? sentenceAt : wordAt);
    } else if (event.key === "Enter" && document.getSelection().isCollapsed) {
      this.#mark()?.click();
    } else if (event.key === "Escape" && document.getSelection().isCollapsed) {
      this.turn(false);
    }
  }

  #move({ by, direction, extend }) {
    if (this.offset === null) this.put(this.#firstInView());
    const before = this.offset;
    const isForward = direction === "forward" || direction === "right";
    this.#isAtLineEnd = by === "lineboundary" && isForward;
    if (by === "text") this.put(isForward ? lengthOf(this.root) : 0, extend);
    else if (by === "paragraph") this.put(this.#paragraph(before, isForward), extend);
    else document.getSelection().modify(extend ? "extend" : "move", direction, by);
    if (this.offset === null) this.put(isForward ? lengthOf(this.root) : 0, extend);
    this.#hasMoved = true;
    this.draw(true);
    if (!extend) this.say(this.#heard(by, before));
  }

  /** Where the next paragraph starts, or this one, or the one before. */
  #paragraph(offset, isForward) {
    const here = paragraphAt(this.root, offset);
    if (isForward) return Number((here ? here.nextElementSibling : this.root.firstElementChild)?.dataset.start ?? lengthOf(this.root));
    const start = Number(here?.dataset.start ?? 0);
    return start < offset ? start : Number(here?.previousElementSibling?.dataset.start ?? 0);
  }

  /** What one hears on arriving: the letter, the word, or the paragraph from here. */
  #heard(by, before) {
    const { text, at } = this.#paragraphHere();
    if (by === "character") return spoken(text.slice(at, nextGrapheme(text, at)));
    if (by === "word") {
      const word = wordAt(text, this.offset > before ? Math.max(0, at - 1) : at);
      return word ? text.slice(word.start, word.end) : "";
    }
    if (by === "lineboundary") return spoken(text.slice(at, nextGrapheme(text, at)));
    return by === "line" ? text.slice(at, at + 80) : text.slice(at);
  }

  /** Selects the sentence or the word at the caret; again: up to the end of the next one. */
  #take(spanAt) {
    const watch = document.querySelector("selection-watch");
    const offset = this.offset ?? this.#firstInView();
    const { anchorNode, anchorOffset, isCollapsed } = document.getSelection();
    const { paragraph, text, at } = this.#paragraphHere(offset);
    if (!paragraph) return;
    const start = Number(paragraph.dataset.start);
    const inArticle = (units) => start + pointsIn(text.slice(0, units));
    if (isCollapsed) {
      const span = spanAt(text, at);
      if (span) watch.select(inArticle(span.start), inArticle(span.end));
      return;
    }
    const from = Math.min(offset, offsetAt(this.root, anchorNode, anchorOffset));
    const rest = text.slice(at);
    const span = rest.trim() ? spanAt(rest, 0) : null;
    if (span) return watch.select(from, inArticle(at + span.end));
    const next = paragraph.nextElementSibling;
    const first = next && spanAt(next.textContent, 0);
    if (first) watch.select(from, Number(next.dataset.start) + pointsIn(next.textContent.slice(0, first.end)));
  }

  #paragraphHere(offset = this.offset) {
    const paragraph = paragraphAt(this.root, offset) ?? this.root.firstElementChild;
    const text = paragraph?.textContent ?? "";
    return { paragraph, text, at: unitsIn(text, offset - Number(paragraph?.dataset.start ?? 0)) };
  }

  #firstInView() {
    const paragraphs = [...this.root.children];
    const first = paragraphs.find((one) => one.getBoundingClientRect().bottom > 80) ?? paragraphs[0];
    return Number(first?.dataset.start ?? 0);
  }

  #mark() {
    return document.getSelection().focusNode?.parentElement?.closest("#article-text mark");
  }

  /** Draws the caret, in the next frame; with `follow` it scrolls into view. */
  draw(follow = false) {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw(follow === true));
  }

  #draw(follow) {
    const isShown = this.#isOn && document.activeElement === this.root && this.offset !== null;
    this.caret.hidden = !isShown;
    if (!isShown) return;
    const rect = this.#rect();
    const box = this.caret.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
    Object.assign(this.caret.style, {
      left: `${rect.x - box.left}px`,
      top: `${rect.y - box.top}px`,
      blockSize: `${rect.height}px`,
    });
    for (const animation of this.caret.getAnimations()) animation.currentTime = 0;
    if (follow) {
      const over = Math.min(0, rect.y - 90) || Math.max(0, rect.y + rect.height + 60 - innerHeight);
      if (over) window.scrollBy(0, over);
    }
    this.#enter(this.#mark());
  }

  #rect() {
    const { focusNode, focusOffset } = document.getSelection();
    const range = document.createRange();
    range.setStart(focusNode, focusOffset);
    if (this.#isAtLineEnd && focusNode.nodeType === Node.TEXT_NODE && focusOffset > 0) {
      range.setStart(focusNode, focusOffset - 1);
      range.setEnd(focusNode, focusOffset);
      const last = [...range.getClientRects()][0];
      if (last) return { x: last.right, y: last.y, height: last.height };
    }
    const own = range.getClientRects()[0];
    // Where a line wraps, one place in the text has two on the page: the end of a line counts only after End.
    const next = [...rangeAt(this.root, this.offset, this.offset + 1).getClientRects()].find((rect) => rect.width);
    if (own && next && next.top >= own.bottom - 2) return { x: next.left, y: next.y, height: next.height };
    if (own) return own;
    const element = focusNode.childNodes[focusOffset] ?? focusNode;
    range.selectNode(element === this.root ? element.firstChild : element);
    return range.getClientRects()[0] ?? this.root.getBoundingClientRect();
  }

  /** Tells the page, and who listens, that the caret has come into a marked segment or left it. */
  #enter(mark) {
    const passages = mark?.dataset.passages ?? "";
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    if (passages === this.#marks) return;
    this.#marks = passages;
    const type = passages ? "passage:focused" : "passage:unfocused";
    const detail = passages ? { ids: idsOf(mark), from: "text", sticky: false } : {};
    (mark ?? this.root).dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
    const names = idsOf(mark).flatMap((id) =>
      [...document.querySelectorAll(`#passage-${id} .chip > a`)].map((one) => one.textContent.trim()),
    );
    if (hasMoved && names.length) this.say(`${this.status.textContent.trim()} — marked: ${[...new Set(names)].join(", ")}`);
  }

  #makeStatus() {
    const status = Object.assign(document.createElement("div"), { id: "caret-status", className: "visually-hidden" });
    status.setAttribute("role", "status");
    this.append(status);
    return status;
  }
}

const spoken = (text) => SPOKEN[text] ?? text;

customElements.define("caret-mode", CaretMode);
