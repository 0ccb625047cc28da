/** Steps through the places that were found: buttons in the bar; Enter and Shift+Enter in the field. */
class FindBar extends HTMLElement {
  #at = 0;

  connectedCallback() {
    this.count = this.querySelector("[data-count]");
    this.total = parseInt(this.count?.textContent ?? "0", 10);
    this.field = document.getElementById("find");
    if (!this.total) return;
    const nav = this.querySelector("nav");
    nav.replaceChildren(this.#button("Previous", -1), this.#button("Next", 1));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || this.field.value !== this.field.defaultValue) return;
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    });
    const named = /^#found-(\d+)$/.exec(location.hash);
    const begin = () => this.#go(named ? Number(named[1]) : 1);
    if (document.readyState === "complete") begin();
    else window.addEventListener("load", begin, { once: true });
  }

  #button(words, by) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = words;
    button.addEventListener("click", () => this.#step(by));
    return button;
  }

  #step(by) {
    this.#go(((this.#at - 1 + by + this.total) % this.total) + 1);
  }

  #go(number) {
    const mark = document.getElementById(`found-${number}`);
    this.#at = number;
    this.count.textContent = `${number} of ${this.total}`;
    for (const one of document.querySelectorAll("#article-text mark.now")) one.classList.remove("now");
    mark?.classList.add("now");
    mark?.scrollIntoView({ block: "center" });
  }
}
customElements.define("find-bar", FindBar);
