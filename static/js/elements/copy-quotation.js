import { paragraphAt, textAt } from "../lib/offsets.js";
import { quotation } from "../lib/quotation.js";

/**
 * Copies words of the article with their source, and says so: a card's passage when its `data-act="copy"` is pressed, or
 * what the event `quotation:copy` names, `{start, end, address}`. Also copies addresses: `address:copy`, `{address}`.
 */
class CopyQuotation extends HTMLElement {
  connectedCallback() {
    this.root = document.getElementById("article-text");
    this.setAttribute("role", "status");
    this.ends = new AbortController();
    for (const type of ["click", "quotation:copy", "address:copy"]) {
      document.addEventListener(type, this, { signal: this.ends.signal });
    }
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    if (event.type === "address:copy") return this.#copy(event.detail.address, "Address copied.");
    const card = event.type === "click" ? event.target.closest?.('.card [data-act="copy"]')?.closest(".card") : null;
    if (event.type === "click" && !card) return;
    if (event.defaultPrevented) return;
    event.preventDefault();
    const { start, end, address } = card
      ? { ...card.dataset, address: `/passages/${card.dataset.passage}/` }
      : event.detail;
    this.#copy(this.#quotation(Number(start), Number(end), address), "Quotation copied, with its source.");
  }

  #quotation(start, end, address) {
    const { citation, url } = this.closest("article-reader").dataset;
    const paragraph = paragraphAt(this.root, start);
    return quotation({
      exact: textAt(this.root, start, end),
      citation,
      paragraph: paragraph?.id.slice(1),
      address: new URL(address ?? `${url}#${paragraph?.id ?? ""}`, location.href).href,
    });
  }

  async #copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#say(done);
    } catch {
      this.#offer(text);
    }
  }

  #say(message) {
    clearTimeout(this.timer);
    this.replaceChildren(message);
    this.timer = setTimeout(() => this.replaceChildren(), 6000);
  }

  /** Where the clipboard is closed to scripts (plain http): a field to copy from by hand. */
  #offer(text) {
    clearTimeout(this.timer);
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, rows: 3 });
    field.setAttribute("aria-label", "To copy");
    const close = Object.assign(document.createElement("button"), {
      type: "button", className: "button quiet small", textContent: "Close",
    });
    close.addEventListener("click", () => this.replaceChildren());
    this.replaceChildren("The browser does not let scripts copy. Copy it from here:", field, close);
    field.focus();
    field.select();
  }
}

customElements.define("copy-quotation", CopyQuotation);
