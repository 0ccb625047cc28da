import { undoing } from "../lib/keys.js";

const LOUD = 10_000;

// These outlive the element, which each answer replaces.
let running = null;
let queued = null;
let hadFocus = false;

/**
 * The last act with its Undo. While it has `data-fresh` it stands out; that ends after ten seconds, unless a pointer or
 * the focus rests on it. Ctrl+Z presses the button; a second one waits for the answer to the first.
 */
class ActUndo extends HTMLElement {
  connectedCallback() {
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    document.addEventListener("keydown", this, options);
    for (const type of ["htmx:before:request", "htmx:finally:request"]) document.addEventListener(type, this, options);
    for (const type of ["pointerenter", "pointerleave", "focusin", "focusout"]) this.addEventListener(type, this, options);
    this.#quietLater();
    if (hadFocus) requestAnimationFrame(() => {
      // What had it is gone, such as the card of the last tag that was taken off.
      if (document.activeElement === document.body) this.querySelector("button, a")?.focus({ preventScroll: true });
    });
    if (this.hasAttribute("data-fresh")) announce(this.querySelector(".act")?.textContent ?? "");
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    switch (event.type) {
      case "keydown": return this.#key(event);
      case "htmx:before:request":
        running = asUndo(event) ?? running;
        hadFocus = event.detail.ctx.sourceElement.contains(document.activeElement);
        return;
      case "htmx:finally:request":
        hadFocus = false;
        if (event.detail.ctx.sourceElement !== running) return;
        running = null;
        return this.#next();
      case "pointerenter": case "focusin": return clearTimeout(this.timer);
      default: return this.#quietLater();
    }
  }

  #key(event) {
    const form = event.defaultPrevented ? null : undoing(event);
    if (!form) return;
    event.preventDefault();
    queued = form;
    if (!running) this.#next();
  }

  /** Submits the form that was asked for last. htmx has seen a new one only when the swap is over. */
  #next() {
    if (!queued) return;
    const form = this.querySelector(queued);
    queued = null;
    if (form) requestAnimationFrame(() => form.isConnected && form.requestSubmit());
  }

  #quietLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.matches(":hover, :focus-within")) return this.#quietLater();
      this.removeAttribute("data-fresh");
    }, LOUD);
  }
}

/** Says it through a region that outlives this element: one that arrives with its words is often not read. */
function announce(words) {
  let voice = document.getElementById("act-voice");
  if (!voice) {
    voice = document.createElement("p");
    voice.id = "act-voice";
    voice.className = "visually-hidden";
    voice.setAttribute("role", "status");
    document.querySelector("article-reader").append(voice);
  }
  voice.textContent = voice.textContent === words ? `${words}\u00a0` : words;
}

function asUndo({ detail: { ctx } }) {
  return ctx.sourceElement.matches("#undo-form, #redo-form") ? ctx.sourceElement : null;
}

customElements.define("act-undo", ActUndo);
