import { lastingStorage } from "../lib/lasting.js";
import { unreached } from "../lib/unreached.js";

/**
 * What nobody needs at first: its module is loaded by the first event that asks for it, which is then sent once more. A
 * link that was pressed leads where it leads if the module cannot be had.
 */
function whenAsked(type, load, isMeant = () => true) {
  document.addEventListener(type, listen, { capture: true });

  async function listen(event) {
    if (!isMeant(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, detail } = event;
    const link = type === "click" ? target.closest("a") : null;
    try {
      await load();
    } catch {
      return link ? location.assign(link.href) : unreached();
    }
    document.removeEventListener(type, listen, { capture: true });
    if (link) link.click();
    else target.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

const recorder = () => import("./record-panel.js");
const isPlain = ({ ctrlKey, metaKey, shiftKey }) => !ctrlKey && !metaKey && !shiftKey;

const reader = document.querySelector("article-reader[data-can-code]");
if (reader) {
  whenAsked("position:record", recorder);
  whenAsked("click", recorder, (event) => isPlain(event) && event.target.closest?.("a[data-record=open]"));
  whenAsked("bounds:move", async () => {
    await import("./bounds-handles.js");
    if (!reader.querySelector("bounds-handles")) reader.append(document.createElement("bounds-handles"));
  });
  // A draft that the search has found.
  reader.querySelector("a[data-at-once]")?.click();
  // What was being recorded when the server was out of reach is sent now.
  const prefix = `parley:record:${reader.dataset.user}:${reader.dataset.article}:`;
  lastingStorage(window).restored.then(() => hasKept(prefix) && recorder());
}

function hasKept(prefix) {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith(prefix));
  } catch {
    return false;
  }
}
