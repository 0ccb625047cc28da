import { isTyping, letter } from "../lib/keys.js";
import { pointsIn, unitsIn } from "../lib/offsets.js";
import { strip } from "../lib/selection.js";

/**
 * Passages that wait: C and D decide on the one in focus, J and K walk. Words that are selected in the new version fill
 * the form, in what is shown of it or in the field that holds all of it.
 */
class CarryQueue extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this);
    document.addEventListener("selectionchange", this);
    for (const type of ["select", "beforeinput"]) this.addEventListener(type, this);
    this.#show(this.querySelector("#whole"));
    if (location.hash) this.querySelector(`.carry[id="${CSS.escape(location.hash.slice(1))}"]`)?.focus();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    document.removeEventListener("selectionchange", this);
  }

  handleEvent(event) {
    switch (event.type) {
      case "beforeinput": return event.target.id === "whole" && event.preventDefault();
      case "select": return this.#fill(event.target);
      case "selectionchange": return this.#take(document.getSelection());
      default: return this.hasAttribute("data-letter-keys") && this.#press(event);
    }
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const card = event.target.closest(".carry");
    const key = letter(event);
    // Decided on is what has the focus, for all to see: the first press only goes there.
    if (!card && ["c", "d"].includes(key)) return this.querySelector(".carry")?.focus();
    const next = { j: card ? card.nextElementSibling : this.querySelector(".carry"), k: card?.previousElementSibling }[key];
    const button = card?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!next && !button) return;
    event.preventDefault();
    if (next) next.focus();
    else button.click();
  }

  /** Shows where the words proposed stand in the whole text. A caret moves in no field that is read-only, so this one is not. */
  #show(whole) {
    if (!whole) return;
    const [start, end] = ["start", "end"].map((name) => unitsIn(whole.value, Number(whole.dataset[name])));
    whole.setSelectionRange(start, start);
    whole.focus();
    whole.setSelectionRange(start, end);
  }

  #fill(field) {
    if (field.id !== "whole") return;
    const selected = field.value.slice(field.selectionStart, field.selectionEnd);
    const text = strip(selected);
    if (!text) return;
    field.form.elements.start.value = pointsIn(field.value.slice(0, field.selectionStart + selected.indexOf(text)));
    field.form.elements.words.value = text;
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
