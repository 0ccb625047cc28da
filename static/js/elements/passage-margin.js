import { arrange, firstPast } from "../lib/layout.js";
import { paragraphAt, rangeAt } from "../lib/offsets.js";

const WIDE = matchMedia("(min-width: 1100px)");
const SCREENS = 1.5;

/**
 * Puts the cards of the margin level with their passages, as far as they are near the view, and has the lists of cards
 * loaded that are not there yet. How it looks is in cards.css: `--top` on a card, `data-folded` on one that waits in a
 * row of its neighbours, `data-placed` on the margin once it is laid out.
 */
class PassageMargin extends HTMLElement {
  #asked = new WeakSet();
  #sized = new WeakSet();
  #rows = new Map();
  #near = "";
  #waiting = 0;
  #reveal = false;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = this.reader.querySelector("#article-text");
    this.sizes = new ResizeObserver(() => this.#later());
    this.sizes.observe(this.text);
    for (const type of ["passage:focused", "passage:unfocused", "passages:wanted"]) this.reader.addEventListener(type, this);
    for (const type of ["click", "pointerdown"]) this.addEventListener(type, this);
    for (const type of ["htmx:before:settle", "htmx:finally:request"]) document.addEventListener(type, this);
    for (const type of ["scroll", "resize", "pointerup", "pointercancel"]) addEventListener(type, this, { passive: true });
    document.fonts.addEventListener("loadingdone", this);
    WIDE.addEventListener("change", this);
    this.#layOut();
  }

  disconnectedCallback() {
    this.sizes.disconnect();
    for (const type of ["passage:focused", "passage:unfocused", "passages:wanted"]) this.reader.removeEventListener(type, this);
    for (const type of ["htmx:before:settle", "htmx:finally:request"]) document.removeEventListener(type, this);
    for (const type of ["scroll", "resize", "pointerup", "pointercancel"]) removeEventListener(type, this);
    document.fonts.removeEventListener("loadingdone", this);
    WIDE.removeEventListener("change", this);
  }

  handleEvent(event) {
    switch (event.type) {
      case "scroll": return this.#scrolled();
      case "passage:focused": return event.detail.sticky && this.#focused(event.detail.ids);
      case "passage:unfocused": return event.detail?.sticky && this.#later();
      case "passages:wanted": return this.#wantCardsOf(event.detail.ids);
      case "click": return this.#click(event);
      // What is pressed must not move from under the finger before it is let go.
      case "pointerdown": this.pressed = true; return;
      case "pointerup": case "pointercancel": if (this.pressed) { this.pressed = false; this.#later(); } return;
      case "htmx:finally:request": return this.#answered(event.detail.ctx);
      default: return this.#later();
    }
  }

  #later() {
    this.#waiting ||= requestAnimationFrame(() => this.#layOut());
  }

  #scrolled() {
    const near = this.#nearLists().map((list) => list.id).join();
    if (near !== this.#near) this.#later();
  }

