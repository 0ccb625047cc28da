import "./selection-watch.js";
import "./tag-palette.js";
import "./caret-mode.js";
import "./passage-steps.js";
import "./bounds-handles.js";
import "./copy-quotation.js";

/** Gives the reader the elements that need no HTML of the server. */
for (const reader of document.querySelectorAll("article-reader")) {
  const names = ["selection-watch", "caret-mode", "passage-steps", "copy-quotation"];
  if (document.getElementById("bounds-form")) names.push("bounds-handles");
  for (const name of names) if (!reader.querySelector(name)) reader.append(document.createElement(name));
}
