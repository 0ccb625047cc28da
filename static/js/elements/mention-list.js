/** The name behind "@" that ends where the caret is, as far as it is typed; or null. */
export function typedName(text) {
  return /(?:^|[^\p{L}\p{N}_.@+/=-])@([\p{L}\p{M}\p{N}_.@+-]*(?: \p{L}[\p{L}\p{M}]*)?)$/u.exec(text)?.[1] ?? null;
}

const WAIT = 120;
const lists = new WeakMap();
let count = 0;

/** Offers colleagues below a text field in which "@" is being typed. */
export function offer(field) {
  if (!lists.has(field)) lists.set(field, new MentionList(field));
  lists.get(field).typed();
}

/**
 * The colleagues whose names begin with what is typed behind "@", below the field that keeps the focus: the field names the
 * active option (ARIA 1.2: a text box with a list of suggestions). Enter or Tab takes it, Escape closes the list alone.
 */
class MentionList {
  #found = new Map();
  #active = -1;
  #timer = 0;

  constructor(field) {
    this.field = field;
    this.list = document.createElement("ul");
    this.list.id = `mention-list-${++count}`;
    this.list.className = "mention-list";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Colleagues");
    this.voice = document.createElement("span");
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("role", "status");
    field.after(this.list, this.voice);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("keydown", (event) => this.#press(event));
    field.addEventListener("blur", () => this.#close());
    for (const type of ["pointerdown", "mousedown"]) this.list.addEventListener(type, (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.#take(event.target.closest("[role=option]")));
  }

  get #name() {
    const { value, selectionStart, selectionEnd } = this.field;
    return selectionStart === selectionEnd ? typedName(value.slice(0, selectionEnd)) : null;
  }

  typed() {
    clearTimeout(this.#timer);
    if (this.#name === null) return this.#close();
    this.#timer = setTimeout(() => this.#look(this.#name), this.#found.has(this.#name) ? 0 : WAIT);
  }

  async #look(name) {
    if (name === null) return;
    const key = name.toLowerCase();
    if (!this.#found.has(key)) {
      const response = await fetch(`${this.field.dataset.mentions}?q=${encodeURIComponent(key)}`, { redirect: "manual" }).catch(() => null);
      if (!response?.ok) return;
      this.#found.set(key, (await response.json()).colleagues);
    }
    if (this.#name === name && document.activeElement === this.field) this.#show(this.#found.get(key));
  }

  #show(colleagues) {
    this.list.replaceChildren(...colleagues.map((one, at) => this.#option(one, at)));
    this.list.hidden = !colleagues.length;
    this.#activate(colleagues.length ? 0 : -1);
    const many = colleagues.length === 1 ? "1 colleague" : `${colleagues.length} colleagues`;
    this.voice.textContent = colleagues.length ? `${many}: up and down to choose, Enter to take` : "No colleague of this name";
  }

  #option({ username, name }, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.setAttribute("role", "option");
    option.dataset.username = username;
    const shown = document.createElement("bdi");
    shown.textContent = name || username;
    const handle = document.createElement("span");
    handle.className = "muted";
    handle.textContent = `@${username}`;
    option.append(shown, " ", handle);
    return option;
  }

  #close() {
    clearTimeout(this.#timer);
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.voice.textContent = "";
    this.#activate(-1);
  }

  #activate(index) {
    this.#active = index;
    for (const [at, option] of [...this.list.children].entries()) option.setAttribute("aria-selected", String(at === index));
    const option = this.list.children[index];
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }

  #press(event) {
    if (this.list.hidden || event.isComposing) return;
    const { length } = this.list.children;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#activate((this.#active + step + length) % length);
    else if (event.key === "Escape") this.#close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") this.#take(this.list.children[this.#active]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #take(option) {
    if (!option) return;
    const end = this.field.selectionEnd;
    const start = end - this.#name.length;
    this.#close();
    this.field.setRangeText(`${option.dataset.username} `, start, end, "end");
    this.field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}
