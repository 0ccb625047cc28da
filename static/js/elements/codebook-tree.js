import { isWithin, placeOf, step } from "../lib/tree.js";
import { uuid } from "../lib/uuid.js";
import { isTyping } from "../lib/keys.js";
import { showKeys } from "./page-keys.js";

const WALK = [
  [["↑", "↓"], "from tag to tag"],
  [["→", "←"], "open and close a tag; further into the tree and out"],
  [["Home", "End"], "to the first and the last"],
  [["Enter"], "open the tag’s page"],
];
const CARRY = [
  [["Alt", "↑", "↓"], "carry the tag among its siblings"],
  [["Alt", "→"], "put it below the tag before it"],
  [["Alt", "←"], "take it out again"],
  [["Esc"], "put it back, before Alt is let go of or while the passages that go with it are shown"],
  [["Ctrl", "Z"], "undo your last change"],
];
const STEP = 12; // pixels that a tree scrolls under a finger at its edge
const STEPS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

// Outlives the element, which each answer replaces: the tag that the focus was on.
let focused = null;
// And what stands open and closed, and whether the focus was here.
let kept = null;

/**
 * The codebook's tree by keys and by drag. Arrows walk; with Alt or Ctrl they carry the tag along, which is saved when
 * that key is let go of, as one change. What happens is said in #tree-line.
 */
class CodebookTree extends HTMLElement {
  #moving = null;
  #asked = null;
  #dragged = null;

