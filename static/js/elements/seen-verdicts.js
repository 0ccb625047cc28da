/** Says that the verdicts on this page were seen, once somebody looks at it; the header then counts the others alone. */
class SeenVerdicts extends HTMLElement {
  connectedCallback() {
    this.ends = new AbortController();
    if (document.visibilityState === "visible") this.handleEvent();
    else document.addEventListener("visibilitychange", this, { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  async handleEvent() {
    if (document.visibilityState !== "visible") return;
    this.ends.abort();
    const form = this.querySelector("form");
    const body = new URLSearchParams(new FormData(form, form.querySelector("[type=submit]")));
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (response?.type !== "opaqueredirect") return;
    const count = document.getElementById("inbox-count");
    const left = Math.max(0, Number(count.firstChild.textContent) - body.getAll("notice").length);
    count.firstChild.textContent = String(left);
    count.hidden = !left;
    form.hidden = true;
  }
}

customElements.define("seen-verdicts", SeenVerdicts);
