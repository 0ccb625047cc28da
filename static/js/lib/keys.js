/** Which key does what. */

const LETTERS = {
  t: "tag",
  n: "note",
  p: "position",
  l: "link",
  c: "copy",
  a: "arm",
  s: "sentence",
  w: "word",
  "?": "help",
  "[": "previous",
  "]": "next",
};
const NAMES = { Enter: "repeat", Escape: "stop", Tab: "tag" };

/**
 * The character a key stands for, lower case. A key of a layout without Latin letters counts by its place, so that T
 * is T on a Ukrainian keyboard too.
 */
export function letter({ key, code = "" }) {
  if ([...key].length !== 1) return "";
  if (/[\x21-\x7e]/.test(key)) return key.toLowerCase();
  return code.match(/^(?:Key|Digit)(\w)$/)?.[1].toLowerCase() ?? "";
}

/**
 * What a key press asks of a selection: a name of LETTERS or NAMES, `{digit}`, `{shortcut}`, or null. `shortcuts` are the
 * codebook's own characters: they act where nothing of ours does, first as typed, then by place.
 */
export function action(event, shortcuts = new Set()) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (Object.hasOwn(NAMES, event.key)) return event.shiftKey ? null : NAMES[event.key];
  if ([...event.key].length !== 1 || event.key === " ") return null;
  const char = letter(event);
  if (/^[1-6]$/.test(char)) return { digit: Number(char) };
  if (Object.hasOwn(LETTERS, char) && (char === event.key.toLowerCase() || !shortcuts.has(event.key))) {
    return LETTERS[char];
  }
  for (const one of [event.key, event.key.toLowerCase(), char]) {
    if (one && shortcuts.has(one)) return { shortcut: one };
  }
  return null;
}

/** Whether a key press belongs to a field that is being typed in. */
export function isTyping(target) {
  return Boolean(
    target?.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, dialog") ||
      target?.isContentEditable,
  );
}

/** The form that a key press asks for: "#undo-form" by Ctrl+Z, "#redo-form" by Ctrl+Shift+Z or Ctrl+Y; or null. */
export function undoing(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event.target)) return null;
  const key = event.key.toLowerCase();
  if (key === "z" || (event.code === "KeyZ" && !/^[a-z]$/.test(key))) return event.shiftKey ? "#redo-form" : "#undo-form";
  return key === "y" && !event.shiftKey ? "#redo-form" : null;
}

/** How the caret moves: `{by, direction, extend}`, or null. `by` as Selection.modify() names it, and "text". */
export function movement({ key, shiftKey: extend, ctrlKey, altKey, metaKey }) {
  if (metaKey) return null;
  const far = ctrlKey || altKey;
  switch (key) {
    case "ArrowLeft":
      return { by: far ? "word" : "character", direction: "left", extend };
    case "ArrowRight":
      return { by: far ? "word" : "character", direction: "right", extend };
    case "ArrowUp":
      return altKey ? null : { by: ctrlKey ? "paragraph" : "line", direction: "backward", extend };
    case "ArrowDown":
      return altKey ? null : { by: ctrlKey ? "paragraph" : "line", direction: "forward", extend };
    case "PageUp":
      return far ? null : { by: "paragraph", direction: "backward", extend };
    case "PageDown":
      return far ? null : { by: "paragraph", direction: "forward", extend };
    case "Home":
      return { by: ctrlKey ? "text" : "lineboundary", direction: "backward", extend };
    case "End":
      return { by: ctrlKey ? "text" : "lineboundary", direction: "forward", extend };
    default:
      return null;
  }
}
