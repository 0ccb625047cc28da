import { isTyping, letter, undoing } from "../lib/keys.js";
import { showKeys } from "./page-keys.js";

const KEYS = [
  [["A"], "accept; where coders disagree: all may stand"],
  [["V"], "send back for revision"],
  [["R"], "reject; where coders disagree: none holds"],
  [["1", "…", "6"], "choose a reason that the team often gives; where coders disagree, which side holds, and then the reason"],
  [["S"], "skip to the next"],
  [["Ctrl", "Enter"], "in your own words: give the verdict that you began"],
  [["Ctrl", "Z"], "undo your last verdict"],
  [["/"], "search everything"],
  [["?"], "this list"],
];

/**
 * The queue: letters press its buttons. A verdict that needs a reason and has none asks for it and is remembered, so
 * that a digit or Ctrl+Enter gives it. With each piece of work that comes, the focus goes to it.
 */
class ReviewDesk extends HTMLElement {
  connectedCallback() {
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    document.addEventListener("keydown", this, options);
    this.addEventListener("submit", this, { ...options, capture: true });
    this.addEventListener("change", this, options);
    this.addEventListener("click", this, options);
    for (const type of ["htmx:before:swap", "htmx:after:swap"]) document.addEventListener(type, this, options);
    for (const button of this.querySelectorAll("[data-keys], [data-choose-all]")) button.hidden = false;
    this.#count();
    if (ReviewDesk.hasCome) this.#arrive();
    ReviewDesk.hasCome = true;
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    switch (event.type) {
      case "keydown": return this.#key(event);
      case "submit": return this.#submit(event);
      case "click": return this.#click(event);
      case "htmx:before:swap": return (this.ticked = this.#ticked());
      case "htmx:after:swap": return this.#tick();
      default: return this.#count();
    }
  }

  get #form() {
    return this.querySelector("#verdict-form");
  }

  get #reason() {
    return this.#form?.querySelector("textarea");
  }

  get #hasReason() {
    return Boolean(this.#reason?.value.trim() || this.#form?.querySelector("[name=usual]:checked"));
  }

  /** A new piece of work stands here: to its head, or to what went wrong with a verdict. */
  #arrive() {
    const trouble = this.querySelector("[role=alert]");
    if (trouble) trouble.tabIndex = -1;
    (trouble ?? this.querySelector("#review-work"))?.focus();
    document.getElementById("review-voice").textContent = this.dataset.said ? `${this.dataset.said}.` : "";
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const form = undoing(event);
    if (form) {
      event.preventDefault();
      this.querySelector(form)?.requestSubmit();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === this.#reason) {
      event.preventDefault();
      (this.begun ?? this.#form.querySelector("[data-key=r]"))?.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!this.hasAttribute("data-letter-keys")) return;
    if (event.key === "?") this.#showKeys(event);
    else this.#letter(event);
  }

  #letter(event) {
    const char = letter(event);
    // Digits choose between sides, until a verdict waits for its reason.
    const asksWhy = this.begun?.isConnected && /^[1-6]$/.test(char);
    const button = char && !asksWhy && this.#form?.querySelector(`[data-key="${CSS.escape(char)}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    } else if (char === "s") {
      event.preventDefault();
      this.querySelector("#skip")?.click();
    } else if (/^[1-6]$/.test(char) && this.#form) {
      const choice = this.#form.querySelectorAll("[name=usual]")[Number(char) - 1];
      if (!choice) return;
      event.preventDefault();
      choice.checked = true;
      if (this.begun) this.begun.click();
      else choice.focus();
    }
  }

  /** A verdict against the work waits for its reason. */
  #submit(event) {
    const button = event.submitter;
    if (event.target !== this.#form || !button || button.hasAttribute("data-free") || this.#hasReason) return;
    event.preventDefault();
    event.stopPropagation();
    this.begun = button;
    this.#form.setAttribute("data-begun", "");
    this.#say("Say why: choose a reason by its digit, or write your own.");
    this.#form.querySelector(".usual input")?.focus();
  }

  #say(words) {
    let line = this.#form.querySelector(".needs-reason");
    if (!line) {
      line = document.createElement("p");
      line.className = "needs-reason error";
      line.setAttribute("role", "alert");
      this.#form.querySelector(".usual").before(line);
    }
    line.textContent = words;
  }

  #click(event) {
    if (event.target.closest("[data-keys]")) this.#showKeys(event);
    if (!event.target.closest("[data-choose-all]")) return;
    const boxes = [...this.querySelectorAll(".queue [type=checkbox]")];
    const wanted = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = wanted;
    this.#count();
  }

  #count() {
    const chosen = this.querySelectorAll(".queue :checked").length;
    const line = this.querySelector("[data-chosen]");
    if (line) line.textContent = chosen ? `${chosen} chosen` : "";
    if (chosen) this.querySelector(".bulk").open = true;
  }

  /** The work that is chosen, by its code; of another version it is not what was chosen. */
  #ticked() {
    return new Set([...this.querySelectorAll(".queue :checked")].map((box) => box.value));
  }

  /** The list was drawn anew with what came in: what was chosen still is. */
  #tick() {
    for (const box of this.querySelectorAll(".queue [type=checkbox]")) box.checked ||= this.ticked?.has(box.value) ?? false;
    this.#count();
  }

  #showKeys(event) {
    event.preventDefault();
    showKeys({ title: "Keys of the queue", keys: KEYS, letters: "Letters and digits act while nothing is being typed." });
  }
}

customElements.define("review-desk", ReviewDesk);
