import { textAt } from "../lib/offsets.js";

const EVENTS = { tag: "palette:open", note: "note:write", position: "position:record", link: "address:copy", bounds: "bounds:move" };

/** Turns the tools of a card, which are links that work by themselves, into events for the page. */
class CardTools extends HTMLElement {
  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = this.reader.querySelector("#article-text");
    this.reader.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.reader.removeEventListener("click", this);
  }

  handleEvent(event) {
    const tool = event.target.closest("#margin .card [data-act]");
    const type = EVENTS[tool?.dataset.act];
    if (!type || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const card = tool.closest(".card");
    card.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: this.#detail(type, card) }));
  }

  #detail(type, { dataset }) {
    if (type === "address:copy") return { address: new URL(`/passages/${dataset.passage}/`, location.href).href };
    const [start, end] = [Number(dataset.start), Number(dataset.end)];
    if (type === "bounds:move") return { passage: Number(dataset.passage), start, end };
    return { start, end, exact: textAt(this.text, start, end) };
  }
}

customElements.define("card-tools", CardTools);
