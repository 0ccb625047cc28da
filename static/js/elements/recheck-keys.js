import { isTyping, letter } from "../lib/keys.js";

/** K keeps the tagging, X takes it off, C goes to the list of other tags and then presses its button, S puts it off. */
class RecheckKeys extends HTMLElement {
  connectedCallback() {
    this.ends = new AbortController();
    document.addEventListener("keydown", this, { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    if (!this.hasAttribute("data-letter-keys") || isTyping(event.target)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const target = { k: '[value="keep"]', x: '[value="withdraw"]', s: "#skip", c: "select" }[letter(event)];
    if (!target) return;
    event.preventDefault();
    const found = this.querySelector(target);
    if (found.matches("select")) found.focus();
    else found.click();
  }
}

customElements.define("recheck-keys", RecheckKeys);
