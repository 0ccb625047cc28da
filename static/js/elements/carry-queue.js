import { isTyping, letter } from "../lib/keys.js";
import { pointsIn } from "../lib/offsets.js";
import { strip } from "../lib/selection.js";

/** Passages that wait: C and D decide on the one in focus, J and K walk; selected words of the new version fill the form. */
class CarryQueue extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this);
    document.addEventListener("selectionchange", this);
    if (location.hash) this.querySelector(`.carry[id="${CSS.escape(location.hash.slice(1))}"]`)?.focus();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    document.removeEventListener("selectionchange", this);
  }

  handleEvent(event) {
    if (event.type === "selectionchange") this.#take(document.getSelection());
    else if (this.hasAttribute("data-letter-keys")) this.#press(event);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const card = event.target.closest(".carry");
    const key = letter(event);
    const next = { j: card ? card.nextElementSibling : this.querySelector(".carry"), k: card?.previousElementSibling }[key];
    const button = card?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!next && !button) return;
    event.preventDefault();
    if (next) next.focus();
    else button.click();
  }

  #take(selection) {
    if (selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const words = range.commonAncestorContainer.parentElement?.closest("[data-new-words]")
      ?? range.commonAncestorContainer.closest?.("[data-new-words]");
    const text = strip(range.toString());
    if (!words || !this.contains(words) || !text) return;
    const before = document.createRange();
    before.selectNodeContents(words);
    before.setEnd(range.startContainer, range.startOffset);
    const form = words.closest(".carry").querySelector("form");
    if (!form) return;
    // The context may begin with an ellipsis of ours; the place need only be near.
    form.elements.start.value = Number(words.dataset.start) + pointsIn(before.toString().replace(/^…/, ""));
    form.elements.words.value = text;
  }
}

customElements.define("carry-queue", CarryQueue);
