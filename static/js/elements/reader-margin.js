import "./passage-margin.js";
import "./passage-sheet.js";
import "./passage-links.js";
import "./passage-chooser.js";
import "./card-tools.js";
import "./draft-list.js";
import "./note-desk.js";
import "./act-undo.js";
import "./live-changes.js";
import "./outline-drawer.js";
import "./outline-folds.js";
import "./later.js";

/** Gives the reader the elements that need no HTML of the server. */
for (const reader of document.querySelectorAll("article-reader")) {
  const names = ["passage-links"];
  if (reader.querySelector("passage-margin")) names.push("passage-chooser", "passage-sheet", "card-tools", "outline-drawer", "outline-folds");
  for (const name of names) if (!reader.querySelector(name)) reader.append(document.createElement(name));
}
