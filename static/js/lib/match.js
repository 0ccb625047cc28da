/** Finding a tag by what is typed. */

/** `text` without case, accents and width: what two spellings have in common. */
export function fold(text) {
  return text
    .normalize("NFKD")
    .toUpperCase() // ß and ſ only meet ss and s this way
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replaceAll("ς", "σ")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The key by which two names are one name: case, width and spaces do not count; accents do. */
export function nameKey(name) {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").replace(/\s+/gu, " ").trim();
}

const WORD_START = "(?<![\\p{L}\\p{N}])";
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");

/** How well a tag meets the folded `query`: 0 its start, 1 a word's, 2 its middle, 3 its path or definition; or null. */
export function rank(tag, query) {
  const name = fold(tag.name);
  if (name.startsWith(query)) return 0;
  if (new RegExp(WORD_START + escaped(query), "u").test(name)) return 1;
  const words = query.split(" ");
  if (words.every((word) => name.includes(word))) return 2;
  const rest = `${name} ${fold(tag.path ?? "")} ${fold(tag.definition ?? "")}`;
  return words.every((word) => rest.includes(word)) ? 3 : null;
}

/**
 * The tags that may be used and meet what is typed: first that of this very name, then the best, then as in the codebook.
 * All if nothing is typed.
 */
export function matches(tags, typed) {
  const query = fold(typed);
  const usable = tags.filter(isUsable);
  if (!query) return usable;
  const key = nameKey(typed);
  const howWell = (tag) => (nameKey(tag.name) === key ? -2 : fold(tag.name) === query ? -1 : rank(tag, query));
  return usable
    .map((tag, order) => ({ tag, order, rank: howWell(tag) }))
    .filter((one) => one.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map((one) => one.tag);
}

/** Whether a tag may be applied: not one that was turned down, retired or merged into another. */
export function isUsable(tag) {
  return !tag.status || tag.status === "active" || tag.status === "proposed";
}

/** The tag of exactly this name, whatever its state. */
export function called(tags, name) {
  const key = nameKey(name);
  return tags.find((tag) => nameKey(tag.name) === key) ?? null;
}
