import { claim, missing } from "../lib/claim.js";
import { letter } from "../lib/keys.js";
import { lastingStorage } from "../lib/lasting.js";
import { rangeAt, textAt } from "../lib/offsets.js";
import { meant, proposals, roleOf } from "../lib/proposals.js";
import { fieldsOf, LocalDrafts } from "../lib/record-drafts.js";
import { keepUnsent, takeUnsent } from "../lib/unsent.js";
import { uuid } from "../lib/uuid.js";
import { timeOf } from "./draft-list.js";

const PAUSE = 800; // milliseconds without typing after which a draft is saved
const BOXES = { act: "speech_act", form: "speech_form", date: "said_on" };
const NOTHING = claim({});
const SHOWN_FOR = { condition: ["supports", "opposes"] };

/**
 * The panel beside the text in which positions, outcomes and events are recorded. Opened by `position:record` with a span,
 * or by a link with `data-record="open"`; while it is open, `data-recording` stands on the reader and what is selected in
 * the text becomes evidence. What is typed is saved as a draft, in this browser at once and on the server after a pause.
 */
class RecordPanel extends HTMLElement {
  #timer = 0;
  #versions = new Map();
  #span = null;
  #isSending = false;
  #back = null;
  #last = null;

  connectedCallback() {
    this.reader = this.closest("article-reader");
    this.text = document.getElementById("article-text");
    this.local = new LocalDrafts(lastingStorage(window), this.reader.dataset.user, this.reader.dataset.article);
    this.ends = new AbortController();
    const options = { signal: this.ends.signal };
    for (const type of ["input", "change", "keydown", "click"]) this.addEventListener(type, this, options);
    // Before htmx, which listens on the form: what is not whole is not sent.
    this.addEventListener("submit", this, { ...options, capture: true });
    for (const type of ["position:record", "selection:made", "selection:cleared", "text:drawn"]) {
      this.reader.addEventListener(type, this, options);
    }
    this.reader.addEventListener("click", (event) => this.#link(event), options);
    // Before the palette and the caret: Enter and P on selected words are the panel's while it is open.
    document.addEventListener("keydown", (event) => this.#keyInText(event), { ...options, capture: true });
    for (const type of ["htmx:finally:request", "session:over"]) document.addEventListener(type, this, options);
    addEventListener("online", this, options);
    addEventListener("pagehide", this, options);
    this.watch = new MutationObserver(() => this.#adopt());
    this.watch.observe(this, { childList: true });
    this.local.storage.restored.then(() => this.#sendKept());
  }

  disconnectedCallback() {
    this.ends.abort();
    this.watch.disconnect();
  }

  handleEvent(event) {
    switch (event.type) {
      case "position:record": return this.open(event.detail);
      case "selection:made": return this.#selected(event.detail);
      case "selection:cleared": return this.#offer(null);
      case "text:drawn": return this.#paint();
      case "input": return this.#typed(event.target);
      case "change": return this.#changed(event.target);
      case "keydown": return this.#key(event);
      case "click": return this.#click(event);
      case "submit": return this.#submit(event);
      case "online": return this.#sendKept();
      case "pagehide": return this.#timer && this.#keep();
      case "session:over": return this.#over();
      default: return event.detail.ctx?.sourceElement === this.form && this.#answered(event.detail.ctx);
    }
  }

  get isOpen() {
    return Boolean(this.form);
  }

  get isPosition() {
    return this.form.dataset.kind === "position";
  }

  /** Opens the form of a new position on a span of the text; an open one gets the span as evidence. */
  open(span) {
    if (this.isOpen) return span && this.add(span);
    const query = span ? `?start=${span.start}&end=${span.end}` : "";
    return this.#load(`${this.reader.dataset.url}positions/new/${query}`);
  }

  async #load(address) {
    if (this.#timer) await this.#save();
    this.#back ??= document.activeElement;
    return htmx.ajax("GET", address, { target: "#recorder", swap: "innerHTML" });
  }

  /** Closes the panel; what was typed stays as a draft. */
  close() {
    if (this.#timer) this.#save();
    this.replaceChildren();
    this.#adopt();
  }

  #adopt() {
    const form = this.querySelector("#record-form");
    if (form === this.form) return;
    this.form = form;
    this.#timer = clearTimeout(this.#timer) ?? 0;
    this.reader.toggleAttribute("data-recording", Boolean(form));
    this.toggleAttribute("data-open", Boolean(form));
    if (!form) return this.#closed();
    const section = this.querySelector(".recording");
    if (section.dataset.draftVersion) this.#versions.set(this.key, Number(section.dataset.draftVersion));
    for (const one of this.querySelectorAll(".scripted, [data-remove], [data-record=close]")) one.hidden = false;
    this.#furnish();
    const refusal = this.querySelector("[data-refusal]");
    this.isNew = !refusal && !form.dataset.position && !section.dataset.draftVersion && this.isPosition;
    if (this.isNew) {
      for (const row of this.#rows) propose(row.role, roleOf(row.exact));
      this.#propose();
    }
    this.#show();
    this.scrollTop = 0;
    (refusal ?? this.#first)?.focus({ preventScroll: true });
    // Once the sheet has its height.
    requestAnimationFrame(() => {
      if (!this.isOpen) return;
      if (!refusal) this.#first?.scrollIntoView({ block: "nearest" });
      this.#showText();
    });
  }

  #closed() {
    this.#span = null;
    this.#paint();
    const back = this.#back?.isConnected && this.#back !== document.body ? this.#back : this.text;
    this.#back = null;
    if (!document.activeElement || document.activeElement === document.body) back.focus({ preventScroll: true });
  }

  get #first() {
    const { party, outcome, title } = this.form.elements;
    return party?.[0] ?? party ?? outcome ?? title ?? this.querySelector("[data-record=close]");
  }

  get key() {
    return this.form.elements.key.value;
  }

  get known() {
    return JSON.parse(this.querySelector("#recording-known").textContent);
  }

  // Evidence

  get #rows() {
    return [...this.querySelectorAll(".evidence-row")].map((row) => {
      const field = (name) => row.querySelector(`[name=evidence_${name}]`);
      return { row, role: field("role"), start: Number(field("start").value), end: Number(field("end").value), exact: field("exact").value };
    });
  }

  /** Adds `text[start:end]` to the evidence. */
  add({ start, end, exact }) {
    const there = this.#rows.find((row) => row.start === start && row.end === end);
    if (there) return there.role.focus();
    const row = this.querySelector(".evidence-template").content.firstElementChild.cloneNode(true);
    row.querySelector("blockquote").textContent = exact;
    for (const [name, value] of Object.entries({ start, end, exact })) row.querySelector(`[name=evidence_${name}]`).value = value;
    this.querySelector(".evidence-rows").append(row);
    propose(row.querySelector("select"), roleOf(exact));
    this.#offer(null);
    this.#evidenceChanged();
    row.scrollIntoView({ block: "nearest" });
    return row;
  }

  #evidenceChanged() {
    this.querySelector(".no-evidence").hidden = this.#rows.length > 0;
    if (this.isPosition) this.#propose();
    this.#show();
    this.#later();
  }

  #selected({ start, end, exact, by }) {
    if (!this.isOpen) return;
    // By keys and by touch a selection grows step by step: there it waits for Enter or a tap.
    if (by === "pointer") this.add({ start, end, exact });
    else this.#offer({ start, end, exact });
  }

  /** Brings the first passage out from under the sheet of a narrow screen. */
  #showText() {
    const [row] = this.#rows;
    if (!row?.end || getComputedStyle(this).position !== "fixed") return;
    const { top, bottom } = rangeAt(this.text, row.start, row.end).getBoundingClientRect();
    const over = Math.max(bottom - this.getBoundingClientRect().top + 12, 0);
    scrollBy({ top: top < 72 ? top - 72 : Math.min(over, top - 72) });
  }

