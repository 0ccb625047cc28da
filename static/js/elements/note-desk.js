import { addressOf, Drafts, nameOfNew, roomLeft } from "../lib/drafts.js";
import { lastingStorage } from "../lib/lasting.js";
import { placeAt, pointsIn } from "../lib/offsets.js";
import { keepUnsent, takeUnsent } from "../lib/unsent.js";
import { uuid } from "../lib/uuid.js";
import { timeOf } from "./draft-list.js";

const UNREACHED = "Not saved: Parley did not answer. Your text is safe here; try again in a moment.";

/**
 * The one place where notes are typed. It holds one form at a time: opened by `note:write`, or put here by htmx for an
 * edit, a reply or a refusal. What is typed is kept as a draft until the server has saved it.
 */
class NoteDesk extends HTMLElement {
  #back = null;
  #isOver = false;
  #isKept = true;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    const { user, article } = this.reader.dataset;
    this.drafts = new Drafts(lastingStorage(window), user, article);
    this.list = document.createElement("draft-list");
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    for (const type of ["input", "keydown", "click", "draft:open"]) this.addEventListener(type, this, options);
    this.reader.addEventListener("note:write", this, options);
    for (const type of ["htmx:before:request", "htmx:after:request", "htmx:finally:request", "session:over"]) {
      document.addEventListener(type, this, options);
    }
    addEventListener("beforeunload", this, options);
    visualViewport?.addEventListener("resize", this, options);
    this.watch = new MutationObserver(() => this.#adopt());
    this.watch.observe(this, { childList: true });
    this.#adopt();
    this.#comeBack();
    this.drafts.storage.restored.then((isMore) => isMore && this.#offer());
  }

  disconnectedCallback() {
    this.ends.abort();
    this.watch.disconnect();
  }

  handleEvent(event) {
    switch (event.type) {
      case "note:write": return this.open(event.detail);
      case "draft:open": return this.#reopen(event.detail);
      case "input": return this.#typed(event.target);
      case "keydown": return this.#key(event);
      case "click": return this.#click(event.target.closest("[data-desk]")?.dataset.desk);
      case "session:over": return this.#over();
      case "beforeunload": return this.isUnsaved && !this.#isOver && event.preventDefault();
      case "resize": return this.style.setProperty("--keyboard", `${Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop)}px`);
      default: if (event.detail.ctx.sourceElement === this.form) return this.#sent(event.type, event.detail.ctx);
    }
  }

  get field() {
    return this.form.elements.text;
  }

  get name() {
    const { draft } = this.form.dataset;
    return draft === "article" ? nameOfNew(readSpan(this.form)) : draft;
  }

  get isUnsaved() {
    return this.hasAttribute("data-open") && Boolean(this.field.value.trim()) && this.field.value !== this.saved;
  }

  /** Opens the form of a new note on a span of the text, or on the article itself if `start` is empty. */
  open({ start = "", end = "", exact = "" } = {}) {
    const isOpen = this.hasAttribute("data-open");
    if (this.form.dataset.draft !== "article") this.replaceChildren(this.blank.cloneNode(true));
    this.#adopt();
    if (!isOpen || this.name !== nameOfNew({ start, end })) {
      this.form.reset();
      for (const [name, value] of Object.entries({ start, end, exact, key: uuid() })) this.form.elements[name].value = value;
      this.field.value = "";
      this.saved = "";
      const quote = this.form.querySelector(".selected");
      quote.textContent = exact;
      quote.hidden = !exact;
      this.form.querySelector("h2").textContent = exact ? "A note on these words" : "A note on the article";
      this.#restore();
    }
    this.#show();
  }

  /** Closes the desk; what was typed stays as a draft. A browser that keeps none keeps the desk open. */
  close() {
    if (this.isUnsaved && !this.#isKept) return this.#say("This browser keeps no drafts. Save the note, or discard it.");
    const wasOpen = this.hasAttribute("data-open");
    this.removeAttribute("data-open");
    this.reader.removeAttribute("data-desk");
    this.list.show(this.drafts.list());
    if (!wasOpen) return;
    const back = this.#back?.isConnected ? this.#back : document.getElementById(this.#back?.id || "article-text");
    if (this.contains(document.activeElement) || document.activeElement === document.body) back?.focus({ preventScroll: true });
  }

  #show() {
    const from = document.activeElement;
    if (this.list.contains(from)) this.#back = this.list.write;
    else if (!this.contains(from) && from !== document.body) this.#back = from;
    this.setAttribute("data-open", "");
    this.reader.setAttribute("data-desk", "");
    this.field.focus({ preventScroll: true });
  }

  /** Offers the drafts that came back only now, and leaves alone what is being typed. */
  #offer() {
    if (!this.hasAttribute("data-open")) this.list.show(this.drafts.list());
    else if (!this.isUnsaved) this.#restore();
  }

