/**
 * Drafts of what is recorded, kept in this browser until the server has them: for the moment between two saves, and for as
 * long as the server cannot be reached. A storage that refuses loses nothing else.
 */

const PREFIX = "parley:record";

export class LocalDrafts {
  constructor(storage, user, article) {
    this.storage = storage;
    this.prefix = `${PREFIX}:${user}:${article}:`;
  }

  /** Keeps a draft, which has a `key` to be known by; whether it is kept. */
  keep(draft) {
    try {
      this.storage.setItem(this.prefix + draft.key, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  /** Forgets the draft, unless other things than `data` stand in it by now. */
  drop(key, data) {
    try {
      const kept = JSON.parse(this.storage.getItem(this.prefix + key));
      if (data === undefined || kept?.data === data) this.storage.removeItem(this.prefix + key);
    } catch {
      // What cannot be read cannot be in the way.
    }
  }

  has(key) {
    try {
      return this.storage.getItem(this.prefix + key) !== null;
    } catch {
      return false;
    }
  }

  list() {
    const found = [];
    try {
      for (let i = 0; i < this.storage.length; i++) {
        const name = this.storage.key(i);
        if (name.startsWith(this.prefix)) found.push(JSON.parse(this.storage.getItem(name)));
      }
    } catch {
      return [];
    }
    return found.filter((draft) => typeof draft?.data === "string" && draft.key);
  }
}

/** The fields of a form as JSON, each name with its list of values, without what belongs to one request alone. */
export function fieldsOf(entries) {
  const data = {};
  for (const [name, value] of entries) {
    if (["csrfmiddlewaretoken", "key"].includes(name) || typeof value !== "string") continue;
    (data[name] ??= []).push(value);
  }
  return JSON.stringify(data);
}
