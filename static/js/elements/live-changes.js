import { firstPast } from "../lib/layout.js";

const EVERY = 4_000;
const SLOWEST = 30_000;
const LOST = "Connection lost. Your text is safe here; trying again.";

/**
 * Asks every few seconds what others did: sends `live:check` from itself, and htmx does the rest. Not while the page is
 * hidden or the reader `data-busy`; more and more slowly while the server does not answer, with a line that says so.
 * What arrives leaves the text where it is in the view.
 */
class LiveChanges extends HTMLElement {
  #wait = EVERY;
  #timer = 0;
  #isAsking = false;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = this.reader.querySelector("#article-text");
    this.line = document.createElement("p");
    this.line.className = "live-line";
    this.line.setAttribute("role", "status");
    this.append(this.line);
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    for (const type of ["visibilitychange", "htmx:finally:request", "htmx:before:swap"]) {
      document.addEventListener(type, this, options);
    }
    for (const type of ["online", "pageshow"]) addEventListener(type, this, options);
    this.#later(EVERY);
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.#timer);
  }

  handleEvent(event) {
    switch (event.type) {
      case "htmx:before:swap": return this.#beforeSwap(event);
      case "htmx:finally:request": return event.detail.ctx.sourceElement === this && this.#answered(event.detail.ctx);
      default: return document.visibilityState === "visible" && this.#check();
    }
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), wait);
  }

  #check() {
    if (this.#isAsking || document.visibilityState !== "visible") return;
    if (this.reader.hasAttribute("data-busy")) return this.#later(EVERY / 8);
    this.#isAsking = true;
    // Should htmx drop the request, nobody would ask again.
    this.#later(SLOWEST * 2.5);
    this.dispatchEvent(new CustomEvent("live:check", { bubbles: true }));
  }

  #answered({ response }) {
    this.#isAsking = false;
    const isReached = response && response.status < 500;
    this.#wait = isReached ? EVERY : Math.min(this.#wait * 2, SLOWEST);
    const words = isReached ? "" : LOST;
    if (this.line.textContent !== words) this.line.textContent = words;
    this.#later(this.#wait);
  }

  #beforeSwap(event) {
    const { ctx } = event.detail;
    // A page that says what went wrong belongs in no part of this one; parts that say so are made for it.
    const isPage = ctx.response?.status >= 400 && /<html/i.test(ctx.text ?? "");
    if (isPage && this.reader.contains(ctx.sourceElement)) return event.preventDefault();
    // htmx swaps all parts before anything else runs.
    const anchor = this.#topmost();
    if (anchor) queueMicrotask(() => this.#hold(anchor));
  }

  /** The paragraph at the top of the view, by number since it may be replaced, and where it stands. */
  #topmost() {
    const paragraphs = this.text.children;
    const at = firstPast(paragraphs.length, (i) => paragraphs[i].getBoundingClientRect().bottom > 0);
    return at < paragraphs.length && scrollY > 0 ? { at, top: paragraphs[at].getBoundingClientRect().top } : null;
  }

  #hold({ at, top }) {
    const moved = (this.text.children[at]?.getBoundingClientRect().top ?? top) - top;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  }
}

customElements.define("live-changes", LiveChanges);
