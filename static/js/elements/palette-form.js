import { uuid } from "../lib/uuid.js";

/**
 * The palette's form: fills its hidden fields and has htmx send them. Calls `answered(intent)` with what was sent and the
 * `status` of the answer, once the answer's parts are in the page; `failed()` if there was none.
 */
export class PaletteForm {
  #keys = new Map();
  #intent = null;
  #sent = new Set();

  constructor(form, { answered, failed }) {
    Object.assign(this, { form, answered, failed });
    form.noValidate = true;
    // Whoever codes faster than the network does not lose the third of three.
    form.setAttribute("hx-sync", "this:queue all");
    // What is typed is not what is sent: a tag that exists goes by its number.
    form.elements.tag.removeAttribute("name");
    for (const name of ["key", "start", "end", "exact", "tag"]) {
      if (!form.elements[name]) form.append(Object.assign(document.createElement("input"), { type: "hidden", name }));
    }
    for (const type of ["htmx:config:request", "htmx:error", "htmx:finally:request"]) form.addEventListener(type, this);
  }

  handleEvent({ type, detail: { ctx } }) {
    if (type === "htmx:config:request") {
      ctx.intent = this.#intent;
    } else if (type === "htmx:error") {
      if (!ctx?.response) this.failed();
    } else if (!ctx.hx?.redirect) {
      this.#sent.delete(ctx.intent);
      if (ctx.response && ctx.intent) this.answered({ ...ctx.intent, status: ctx.response.status });
    }
  }

  /** What was sent and is not answered, oldest first; an answer that leads to the sign-in page is none. */
  get unanswered() {
    return [...this.#sent];
  }

  /** Forgets the keys of what was sent: the next selection is a new intent, though the same words be selected. */
  forget() {
    this.#keys.clear();
  }

  /** Sends `intent`, whose `span` is `{start, end, exact}`, to `url`; `tag` is a tag's number or a new name. */
  send(intent, url, tag = "") {
    this.#intent = intent;
    this.#sent.add(intent);
    const name = `${intent.kind} ${tag}`;
    // One intent, one key: pressed twice, or tried again, it is done once.
    if (!this.#keys.has(name)) this.#keys.set(name, uuid());
    const { start, end, exact } = intent.span;
    for (const [field, value] of Object.entries({ key: this.#keys.get(name), start, end, exact, tag })) {
      this.form.elements[field].value = value;
    }
    this.form.setAttribute("hx-post", url);
    this.form.requestSubmit();
  }
}
