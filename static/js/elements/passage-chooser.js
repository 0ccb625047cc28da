import { under } from "../lib/layout.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

/** A list of passages to choose one from, where several lie over each other: opened by `passages:choose {ids, point}`. */
class PassageChooser extends HTMLElement {
  #from = null;
  #byKey = false;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.popover = "auto";
    this.list = document.createElement("ul");
    this.list.className = "choices";
    this.list.setAttribute("role", "listbox");
    this.replaceChildren(this.list);
    this.addEventListener("click", this);
    this.addEventListener("keydown", this);
    this.reader.addEventListener("passages:choose", this);
    document.addEventListener("htmx:before:settle", this);
  }

  disconnectedCallback() {
    this.reader.removeEventListener("passages:choose", this);
    document.removeEventListener("htmx:before:settle", this);
  }

  handleEvent(event) {
    switch (event.type) {
      case "passages:choose": return this.#open(event.target, event.detail);
      case "click": return this.#choose(event.target.closest("[role=option]"));
      case "keydown": return this.#key(event);
      // Cards that were still being loaded when the list was opened.
      case "htmx:before:settle": return queueMicrotask(() => this.list.querySelectorAll("[aria-busy]").forEach(fill));
    }
  }

  #open(from, { ids, point, byKey = false }) {
    this.#from = from;
    this.#byKey = byKey;
    this.list.setAttribute("aria-label", `${ids.length} passages here: choose one`);
    this.list.replaceChildren(...ids.map(option));
    this.reader.dispatchEvent(new CustomEvent("passages:wanted", { bubbles: true, detail: { ids } }));
    this.showPopover();
    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    const { left, top } = under(point, { width: this.offsetWidth, height: this.offsetHeight }, view);
    this.style.left = `${left}px`;
    this.style.top = `${top}px`;
    const pinned = this.list.querySelector("[aria-selected=true]") ?? this.list.firstElementChild;
    pinned.tabIndex = 0;
    pinned.focus();
  }

  #key(event) {
    const current = event.target.closest("[role=option]");
    if (event.key === "Enter" || event.key === " ") {
      this.#byKey = true;
      this.#choose(current);
    } else if (Object.hasOwn(STEPS, event.key)) {
      const options = [...this.list.children];
      const at = options.indexOf(current) + STEPS[event.key];
      const next = options[Math.max(0, Math.min(options.length - 1, at))];
      current.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (event.key === "Tab") {
      this.hidePopover();
      return;
    } else {
      // Letters would code the selection; Escape is the popover's own and should do no more than close it.
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(chosen) {
    if (!chosen) return;
    const id = Number(chosen.dataset.passage);
    this.hidePopover();
    const from = this.#from.isConnected ? this.#from : this.reader;
    const detail = { ids: [id], from: "text", sticky: true };
    from.dispatchEvent(new CustomEvent("passage:focused", { bubbles: true, detail }));
    // After the margin has unfolded the card.
    if (this.#byKey) requestAnimationFrame(() => document.getElementById(`passage-${id}`)?.focus({ preventScroll: true }));
  }
}

function option(id) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.tabIndex = -1;
  item.dataset.passage = id;
  fill(item);
  return item;
}

/** Writes what the card of the passage says into an option; until it is loaded, that it is being loaded. */
function fill(item) {
  const card = document.getElementById(`passage-${item.dataset.passage}`);
  item.setAttribute("aria-selected", String(card?.dataset.active === "pinned"));
  if (!card) {
    item.setAttribute("aria-busy", "true");
    item.textContent = "Loading…";
    return;
  }
  item.removeAttribute("aria-busy");
  const tags = document.createElement("span");
  tags.className = "chips";
  for (const chip of card.querySelectorAll(".chips > *, .chips > * > .chip")) {
    if (chip.querySelector(".chip")) continue;
    const copy = chip.cloneNode(true);
    copy.querySelectorAll("button, form, [hidden]").forEach((part) => part.remove());
    const label = document.createElement("span");
    label.className = chip.className || "chip";
    const coders = copy.querySelector(".coders");
    coders?.remove();
    label.textContent = copy.textContent.replace(/\s+/g, " ").trim();
    if (coders) label.append(" ", coders);
    tags.append(label);
  }
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = card.querySelector(".quote")?.textContent.trim() ?? "";
  item.replaceChildren(tags, words);
}

customElements.define("passage-chooser", PassageChooser);
