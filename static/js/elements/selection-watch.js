import { offsetAt, placeAt, spanOf } from "../lib/offsets.js";
import { isTyping } from "../lib/keys.js";
import { repaint } from "../lib/paint.js";
import { whole } from "../lib/selection.js";

// Milliseconds without a change after which a selection counts as made.
const SETTLED = { pointer: 0, keys: 150, touch: 400 };
// What a press on leaves the selection to stand, also where a touch takes the browser's own selection away.
const TOOLS = "tag-palette, bounds-handles, note-desk, record-panel, .armed-badge, .keys-dialog";

/**
 * Tells the page what is selected in #article-text: `selection:made`, trimmed and of whole graphemes, and
 * `selection:cleared`. Keeps selection and caret where they are in the text while paragraphs of it are swapped, and
 * marks the reader `data-busy` as long as a pointer is down that may be selecting.
 */
class SelectionWatch extends HTMLElement {
  made = null;
  #by = "keys";
  #timer = 0;
  #held = null;
  #madeAt = null;
  #isOnTools = false;
  #besides = null;
  #isDragged = false;
  #waiting = [];

  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.reader = this.closest("article-reader");
    this.ends = new AbortController();
    const options = { signal: this.ends.signal, capture: true };
    for (const type of [
      "selectionchange", "pointerdown", "pointerup", "pointercancel", "keydown", "focusin",
      "htmx:config:request", "htmx:before:swap",
    ]) {
      document.addEventListener(type, this, options);
    }
    window.addEventListener("blur", this, options);
    this.observer = new MutationObserver(() => this.#redrawn());
    this.observer.observe(this.root, { childList: true, subtree: true, characterData: true });
  }

