/** Who else is here, in words. */

const NAMED = 3;

/** “Olena and Petro are reading this too”; "" for nobody. Of many, the first three are named. */
export function companyInWords(names) {
  if (!names.length) return "";
  const rest = names.length - NAMED;
  const named = rest > 1 ? [...names.slice(0, NAMED), `${rest} others`] : names;
  const list = named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : named[0];
  return `${list} ${names.length > 1 ? "are" : "is"} reading this too`;
}

/**
 * Milliseconds until a page asks again: soon beside others, seldom when nobody has touched it for two minutes, and
 * ever more seldom while the server does not answer (`lost` is how often it did not).
 */
export function waitFor({ lost = 0, idle = 0, others = 0 }) {
  if (lost) return Math.min(3_000 * 2 ** lost, 30_000);
  if (idle > 120_000) return 15_000;
  return others ? 2_500 : 5_000;
}
