/** What the words of a passage suggest for the fields of a position. Suggestions only: the coder confirms them. */

import { fold } from "./match.js";

const QUOTED = /[“„«"][^“”„«»"]+[”“»"]/u;
const ALL_QUOTED = /^[“„«"][^“”„«»"]+[”“»"]$/u;
const SAY = "said|says|told|tells|stated|states|added|adds|posted|wrote|writes|declared|announced|insisted|replied|argued";
const REPORT = "called|calls|voiced|emphasized|emphasised|reiterated|suggested|pledged|warned|urged|demanded|proposed|offered";
const CUE = new RegExp(`\\b(?:${SAY})\\b`, "iu");
const REPORTING = new RegExp(`\\b(?:${REPORT})\\b`, "iu");
const HEDGES = /\b(?:suggested|may|might|could|reportedly|apparently|appears?|seems?|possibly|perhaps)\b/iu;
const DAY = /\b(?:on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today(?:’s)?|recently|(?:earlier|later) (?:this|in the) (?:week|month|year)|last (?:week|month|year)|in (?:19|20)\d\d)/iu;

/** What a passage most likely does for what it proves. */
export function roleOf(exact) {
  if (ALL_QUOTED.test(exact.trim())) return "quote";
  const words = exact.trim().split(/\s+/u).length;
  if (words <= 12 && CUE.test(exact) && !QUOTED.test(exact)) return "attribution";
  return QUOTED.test(exact) ? "quote" : "report";
}

/**
 * The fields that the evidence suggests, `{form, attribution, speaker, hedged, continuity, dateText}`, each only where the
 * words say so. `evidence` is a list of `{exact, role}`, `speakers` one of `{label, family}`.
 */
export function proposals(evidence, speakers = []) {
  const all = evidence.map(({ exact }) => exact).join("\n");
  const found = {};
  const quotes = evidence.filter(({ role }) => role === "quote");
  if (quotes.length) {
    const isWhole = quotes.every(({ exact }) => ALL_QUOTED.test(exact.trim()) && isSentence(exact));
    found.form = isWhole ? "direct" : "mixed";
  }
  const cued = evidence.filter(({ exact }) => CUE.test(exact) || REPORTING.test(exact));
  const speaker = speakerIn(cued.map(({ exact }) => exact).join("\n"), speakers);
  if (speaker) {
    Object.assign(found, { speaker, attribution: "speaker" });
    found.form ??= "indirect";
  } else if (evidence.some(({ exact }) => CUE.test(exact)) && quotes.length) found.attribution = "speaker";
  if (HEDGES.test(all)) found.hedged = true;
  if (/\breiterat/iu.test(all)) found.continuity = "reiterated";
  else if (/\b(?:remains?|maintain(?:s|ed|ing)?|not new)\b/iu.test(all)) found.continuity = "maintained";
  const day = all.match(DAY)?.[0];
  if (day) found.dateText = day;
  return found;
}

/** A quotation that could stand alone: it ends as a sentence or a clause does, and begins with a capital. */
function isSentence(exact) {
  return /^[“„«"]\p{Lu}/u.test(exact.trim()) && exact.trim().split(/\s+/u).length > 3;
}

/** The label of the one speaker whose family name stands in the words; "" for none or several. */
function speakerIn(words, speakers) {
  const text = ` ${fold(words).replace(/[^\p{L}\p{N}]+/gu, " ")} `;
  const named = speakers.filter(({ family }) => family && text.includes(` ${fold(family)} `));
  const families = new Set(named.map(({ family }) => fold(family)));
  return families.size === 1 && named.length === 1 ? named[0].label : "";
}

/**
 * The one of `options`, each `{value, names}`, that is meant by what is typed: of that name, or the only one with a word
 * that begins so. Null for none and for several.
 */
export function meant(typed, options) {
  const query = fold(typed);
  if (!query) return null;
  const same = options.filter(({ value, names }) => [value, ...names].some((name) => fold(name) === query));
  if (same.length) return same.length === 1 ? same[0] : same.find(({ value }) => fold(value) === query) ?? null;
  const begun = options.filter(({ value, names }) => [value, ...names].some((name) => fold(name).startsWith(query)));
  if (begun.length === 1) return begun[0];
  const inside = options.filter(({ value, names }) => [value, ...names].some((name) => ` ${fold(name)}`.includes(` ${query}`)));
  return begun.length === 0 && inside.length === 1 ? inside[0] : null;
}
