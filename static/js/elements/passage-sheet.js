const NARROW = matchMedia("(max-width: 1099.98px)");

/**
 * On a narrow screen the margin is a sheet at the foot of the view: its head says how many passages there are, opens
 * and closes it, and says whether it shows all of them or those that were chosen in the text.
 *
 * The margin's `data-sheet` is "closed", "all" or "chosen"; cards.css does the rest.
 */
class PassageSheet extends HTMLElement {
  #back = null;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.margin = this.reader.querySelector("passage-margin");
    if (this.parentElement !== this.margin) return this.margin.prepend(this);
    if (this.toggle) return;
    this.toggle = button("sheet-toggle", "");
    this.toggle.setAttribute("aria-controls", this.margin.id);
    this.all = button("sheet-all button link", "Show all");
    this.shut = button("sheet-close button quiet small", "Close");
    this.replaceChildren(this.toggle, this.all, this.shut);
    this.addEventListener("click", this);
    this.margin.addEventListener("keydown", this);
    for (const type of ["passage:focused", "passage:unfocused"]) this.reader.addEventListener(type, this);
    document.addEventListener("htmx:before:settle", this);
    this.#show("closed");
  }

  handleEvent(event) {
    switch (event.type) {
      case "click": return this.#click(event.target);
      case "keydown": return this.#key(event);
      case "passage:focused":
        if (event.detail.sticky && event.detail.from === "text") this.#show("chosen");
        return;
      case "passage:unfocused":
        if (event.detail?.sticky && this.margin.dataset.sheet === "chosen") this.#show("closed");
        return;
      default: return queueMicrotask(() => this.#label());
    }
  }

  #click(target) {
    if (target === this.all) return this.#show("all");
    const isOpen = this.margin.dataset.sheet !== "closed";
    if (target === this.shut || (target === this.toggle && isOpen)) return this.#close();
    if (target === this.toggle) this.#show("all");
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !NARROW.matches) return;
    if (this.margin.dataset.sheet === "closed") return;
    event.preventDefault();
    this.#close();
  }

  #close() {
    const isChosen = this.margin.dataset.sheet === "chosen";
    const hadFocus = this.margin.contains(document.activeElement);
    this.#show("closed");
    if (isChosen) {
      const detail = { sticky: true };
      this.reader.dispatchEvent(new CustomEvent("passage:unfocused", { bubbles: true, detail }));
    }
    if (hadFocus) (this.#back?.isConnected ? this.#back : this.toggle).focus({ preventScroll: true });
  }

  #show(state) {
    if (state !== "closed" && this.margin.dataset.sheet === "closed") {
      this.#back = this.margin.contains(document.activeElement) ? this.toggle : document.activeElement;
    }
    this.margin.dataset.sheet = state;
    document.documentElement.dataset.sheet = state;
    this.toggle.setAttribute("aria-expanded", String(state !== "closed"));
    this.all.hidden = state !== "chosen";
    this.shut.hidden = state === "closed";
    if (state === "chosen") this.margin.scrollTop = 0;
    this.#label();
  }

  #label() {
    let count = 0;
    for (const list of this.margin.querySelectorAll(".cards")) {
      count += Number(list.dataset.count ?? list.querySelectorAll(".card").length);
    }
    const words = `Passages (${count.toLocaleString("en-GB")})`;
    if (this.toggle.textContent !== words) this.toggle.textContent = words;
  }
}

function button(className, words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = words;
  return made;
}

customElements.define("passage-sheet", PassageSheet);
