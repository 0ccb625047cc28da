/** Where a tag goes in the codebook's tree. Plain functions on any tree of `{parent, children}`. */

/** The place of `item` as the server takes it: "top", "in:ID" or "after:ID". */
export function placeOf(item) {
  const siblings = item.parent.children;
  const at = siblings.indexOf(item);
  if (at > 0) return `after:${siblings[at - 1].id}`;
  return item.parent.id ? `in:${item.parent.id}` : "top";
}

/** What a step does to `item`: `{parent, at}` where it would stand then, or null where it cannot go. */
export function step(item, direction) {
  const { parent } = item;
  const at = parent.children.indexOf(item);
  switch (direction) {
    case "up":
      return at > 0 ? { parent, at: at - 1 } : null;
    case "down":
      return at + 1 < parent.children.length ? { parent, at: at + 1 } : null;
    case "in":
      return at > 0 ? { parent: parent.children[at - 1], at: parent.children[at - 1].children.length } : null;
    case "out":
      return parent.parent ? { parent: parent.parent, at: parent.parent.children.indexOf(parent) + 1 } : null;
    default:
      return null;
  }
}

/** Whether `item` is `other` or stands below it. */
export function isWithin(item, other) {
  for (let one = item; one; one = one.parent) if (one === other) return true;
  return false;
}
