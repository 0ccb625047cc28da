import assert from "node:assert/strict";
import { test } from "node:test";

import { keepUnsent, takeUnsent } from "../../static/js/lib/unsent.js";

/** As localStorage: strings by name. */
class Storage {
  kept = new Map();
  getItem(name) { return this.kept.get(name) ?? null; }
  setItem(name, value) { this.kept.set(name, value); }
  removeItem(name) { this.kept.delete(name); }
}

const reader = { user: "3", article: "1" };

test("what was not sent is offered once, to whom it belongs", () => {
  const storage = new Storage();
  keepUnsent(storage, reader, "note", "note:0-4", 1000);

  assert.equal(takeUnsent(storage, { ...reader, user: "4" }, "note", 2000), null);
  assert.equal(takeUnsent(storage, reader, "tags", 2000), null);
  assert.equal(takeUnsent(storage, reader, "note", 2000), "note:0-4");
  assert.equal(takeUnsent(storage, reader, "note", 2000), null);
});

test("after a day, and where the storage refuses or holds nonsense, there is nothing", () => {
  const storage = new Storage();
  keepUnsent(storage, reader, "note", "note:0-4", 0);
  assert.equal(takeUnsent(storage, reader, "note", 86_400_000), null);

  storage.setItem("parley:unsent:3:1:note", "{");
  assert.equal(takeUnsent(storage, reader, "note"), null);
  keepUnsent(null, reader, "note", "note:0-4");
  assert.equal(takeUnsent(null, reader, "note"), null);
});