  disconnectedCallback() {
    this.ends.abort();
    this.observer.disconnect();
    clearTimeout(this.#timer);
  }

  handleEvent(event) {
    switch (event.type) {
      case "selectionchange":
        this.#isDragged = this.#isPointerDown;
        if (this.#isPointerDown || isTyping(document.activeElement)) return;
        return this.#settle(SETTLED[this.#by]);
      case "pointerdown":
        return this.#press(event);
      case "pointerup":
      case "pointercancel":
      case "blur":
        // Of the window alone: an element that a press takes the focus from ends no press.
        if (event.type === "blur" && event.target !== window) return;
        return this.#release();
      case "keydown":
        if (/^(Shift|Control|Alt|Meta|Arrow|Page|Home|End)/.test(event.key)) this.#by = "keys";
        else this.flush();
        return;
      case "focusin":
        // From a field back into the text: what is selected there counts again.
        if (!isTyping(event.target)) this.#settle(SETTLED.keys);
        return;
      case "htmx:config:request":
        event.detail.ctx.fetch ??= (...request) => this.#fetch(...request);
        return;
      case "htmx:before:swap":
        this.#held = this.#places();
    }
  }

  /** Looks at the selection now: a key may come before it has settled, or before the browser has told of it. */
  flush() {
    this.#look();
  }

  /** Selects `text[start:end]`, and makes it known as coming from keys. */
  select(start, end) {
    const from = placeAt(this.root, start);
    const to = end > start ? placeAt(this.root, end, true) : from;
    document.getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
    if (end > start) {
      this.#by = "keys";
      this.#look();
    }
  }

  /** Selects again what was selected last, as it was, after the focus was elsewhere. */
  restore() {
    if (this.#madeAt) this.#put(this.#madeAt);
  }

  /** Takes the selection off; the caret stays where it was. */
  clear() {
    const places = this.#places();
    const selection = document.getSelection();
    if (places) {
      const { node, offset } = placeAt(this.root, places.focus);
      selection.collapse(node, offset);
    } else if (!isTyping(document.activeElement)) selection.removeAllRanges();
    this.#tell(null);
  }

  get #isPointerDown() {
    return "pointerDown" in document.documentElement.dataset;
  }

  #press({ target, pointerType, button, shiftKey, clientX, clientY }) {
    this.#besides = null;
    this.#isDragged = false;
    this.#by = pointerType === "touch" ? "touch" : "pointer";
    this.#isOnTools = Boolean(target.closest?.(TOOLS));
    // A mouse may begin to select outside the text; a finger there only scrolls.
    const maySelect = pointerType !== "touch" || this.root.contains(target);
    if (button !== 0 || this.#isOnTools || !maySelect) return;
    if (!shiftKey && !this.root.contains(target)) this.#besides = this.#beside(clientX, clientY);
    document.documentElement.dataset.pointerDown = "";
    this.reader.setAttribute("data-busy", "");
  }

  /** The place in the text of the line that a point lies beside; null above and below the text. */
  #beside(x, y) {
    const { left, right, top, bottom } = this.root.getBoundingClientRect();
    if (y < top || y > bottom) return null;
    const place = document.caretPositionFromPoint?.(Math.min(Math.max(x, left + 1), right - 1), y);
    return this.root.contains(place?.offsetNode) ? offsetAt(this.root, place.offsetNode, place.offset) : null;
  }

  #release() {
    if (!this.#isPointerDown) return;
    delete document.documentElement.dataset.pointerDown;
    this.reader.removeAttribute("data-busy");
    // The browser finishes a click on a selection only after this event.
    this.#settle(SETTLED[this.#by]);
    setTimeout(() => this.#waiting.splice(0).forEach((done) => done()));
  }

  /** Fetches, and keeps the answer back while a pointer is down: a drag whose first node is swapped selects the page. */
  async #fetch(...request) {
    const answer = await fetch(...request);
    const text = answer.text.bind(answer);
    answer.text = async () => {
      const words = await text();
      while (this.#isPointerDown) await new Promise((done) => this.#waiting.push(done));
      return words;
    };
    return answer;
  }

  #settle(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#isPointerDown || isTyping(document.activeElement)) return;
    const selection = document.getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    if (!range || range.collapsed || !range.intersectsNode(this.root)) {
      if (!this.#isOnTools && !document.activeElement?.closest(TOOLS)) this.#tell(null);
      return;
    }
    const { focusNode, focusOffset } = selection;
    // A press beside the text anchors the browser's selection at an end of the article, not in its line.
    if (this.#isDragged && this.#besides !== null && this.root.contains(focusNode)) {
      this.#put({ anchor: this.#besides, focus: offsetAt(this.root, focusNode, focusOffset) });
      this.#besides = null;
      return this.#look();
    }
    const { start, end } = spanOf(this.root, range);
    this.#tell(whole(this.root, start, end), range);
  }

  #tell(found, range) {
    if (found?.start === this.made?.start && found?.end === this.made?.end) return;
    this.made = found;
    this.#madeAt = found && this.#places();
    const detail = found && { ...found, rect: range.getBoundingClientRect(), by: this.#by };
    const type = found ? "selection:made" : "selection:cleared";
    this.root.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  /** Where the selection stands in the text: `{anchor, focus}`; null if it is not in it. */
  #places() {
    const { anchorNode, focusNode, focusOffset, rangeCount, isCollapsed } = document.getSelection();
    if (!rangeCount || !this.root.contains(anchorNode) || !this.root.contains(focusNode)) return null;
    if (isCollapsed) {
      const at = offsetAt(this.root, focusNode, focusOffset);
      return { anchor: at, focus: at };
    }
    // As spanOf counts it, so that put back it is the same selection, also where it ends inside a pair.
    const range = document.getSelection().getRangeAt(0);
    const { start, end } = spanOf(this.root, range);
    const isBackwards = range.startContainer === focusNode && range.startOffset === focusOffset;
    return isBackwards ? { anchor: end, focus: start } : { anchor: start, focus: end };
  }

  #put({ anchor, focus }) {
    const isBackwards = focus < anchor;
    const from = placeAt(this.root, anchor, isBackwards);
    const to = anchor === focus ? from : placeAt(this.root, focus, !isBackwards);
    document.getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
  }

  #redrawn() {
    repaint();
    const held = this.#held;
    this.#held = null;
    if (held && !isTyping(document.activeElement)) this.#put(held);
    this.root.dispatchEvent(new CustomEvent("text:drawn", { bubbles: true }));
  }
}

customElements.define("selection-watch", SelectionWatch);
