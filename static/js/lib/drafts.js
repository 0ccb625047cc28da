/**
 * Drafts of notes, kept in a storage such as localStorage until the server has answered that the note is saved.
 *
 * A draft is `{text, visibility, start, end, exact, key, at}`: `at` is when it was typed, in milliseconds; `key` names
 * the request it would be saved by. A storage that refuses (full, switched off) loses nothing else: the functions
 * answer false, null or [].
 */

const PREFIX = "parley:draft";
export const LONGEST = 20_000;

/** The name of a draft of a new note: of the passage `start`–`end`, or of the article itself if these are empty. */
export function nameOfNew({ start, end }) {
  return start === "" || start == null ? "note:article" : `note:${start}-${end}`;
}

/** Where a draft's form is fetched from: the edit or reply page of a note, or null for a new note. */
export function addressOf(name) {
  const [, kind, note] = name.match(/^(note|edit|reply):(\d+)$/) ?? [];
  if (!kind) return null;
  return `/notes/${note}/?${kind === "reply" ? "reply" : "edit"}`;
}

/** The drafts of one person in one article. */
export class Drafts {
  constructor(storage, user, article, now = Date.now) {
    this.storage = storage;
    this.prefix = `${PREFIX}:${user}:${article}:`;
    this.now = now;
  }

  /** Whether the draft is now kept. One without text is dropped. */
  save(name, draft) {
    if (!draft.text.trim()) return this.drop(name);
    try {
      this.storage.setItem(this.prefix + name, JSON.stringify({ ...draft, at: this.now() }));
      return true;
    } catch {
      return false;
    }
  }

  load(name) {
    try {
      const draft = JSON.parse(this.storage.getItem(this.prefix + name));
      return typeof draft?.text === "string" && draft.text.trim() ? draft : null;
    } catch {
      return null;
    }
  }

  drop(name) {
    try {
      this.storage.removeItem(this.prefix + name);
      return true;
    } catch {
      return false;
    }
  }

  /** Drops the draft if it is still the one that was sent by `key`, and says whether it was. */
  dropSaved(name, key) {
    return this.load(name)?.key === key && this.drop(name);
  }

  /** All of them as `{name, draft}`, the newest first. */
  list() {
    const found = [];
    try {
      for (let i = 0; i < this.storage.length; i++) {
        const key = this.storage.key(i);
        if (!key.startsWith(this.prefix)) continue;
        const name = key.slice(this.prefix.length);
        const draft = this.load(name);
        if (draft) found.push({ name, draft });
      }
    } catch {
      return [];
    }
    return found.sort((a, b) => b.draft.at - a.draft.at);
  }
}

/** What to say about the room left for a note of `length` characters; nothing while there is plenty. */
export function roomLeft(length, longest = LONGEST) {
  const left = longest - length;
  if (left > longest / 10) return "";
  if (left < 0) return `${-left} characters too many`;
  return left === 1 ? "1 character left" : `${left} characters left`;
}

/** The first words of a text, at most `longest` characters and an ellipsis. */
export function firstWords(text, longest = 60) {
  const flat = text.replace(/\s+/gu, " ").trim();
  const points = [...flat];
  if (points.length <= longest) return flat;
  return points.slice(0, longest).join("").replace(/\s+\S*$/u, "") + "…";
}
