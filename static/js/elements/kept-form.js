import { undoing } from "../lib/keys.js";
import { keepUnsent, takeUnsent } from "../lib/unsent.js";

const REST = 300; // milliseconds without typing
const OWN = "input:not([type=hidden], [type=file], [type=submit], [name=piece]), textarea[name], select";

/**
 * Around a form that htmx sends: what is typed there and not taken in yet outlives a reload, a session that ended and a
 * killed tab, for the person `data-user` in this tab. It comes back with the version it was typed on, so that the server
 * tells what changed since. The focus goes to where something was done if what had it is gone; Ctrl+Z presses `#undo`.
 */
class KeptForm extends HTMLElement {
  /** The names of fields that a refusal wrote into its answer, and that are saved nowhere. */
  #refused = new Set();

  connectedCallback() {
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    for (const type of ["input", "change"]) this.addEventListener(type, this, options);
    for (const type of ["keydown", "htmx:after:swap", "htmx:after:request"]) document.addEventListener(type, this, options);
    for (const type of ["pagehide", "pageshow"]) addEventListener(type, this, options);
    this.#bringBack();
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  handleEvent(event) {
    switch (event.type) {
      case "keydown": return this.#key(event);
      case "htmx:after:swap": return this.#swapped(event.detail.ctx?.response?.status ?? 200);
      case "htmx:after:request": return this.#answered(event.detail.ctx);
      case "pagehide": return this.#keep();
      case "pageshow": this.isTakenIn = false; return;
      default:
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.#keep(), REST);
    }
  }

  get #place() {
    return { user: this.dataset.user, article: location.pathname };
  }

  get #fields() {
    return [...this.querySelectorAll(OWN)];
  }

  get #unsaved() {
    return this.#fields.filter((one) => isChanged(one) || this.#refused.has(one.name));
  }

  #keep() {
    clearTimeout(this.timer);
    if (this.isTakenIn) return;
    const fields = this.#unsaved.map((one) => [one.name, valueOf(one)]);
    if (!fields.length) return forget(this.#place);
    keepUnsent(storage(), this.#place, "form", { fields, version: this.#version?.value });
  }

  get #version() {
    return this.querySelector("[name=version]");
  }

  #bringBack() {
    const kept = takeUnsent(storage(), this.#place, "form");
    if (!kept) return;
    const back = kept.fields.filter(([name, value]) => this.#fields.some((one) => one.name === name && put(one, value)));
    if (!back.length) return;
    if (this.#version && kept.version) this.#version.value = kept.version;
    this.said = Object.assign(document.createElement("p"), { className: "message" });
    this.said.setAttribute("role", "status");
    this.said.textContent = "What you had typed here and was not saved is here again.";
    this.prepend(this.said);
    this.#keep();
  }

  #answered({ sourceElement, response, hx }) {
    if (!this.contains(sourceElement)) return;
    if (response?.status >= 400) for (const one of this.#unsaved) this.#refused.add(one.name);
    if (!hx?.redirect || hx.redirect.startsWith("/sign-in/")) return;
    this.isTakenIn = true;
    forget(this.#place);
  }

  #swapped(status) {
    this.said?.remove();
    if (status < 400) this.#refused.clear();
    this.#keep();
    if (document.activeElement !== document.body) return;
    const said = this.querySelector("[data-at]");
    if (said) document.getElementById(said.dataset.at)?.focus();
  }

  #key(event) {
    const button = undoing(event) === "#undo-form" ? this.querySelector("#undo") : null;
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    button.click();
  }
}

function isChanged(one) {
  if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
  if (!one.options) return one.value !== one.defaultValue;
  const first = [...one.options].find((option) => option.defaultSelected) ?? one.options[0];
  return one.value !== first?.value;
}

/** Of a radio button nothing where it is not chosen: another of its name is. */
function valueOf(one) {
  if (one.type === "checkbox") return one.checked;
  return one.type === "radio" && !one.checked ? null : one.value;
}

/** Whether the field now holds the value, and did not. */
function put(one, value) {
  if (value === null || (one.type === "radio" && one.value !== value)) return false;
  const is = one.type === "checkbox" || one.type === "radio" ? "checked" : "value";
  const wanted = one.type === "radio" ? true : value;
  if (one[is] === wanted) return false;
  one[is] = wanted;
  return one[is] === wanted;
}

function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

function forget(place) {
  takeUnsent(storage(), place, "form");
}

customElements.define("kept-form", KeptForm);
