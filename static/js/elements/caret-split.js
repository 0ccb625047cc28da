import { pointsIn } from "../lib/offsets.js";

/** A paragraph to walk through with the caret, and not to write in: Enter, or its button, splits it there. */
class CaretSplit extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    for (const type of ["beforeinput", "drop", "keydown", "click"]) this.addEventListener(type, this);
  }

  handleEvent(event) {
    const button = this.querySelector("button");
    switch (event.type) {
      case "keydown":
        if (event.key !== "Enter" || event.target === button) return;
        event.preventDefault();
        return button.click();
      case "click":
        if (event.target === button) button.value = `${this.dataset.split}-${this.#offset}`;
        return;
      default: event.preventDefault();
    }
  }

  /** Of the caret, in code points. */
  get #offset() {
    const { value, selectionStart } = this.querySelector("textarea");
    return pointsIn(value.slice(0, selectionStart));
  }
}

customElements.define("caret-split", CaretSplit);
