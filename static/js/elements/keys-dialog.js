/** What `?` shows: the keys of the reader. */

const KEYS = [
  ["With text selected", [
    [["1", "…", "6"], "one of the six recent tags"],
    [["Enter"], "the last tag again, or the tag you keep"],
    [["T", "Tab"], "find a tag by its name, or propose one"],
    [["N"], "write a note"],
    [["P"], "record a position, an outcome or an event"],
    [["L"], "make a link to the passage and copy it"],
    [["C"], "copy the quotation with its source"],
    [["A"], "keep a tag: every selection is coded with it"],
    [["Esc"], "close the palette, then let go of the selection"],
    [["Ctrl", "Enter"], "open the palette, also with letters switched off"],
  ]],
  ["In the text", [
    [["Tab", "F2"], "bring the caret"],
    [["←", "→", "↑", "↓"], "move it; with Ctrl or Alt by word, with Shift select"],
    [["Page ↑", "Page ↓"], "to the paragraph before or after"],
    [["S"], "select the sentence; again: the next one too"],
    [["W"], "select the word; again: the next one too"],
    [["Enter"], "open the passage at the caret"],
  ]],
  ["While recording", [
    [["1", "…", "9"], "choose in a group of options"],
    [["F2"], "to the text, to select further words"],
    [["Enter"], "in the text: add what is selected as evidence"],
    [["Ctrl", "Enter"], "save"],
    [["Esc"], "close; the draft is kept"],
  ]],
  ["Anywhere on the page", [
    [["]", "["], "next and previous passage; also Alt with ↓ and ↑"],
    [["/"], "search everything"],
    [["Ctrl", "Shift", "F"], "find in this text; Enter: the next place"],
    [["Ctrl", "Z"], "undo"],
    [["?"], "this list"],
  ]],
];

/** Opens the list of keys; `hasLetters` tells whether letters act for this account. */
export function showKeys(hasLetters) {
  const dialog = document.querySelector(".keys-dialog") ?? build();
  dialog.querySelector(".letters").firstChild.textContent = hasLetters
    ? "Letters act only while text is selected. "
    : "Letters and digits are switched off for your account: only Tab, Esc, F2 and keys with Ctrl or Alt act. ";
  const opener = document.activeElement;
  dialog.addEventListener("close", () => opener?.focus({ preventScroll: true }), { once: true });
  if (!dialog.open) dialog.showModal();
}

function build() {
  const dialog = element("dialog", { className: "keys-dialog" });
  dialog.setAttribute("aria-labelledby", "keys-title");
  const letters = element("p", { className: "letters" });
  letters.append("", element("a", { href: "/account/", textContent: "Switch them on or off" }), ".");
  const lists = KEYS.flatMap(([title, rows]) => {
    const list = element("dl");
    for (const [keys, what] of rows) {
      const term = element("dt");
      keys.forEach((key) => term.append(key === "…" ? key : element("kbd", { textContent: key }), " "));
      list.append(term, element("dd", { textContent: what }));
    }
    return [element("h3", { textContent: title }), list];
  });
  const form = element("form", { method: "dialog" });
  form.append(element("button", { className: "button", textContent: "Close" }));
  dialog.append(element("h2", { id: "keys-title", textContent: "Keys of the reader" }), letters, ...lists, form);
  document.body.append(dialog);
  return dialog;
}

const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);
