/**
 * Storage for drafts that outlives the browser being killed. Browsers write localStorage to disk some seconds late;
 * IndexedDB hands each change on at once, but cannot be read at once. So drafts are read from the one, and a copy of each
 * goes to the other, from which a page takes back what is missing as it opens.
 */

const STORE = "drafts";

export class LastingStorage {
  #database;
  #changed = new Set();

  /** `storage` as localStorage, `databases` as indexedDB; without the latter nothing is copied. */
  constructor(storage, databases) {
    this.storage = storage;
    this.#database = opened(databases);
    /** Whether anything was taken back, once that is known. */
    this.restored = this.#restore().catch(() => false);
  }

  get length() {
    return this.storage.length;
  }

  key(i) {
    return this.storage.key(i);
  }

  getItem(name) {
    return this.storage.getItem(name);
  }

  setItem(name, value) {
    this.#copy(name, (store) => store.put(value, name));
    this.storage.setItem(name, value);
  }

  removeItem(name) {
    this.#copy(name, (store) => store.delete(name));
    this.storage.removeItem(name);
  }

  async #copy(name, change) {
    this.#changed.add(name);
    try {
      const transaction = (await this.#database)?.transaction(STORE, "readwrite");
      if (!transaction) return;
      change(transaction.objectStore(STORE));
      transaction.commit();
    } catch {
      // The database was closed or cleared: localStorage is left.
    }
  }

  /** The copy is never the older one, except for what this page has changed since it opened. */
  async #restore() {
    const store = (await this.#database)?.transaction(STORE).objectStore(STORE);
    if (!store) return false;
    const [names, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
    let isChanged = false;
    names.forEach((name, i) => {
      if (this.#changed.has(name) || this.storage.getItem(name) === values[i]) return;
      this.storage.setItem(name, values[i]);
      isChanged = true;
    });
    return isChanged;
  }
}

function opened(databases) {
  try {
    const request = databases.open("parley");
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return answer(request).catch(() => null);
  } catch {
    return Promise.resolve(null);
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let kept;

/** The drafts' storage of this page. */
export function lastingStorage(view) {
  kept ??= new LastingStorage(storageOf(view), view.indexedDB);
  return kept;
}

/** localStorage, or nothing where it may not even be asked for. */
export function storageOf(view) {
  try {
    return view.localStorage;
  } catch {
    return null;
  }
}
