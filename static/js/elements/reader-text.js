import "./selection-watch.js";
import "./tag-palette.js";
import "./caret-mode.js";
import "./passage-steps.js";
import "./copy-quotation.js";

/** Gives the reader the elements that need no HTML of the server. */
for (const reader of document.querySelectorAll("article-reader")) {
  for (const name of ["selection-watch", "caret-mode", "passage-steps", "copy-quotation"]) {
    if (!reader.querySelector(name)) reader.append(document.createElement(name));
  }
}
