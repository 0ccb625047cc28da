const LATE = 400; // milliseconds

/**
 * A line beside a button whose work takes more than a moment: while the request runs it says what is done, `data-says`, and
 * the form is not sent twice. Before that, and without scripts, it holds what the server wrote. With `data-late` it says
 * so only of what takes long: most acts are undone at once.
 */
class BusyLine extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.before = [...this.childNodes];
    this.ends = new AbortController();
    const { signal } = this.ends;
    document.addEventListener("submit", this, { signal });
    document.addEventListener("htmx:finally:request", this, { signal });
    // Also of a page that the browser kept as it was left.
    addEventListener("pageshow", () => this.#rest(), { signal });
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    if (event.type !== "submit") return event.detail.ctx?.sourceElement === this.form && this.#rest();
    if (event.target !== this.form) return;
    if (this.isBusy) return event.preventDefault();
    if (event.defaultPrevented && !this.form.hasAttribute("hx-post")) return;
    this.isBusy = true;
    if (this.hasAttribute("data-late")) this.timer = setTimeout(() => this.#say(), LATE);
    else this.#say();
    // What the pressed button says is sent with the form, so it is taken out of use only then.
    setTimeout(() => this.isBusy && this.#disable(true));
  }

  #say() {
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", "In work");
    this.replaceChildren(bar, this.dataset.says);
  }

  #rest() {
    if (!this.isBusy) return;
    this.isBusy = false;
    clearTimeout(this.timer);
    this.replaceChildren(...this.before);
    this.#disable(false);
  }

  #disable(is) {
    // What htmx sends it disables itself.
    if (this.form.hasAttribute("hx-post")) return;
    for (const one of this.form.elements) if (one.type === "submit") one.disabled = is;
  }
}

customElements.define("busy-line", BusyLine);
