/** A quotation as it goes to the clipboard. */

/** `“exact” — citation, ¶n, address`, the words untouched; what is not known is left out. */
export function quotation({ exact, citation, paragraph, address }) {
  const source = [citation?.trim(), paragraph && `¶${paragraph}`, address].filter(Boolean).join(", ");
  return source ? `“${exact}” — ${source}` : `“${exact}”`;
}
