/** The list of a page's keys: `keys` as pairs of keys and what they do, `letters` what to say of single letters first. */
export function showKeys({ title, keys, letters = "" }) {
  const dialog = document.querySelector(".page-keys") ?? build(title, keys, letters);
  const opener = document.activeElement;
  dialog.addEventListener("close", () => opener?.focus({ preventScroll: true }), { once: true });
  if (!dialog.open) dialog.showModal();
}

function build(title, keys, letters) {
  const dialog = element("dialog", { className: "keys-dialog page-keys" });
  dialog.setAttribute("aria-labelledby", "page-keys-title");
  const list = element("dl");
  for (const [names, what] of keys) {
    const term = element("dt");
    for (const key of names) term.append(key === "…" ? key : element("kbd", { textContent: key }), " ");
    list.append(term, element("dd", { textContent: what }));
  }
  dialog.append(element("h2", { id: "page-keys-title", textContent: title }));
  if (letters) {
    const line = element("p", { textContent: `${letters} ` });
    line.append(element("a", { href: "/account/", textContent: "Switch them on or off" }), ".");
    dialog.append(line);
  }
  const form = element("form", { method: "dialog" });
  form.append(element("button", { className: "button", textContent: "Close" }));
  dialog.append(list, form);
  document.body.append(dialog);
  return dialog;
}

const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);
