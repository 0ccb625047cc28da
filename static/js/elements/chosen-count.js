/** How many are chosen, as one ticks: those on this page, and `data-elsewhere` more on others. */
class ChosenCount extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("change", this);
  }

  disconnectedCallback() {
    this.form.removeEventListener("change", this);
  }

  handleEvent() {
    const here = this.form.querySelectorAll(`[name="${this.dataset.name}"]:checked`).length;
    this.textContent = (here + Number(this.dataset.elsewhere)).toLocaleString("en");
  }
}

customElements.define("chosen-count", ChosenCount);
