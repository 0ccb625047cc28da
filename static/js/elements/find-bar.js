/**
 * Steps through the places that were found: buttons in the bar; Enter and Shift+Enter in the field. Says on the button how many
 * of them the tag goes on, and shows in the text the place whose tick is entered.
 */
class FindBar extends HTMLElement {
  #at = 0;

  connectedCallback() {
    this.count = this.querySelector("[data-count]");
    this.total = parseInt(this.count?.textContent ?? "0", 10);
    this.field = document.getElementById("find");
    this.querySelector(".tag-all")?.addEventListener("submit", () => keepFocus("tag-all"));
    focusKept();
    if (!this.total) return;
    const nav = this.querySelector("nav");
    nav.replaceChildren(this.#button("Previous", -1), this.#button("Next", 1));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || this.field.value !== this.field.defaultValue) return;
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    });
    this.addEventListener("change", ({ target }) => {
      this.#count();
      this.#show(target);
    });
    // Not at a press: the page would move away below the pointer.
    this.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && this.#show(target));
    this.#count();
    const named = /^#found-(\d+)$/.exec(location.hash);
    const begin = () => this.#go(named ? Number(named[1]) : 1);
    if (document.readyState === "complete") begin();
    else window.addEventListener("load", begin, { once: true });
  }

  #show(tick) {
    if (tick.name === "place") this.#go(Number(tick.value));
  }

  #count() {
    const places = [...this.querySelectorAll("[name=place]")];
    const button = this.querySelector("[data-tag-all]");
    if (!places.length || !button) return;
    this.words ??= button.textContent;
    const chosen = places.filter((one) => one.checked).length;
    button.textContent = chosen === places.length ? this.words : `Tag ${chosen} of ${places.length}`;
    button.disabled = !chosen;
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
/** The next page of this tab begins in this field, as if it were the same page. */
function keepFocus(id) {
  sessionStorage.setItem("find-focus", id);
}

function focusKept() {
  const id = sessionStorage.getItem("find-focus");
  sessionStorage.removeItem("find-focus");
  // On a touch screen the keys would cover what was found.
  if (id && matchMedia("(hover: hover)").matches) document.getElementById(id)?.focus({ preventScroll: true });
}

document.querySelector("form.find")?.addEventListener("submit", () => keepFocus("find"));
customElements.define("find-bar", FindBar);
