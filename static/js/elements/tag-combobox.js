import { called, isUsable, matches, nameKey } from "../lib/match.js";

const SHOWN = 60;

/**
 * The palette's type-ahead: a combobox (ARIA 1.2) over an input and its listbox. Calls `choose(tag, name)` with the tag, or
 * with null and the name of one to propose. Not an element of its own: input and list belong to the palette's form.
 */
export class TagCombobox {
  #active = -1;

  constructor({ input, list, tags, choose, resized }) {
    Object.assign(this, { input, list, tags, choose, resized });
    for (const type of ["input", "keydown", "focus", "blur"]) input.addEventListener(type, this);
    list.addEventListener("click", this);
    // The list is pressed without taking the focus from the input.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  handleEvent(event) {
    switch (event.type) {
      case "input":
      case "focus":
        return this.show();
      case "blur":
        return this.hide();
      case "click":
        return this.#choose(event.target.closest("[role=option]"));
      case "keydown":
        return this.#press(event);
    }
  }

  get isOpen() {
    return !this.list.hidden;
  }

  show() {
    const typed = this.input.value;
    const tags = this.tags();
    const found = matches(tags, typed);
    const options = found.slice(0, SHOWN).map((tag) => this.#option(tag));
    const same = called(tags, typed);
    if (nameKey(typed) && !same) options.push(this.#proposal(typed.trim()));
    if (same && !isUsable(same)) options.push(this.#refusal(same));
    this.list.replaceChildren(...options);
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.#activate(nameKey(typed) && options.length ? 0 : -1);
    this.resized();
  }

  hide() {
    if (!this.isOpen) return;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
    this.resized();
  }

  #press(event) {
    if (event.isComposing) return;
    const last = this.list.children.length - 1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.isOpen) return this.show();
      const next = this.#active + step;
      this.#activate(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.isOpen && this.#active >= 0) this.#choose(this.list.children[this.#active]);
      else if (nameKey(this.input.value)) {
        const same = called(this.tags(), this.input.value);
        if (!same || isUsable(same)) this.choose(same, this.input.value.trim());
      }
    }
  }

  #activate(index) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.list.children[index];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #choose(option) {
    if (!option || option.getAttribute("aria-disabled")) return;
    const tag = this.tags().find((one) => String(one.id) === option.dataset.tag) ?? null;
    this.choose(tag, tag ? tag.name : option.dataset.name);
  }

  #option(tag) {
    const option = optionOf(`palette-tag-${tag.id}`, { tag: tag.id });
    option.classList.add(`colour-${tag.colour || "slate"}`);
    const name = part("name", tag.name);
    if (tag.status === "proposed") name.append(" ", part("proposed", "proposed"));
    const swatch = part("swatch", "");
    swatch.setAttribute("aria-hidden", "true");
    option.append(swatch, name);
    if (tag.shortcut) option.append(Object.assign(document.createElement("kbd"), { textContent: tag.shortcut }));
    if (tag.path) option.append(" ", part("path", tag.path));
    if (tag.definition) option.append(" ", part("definition", tag.definition));
    return option;
  }

  #proposal(name) {
    const option = optionOf("palette-propose", { name });
    option.classList.add("propose");
    option.append("Propose “", Object.assign(document.createElement("bdi"), { textContent: name }), "” as a new tag");
    return option;
  }

  #refusal(tag) {
    const option = optionOf("palette-archived", {});
    option.setAttribute("aria-disabled", "true");
    option.append(`“${tag.name}” is archived: choose another name`);
    return option;
  }
}

function optionOf(id, data) {
  const option = Object.assign(document.createElement("li"), { id });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  Object.assign(option.dataset, data);
  return option;
}

function part(className, textContent) {
  return Object.assign(document.createElement("span"), { className, textContent });
}