  #focused(ids) {
    this.#reveal = true;
    this.#wantCardsOf(ids);
    this.#later();
  }

  /** The lists whose passages start within a screen and a half of the view. */
  #nearLists() {
    const paragraphs = this.text.children;
    if (!paragraphs.length) return [];
    const above = -SCREENS * innerHeight;
    const below = (1 + SCREENS) * innerHeight;
    const first = firstPast(paragraphs.length, (i) => paragraphs[i].getBoundingClientRect().bottom > above);
    const last = firstPast(paragraphs.length, (i) => paragraphs[i].getBoundingClientRect().top > below) - 1;
    if (first > last) return [];
    return this.#listsOver(Number(paragraphs[first].dataset.start), Number(paragraphs[last].dataset.end));
  }

  #listsOver(start, end) {
    return this.#lists().filter(({ dataset: { from, to } }) => Number(from) < end && Number(to) > start);
  }

  #lists() {
    return [...this.querySelectorAll(".cards")];
  }

  /** Has a list loaded that is not, or that lacks a card that an answer named; once, and again only after a failure. */
  #want(list) {
    const isWhole = !list.hasAttribute("data-waiting") && !list.querySelector(":scope > [data-kept]");
    if (isWhole || this.#asked.has(list)) return;
    this.#asked.add(list);
    list.dispatchEvent(new CustomEvent("cards:wanted", { bubbles: true }));
  }

  #answered(ctx) {
    const list = ctx.sourceElement;
    if (this.#asked.has(list) && list.isConnected && !ctx.response?.raw.ok) setTimeout(() => this.#asked.delete(list), 5000);
  }

  #wantCardsOf(ids) {
    for (const id of ids) {
      if (document.getElementById(`passage-${id}`)) continue;
      const paragraph = this.text.querySelector(`mark[data-passages~="${id}"]`)?.closest("[data-start]");
      if (!paragraph) continue;
      for (const list of this.#listsOver(Number(paragraph.dataset.start), Number(paragraph.dataset.end))) this.#want(list);
    }
  }

  #click(event) {
    const more = event.target.closest("li.more");
    if (more) {
      const { left, bottom } = more.getBoundingClientRect();
      const detail = { ids: more.dataset.ids.split(" ").map(Number), point: { x: left, y: bottom - 8 }, byKey: !event.detail };
      more.dispatchEvent(new CustomEvent("passages:choose", { bubbles: true, detail }));
    } else if (event.target.closest(".cards[data-waiting] a")) {
      event.preventDefault();
      this.#asked.delete(event.target.closest(".cards"));
      this.#want(event.target.closest(".cards"));
    }
  }

  /** First reads all that it needs, then writes. */
  #layOut() {
    cancelAnimationFrame(this.#waiting);
    this.#waiting = 0;
    const lists = this.#nearLists();
    this.#near = lists.map((list) => list.id).join();
    lists.forEach((list) => this.#want(list));
    if (WIDE.matches && !this.pressed) this.#place(lists);
    this.setAttribute("data-placed", "");
    if (this.#reveal && !this.pressed) this.#bringIntoView();
  }

  #place(lists) {
    const cards = lists.flatMap((list) => [...list.querySelectorAll(":scope > li:not(.more)")]);
    const before = this.#lists().findLast((list) => lists.length && list.compareDocumentPosition(lists[0]) & 4);
    const origin = this.getBoundingClientRect().top;
    const levels = this.#levels(lists);
    const wanted = cards.map((card) => Math.max(0, (levels.get(card.dataset.passage) ?? this.#levelOf(card)) - origin));
    // Reading order is by where passages start; on one line the pixels of raised characters may say otherwise.
    for (let i = 1; i < wanted.length; i++) wanted[i] = Math.max(wanted[i], wanted[i - 1]);
    const heights = cards.map((card) => card.offsetHeight);
    const focused = cards.findIndex((card) => card.contains(document.activeElement) && card.dataset.active === "pinned");
    const active = focused < 0 ? cards.findIndex((card) => card.dataset.active === "pinned") : focused;
    const { items, tops } = arrange(wanted, heights, { active, floor: Number(before?.dataset.foot ?? 0) });
    this.#write(cards, items, tops);
    this.#foot(lists, cards, items, tops, heights);
  }

  /** The top of each passage that has a mark in the stretch of these lists, by its id. */
  #levels(lists) {
    const levels = new Map();
    if (!lists.length) return levels;
    let paragraph = paragraphAt(this.text, Number(lists[0].dataset.from)) ?? this.text.firstElementChild;
    const to = Number(lists.at(-1).dataset.to);
    for (; paragraph && Number(paragraph.dataset.start) < to; paragraph = paragraph.nextElementSibling) {
      for (const mark of paragraph.querySelectorAll("mark[data-passages]")) {
        const news = mark.dataset.passages.split(" ").filter((id) => !levels.has(id));
        if (!news.length) continue;
        const top = mark.getClientRects()[0]?.top ?? mark.getBoundingClientRect().top;
        for (const id of news) levels.set(id, top);
      }
    }
    return levels;
  }

  /** The top of the words of a card without a mark, or of the stretch of a list that is still to be loaded. */
  #levelOf(card) {
    const start = Number(card.dataset.start ?? card.parentElement.dataset.from);
    return rangeAt(this.text, start, start + 1).getBoundingClientRect().top;
  }

  #write(cards, items, tops) {
    const rows = new Map();
    items.forEach((item, i) => {
      if (!Array.isArray(item)) {
        setTop(cards[item], tops[i]);
        cards[item].removeAttribute("data-folded");
        return;
      }
      const ids = item.map((k) => cards[k].dataset.passage).filter(Boolean);
      for (const k of item) cards[k].setAttribute("data-folded", "");
      const row = this.#rows.get(ids[0]) ?? newRow();
      rows.set(ids[0], row);
      row.dataset.ids = ids.join(" ");
      const words = `${ids.length} more here`;
      if (row.firstChild.textContent !== words) row.firstChild.textContent = words;
      if (row.nextElementSibling !== cards[item[0]]) cards[item[0]].before(row);
      setTop(row, tops[i]);
    });
    for (const [key, row] of this.#rows) if (rows.get(key) !== row) row.remove();
    this.#rows = rows;
    for (const card of cards) {
      if (this.#sized.has(card)) continue;
      this.#sized.add(card);
      this.sizes.observe(card);
    }
  }

  /** Notes where the cards of each list end, for the list below it and for the height of the page. */
  #foot(lists, cards, items, tops, heights) {
    items.forEach((item, i) => {
      const last = Array.isArray(item) ? item.at(-1) : item;
      cards[last].parentElement.dataset.foot = Math.ceil(tops[i] + (Array.isArray(item) ? 26 : heights[item]) + 6);
    });
    const last = this.#lists().at(-1);
    if (last && lists.includes(last)) this.style.minBlockSize = `${last.dataset.foot ?? 0}px`;
  }

  #bringIntoView() {
    const card = this.querySelector("[data-active=pinned]");
    if (!card) return;
    this.#reveal = false;
    if (WIDE.matches) card.scrollIntoView({ block: "nearest" });
  }
}

/** False for what a morph leaves as it is: a card that an answer only names; a list that is not loaded, but for its count. */
function isMorphed(oldNode, { newNode }) {
  if (!oldNode.matches(".cards[data-waiting]")) return !newNode.hasAttribute("data-kept");
  const { count } = newNode.dataset;
  oldNode.dataset.count = count;
  oldNode.querySelector("a").textContent = `${count} more passage${count === "1" ? "" : "s"}`;
  return false;
}

function setTop(card, top) {
  const value = `${Math.round(top)}px`;
  if (card.style.getPropertyValue("--top") !== value) card.style.setProperty("--top", value);
}

function newRow() {
  const row = document.createElement("li");
  row.className = "more";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button link";
  row.append(button);
  return row;
}

htmx.registerExtension("kept-cards", { htmx_before_morph_node: isMorphed });
customElements.define("passage-margin", PassageMargin);
