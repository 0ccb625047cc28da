import { isTyping, letter } from "../lib/keys.js";
import { showKeys } from "./page-keys.js";

const KEYS = [
  [["K"], "keep it: the tag fits as it is defined now"],
  [["X"], "take the tag off"],
  [["C"], "choose another tag"],
  [["S"], "later: to the next"],
  [["?"], "this list"],
];

/** K keeps the tagging, X takes it off, C goes to the list of other tags and then presses its button, S puts it off. */
class RecheckKeys extends HTMLElement {
  connectedCallback() {
    this.ends = new AbortController();
    document.addEventListener("keydown", this, { signal: this.ends.signal });
    const button = this.querySelector("[data-keys]");
    button.hidden = false;
    button.addEventListener("click", show, { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (!this.hasAttribute("data-letter-keys")) return;
    if (event.key === "?") return show();
    const target = { k: '[value="keep"]', x: '[value="withdraw"]', s: "#skip", c: "select" }[letter(event)];
    if (!target) return;
    event.preventDefault();
    const found = this.querySelector(target);
    if (found.matches("select")) found.focus();
    else found.click();
  }
}

function show() {
  showKeys({ title: "Keys of this list", keys: KEYS, letters: "Letters act while nothing is being typed." });
}

customElements.define("recheck-keys", RecheckKeys);
