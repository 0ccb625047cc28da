/**
 * On a narrow screen the outline opens above the text from a button, and is closed at first. The reader's `data-outline`
 * says "open" or "closed"; reader.css does the rest. On a wide screen the button is not there.
 */
class OutlineDrawer extends HTMLElement {
  connectedCallback() {
    this.reader = this.closest("article-reader");
    const outline = this.reader.querySelector("#outline");
    if (!outline || this.button) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button quiet";
    this.button.textContent = "Filters and tags";
    this.button.setAttribute("aria-controls", outline.id);
    this.replaceChildren(this.button);
    this.button.addEventListener("click", this);
    this.reader.addEventListener("keydown", this);
    outline.before(this);
    this.#show(false);
  }

  handleEvent(event) {
    const isOpen = this.reader.dataset.outline === "open";
    if (event.type === "click") return this.#show(!isOpen);
    // The outline is replaced with each answer: it is looked up, not kept.
    const outline = this.reader.querySelector("#outline");
    const isShut = getComputedStyle(this).display === "none" || !isOpen;
    if (event.key !== "Escape" || event.defaultPrevented || isShut || !outline.contains(event.target)) return;
    event.preventDefault();
    this.#show(false);
    this.button.focus();
  }

  #show(isOpen) {
    this.reader.dataset.outline = isOpen ? "open" : "closed";
    this.button.setAttribute("aria-expanded", String(isOpen));
  }
}

customElements.define("outline-drawer", OutlineDrawer);
