/** What every page loads: the custom elements, and word of requests that never arrived. */

import "./elements/reader-text.js";

document.addEventListener("htmx:error", (event) => {
  // Answers of the server, refusals too, bring a message of their own.
  if (!event.detail.ctx || event.detail.ctx.response) return;
  const message = document.createElement("p");
  message.className = "message error";
  message.setAttribute("role", "alert");
  message.textContent =
    "Parley cannot be reached just now. What you typed is still on this page: try again in a moment.";
  document.getElementById("messages").replaceChildren(message);
});