  connectedCallback() {
    this.line = document.getElementById("tree-line");
    this.form = this.querySelector("#tree-form");
    this.dialog = this.querySelector("#move-asked");
    this.canEdit = this.hasAttribute("data-can-edit");
    for (const list of this.querySelectorAll(".tag-tree")) {
      list.setAttribute("role", list.parentElement.closest(".tag-tree") ? "group" : "tree");
    }
    for (const item of this.items) this.#prepare(item);
    const dragging = ["dragstart", "dragover", "dragleave", "drop", "dragend", "pointerdown", "pointermove", "pointerup", "pointercancel"];
    for (const type of ["keydown", "keyup", "focusin", "focusout", "click", ...dragging]) {
      this.addEventListener(type, this);
    }
    const again = focused && this.querySelector(`#tag-${focused}`);
    this.#roveTo(again ?? this.items[0]);
    if (again && (kept?.hasFocus ?? true)) again.focus({ preventScroll: true });
    if (this.dataset.said && !kept?.isLive) this.#say(this.dataset.said);
    if (kept) this.#restore(kept);
    kept = null;
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    document.addEventListener("htmx:before:swap", (event) => this.#keep(event), options);
    document.addEventListener("htmx:after:swap", () => this.#ask(), options);
    document.addEventListener("htmx:error", (event) => this.#fail(event), options);
    this.addEventListener("toggle", this, { capture: true });
    this.dialog?.addEventListener("close", () => this.#leave());
    const hasLetters = this.hasAttribute("data-letter-keys");
    document.addEventListener("keydown", (event) => hasLetters && event.key === "?" && !isTyping(event.target) && this.#showKeys(), options);
    const button = this.querySelector("[data-keys]");
    if (button) button.hidden = false;
    button?.addEventListener("click", () => this.#showKeys());
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  #showKeys() {
    showKeys({ title: "Keys of the codebook", keys: [...WALK, ...(this.canEdit ? CARRY : []), [["?"], "this list"]] });
  }

  /** Others' changes wait while a tag is carried or something here is open under the focus. */
  #keep(event) {
    const source = event.detail.ctx?.sourceElement;
    const isLive = source?.id === "live";
    if (!isLive && !this.contains(source)) return;
    const active = this.contains(document.activeElement) ? document.activeElement : null;
    const isBusy = this.#moving || this.#dragged || this.#asked || active?.closest("details[open]");
    if (isLive && isBusy) return event.preventDefault();
    kept = {
      isLive,
      hasFocus: !isLive || Boolean(active),
      closed: this.items.filter((item) => item.getAttribute("aria-expanded") === "false").map((item) => item.id),
      open: [...this.querySelectorAll("details[open]")].map(nameOf),
    };
    if (this.dialog?.open && event.detail.ctx.target !== this.dialog) this.#answered();
  }

  #restore({ closed, open }) {
    for (const id of closed) this.querySelector(`#${id}[aria-expanded]`)?.setAttribute("aria-expanded", "false");
    for (const details of this.querySelectorAll("details")) details.open = open.includes(nameOf(details));
  }

  get items() {
    return [...this.querySelectorAll("[data-tag]")];
  }

  /** Those that no closed tag above hides. */
  get shown() {
    return this.items.filter((item) => !item.parentElement.closest('[aria-expanded="false"]'));
  }

  handleEvent(event) {
    return this[`_${event.type}`](event);
  }

  #prepare(item) {
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-labelledby", `tag-label-${item.dataset.tag}`);
    item.tabIndex = -1;
    if (below(item)?.children.length) item.setAttribute("aria-expanded", "true");
    else item.removeAttribute("aria-expanded");
    if (this.canEdit) {
      row(item).draggable = true;
      row(item).prepend(grip());
    }
    for (const inner of row(item).querySelectorAll("a, button, summary")) inner.tabIndex = -1;
  }

  /** One item takes part in the order of Tab, with the links and buttons of its own row. */
  #roveTo(item) {
    for (const one of this.items) {
      if (one.tabIndex === 0 && one !== item) {
        one.tabIndex = -1;
        for (const inner of row(one).querySelectorAll("a, button, summary")) inner.tabIndex = -1;
      }
    }
    if (!item) return;
    item.tabIndex = 0;
    for (const inner of row(item).querySelectorAll("a, button, summary")) inner.tabIndex = 0;
  }

  _focusin(event) {
    const item = event.target.closest("[data-tag]");
    if (!item) return;
    focused = item.dataset.tag;
    this.#roveTo(item);
  }

  _focusout(event) {
    if (this.#moving && !this.#moving.isSettling && !this.contains(event.relatedTarget)) this.#save();
  }

  _click(event) {
    if (event.target.closest("[data-leave]")) return this.dialog.close();
    if (this.dialog?.contains(event.target)) return;
    if (event.target.closest("a, button, summary, input, select")) return;
    event.target.closest("[data-tag]")?.focus();
  }

  /** What changes a tag comes when its "Change" is opened. */
  async _toggle({ target: details }) {
    const link = details.open && details.querySelector(":scope > a");
    if (!link || !details.matches(".tag-tools")) return;
    await htmx.ajax("GET", link.href, { source: link, target: link, swap: "outerHTML" });
    this.#roveTo(this.items.find((item) => item.tabIndex === 0));
  }

  _keydown(event) {
    const item = event.target;
    if (!item.matches("[data-tag]") || event.shiftKey || event.metaKey) return;
    const carries = event.altKey || event.ctrlKey;
    if (carries && STEPS[event.key]) {
      event.preventDefault();
      return this.canEdit && this.#carry(item, STEPS[event.key]);
    }
    if (event.key === "Escape" && this.#moving) return this.#putBack();
    if (carries) return;
    const target = this.#walk(item, event.key);
    if (target === undefined) return;
    event.preventDefault();
    target?.focus();
  }

  _keyup(event) {
    if (this.#moving && ["Alt", "Control"].includes(event.key)) {
      event.preventDefault();
      this.#save();
    }
  }

  /** Where a key leads: an item, null to stay, undefined if the key is none of ours. */
  #walk(item, key) {
    const { shown } = this;
    const at = shown.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded") === "true";
    switch (key) {
      case "ArrowDown": return shown[at + 1] ?? null;
      case "ArrowUp": return shown[at - 1] ?? null;
      case "Home": return shown[0];
      case "End": return shown.at(-1);
      case "ArrowRight":
        if (item.getAttribute("aria-expanded") === "false") return item.setAttribute("aria-expanded", "true"), null;
        return isOpen ? shown[at + 1] : null;
      case "ArrowLeft":
        if (isOpen) return item.setAttribute("aria-expanded", "false"), null;
        return item.parentElement.closest("[data-tag]");
      case "Enter": return row(item).querySelector("a.chip").click(), null;
      default: return undefined;
    }
  }

  // Moving

  #carry(item, direction) {
    const model = this.#model();
    const target = step(model.get(item), direction);
    if (!target) return this.#say(`${item.dataset.name} cannot go further that way.`);
    this.#start(item);
    this.#put(item, target.parent.element, target.at);
    item.focus();
  }

  #start(item) {
    if (this.#moving) return;
    this.#moving = { item, list: item.parentElement, next: item.nextElementSibling };
    item.setAttribute("data-moving", "");
  }

  /** Put an item below `parent` (the tree itself: at the top), at that place among the others. */
  #put(item, parent, at) {
    this.#moving.isSettling = true;
    const list = parent === this ? this.#listOf(item) : listBelow(parent);
    const others = [...list.children].filter((one) => one !== item);
    list.insertBefore(item, others[at] ?? null);
    if (parent !== this) parent.setAttribute("aria-expanded", "true");
    this.#moving.isSettling = false;
    const place = [...list.children].indexOf(item) + 1;
    const where = parent === this ? "at the top" : `below ${parent.dataset.name}`;
    this.#say(`${item.dataset.name}: ${place} of ${list.children.length} ${where}. ${luggage(item)}. Not saved yet.`);
  }

  #listOf(item) {
    let list = item.closest(".tag-tree");
    while (list.parentElement.closest(".tag-tree")) list = list.parentElement.closest(".tag-tree");
    return list;
  }

