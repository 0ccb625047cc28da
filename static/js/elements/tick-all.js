/** A tick for all ticks of one name in a form: mixed where some are set. Without scripts there is none. */
class TickAll extends HTMLElement {
  connectedCallback() {
    this.tick = Object.assign(document.createElement("input"), { type: "checkbox" });
    const label = document.createElement("label");
    label.append(this.tick, Object.assign(document.createElement("span"), { textContent: this.dataset.words }));
    this.replaceChildren(label);
    this.ends = new AbortController();
    document.addEventListener("change", this, { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent({ target }) {
    const ticks = [...document.querySelectorAll(`[form="${this.dataset.form}"][name="${this.dataset.name}"]`)];
    if (target === this.tick) for (const one of ticks) one.checked = this.tick.checked;
    else if (!ticks.includes(target)) return;
    const set = ticks.filter((one) => one.checked).length;
    this.tick.checked = set === ticks.length;
    this.tick.indeterminate = set > 0 && set < ticks.length;
  }
}

customElements.define("tick-all", TickAll);
