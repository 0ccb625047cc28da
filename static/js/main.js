/** What every page loads: the custom elements, and word of requests that never arrived. */

import "./elements/reader-margin.js";
import "./elements/reader-text.js";
import { isTyping } from "./lib/keys.js";

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

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.mentions && target.value.includes("@")) import("./elements/mention-list.js").then((one) => one.offer(target));
});

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#site-search[aria-keyshortcuts]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !field || isTyping(event.target)) return;
  event.preventDefault();
  field.focus();
  field.select();
});

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
