/** What every page loads: the custom elements, and word of requests that never arrived. */

import "./elements/busy-line.js";
import "./elements/reader-margin.js";
import "./elements/reader-text.js";
import { isTyping } from "./lib/keys.js";
import { storageOf } from "./lib/lasting.js";

const NO_SLASH = "parley:no-slash";

document.addEventListener("htmx:error", (event) => {
  // Answers of the server, refusals too, bring a message of their own.
  if (!event.detail.ctx || event.detail.ctx.response) return;
  const message = document.createElement("p");
  message.className = "message error";
  message.setAttribute("role", "alert");
  message.append(
    "Parley cannot be reached just now. What you typed is still on this page: try again in a moment. ",
    closeButton(),
  );
  document.getElementById("messages").replaceChildren(message);
});

// Where something was refused, the page opens at the first field to mend, or at what it says.
function meet(root, selector) {
  const said = root.querySelector(selector);
  if (!said || said.contains(document.activeElement)) return;
  const place = root.querySelector('[aria-invalid="true"]:not([type=hidden])') ?? said;
  if (place === said && !said.hasAttribute("tabindex")) said.tabIndex = -1;
  place.focus();
}

if (document.activeElement === document.body && !document.querySelector("[autofocus]")) {
  meet(document.getElementById("main"), "[role=alert]");
}
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.response?.status >= 400) meet(document, ":is(#answer, #intake, #table) > [role=alert]");
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.hx?.redirect?.startsWith("/sign-in/")) document.dispatchEvent(new CustomEvent("session:over"));
});

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.mentions && target.value.includes("@")) import("./elements/mention-list.js").then((one) => one.offer(target));
});

document.addEventListener("keydown", (event) => {
  const hasControl = event.ctrlKey || event.metaKey;
  const isFind = hasControl && event.shiftKey && event.code === "KeyF";
  const isSearch = event.key === "/" && !hasControl && !event.altKey && !isTyping(event.target);
  const field = document.querySelector(isFind ? "#find" : "#site-search:not([data-no-key])");
  if (event.defaultPrevented || !field || !(isFind || isSearch)) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// Those who are signed in have this among their settings.
const slash = document.getElementById("slash-key");
if (slash) {
  const field = document.getElementById("site-search");
  const apply = () => {
    field?.toggleAttribute("data-no-key", !slash.checked);
    if (slash.checked) field?.setAttribute("aria-keyshortcuts", "/");
    else field?.removeAttribute("aria-keyshortcuts");
  };
  const storage = storageOf(window);
  slash.checked = storage?.getItem(NO_SLASH) === null;
  slash.closest("p").hidden = !storage;
  slash.addEventListener("change", () => {
    if (slash.checked) storage.removeItem(NO_SLASH);
    else storage.setItem(NO_SLASH, "");
    apply();
  });
  apply();
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-close]")?.closest(".message")?.remove();
});

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button link";
  button.dataset.close = "";
  button.textContent = "Close";
  return button;
}