  #putBack() {
    const { item, list, next } = this.#moving;
    this.#moving.isSettling = true;
    list.insertBefore(item, next);
    this.#stop();
    item.focus();
    this.#say(`${item.dataset.name} is back where it was.`);
  }

  /** The server asks first where passages go along: they are shown, and the tag waits where it was put. */
  #ask() {
    if (!this.#asked || !this.dialog.childElementCount || this.dialog.open) return;
    this.dialog.showModal();
    this.#say(`${this.#asked.item.dataset.name} waits: look at what goes with it.`);
  }

  /** The dialog goes before the tree is drawn anew: while it is open, nothing else takes the focus. */
  #answered() {
    this.#asked = null;
    this.dialog.close();
  }

  #leave() {
    this.dialog.replaceChildren();
    if (!this.#asked) return;
    this.#moving = this.#asked;
    this.#asked = null;
    this.#putBack();
  }

  /** No answer came: nothing was saved, and the tag does not look as if. */
  #fail({ detail }) {
    if (this.#asked && !this.dialog.open && detail.ctx?.sourceElement === this.form) this.#leave();
  }

  #stop() {
    this.#moving.item.removeAttribute("data-moving");
    this.#moving = null;
    for (const item of this.items) if (!below(item)?.children.length) item.removeAttribute("aria-expanded");
  }

  #save() {
    const { item, list, next } = this.#moving;
    const isBack = item.parentElement === list && item.nextElementSibling === next;
    const moved = this.#moving;
    this.#stop();
    if (isBack) return this.#say(`${item.dataset.name} is where it was.`);
    focused = item.dataset.tag;
    this.#asked = moved;
    const fields = this.form.elements;
    fields.tag.value = item.dataset.tag;
    fields.version.value = item.dataset.version;
    fields.place.value = placeOf(this.#model().get(item));
    fields.key.value = uuid();
    this.#say(`Saving ${item.dataset.name} …`);
    this.form.requestSubmit();
  }

  /** The tree as lib/tree.js takes it: a map from element to `{id, element, parent, children}`. */
  #model() {
    const found = new Map();
    for (const item of this.items) found.set(item, { id: item.dataset.tag, element: item, children: [] });
    const tops = new Map();
    for (const [item, node] of found) {
      const above = item.parentElement.closest("[data-tag]");
      if (!above && !tops.has(item.parentElement)) tops.set(item.parentElement, { id: "", element: this, parent: null, children: [] });
      node.parent = above ? found.get(above) : tops.get(item.parentElement);
      node.parent.children.push(node);
    }
    return found;
  }

  // Dragging

  _dragstart(event) {
    const item = event.target.closest?.("[data-tag]");
    if (!this.canEdit || !item) return;
    this.#lift(item);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.name);
  }

  #lift(item) {
    this.#dragged = item;
    this.#say(`${item.dataset.name}: ${luggage(item)}.`);
  }

  _dragover(event) {
    const over = this.#over(event.target, event.clientY);
    if (!over) return;
    event.preventDefault();
    this.#mark(over);
  }

  #mark(over) {
    for (const one of this.querySelectorAll("[data-drop]")) if (one !== over?.row) one.removeAttribute("data-drop");
    if (over && over.row.dataset.drop !== over.how) over.row.dataset.drop = over.how;
  }

  _dragleave(event) {
    event.target.closest?.(".tag-row")?.removeAttribute("data-drop");
  }

  _drop(event) {
    const over = this.#over(event.target, event.clientY);
    if (!over) return;
    event.preventDefault();
    this.#dropAt(over);
  }

  #dropAt(over) {
    const item = this.#dragged;
    this._dragend();
    this.#start(item);
    const node = this.#model().get(over.item);
    const siblings = node.parent.children.filter((one) => one.element !== item);
    const at = siblings.indexOf(node) + (over.how === "after" ? 1 : 0);
    if (over.how === "in") this.#put(item, over.item, 0);
    else this.#put(item, node.parent.element, at);
    this.#save();
  }

  _dragend() {
    this.#dragged = null;
    for (const one of this.querySelectorAll("[data-drop]")) one.removeAttribute("data-drop");
  }

  // By touch, a tag is taken by its grip; elsewhere a finger scrolls.

  _pointerdown(event) {
    const taken = event.target.closest?.(".tag-grip");
    if (!taken || event.pointerType === "mouse" || this.#moving) return;
    event.preventDefault();
    taken.setPointerCapture(event.pointerId);
    this.#lift(taken.closest("[data-tag]"));
  }

  _pointermove(event) {
    if (!this.#isHeld(event)) return;
    const edge = 80;
    if (event.clientY < edge) scrollBy(0, -STEP);
    else if (event.clientY > innerHeight - edge) scrollBy(0, STEP);
    this.#mark(this.#under(event));
  }

  _pointerup(event) {
    if (!this.#isHeld(event)) return;
    const over = this.#under(event);
    if (over) return this.#dropAt(over);
    this.#say(`${this.#dragged.dataset.name} is where it was.`);
    this._dragend();
  }

  _pointercancel(event) {
    if (this.#isHeld(event)) this._dragend();
  }

  #isHeld(event) {
    return this.#dragged && event.target.hasPointerCapture?.(event.pointerId);
  }

  #under(event) {
    const target = document.elementFromPoint(event.clientX, event.clientY);
    return this.contains(target) ? this.#over(target, event.clientY) : null;
  }

  /** What a drop here would do: before, in or after which item. Not into what is dragged itself. */
  #over(place, y) {
    const target = place.closest?.(".tag-row");
    if (!this.#dragged || !target) return null;
    const item = target.closest("[data-tag]");
    const model = this.#model();
    if (isWithin(model.get(item), model.get(this.#dragged))) return null;
    const { top, height } = target.getBoundingClientRect();
    const part = (y - top) / height;
    return { item, row: target, how: part < 0.3 ? "before" : part > 0.7 ? "after" : "in" };
  }

  #say(words) {
    this.line.textContent = this.line.textContent === words ? `${words}\u00a0` : words;
  }
}

/** What a finger takes a tag by. The buttons and keys of the row do the same for everybody else. */
function grip() {
  const found = document.createElement("span");
  found.className = "tag-grip";
  found.setAttribute("aria-hidden", "true");
  return found;
}

/** What tells one of the parts that open and close from the others. */
const nameOf = (details) => `${details.closest("[data-tag]")?.id ?? ""} ${details.className}`;

/** How many passages a tag takes along, with those of the tags below it. */
function luggage(item) {
  const count = Number(item.dataset.count);
  return count === 1 ? "1 passage goes with it" : `${count} passages go with it`;
}

function row(item) {
  return item.querySelector(":scope > .tag-row");
}

function below(item) {
  return item.querySelector(":scope > .tag-tree");
}

function listBelow(item) {
  const list = below(item) ?? item.appendChild(document.createElement("ul"));
  list.className = "tag-tree";
  list.setAttribute("role", "group");
  return list;
}

customElements.define("codebook-tree", CodebookTree);
