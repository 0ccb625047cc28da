/**
 * What a position claims, in one sentence built from its fields, and what it still lacks. talks/claim.py says the same in
 * the same words; tests/claims.json holds both to it.
 */

const VERBS = {
  demand: ["demands", "demand"],
  propose: ["proposes", "propose"],
  offer: ["offers", "offer"],
  commit: ["commits to this", "commit to this"],
  concede: ["concedes", "concede"],
  endorse: ["endorses", "endorse"],
  criticise: ["criticises", "criticise"],
  reject: ["rejects", "reject"],
  threaten: ["threatens", "threaten"],
  assess: ["assesses", "assess"],
};
const ALONE = {
  supports: ["supports", "support"],
  opposes: ["opposes", "oppose"],
  ambivalent: ["says both for and against", "say both for and against"],
  unclear: ["does not decide on", "do not decide on"],
};
const BESIDES = { opposes: ["opposing", "reject"], ambivalent: ["for and against"], unclear: ["without deciding"] };
const SMALL_WORDS = new Set(
  "a all an any both each it new no that the there these this those when".split(" "),
);

/** The claim of `{parties, speaker, stance, act, statement, condition, target}`; what is not known yet is "…". */
export function claim({ parties = [], speaker = "", stance = "", act = "", statement = "", condition = "", target = "" }) {
  let who = [parties.slice(0, -1).join(", "), ...parties.slice(-1)].filter(Boolean).join(" and ") || "…";
  if (speaker) who = `${speaker}, for ${who},`;
  else if (parties.length > 1) who = `${who} together`;
  const words = [`${who} ${verb(stance, act, parties.length > 1)}: ${lowered(statement) || "…"}`];
  if (condition) words.push(`If: ${condition}`);
  if (target) words.push(`To: ${target}`);
  return words.map(stopped).join(" ");
}

function verb(stance, act, isPlural) {
  const number = isPlural ? 1 : 0;
  if (Object.hasOwn(VERBS, act)) {
    const [besides, impliedBy] = BESIDES[stance] ?? [];
    const words = VERBS[act][number];
    return !besides || act === impliedBy ? words : `${words}, ${besides}`;
  }
  return Object.hasOwn(ALONE, stance) ? ALONE[stance][number] : "…";
}

function lowered(statement) {
  const words = statement.trim();
  const [first] = words.split(" ");
  return SMALL_WORDS.has(first.toLowerCase()) ? first.toLowerCase() + words.slice(first.length) : words;
}

function stopped(words) {
  const trimmed = words.trim();
  return /(?:[.!?…]|\.[”)])$/u.test(trimmed) ? trimmed : `${trimmed}.`;
}

const REQUIRED = [
  ["party", "a party"],
  ["proposition", "a proposition"],
  ["stance", "a stance"],
  ["act", "what is done by saying it"],
  ["form", "how it is reported"],
  ["attribution", "whom it is attributed to"],
  ["basis", "its basis"],
  ["certainty", "your certainty"],
];

/**
 * What is still missing to save a position, each as `{field, words}`. `fields` has what claim() takes, and form,
 * attribution, basis, certainty, precision, date, summary, and `roles`, those of its evidence.
 */
export function missing(fields) {
  const { roles = [], form, attribution, speaker, stance, condition, precision, date, summary = "" } = fields;
  const found = [];
  if (!roles.length) found.push({ field: "evidence", words: "a passage that proves it" });
  for (const [field, words] of REQUIRED) {
    const isThere = field === "party" ? fields.parties?.length : field === "proposition" ? fields.statement : fields[field];
    if (!isThere) found.push({ field, words });
  }
  const isQuoted = form === "direct" || form === "mixed";
  if (isQuoted && !roles.includes("quote")) found.push({ field: "evidence", words: "a passage with the role quote" });
  if (form && !isQuoted && roles.includes("quote")) found.push({ field: "form", words: "direct or mixed speech, as there is a quote" });
  if (attribution === "speaker" && !speaker) found.push({ field: "speaker", words: "the speaker" });
  if (attribution && attribution !== "speaker" && speaker) found.push({ field: "attribution", words: "attribution to the speaker, or no speaker" });
  if (condition && stance && stance !== "supports" && stance !== "opposes") found.push({ field: "condition", words: "no condition, as nothing is supported or opposed" });
  if (precision && precision !== "unknown" && !date) found.push({ field: "date", words: "the date" });
  if (date && (!precision || precision === "unknown")) found.push({ field: "date", words: "how exact the date is" });
  const words = wordsIn(summary);
  if (words > 25) found.push({ field: "summary", words: `a summary of 25 words at most (now ${words})` });
  return found;
}

/** Words of a text, as the server counts them. */
export function wordsIn(text) {
  return text.trim() ? text.trim().split(/\s+/u).length : 0;
}
