/**
 * Folds branches of the outline of tags: `data-fold` names a tag, and the rows behind it that lie deeper are its branch.
 * What is folded is remembered in this browser for this person, and outlives each answer that draws the outline anew.
 */
class OutlineFolds extends HTMLElement {
  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.name = `parley:folds:${this.reader.dataset.user}`;
    this.folded = this.#kept();
    this.ends = new AbortController();
    const { signal } = this.ends;
    this.reader.addEventListener("click", this, { signal });
    document.addEventListener("htmx:before:settle", this, { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent({ type, target }) {
    // Before anything of the answer is painted.
    if (type !== "click") return queueMicrotask(() => this.#draw());
    const tag = target.closest("[data-fold]")?.dataset.fold;
    if (!tag) return;
    if (!this.folded.delete(tag)) this.folded.add(tag);
    this.#keep();
    this.#draw();
  }

  #draw() {
    let foldedAt = Infinity;
    for (const row of this.reader.querySelectorAll(".tag-outline li")) {
      const depth = Number(row.dataset.depth);
      if (depth <= foldedAt) foldedAt = Infinity;
      row.hidden = depth > foldedAt;
      const button = row.querySelector("[data-fold]");
      if (!button) continue;
      const isFolded = this.folded.has(button.dataset.fold);
      button.setAttribute("aria-expanded", String(!isFolded));
      if (isFolded) foldedAt = Math.min(foldedAt, depth);
    }
  }

  #kept() {
    try {
      return new Set(JSON.parse(localStorage.getItem(this.name) ?? "[]"));
    } catch {
      return new Set();
    }
  }

  #keep() {
    try {
      localStorage.setItem(this.name, JSON.stringify([...this.folded]));
    } catch {
      // Full or switched off: folded until the page is left.
    }
  }
}

customElements.define("outline-folds", OutlineFolds);