  /** Takes on the form that stands in the desk now, after whoever put it there. */
  #adopt() {
    const form = this.querySelector("form");
    if (!form) return;
    if (!this.list.isConnected) this.append(this.list);
    if (form === this.form) return;
    this.form = form;
    const isRefused = Boolean(form.querySelector("[role=alert]"));
    const isBlank = form.dataset.draft === "article" && !isRefused;
    if (isBlank) this.blank ??= form.cloneNode(true);
    furnish(form);
    globalThis.htmx?.process(form);
    // What comes back from a refusal is still unsaved.
    this.saved = isRefused ? "" : this.field.value;
    this.form.elements.key.value ||= uuid();
    if (isBlank) return this.close();
    this.#restore();
    this.#show();
  }

  #restore() {
    const draft = this.drafts.load(this.name);
    this.#isKept = true;
    this.#measure();
    this.#say("");
    if (!draft || draft.text === this.field.value) return;
    this.field.value = draft.text;
    for (const part of ["visibility", "key", "version"]) {
      if (draft[part] && this.form.elements[part]) this.form.elements[part].value = draft[part];
    }
    this.#measure();
    this.#say(`Draft of ${timeOf(draft.at)} restored.`, true);
  }

  #reopen({ name, draft }) {
    const address = addressOf(name);
    if (!address) return this.open(draft);
    htmx.ajax("GET", address, { target: "#desk", swap: "innerHTML" }).then(() => {
      // The note is gone; what was typed is not.
      if (this.name !== name) this.open();
      if (!this.field.value) this.field.value = draft.text;
    });
  }

  /** Once signed in again the desk opens with what was typed; a draft that is kept needs no warning. */
  #over() {
    if (!this.isUnsaved || !this.#isKept) return;
    this.#isOver = true;
    keepUnsent(this.drafts.storage, this.reader.dataset, "note", this.name);
  }

  #comeBack() {
    const name = takeUnsent(this.drafts.storage, this.reader.dataset, "note");
    const draft = name && this.drafts.load(name);
    if (!draft) return;
    if (draft.start) placeAt(document.getElementById("article-text"), draft.start).node.parentElement.scrollIntoView({ block: "center" });
    this.#reopen({ name, draft });
  }

  #typed(target) {
    if (!this.form.contains(target)) return;
    if (this.wasSent) this.form.elements.key.value = uuid();
    this.wasSent = false;
    this.#measure();
    const { key, version, visibility } = this.form.elements;
    const draft = { ...readSpan(this.form), text: this.field.value, key: key.value, version: version?.value, visibility: visibility?.value };
    this.#isKept = this.field.value === this.saved ? this.drafts.drop(this.name) : this.drafts.save(this.name, draft);
    this.#say("");
  }

  #key(event) {
    if (event.isComposing || !this.form.contains(event.target)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #click(act) {
    if (act === "close") this.close();
    if (act !== "discard") return;
    this.drafts.drop(this.name);
    this.field.value = this.saved;
    this.form.elements.key.value = uuid();
    this.#measure();
    this.#say("Draft discarded.");
    this.field.focus();
  }

  #sent(type, ctx) {
    if (type === "htmx:before:request") {
      this.wasSent = true;
      this.field.readOnly = true;
      return;
    }
    const isSaved = ctx.response?.raw.ok && !ctx.hx?.redirect;
    if (type === "htmx:after:request") return isSaved && this.drafts.dropSaved(this.name, this.form.elements.key.value);
    this.field.readOnly = false;
    if (!ctx.response || ctx.response.status >= 500) this.#say(UNREACHED);
  }

  #measure() {
    const room = this.form.querySelector(".desk-room");
    const words = roomLeft(pointsIn(this.field.value));
    if (room.textContent !== words) room.textContent = words;
  }

  #say(words, isDraft = false) {
    const line = this.form.querySelector(".desk-line");
    if (line.firstChild.textContent !== words) line.firstChild.textContent = words;
    line.lastChild.hidden = !isDraft;
  }
}

/** Adds to a form of the server what only a script can serve. */
function furnish(form) {
  const line = element("p", "desk-line", "");
  const words = element("span", "", "");
  words.setAttribute("role", "status");
  line.append(words, deskButton("discard", "button link", "Discard"));
  const room = element("p", "desk-room muted", "");
  room.setAttribute("role", "status");
  const field = form.elements.text.closest(".field") ?? form.elements.text;
  field.before(line);
  field.after(room);
  const save = form.querySelector("[type=submit]");
  save.title = "Ctrl+Enter";
  save.setAttribute("aria-keyshortcuts", "Control+Enter");
  save.after(deskButton("close", "button quiet", "Close"));
}

function deskButton(act, className, words) {
  const button = element("button", className, words);
  button.type = "button";
  button.dataset.desk = act;
  return button;
}

function element(name, className, words) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}

const readSpan = ({ elements: { start, end, exact } }) => ({ start: start?.value, end: end?.value, exact: exact?.value });

customElements.define("note-desk", NoteDesk);
