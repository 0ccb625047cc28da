import { isTyping } from "../lib/keys.js";
import { offsetAt } from "../lib/offsets.js";
import { boundsOf, neighbour, passagesIn } from "../lib/passages.js";

/** ] and [, or Alt with the arrows down and up, go to the next and the previous passage. */
class PassageSteps extends HTMLElement {
  #passages = null;
  #current = null;

  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.ends = new AbortController();
    for (const type of ["keydown", "text:drawn", "passage:focused", "click"]) {
      document.addEventListener(type, this, { signal: this.ends.signal });
    }
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    if (event.type === "text:drawn") this.#passages = null;
    else if (event.type === "passage:focused") {
      if (event.detail.sticky) this.#current = event.detail.ids[0];
    } else if (event.type === "click") {
      const step = event.target.closest?.("[data-step]")?.dataset.step;
      if (step) this.go(Number(step));
    } else this.#press(event);
  }

  /** Goes to the next passage (1), or to the previous (-1). */
  go(step) {
    this.#passages ??= passagesIn(this.root);
    const offset = this.#offset();
    const passage = neighbour(this.root, this.#passages, step, { current: this.#current, offset });
    const caret = document.querySelector("caret-mode");
    if (!passage) return caret?.say(step > 0 ? "No passage after this one." : "No passage before this one.");
    const [mark] = passage.marks;
    this.root.focus({ preventScroll: true });
    caret?.put(boundsOf(this.root, passage).start);
    const { top, bottom } = mark.getBoundingClientRect();
    const isInView = top > 80 && bottom < innerHeight - 40;
    mark.scrollIntoView({ block: isInView ? "nearest" : "center" });
    this.#current = passage.id;
    const detail = { ids: [passage.id], from: "text", sticky: true };
    mark.dispatchEvent(new CustomEvent("passage:focused", { bubbles: true, detail }));
    const names = [...document.querySelectorAll(`#passage-${passage.id} .chip > a`)].map((one) => one.textContent.trim());
    const quote = passage.marks.map((one) => one.textContent).join("");
    caret?.say(`${names.length ? `${names.join(", ")}: ` : ""}${quote}`);
  }

  #press(event) {
    if (event.defaultPrevented || isTyping(event.target) || event.ctrlKey || event.metaKey) return;
    const hasLetters = this.closest("article-reader").hasAttribute("data-letter-keys");
    const isStep = event.altKey ? /^Arrow(Down|Up)$/.test(event.key) : hasLetters && /^[[\]]$/.test(event.key);
    if (!isStep) return;
    event.preventDefault();
    this.go(event.key === "]" || event.key === "ArrowDown" ? 1 : -1);
  }

  /** From where to go on: the caret, or just before what stands at the top of the window. */
  #offset() {
    const { focusNode, focusOffset } = document.getSelection();
    if (this.root.contains(focusNode)) return offsetAt(this.root, focusNode, focusOffset);
    const first = [...this.root.children].find((one) => one.getBoundingClientRect().bottom > 80);
    return Number(first?.dataset.start ?? 0) - 1;
  }
}

customElements.define("passage-steps", PassageSteps);
