import { movement } from "../lib/keys.js";
import { offsetAt, paragraphAt, pointsIn, rangeAt, textAt, unitsIn } from "../lib/offsets.js";
import { paint } from "../lib/paint.js";
import { nextGrapheme, nextWord, previousGrapheme, previousWord, whole, widened } from "../lib/selection.js";
import { uuid } from "../lib/uuid.js";

const AROUND = 24; // code points spoken on each side of a handle
const STRONG = /[\p{L}\p{N}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * Two handles over the ends of a passage (`bounds:move`), moved by pointer and by keys: arrows one grapheme, with Ctrl or
 * Alt a word, Home and End the paragraph's ends. Enter or Save sends #bounds-form, Escape leaves all as it was.
 */
class BoundsHandles extends HTMLElement {
  span = null;
  #first = null;
  #passage = 0;
  #key = "";
  #opener = null;
  #held = { x: 0, y: 0 };

  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.reader = this.closest("article-reader");
    this.form = document.getElementById("bounds-form");
    this.ends = new AbortController();
    const { signal } = this.ends;
    for (const type of ["bounds:move", "text:drawn"]) document.addEventListener(type, this, { signal });
    for (const type of ["keydown", "pointerdown", "pointermove", "pointerup", "pointercancel", "click"]) {
      this.addEventListener(type, this, { signal });
    }
    for (const type of ["htmx:error", "htmx:finally:request"]) this.form.addEventListener(type, this, { signal });
    window.addEventListener("resize", this, { signal });
  }

  disconnectedCallback() {
    this.ends.abort();
    this.hide();
  }

  handleEvent(event) {
    const handle = event.target.closest?.("bounds-handles .handle");
    switch (event.type) {
      case "bounds:move":
        return this.show(event.detail, event.target);
      case "keydown":
        return this.#press(event, handle);
      case "pointerdown":
        return handle && this.#grip(event, handle);
      case "pointermove":
        return this.dragged && this.#drag(event);
      case "pointerup":
      case "pointercancel":
        return this.#letGo();
      case "click":
        if (event.target.closest("[data-do=save]")) this.save();
        if (event.target.closest("[data-do=cancel]")) this.hide(true);
        return;
      case "htmx:error":
        if (!event.detail.ctx?.response) this.#say("Not saved – try again. Parley could not be reached.");
        return;
      case "htmx:finally:request":
        return this.#answered(event.detail.ctx.response?.status);
      default:
        return this.draw();
    }
  }

  show({ passage, start, end }, opener) {
    this.hide();
    this.span = { start: Number(start), end: Number(end) };
    this.#first = { ...this.span };
    this.#passage = passage;
    this.#opener = opener.closest?.(".card")?.id ?? opener.id;
    this.#key = "";
    document.querySelector("selection-watch")?.clear();
    this.#build();
    this.draw();
    this.start.scrollIntoView({ block: "center" });
    this.start.focus({ preventScroll: true });
  }

  hide(goBack = false) {
    this.#letGo();
    this.span = null;
    this.replaceChildren();
    paint("bounds", null);
    if (goBack) (document.getElementById(this.#opener) ?? this.root).focus({ preventScroll: true });
  }

  save() {
    if (!this.span) return;
    const { start, end } = this.span;
    if (start === this.#first.start && end === this.#first.end) return this.hide(true);
    const values = { start, end, exact: textAt(this.root, start, end), key: (this.#key ||= uuid()) };
    for (const [name, value] of Object.entries(values)) this.#field(name).value = value;
    const url = `/passages/${this.#passage}/bounds/`;
    this.form.action = url;
    this.form.setAttribute("hx-post", url);
    this.form.requestSubmit();
  }

  draw() {
    if (!this.span) return;
    const { start, end } = this.span;
    const rects = [...rangeAt(this.root, start, end).getClientRects()].filter((rect) => rect.width);
    const box = this.start.offsetParent?.getBoundingClientRect();
    if (!rects.length || !box) return;
    const [first, last] = [rects[0], rects.at(-1)];
    const from = this.#edge(start, widened(this.root, start + 1, true), false) ?? first.left;
    const to = this.#edge(widened(this.root, end - 1, false), end, true) ?? last.right;
    this.#put(this.start, from - box.left, first.top - box.top, first.height);
    this.#put(this.end, to - box.left, last.top - box.top, last.height);
    const below = last.bottom - box.top + 22;
    this.#put(this.tools, 0, below); // as wide as it likes to be
    const room = document.documentElement.clientWidth - box.left - this.tools.offsetWidth - 8;
    this.#put(this.tools, Math.max(0, Math.min(first.left - box.left, room)), below);
    paint("bounds", this.span);
    for (const [handle, offset] of [[this.start, start], [this.end, end]]) {
      const before = textAt(this.root, Math.max(0, offset - AROUND), offset);
      const after = textAt(this.root, offset, offset + AROUND);
      handle.setAttribute("aria-valuenow", offset);
      handle.setAttribute("aria-valuetext", `between “…${before.trim()}” and “${after.trim()}…”`);
    }
    this.start.setAttribute("aria-valuemin", 0);
    this.start.setAttribute("aria-valuemax", end);
    this.end.setAttribute("aria-valuemin", start);
    this.end.setAttribute("aria-valuemax", this.root.lastElementChild.dataset.end);
  }

  /** Where the grapheme from `start` to `end` begins or ends, which is its left side if it is read from right to left. */
  #edge(start, end, isEnd) {
    const rect = [...rangeAt(this.root, start, end).getClientRects()].find(({ width }) => width);
    if (!rect) return null;
    const text = textAt(this.root, start, end);
    const paragraph = paragraphAt(this.root, start) ?? this.root;
    const isLeftwards = STRONG.test(text) ? RIGHT_TO_LEFT.test(text) : getComputedStyle(paragraph).direction === "rtl";
    return isLeftwards === isEnd ? rect.left : rect.right;
  }

  /** Moves one end; the passage keeps at least a grapheme, and graphemes stay whole. */
  #move(handle, offset) {
    const isStart = handle === this.start;
    const border = widened(this.root, offset, !isStart);
    if (isStart ? border >= this.span.end : border <= this.span.start) return;
    this.span = { ...this.span, [isStart ? "start" : "end"]: border };
    this.#key = "";
    this.draw();
  }

  #press(event, handle) {
    if (event.key === "Escape") {
      event.preventDefault();
      return this.hide(true);
    }
    if (!handle) return;
    const move = movement(event);
    if (event.key === "Enter") this.save();
    else if (move) this.#move(handle, this.#stepped(handle === this.start ? this.span.start : this.span.end, move));
    else return;
    event.preventDefault();
  }

  #stepped(offset, { by, direction }) {
    const isForward = direction === "right" || (direction === "forward" && by !== "line") || (by === "line" && direction === "backward");
    const paragraph = paragraphAt(this.root, isForward ? offset : Math.max(0, offset - 1)) ?? this.root.firstElementChild;
    const { start, end } = { start: Number(paragraph.dataset.start), end: Number(paragraph.dataset.end) };
    if (isForward && offset >= end) return Number(paragraph.nextElementSibling?.dataset.start ?? end);
    if (!isForward && offset > end) return end;
    if (by === "lineboundary" || by === "paragraph" || by === "text") return isForward ? end : start;
    const text = paragraph.textContent;
    const at = unitsIn(text, offset - start);
    const to =
      by === "word"
        ? (isForward ? nextWord : previousWord)(text, at)
        : (isForward ? nextGrapheme : previousGrapheme)(text, at);
    return start + pointsIn(text.slice(0, to));
  }

  #grip(event, handle) {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    this.dragged = handle;
    // A finger takes the knob above or below the line, and does not hide what it points at.
    const { left, width, top, height } = handle.getBoundingClientRect();
    this.#held = { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
    this.reader.setAttribute("data-busy", "");
  }

  #drag({ clientX, clientY }) {
    const [x, y] = [clientX - this.#held.x, clientY - this.#held.y];
    for (const one of [this.start, this.end, this.tools]) one.style.pointerEvents = "none";
    const place = document.caretPositionFromPoint?.(x, y);
    const range = place ? null : document.caretRangeFromPoint?.(x, y);
    for (const one of [this.start, this.end, this.tools]) one.style.pointerEvents = "";
    const node = place?.offsetNode ?? range?.startContainer;
    if (!this.root.contains(node)) return;
    this.#move(this.dragged, offsetAt(this.root, node, place?.offset ?? range.startOffset));
  }

  #letGo() {
    if (!this.dragged) return;
    this.dragged = null;
    this.reader.removeAttribute("data-busy");
    const { start, end } = this.span ?? {};
    const trimmed = this.span && whole(this.root, start, end);
    if (trimmed) {
      this.span = { start: trimmed.start, end: trimmed.end };
      this.draw();
    }
  }

  #answered(status) {
    if (!status || !this.span) return;
    if (status < 400) this.hide(true);
    else this.#say(document.getElementById("palette-message")?.textContent.trim() || "Not saved: the server refused these bounds.");
  }

  #field(name) {
    const field = this.form.elements[name];
    if (field) return field;
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name }));
    return this.form.elements[name];
  }

  #put(element, x, y, height) {
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, blockSize: height ? `${height}px` : "" });
  }

  #say(words) {
    this.tools.querySelector("p").textContent = words;
  }

  #build() {
    [this.start, this.end] = [["start", "Start of the passage"], ["end", "End of the passage"]].map(([side, label]) => {
      const handle = Object.assign(document.createElement("div"), { className: `handle ${side}`, tabIndex: 0 });
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", label);
      handle.setAttribute("aria-orientation", "horizontal");
      return handle;
    });
    this.tools = Object.assign(document.createElement("div"), { className: "handle-tools" });
    for (const [name, words, className] of [["save", "Save bounds", "button small"], ["cancel", "Cancel", "button quiet small"]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className, textContent: words });
      button.dataset.do = name;
      this.tools.append(button);
    }
    const message = document.createElement("p");
    message.setAttribute("role", "status");
    this.tools.append(message);
    this.append(this.start, this.end, this.tools);
  }
}

customElements.define("bounds-handles", BoundsHandles);
