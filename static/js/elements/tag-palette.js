import { action, isTyping } from "../lib/keys.js";
import { storageOf } from "../lib/lasting.js";
import { called, isUsable } from "../lib/match.js";
import { placeAt, rangeAt, textAt } from "../lib/offsets.js";
import { paint } from "../lib/paint.js";
import { GAP, place } from "../lib/placing.js";
import { keepUnsent, takeUnsent } from "../lib/unsent.js";
import { unreached } from "../lib/unreached.js";
import { ArmedTag } from "./armed-tag.js";
import { PaletteForm } from "./palette-form.js";
import { TagCombobox } from "./tag-combobox.js";

const DOCKED = "(width <= 640px), (pointer: coarse)";
const LIST = 120; // pixels of the list of tags that must fit
const HEADER = 8;
const showKeys = (hasLetters) => import("./keys-dialog.js").then((dialog) => dialog.showKeys(hasLetters), unreached);
const FAILED = "Not saved – try again. Parley could not be reached; nothing was lost.";

/**
 * The palette of what can be done with a selection: tag it, note, link, copy, keep a tag. Opens beside the selection and
 * leaves the focus in the text. What it is made of: the type-ahead, the form that is sent, the tag that is kept.
 */
class TagPalette extends HTMLElement {
  /** What is selected: `{start, end, exact}`; stays after the palette is closed by Escape. */
  span = null;
  #isArming = false;
  #opener = null;
  #pending = null;
  #unsent = [];

  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.reader = this.closest("article-reader");
    this.form = this.querySelector("form");
    this.sender = new PaletteForm(this.form, {
      answered: (intent) => this.#answered(intent),
      failed: () => this.#failed(),
    });
    this.message = this.querySelector("#palette-message");
    this.input = this.querySelector("#palette-tag");
    this.armed = new ArmedTag(this);
    this.combobox = new TagCombobox({
      input: this.input,
      list: this.querySelector("#palette-tags"),
      tags: () => this.tags,
      choose: (tag, name) => this.#choose(tag, name),
      resized: () => (this.#place(), this.#showSelection()),
    });
    this.ends = new AbortController();
    const { signal } = this.ends;
    for (const type of [
      "selection:made", "selection:cleared", "palette:open", "keydown", "click", "htmx:after:swap", "text:drawn",
      "session:over",
    ]) {
      document.addEventListener(type, this, { signal });
    }
    // Escape is the palette's before it is anybody's behind it.
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event), { signal, capture: true });
    for (const type of ["pointerdown", "mousedown", "focusin"]) {
      this.addEventListener(type, this, { signal });
    }
    for (const target of [window, window.visualViewport]) target?.addEventListener("resize", this, { signal });
    this.#drawRecent();
    this.#unsent = takeUnsent(storageOf(window), this.reader.dataset, "tags") ?? [];
    if (this.#unsent.length) customElements.whenDefined("selection-watch").then(() => setTimeout(() => this.#offerUnsent()));
  }

  disconnectedCallback() {
    this.ends.abort();
    this.armed.badge.remove();
  }

  handleEvent(event) {
    switch (event.type) {
      case "selection:made":
        return this.#selected(event.detail);
      case "selection:cleared":
        return this.#forget();
      case "palette:open":
        return this.#openFor(event);
      case "keydown":
        return this.#press(event);
      case "click":
        return this.#click(event);
      case "pointerdown":
      case "mousedown":
        // A press on the palette leaves the text selected; only the fields take the focus.
        if (!event.target.closest("input, a, blockquote, ul")) event.preventDefault();
        return;
      case "focusin":
        // In a field the browser forgets what is selected in the text: it is painted instead.
        if (this.span) paint("selected", this.span);
        return;
      case "session:over":
        return this.#keepUnsent();
      case "htmx:after:swap":
        this.armed.mark();
        return this.#drawRecent();
      case "text:drawn":
      case "resize":
        return this.#place();
    }
  }

  /** The codebook, as the page has it now. */
  get tags() {
    const script = document.getElementById("tags");
    if (script !== this.script) {
      this.script = script;
      this.list = JSON.parse(script?.textContent || "[]");
    }
    return this.list;
  }

  /** The tags used last, newest first. */
  get recent() {
    const ids = (this.form.dataset.recent ?? "").split(" ");
    return ids.map((id) => this.tags.find((tag) => String(tag.id) === id)).filter((tag) => tag && isUsable(tag)).slice(0, 6);
  }

  get hasLetters() {
    return this.reader.hasAttribute("data-letter-keys");
  }

  #selected({ start, end, exact, by }) {
    // While something is recorded, what is selected is its evidence.
    if (this.reader.hasAttribute("data-recording")) return;
    const isSame = this.span?.start === start && this.span?.end === end;
    if (isSame && !this.hidden) return;
    this.span = { start, end, exact };
    this.sender.forget();
    // By keys and by touch a selection grows step by step: there the kept tag waits for Enter or a tap.
    if (this.armed.tag && by === "pointer") this.apply(this.armed.tag);
    else this.open();
  }

  #openFor({ target, detail }) {
    const { start, end } = detail;
    this.span = { start, end, exact: detail.exact ?? textAt(this.root, start, end) };
    this.sender.forget();
    this.#opener = target.closest?.(".card")?.id ?? null;
    const watch = document.querySelector("selection-watch");
    watch?.select(start, end);
    this.open();
    this.#find();
  }

  open() {
    this.querySelector(".selected").textContent = this.span.exact;
    this.message.replaceChildren();
    this.input.value = "";
    this.#isArming = false;
    this.#drawRecent();
    this.hidden = false;
    this.reader.setAttribute("data-palette", "");
    const quote = this.querySelector(".selected");
    quote.tabIndex = quote.scrollHeight > quote.clientHeight ? 0 : -1;
    this.#place();
    this.#showSelection();
  }

  close() {
    const hadFocus = this.contains(document.activeElement);
    this.hidden = true;
    this.reader.removeAttribute("data-palette");
    this.combobox.hide();
    paint("selected", null);
    if (hadFocus) this.#backToText();
  }

  /** Tags the selection with a tag of the codebook, or with a new name. */
  apply(tag, name = tag.name) {
    const value = tag ? String(tag.id) : name;
    if (!this.span) return;
    this.sender.send({ kind: "tag", tag, name, span: this.span }, this.form.getAttribute("action"), value);
    this.#pending = this.span;
    paint("pending", this.span);
  }

  #answered({ kind, tag, name, span, status }) {
    // What was selected in the meantime may not have settled yet: it is not what was answered.
    document.querySelector("selection-watch")?.flush();
    const isCurrent = this.span?.start === span.start && this.span?.end === span.end;
    if (span === this.#pending) paint("pending", null);
    if (status >= 400) {
      if (isCurrent && this.hidden) this.#reopen();
      if (!this.message.textContent.trim()) this.#say("Not saved: the server refused it.");
      return this.#place();
    }
    if (kind === "link") {
      const link = this.querySelector("#passage-link");
      if (link) this.#tell("address:copy", { address: link.href });
      return this.#place();
    }
    this.#remember(tag ?? called(this.tags, name));
    if (isCurrent) this.#done();
  }

  #failed() {
    paint("pending", null);
    if (this.hidden) this.#reopen();
    this.#say(FAILED);
    this.#place();
  }

  #reopen() {
    const words = [...this.message.childNodes];
    this.open();
    this.message.replaceChildren(...words);
  }

  #done() {
    const opener = this.#opener && document.getElementById(this.#opener);
    const isElsewhere = isTyping(document.activeElement) && !this.contains(document.activeElement);
    this.close();
    this.span = null;
    this.#opener = null;
    // Whoever has begun the next selection is left alone.
    if (isElsewhere || "pointerDown" in document.documentElement.dataset) return;
    if (opener) opener.focus({ preventScroll: true });
    else this.root.focus({ preventScroll: true });
    document.querySelector("selection-watch")?.clear();
    this.#offerUnsent();
  }

  #forget() {
    this.span = null;
    this.close();
  }

  /** Keeps what was on its way, or is being chosen, for when its coder has signed in again. */
  #keepUnsent() {
    const tags = this.sender.unanswered.map(({ span, name }) => ({ ...span, typed: name ?? "" }));
    if (!tags.length && this.span && !this.hidden) tags.push({ ...this.span, typed: this.input.value });
    tags.push(...this.#unsent);
    if (tags.length) keepUnsent(storageOf(window), this.reader.dataset, "tags", tags);
  }

  /** Opens the palette as it was when the session ended, once for each passage that was not tagged then. */
  #offerUnsent() {
    const one = this.#unsent.shift();
    if (!one) return;
    const { start, end, exact, typed } = one;
    if (textAt(this.root, start, end) !== exact) return this.#offerUnsent();
    placeAt(this.root, start).node.parentElement.scrollIntoView({ block: "center" });
    this.#tell("palette:open", { start, end, exact });
    this.input.value = typed;
    this.combobox.show();
    this.#say("This was not saved: you had been signed out. " + (typed ? `Enter puts “${typed}” on it.` : "Choose a tag."));
    this.#place();
  }

  #remember(tag) {
    if (!tag) return;
    const ids = (this.form.dataset.recent ?? "").split(" ").filter((id) => id && id !== String(tag.id));
    this.form.dataset.recent = [tag.id, ...ids].slice(0, 6).join(" ");
  }

  #press(event) {
    const isFree = !event.defaultPrevented && !isTyping(event.target);
    if (isFree && event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.span) {
      event.preventDefault();
      if (this.hidden) this.open();
      return this.#find();
    }
    if (!isFree) return;
    const shortcuts = new Map(this.tags.filter((tag) => tag.shortcut && isUsable(tag)).map((tag) => [tag.shortcut, tag]));
    const asked = action(event, new Set(shortcuts.keys()));
    const onControl = event.target.closest?.("a[href], button, summary, .card");
    const hasKey = asked && (this.hasLetters ? true : asked === "tag" && event.key === "Tab");
    if (!hasKey) return;
    if (asked === "help" && this.hasLetters) {
      event.preventDefault();
      return showKeys(true);
    }
    if (!this.span || (this.hidden && event.key === "Tab")) return;
    if (onControl && (event.key === "Enter" || event.key === "Tab")) return;
    const tag = asked.digit ? this.recent[asked.digit - 1] : asked.shortcut && shortcuts.get(asked.shortcut);
    if (asked.digit || asked.shortcut) {
      if (tag) this.apply(tag);
    } else if (!this.#act(asked)) return;
    event.preventDefault();
  }

  /** One step back: out of the list, out of the type-ahead, out of the palette, off the kept tag, off the selection. */
  #escape(event) {
    if (document.querySelector("dialog[open], :popover-open") || event.isComposing) return;
    const isInside = this.contains(event.target);
    if (isTyping(event.target) && !isInside) return;
    if (event.target === this.input && this.combobox.isOpen && this.input.value) this.combobox.hide();
    else if (!this.hidden && isInside && this.#opener === null && !this.#isArming) this.#backToText();
    else if (!this.hidden) this.close();
    else if (this.armed.tag) this.armed.disarm();
    else if (this.span && document.activeElement !== document.body) document.querySelector("selection-watch")?.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Does what a key or a button names; false if it is none of the palette's. */
  #act(name) {
    switch (name) {
      case "tag":
        if (this.hidden) this.open();
        this.#find();
        return true;
      case "repeat":
        if (this.armed.tag ?? this.recent[0]) this.apply(this.armed.tag ?? this.recent[0]);
        else this.#act("tag");
        return true;
      case "note": {
        const span = this.span;
        this.close();
        this.#tell("note:write", span);
        return true;
      }
      case "position": {
        const span = this.span;
        this.close();
        this.span = null;
        this.#tell("position:record", span);
        return true;
      }
      case "link":
        if (this.hidden) this.open();
        this.sender.send({ kind: "link", span: this.span }, `${this.reader.dataset.url}links/`);
        return true;
      case "copy":
        this.#tell("quotation:copy", this.span);
        return true;
      case "arm":
        if (this.hidden) this.open();
        this.#isArming = true;
        this.#find();
        this.#say("Choose the tag to keep: every selection will be coded with it.");
        return true;
      case "keys":
        showKeys(this.hasLetters);
        return true;
      default:
        return false;
    }
  }

  #click(event) {
    const arm = event.target.closest?.("[data-arm]");
    if (arm) {
      const tag = this.tags.find((one) => String(one.id) === arm.dataset.arm);
      if (this.armed.tag?.id === tag?.id) this.armed.disarm();
      else if (tag) this.armed.arm(tag);
      return;
    }
    if (!this.contains(event.target)) return;
    const button = event.target.closest("[data-tag], [data-act]");
    if (!button || button.closest("[role=listbox]")) return;
    if (button.dataset.act) this.#act(button.dataset.act);
    else this.#choose(this.tags.find((tag) => String(tag.id) === button.dataset.tag));
  }

  #choose(tag, name) {
    if (this.#isArming && tag) {
      this.#isArming = false;
      this.armed.arm(tag);
    }
    this.apply(tag, name);
  }

  /** To the type-ahead. */
  #find() {
    this.input.focus({ preventScroll: true });
    this.combobox.show();
  }

  #backToText() {
    this.root.focus({ preventScroll: true });
    if (this.span) document.querySelector("selection-watch")?.restore();
    paint("selected", null);
  }

  #drawRecent() {
    const tags = this.armed.tag ? [this.armed.tag, ...this.recent.filter((one) => one.id !== this.armed.tag.id)] : this.recent;
    const box = this.querySelector(".recent");
    const drawn = `${this.armed.tag?.id} ${tags.map((tag) => [tag.id, tag.name, tag.colour])}`;
    if (box.dataset.drawn === drawn) return;
    box.dataset.drawn = drawn;
    box.replaceChildren(...tags.map((tag) => this.#recentButton(tag)));
    box.hidden = !tags.length;
  }

  #recentButton(tag) {
    const digit = this.recent.indexOf(tag) + 1;
    const key = tag === this.armed.tag ? "Enter" : String(digit);
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: `chip colour-${tag.colour || "slate"}`,
    });
    Object.assign(button.dataset, { tag: tag.id, digit });
    button.append(Object.assign(document.createElement("span"), { className: "name", textContent: tag.name }));
    if (this.hasLetters) button.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    return button;
  }

  /** Puts the palette below the selection, above it, or at the window's lower edge: never over it. */
  #place() {
    if (this.hidden || !this.span) return;
    const view = window.visualViewport ?? { height: innerHeight, offsetTop: 0 };
    this.style.setProperty("--keyboard", `${Math.max(0, innerHeight - view.height - view.offsetTop)}px`);
    const rect = rangeAt(this.root, this.span.start, this.span.end).getBoundingClientRect();
    const list = this.combobox.list;
    // Room for the list is kept from the start, so that opening it moves nothing.
    const size = { width: this.offsetWidth, height: this.offsetHeight - list.offsetHeight + LIST };
    const area = { width: document.documentElement.clientWidth, height: innerHeight };
    const { side, x, room } = matchMedia(DOCKED).matches ? { side: "dock" } : place(rect, size, area, { top: HEADER });
    list.style.maxBlockSize = room === undefined ? "" : `${room + LIST}px`;
    this.dataset.place = side === "dock" ? side : "below";
    if (side === "dock") return Object.assign(this.style, { left: "", top: "", bottom: "" });
    // Where 0, 0 lies depends on the page's grid: it is measured.
    Object.assign(this.style, { left: "0", top: "0", bottom: "auto" });
    const zero = this.getBoundingClientRect();
    const y = side === "below" ? rect.bottom + GAP : rect.top - GAP;
    Object.assign(this.style, { left: `${x - zero.left}px`, top: `${y - zero.top}px` });
    this.dataset.place = side;
  }

  /** Scrolls the end of the selection out from under a docked palette. */
  #showSelection() {
    if (this.dataset.place !== "dock" || this.hidden || !this.span) return;
    const { top, bottom } = rangeAt(this.root, this.span.start, this.span.end).getBoundingClientRect();
    const edge = this.getBoundingClientRect().top - 12;
    const over = Math.min(bottom - edge, top - 72);
    if (over > 0) window.scrollBy({ top: over });
  }

  #say(words) {
    this.message.replaceChildren(words);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

customElements.define("tag-palette", TagPalette);
