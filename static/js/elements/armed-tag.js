/**
 * The tag that is kept: while there is one, every selection is coded with it. Draws the badge that says so, and the
 * pressed state of the buttons `data-arm="ID"`; tells the page by `tag:armed` and `tag:disarmed`.
 */
export class ArmedTag {
  tag = null;

  constructor(palette) {
    this.palette = palette;
    this.badge = Object.assign(document.createElement("div"), { className: "armed-badge" });
    this.words = document.createElement("span");
    this.words.setAttribute("role", "status");
    this.stop = Object.assign(document.createElement("button"), {
      type: "button", className: "button quiet small", textContent: "Stop", hidden: true,
    });
    this.stop.addEventListener("click", () => this.disarm());
    this.badge.append(this.words, this.stop);
    palette.after(this.badge);
  }

  arm(tag) {
    this.tag = tag;
    this.#draw();
    this.#tell("tag:armed", { id: tag.id, name: tag.name });
  }

  disarm() {
    if (!this.tag) return;
    const { id, name } = this.tag;
    const hadFocus = this.badge.contains(document.activeElement);
    this.tag = null;
    this.#draw();
    this.#tell("tag:disarmed", { id, name });
    if (hadFocus) document.getElementById("article-text").focus({ preventScroll: true });
  }

  #draw() {
    this.palette.reader.toggleAttribute("data-armed", Boolean(this.tag));
    this.badge.className = this.tag ? `armed-badge armed colour-${this.tag.colour || "slate"}` : "armed-badge";
    this.words.textContent = this.tag ? `Coding with: ${this.tag.name} — Esc stops` : "";
    this.stop.hidden = !this.tag;
    this.mark();
  }

  /** Shows on the buttons of the outline which tag is kept; to be called when the outline was swapped. */
  mark() {
    for (const button of document.querySelectorAll("[data-arm]")) {
      button.setAttribute("aria-pressed", String(button.dataset.arm === String(this.tag?.id)));
    }
  }

  #tell(type, detail) {
    this.palette.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}
