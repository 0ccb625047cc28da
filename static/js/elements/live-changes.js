import { companyInWords, waitFor } from "../lib/company.js";
import { firstPast } from "../lib/layout.js";

const LOST = "Connection lost. Your text is safe here; trying again.";
const SIGNED_OUT = "You are signed out. Your text is safe here. ";
const TOUCHES = ["keydown", "pointerdown", "pointermove", "wheel", "scroll"];

/**
 * Asks `data-live` every few seconds whether anything happened since `#since`, and who else is here. If so it sends
 * `live:check` from itself: htmx then fetches what the page shows of it. Not while the page is hidden or the reader
 * `data-busy`; less often while nobody touches the page or the server does not answer, with a line that says so.
 * What arrives leaves the text of a reader where it is in the view.
 */
class LiveChanges extends HTMLElement {
  #lost = 0;
  #timer = 0;
  #touchedAt = Date.now();
  #isAsking = false;
  #here = "";
  #said = "";

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = this.reader?.querySelector("#article-text");
    this.line = document.createElement("p");
    this.line.className = "live-line";
    this.line.setAttribute("role", "status");
    this.append(this.line);
    this.ends = new AbortController();
    const options = { signal: this.ends.signal, passive: true };
    document.addEventListener("visibilitychange", this, options);
    if (this.reader) document.addEventListener("htmx:before:swap", this, { signal: this.ends.signal });
    for (const type of ["online", "pageshow", ...TOUCHES]) addEventListener(type, this, options);
    this.#later(500);
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.#timer);
  }

  handleEvent(event) {
    if (event.type === "htmx:before:swap") return this.#beforeSwap(event);
    const idle = this.#idle;
    if (TOUCHES.includes(event.type)) {
      this.#touchedAt = Date.now();
      // Whoever comes back does not wait for the next slow turn.
      if (waitFor({ idle }) === waitFor({})) return;
    }
    this.#check();
  }

  get #idle() {
    return Date.now() - this.#touchedAt;
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), wait);
  }

  async #check() {
    if (this.#isAsking || document.visibilityState !== "visible") return;
    if (this.reader?.hasAttribute("data-busy")) return this.#later(500);
    this.#isAsking = true;
    clearTimeout(this.#timer);
    const response = await this.#ask();
    this.#isAsking = false;
    if (!this.isConnected) return;
    this.#lost = response ? 0 : this.#lost + 1;
    const isOut = response?.type === "opaqueredirect";
    this.#say(isOut ? SIGNED_OUT : response ? "" : LOST, isOut);
    if (response?.status === 200) await this.#take(response);
    const others = this.#here ? 1 : 0;
    this.#later(waitFor({ lost: this.#lost, idle: isOut ? Infinity : this.#idle, others }));
  }

  /** The answer, or null if there was none. */
  async #ask() {
    const address = new URL(this.dataset.live, location.href);
    address.searchParams.set("state", this.querySelector("#since").value);
    address.searchParams.set("here", this.#here);
    address.searchParams.set("inbox", inboxCount().firstChild.textContent);
    try {
      const response = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(20_000) });
      return response.status < 500 ? response : null;
    } catch {
      return null;
    }
  }

  async #take(response) {
    const { changed, here, names, inbox } = await response.json().catch(() => ({}));
    if (inbox !== undefined) {
      inboxCount().firstChild.textContent = inbox;
      inboxCount().hidden = !inbox;
    }
    if (here !== undefined && here !== this.#here) this.#greet(here, names);
    if (changed) this.dispatchEvent(new CustomEvent("live:check", { bubbles: true }));
  }

  #greet(here, names) {
    this.#here = here;
    const line = this.reader?.querySelector("#company");
    if (!line) return;
    line.textContent = companyInWords(names);
    line.title = names.join(", ");
  }

  #say(words, isOut) {
    if (words === this.#said) return;
    this.#said = words;
    this.line.textContent = words;
    if (!isOut) return;
    const link = document.createElement("a");
    link.href = `${this.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in again";
    link.addEventListener("click", () => this.dispatchEvent(new CustomEvent("session:over", { bubbles: true })));
    this.line.append(link);
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

const inboxCount = () => document.getElementById("inbox-count");

customElements.define("live-changes", LiveChanges);