  #offer(span) {
    this.#span = span;
    const button = this.querySelector("[data-record=add]");
    if (!button) return;
    button.hidden = !span;
    button.querySelector("q").textContent = span ? [...span.exact].slice(0, 60).join("") : "";
  }

  #paint() {
    if (!globalThis.CSS?.highlights) return;
    const spans = this.isOpen ? this.#rows : [];
    const ranges = spans.filter(({ end }) => end).map(({ start, end }) => rangeAt(this.text, start, end));
    if (ranges.length) CSS.highlights.set("evidence", new Highlight(...ranges));
    else CSS.highlights.delete("evidence");
  }

  // What the fields say

  get #data() {
    return new FormData(this.form);
  }

  get #fields() {
    const data = this.#data;
    const text = (name) => String(data.get(name) ?? "").trim();
    const known = this.known;
    const speaker = meant(text("speaker"), known.speakers);
    const parties = data.getAll("party").map((name) => String(name).trim()).filter(Boolean)
      .map((name) => meant(name, known.parties)?.value ?? name);
    const chosen = this.form.elements.proposition?.selectedOptions[0];
    return {
      parties: [...new Set(parties.length || !speaker ? parties : [speaker.party])],
      speaker: speaker?.family ?? (text("new_family_name") || (text("new_title") && text("new_person").split(" ").at(-1)) || text("speaker")),
      stance: text("stance"),
      act: text("speech_act"),
      statement: chosen?.value === "new" ? text("new_statement") : (chosen?.dataset.statement ?? ""),
      condition: text("condition"),
      target: text("target"),
      form: text("speech_form"),
      attribution: text("attribution"),
      basis: text("basis"),
      certainty: text("certainty"),
      precision: text("date_precision"),
      date: text("said_on"),
      summary: text("summary"),
      roles: data.getAll("evidence_role").filter((role) => role !== "none"),
    };
  }

  #show() {
    this.#paint();
    for (const [select, part] of [["proposition", "new_proposition"], ["outcome", "new_outcome"]]) {
      const box = this.#box(part);
      if (box) box.hidden = this.form.elements[select].value !== "new";
    }
    if (!this.isPosition) return;
    const fields = this.#fields;
    for (const [name, stances] of Object.entries(SHOWN_FOR)) {
      this.#box(name).hidden = !stances.includes(fields.stance) && !fields[name];
    }
    const said = claim(fields);
    setText(this.querySelector("#claim output"), said === NOTHING ? "" : said);
    const lacks = missing(fields);
    setText(this.querySelector("#record-missing"), lacks.length ? `Still missing: ${lacks.map(({ words }) => words).join(", ")}.` : "");
    const isProposed = this.querySelector("[data-proposed]");
    setText(this.form.querySelector(".recording-foot [type=submit]"), isProposed ? "Confirm and save" : "Save");
  }

  #box(name) {
    return this.form.querySelector(`[data-field="${name}"]`);
  }

  // Proposals

  #propose() {
    if (!this.isNew) return;
    const known = this.known;
    const evidence = this.#rows.map(({ exact, role }) => ({ exact, role: role.value }));
    const found = proposals(evidence, known.speakers.map(({ value, family }) => ({ label: value, family })));
    const { elements } = this.form;
    this.#proposeIn("speech_form", found.form ?? "");
    const isQuoted = ["direct", "mixed"].includes(found.form);
    propose(elements.speaker, found.speaker || (isQuoted && this.#carried?.speaker) || "");
    if (isQuoted) this.#proposeIn("basis", "textual");
    propose(elements.continuity, found.continuity ?? "not_stated");
    propose(elements.date_text, found.dateText ?? "");
    if (!elements.is_hedged.dataset.touched) elements.is_hedged.checked = Boolean(found.hedged);
    elements.is_hedged.toggleAttribute("data-proposed", Boolean(found.hedged) && !elements.is_hedged.dataset.touched);
    this.#follow(found.attribution);
  }

  /** What follows from speaker and form: the speaker's party, and whom the claim is attributed to. */
  #follow(attribution) {
    if (!this.isNew) return;
    const { elements } = this.form;
    const speaker = meant(elements.speaker.value, this.known.speakers);
    const party = this.#first;
    propose(party, speaker?.party ?? this.#carried?.party ?? "");
    const form = elements.speech_form.value;
    const follows = elements.speaker.value ? "speaker" : (attribution ?? (form === "narrated" ? "author" : form && "party"));
    this.#proposeIn("attribution", follows ?? "");
  }

  /** Whose position was saved last, if it is proven by the same paragraph or the one before. */
  get #carried() {
    const [row] = this.#rows;
    if (!this.#last || !row?.end) return null;
    const [from, to] = [this.#last.start, row.start].sort((one, other) => one - other);
    return textAt(this.text, from, to).split("\n").length <= 2 ? this.#last : null;
  }

  /** Proposes an option of a group, unless somebody has chosen in it. */
  #proposeIn(name, value) {
    const box = this.#box(name);
    if (box.dataset.touched) return;
    for (const radio of box.querySelectorAll("input")) radio.checked = radio.value === value;
    box.toggleAttribute("data-proposed", Boolean(value));
  }

  // Typing

  #typed(target) {
    if (!this.form?.contains(target)) return;
    touch(target);
    this.#show();
    this.#later();
  }

  #changed(target) {
    if (!this.form?.contains(target)) return;
    touch(target);
    const { list } = target;
    const options = list?.id === "rec_parties" ? this.known.parties : list?.id === "rec_speakers" ? this.known.speakers : null;
    const found = options && meant(target.value, options);
    if (found) target.value = found.value;
    if (target.name === "speaker") this.#speakerChanged(target.value, found);
    if (target.name === "evidence_role") return this.#evidenceChanged();
    if (this.isPosition && ["speaker", "speech_form"].includes(target.name)) this.#follow();
    if (["side_party", "who_party", "who_person", "party"].includes(target.name)) this.#growRows(target);
    this.#show();
    this.#later();
  }

  #speakerChanged(typed, found) {
    const box = this.#box("new_speaker");
    if (!typed || found) return;
    box.open = true;
    if (!this.form.elements.new_person.value) this.form.elements.new_person.value = typed;
  }

  /** A further empty row once the last one is filled. */
  #growRows(target) {
    const row = target.closest(".row, .joint");
    if (!row || row.nextElementSibling || !target.value) return;
    const next = row.cloneNode(true);
    for (const field of next.matches("input") ? [next] : next.querySelectorAll("input, select")) field.value = "";
    row.after(next);
  }

  #furnish() {
    const add = document.createElement("button");
    Object.assign(add, { type: "button", className: "button quiet", hidden: true });
    add.dataset.record = "add";
    add.append("Add ", document.createElement("q"), " as evidence");
    this.querySelector(".evidence-rows").after(add);
    globalThis.htmx?.process(this.form);
  }

  // Keys and clicks

  #key(event) {
    if (event.isComposing || !this.isOpen) return;
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    else if (key === "Enter" && target.matches("input, select")) this.#toNext(target);
    else if (key === "Escape") this.close();
    else if (key === "F2") this.text.focus({ preventScroll: true });
    else if (target.matches("[type=radio]") && !event.ctrlKey && !event.altKey && !event.metaKey) return this.#digit(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** To what is still missing, once the field says what was typed; to the button if nothing is. */
  #toNext(field) {
    if (field.matches("input[list]")) this.#changed(field);
    const [next] = this.isPosition ? missing(this.#fields) : [];
    if (next) this.#focusBox(next.field);
    else this.form.querySelector(".recording-foot [type=submit]").focus();
  }

  #focusBox(name) {
    const box = this.#box(BOXES[name] ?? name);
    const folded = box.closest("details");
    if (folded) folded.open = true;
    const field = box.querySelector("[type=radio]:checked, select, input:not([type=hidden]), textarea") ?? this.#first;
    field.focus();
  }

  #digit(event) {
    const radios = [...this.form.querySelectorAll(`[type=radio][name="${event.target.name}"]`)];
    const at = "1234567890-".indexOf(letter(event) || event.key);
    const radio = at < 0 || event.key === "" ? null : radios[at];
    if (!radio) return;
    event.preventDefault();
    event.stopPropagation();
    radio.focus();
    radio.click();
  }

  #keyInText(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!this.text.contains(event.target)) return;
    document.querySelector("selection-watch")?.flush();
    const isLetter = this.reader.hasAttribute("data-letter-keys") && letter(event) === "p";
    if (event.key === "Escape" || (event.key === "F2" && !this.#span)) this.#first.focus();
    else if (this.#span && (event.key === "Enter" || isLetter)) this.add(this.#span)?.querySelector("select").focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #click(event) {
    const button = event.target.closest("[data-record], [data-remove], [data-kind]");
    if (!button || !this.contains(button)) return;
    if ("remove" in button.dataset) {
      const row = button.closest(".evidence-row");
      const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-remove]");
      row.remove();
      this.#evidenceChanged();
      return (next ?? this.#first).focus();
    }
    if (button.dataset.record === "close") return this.close();
    if (button.dataset.record === "add") return this.#span && this.add(this.#span);
    if (button.dataset.record === "mine") return this.#keepMine();
    if (button.matches("a[data-kind]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#switch(button.getAttribute("href"));
    }
  }

  #link(event) {
    const link = event.target.closest("a[data-record=open]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#load(link.getAttribute("href"));
  }

  /** To the form of another kind, with the evidence that is there. */
  async #switch(address) {
    const rows = this.#rows.map(({ start, end, exact, role }) => ({ start, end, exact, role: role.value }));
    if (this.#timer) await this.#save();
    await htmx.ajax("GET", address.split("?")[0], { target: "#recorder", swap: "innerHTML" });
    this.#adopt();
    for (const { role, ...span } of rows) {
      const row = this.add(span);
      if (row instanceof Element) row.querySelector("select").value = role;
    }
    if (rows.length) this.#show();
  }

  #submit(event) {
    if (event.target !== this.form) return;
    const [first] = this.isPosition ? missing(this.#fields) : [];
    if (!first) {
      const [party] = this.isPosition ? this.#fields.parties : [];
      const rows = this.#rows.filter(({ end }) => end);
      this.#last = party && { party, speaker: this.form.elements.speaker.value, start: Math.min(...rows.map(({ start }) => start)) };
      // What is submitted needs no draft; a refusal brings the timer back with the next letter.
      this.#timer = clearTimeout(this.#timer) ?? 0;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.#focusBox(first.field);
  }

  #answered(ctx) {
    if (!ctx.response || ctx.response.status >= 500) return this.#say("Not saved: Parley did not answer. What you typed is safe here.");
    if (ctx.response.raw.ok && !ctx.hx?.redirect) this.local.drop(ctx.request?.body?.get?.("key") ?? "");
  }

  // Drafts

  #later() {
    clearTimeout(this.#timer);
    this.#keep();
    this.#timer = setTimeout(() => this.#save(), PAUSE);
  }

  get #draft() {
    const { key } = this;
    return {
      key,
      kind: this.form.dataset.kind,
      position: this.form.dataset.position ?? "",
      data: fieldsOf(this.#data),
      summary: this.isPosition ? claim(this.#fields) : (this.form.elements.title?.value ?? this.form.elements.outcome?.selectedOptions[0]?.text ?? ""),
      version: this.#versions.get(key) ?? "",
    };
  }

  #keep() {
    if (this.form && this.form.dataset.kind !== "evidence") this.local.keep(this.#draft);
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.form || this.form.dataset.kind === "evidence") return;
    if (this.#isSending) return this.#later();
    const draft = this.#draft;
    this.#isSending = true;
    try {
      const answer = await this.#post(draft);
      if (answer?.status === 409 && this.form && this.key === draft.key) return this.#conflict(await answer.json());
      if (answer?.type === "opaqueredirect") return this.#say("You are signed out. Draft kept in this browser.");
      if (!answer?.ok) return this.#say("Draft kept in this browser until Parley can be reached.");
      this.local.drop(draft.key, draft.data);
      // No content: it was submitted in the meantime.
      if (answer.status === 204) return;
      this.#versions.set(draft.key, (await answer.json()).version);
      if (this.form && this.key === draft.key) this.#say(`Draft saved ${timeOf(Date.now())}.`);
    } finally {
      this.#isSending = false;
    }
  }

  async #post(draft) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of Object.entries(draft)) body.set(name, value);
    try {
      // Led to the sign-in page, it was not kept there.
      const options = { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } };
      return await fetch(`${this.reader.dataset.url}drafts/`, options);
    } catch {
      return null;
    }
  }

  #conflict(theirs) {
    this.theirs = theirs;
    const line = this.querySelector(".draft-line");
    const open = Object.assign(document.createElement("a"), { href: theirs.url, textContent: "Take that one" });
    open.dataset.record = "open";
    const keep = Object.assign(document.createElement("button"), { type: "button", className: "button link", textContent: "Keep this one" });
    keep.dataset.record = "mine";
    line.replaceChildren(`This draft went on in another window (“${theirs.summary}”). `, open, " ", keep);
  }

  #keepMine() {
    this.#versions.set(this.key, this.theirs.version);
    return this.#save();
  }

  /** Sends what an earlier page could not send; what went on elsewhere becomes a draft of its own. */
  async #sendKept() {
    const last = this.form ? null : takeUnsent(this.local.storage, this.reader.dataset, "record");
    for (const draft of this.local.list()) {
      if (this.form && draft.key === this.key) continue;
      let answer = await this.#post(draft);
      if (answer?.status === 409) answer = await this.#post({ ...draft, key: uuid(), version: "" });
      if (answer?.ok || answer?.status === 422) this.local.drop(draft.key);
      if (!answer) return;
      if (draft.key === last && answer.status === 200 && !this.form) this.#load((await answer.json()).url);
    }
  }

  /** Once signed in again the panel opens with what was being recorded. */
  #over() {
    if (!this.form || !(this.#timer || this.#versions.has(this.key) || this.local.has(this.key))) return;
    this.#keep();
    keepUnsent(this.local.storage, this.reader.dataset, "record", this.key);
  }

  #say(words) {
    const line = this.querySelector(".draft-line");
    if (line) setText(line, words);
  }
}

/** Fills a field by a proposal, unless somebody has filled it. */
function propose(field, value) {
  if (!field || field.dataset.touched || (field.value && !field.hasAttribute("data-proposed") && field.type !== "select-one")) return;
  field.value = value;
  field.toggleAttribute("data-proposed", Boolean(value) && value !== "not_stated");
}

/** Somebody has filled it: no longer a proposal. */
function touch(target) {
  const box = target.type === "radio" ? target.closest("fieldset") : target;
  // Whoever empties a field asks for proposals again.
  box.dataset.touched = target.value || target.type === "checkbox" ? "1" : "";
  box.removeAttribute("data-proposed");
}

function setText(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

customElements.define("record-panel", RecordPanel);
