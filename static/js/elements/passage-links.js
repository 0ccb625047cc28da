const PLACES = "#article-text mark[data-passages], #margin .card[data-passage]";
const CONTROLS = "a, button, input, select, textarea, label, summary, form";
const EVENTS = ["pointerover", "pointerleave", "pointerdown", "click", "focusin", "keydown"];
const DRAG = 5;

/** The ids of the passages of a mark or a card, in reading order. */
export function passagesOf(place) {
  return (place.dataset.passages ?? place.dataset.passage).split(" ").map(Number);
}

/**
 * Links the text and the margin: what is hovered or pinned on one side is lit on the other.
 *
 * Lit marks have the class `active`; lit cards have `data-active="lit"`, pinned ones `data-active="pinned"`. Pinned are
 * the passages last chosen by a click, by focus on a card, or by a sticky `passage:focused` of anybody.
 */
class PassageLinks extends HTMLElement {
  #hovered = [];
  #pinned = [];
  #over = null;
  #press = null;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = this.reader.querySelector("#article-text");
    for (const type of [...EVENTS, "passage:focused", "passage:unfocused"]) this.reader.addEventListener(type, this);
    // Before the margin, which places the cards by what is pinned.
    document.addEventListener("htmx:before:settle", this, { capture: true });
    for (const type of ["hashchange", "load"]) window.addEventListener(type, this);
    this.#openAddressed();
  }

  disconnectedCallback() {
    for (const type of [...EVENTS, "passage:focused", "passage:unfocused"]) this.reader.removeEventListener(type, this);
    document.removeEventListener("htmx:before:settle", this, { capture: true });
    for (const type of ["hashchange", "load"]) window.removeEventListener(type, this);
  }

  handleEvent(event) {
    switch (event.type) {
      case "pointerover": return this.#hover(event.pointerType === "touch" ? null : event.target.closest(PLACES));
      case "pointerleave": return this.#hover(null);
      case "pointerdown": this.#press = { x: event.clientX, y: event.clientY, selected: hasSelection() }; return;
      case "click": return this.#click(event);
      case "focusin": return this.#focus(event.target);
      case "keydown": return this.#key(event);
      // Until it has loaded, the browser itself scrolls to where the named card stood at first.
      case "hashchange": case "load": return this.#openAddressed();
      case "htmx:before:settle": return queueMicrotask(() => this.#paint());
      case "passage:focused": return this.#light(event.detail);
      case "passage:unfocused": return this.#dim(event.detail);
    }
  }

  #hover(place) {
    if (place === this.#over) return;
    if (this.#over) this.#tell(this.#over, "passage:unfocused", { sticky: false });
    this.#over = place;
    if (place) this.#tell(place, "passage:focused", detailOf(place, false));
  }

  #click(event) {
    if (event.button || this.reader.hasAttribute("data-busy")) return;
    const place = event.target.closest(PLACES);
    const control = event.target.closest(CONTROLS);
    if (control?.closest("#margin")) return;
    const byKey = !event.detail;
    if (!byKey && (hasSelection() || this.#isOfSelecting(event, place))) return;
    if (!place) {
      if (this.text.contains(event.target)) this.unpin();
      return;
    }
    const ids = passagesOf(place);
    if (ids.length === 1) return this.#tell(place, "passage:focused", detailOf(place, true));
    const { left, bottom } = place.getBoundingClientRect();
    const point = byKey ? { x: left, y: bottom } : { x: event.clientX, y: event.clientY };
    this.#tell(place, "passages:choose", { ids, point, byKey });
  }

  /** Whether the press of a click drew a selection, or only took one away. */
  #isOfSelecting({ clientX, clientY }, place) {
    if (!this.#press) return false;
    const { x, y, selected } = this.#press;
    return (selected && !place?.matches(".card")) || Math.hypot(clientX - x, clientY - y) > DRAG;
  }

  /** A card reached by key is pinned; one reached by a press waits for the click, or it would move from under it. */
  #focus(target) {
    const card = target.closest("#margin .card[data-passage]");
    if (!card || !target.matches(":focus-visible") || card.dataset.active === "pinned") return;
    this.#tell(card, "passage:focused", detailOf(card, true));
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.#pinned.length) return;
    this.unpin();
    event.preventDefault();
  }

  unpin() {
    if (this.#pinned.length) this.#tell(this.reader, "passage:unfocused", { ids: this.#pinned, sticky: true });
  }

  #light({ ids, sticky }) {
    if (sticky) this.#pinned = ids;
    else this.#hovered = ids;
    this.#paint();
  }

  #dim(detail) {
    if (detail?.sticky) this.#pinned = [];
    else this.#hovered = [];
    this.#paint();
  }

  /** Shows the state on marks and cards as they are now; only what differs is written. */
  #paint() {
    const lit = new Set([...this.#pinned, ...this.#hovered]);
    const marks = new Set();
    for (const id of lit) for (const mark of marksOf(this.text, id)) marks.add(mark);
    for (const mark of this.text.querySelectorAll("mark.active")) if (!marks.has(mark)) mark.classList.remove("active");
    for (const mark of marks) mark.classList.add("active");
    for (const card of this.reader.querySelectorAll("#margin [data-active]")) {
      if (!lit.has(Number(card.dataset.passage))) card.removeAttribute("data-active");
    }
    for (const id of lit) {
      const card = document.getElementById(`passage-${id}`);
      if (card) card.dataset.active = this.#pinned.includes(id) ? "pinned" : "lit";
    }
  }

  /** Pins the passage that the address names, and brings its first words into view. */
  #openAddressed() {
    const named = location.hash.match(/^#passage-(\d+)$/)?.[1] ?? new URLSearchParams(location.search).get("passage");
    if (!/^\d{1,15}$/.test(named ?? "")) return;
    const [mark] = marksOf(this.text, Number(named));
    if (!mark && !document.getElementById(`passage-${named}`)) return;
    mark?.scrollIntoView({ block: "center" });
    this.#tell(mark ?? this.reader, "passage:focused", { ids: [Number(named)], from: "text", sticky: true });
  }

  #tell(place, type, detail) {
    const from = place.isConnected ? place : this.reader;
    from.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

const hasSelection = () => !(getSelection()?.isCollapsed ?? true);
const detailOf = (place, sticky) => ({ ids: passagesOf(place), from: place.matches(".card") ? "card" : "text", sticky });

/** The segments of a passage, in order. */
export function marksOf(text, id) {
  return text.querySelectorAll(`mark[data-passages~="${id}"]`);
}

customElements.define("passage-links", PassageLinks);
