import { firstWords } from "../lib/drafts.js";

/**
 * What the closed desk shows: a button for a note on the article, and the drafts that are not saved yet. A press on one
 * sends `draft:open {name, draft}`.
 */
class DraftList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  /** Shows `drafts`, a list of `{name, draft}`. */
  show(drafts) {
    this.drafts = drafts;
    this.write ??= makeButton("button quiet small", "Note on the article");
    if (!this.write.isConnected) this.replaceChildren(this.write);
    this.details?.remove();
    this.details = null;
    if (!drafts.length) return;
    this.details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = `Unsaved drafts (${drafts.length})`;
    const list = document.createElement("ul");
    list.className = "drafts";
    list.append(...drafts.map(entry));
    this.details.append(summary, list);
    this.append(this.details);
  }

  handleEvent(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const [type, detail] =
      button === this.write
        ? ["note:write", { start: "", end: "", exact: "" }]
        : ["draft:open", this.drafts.find(({ name }) => name === button.dataset.name)];
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

function entry({ name, draft }) {
  const item = document.createElement("li");
  const button = makeButton("button link", firstWords(draft.text));
  button.dataset.name = name;
  const time = document.createElement("span");
  time.className = "muted";
  time.textContent = ` ${timeOf(draft.at)}`;
  item.append(button, time);
  return item;
}

function makeButton(className, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = words;
  return button;
}

/** The time of day of a moment, with the date if it was not today. */
export function timeOf(at) {
  const then = new Date(at);
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === new Date().toDateString()) return time;
  return `${then.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, ${time}`;
}

customElements.define("draft-list", DraftList);
