import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, Drafts, firstWords, nameOfNew, roomLeft } from "../../static/js/lib/drafts.js";

/** As localStorage: strings by name, in order. */
class Storage {
  kept = new Map();
  get length() { return this.kept.size; }
  key(i) { return [...this.kept.keys()][i]; }
  getItem(name) { return this.kept.get(name) ?? null; }
  setItem(name, value) { this.kept.set(name, value); }
  removeItem(name) { this.kept.delete(name); }
}

const note = { text: "Both agree", visibility: "team", start: "10", end: "14", exact: "face", key: "k1" };

test("a draft is kept under person, article and name, with its time", () => {
  const storage = new Storage();
  const drafts = new Drafts(storage, "3", "1", () => 1000);

  assert.equal(drafts.save("note:10-14", note), true);

  assert.deepEqual([...storage.kept.keys()], ["parley:draft:3:1:note:10-14"]);
  assert.deepEqual(drafts.load("note:10-14"), { ...note, at: 1000 });
});

test("another person or article has other drafts", () => {
  const storage = new Storage();
  new Drafts(storage, "3", "1").save("note:10-14", note);

  assert.deepEqual(new Drafts(storage, "4", "1").list(), []);
  assert.deepEqual(new Drafts(storage, "3", "11").list(), []);
  assert.equal(new Drafts(storage, "3", "2").load("note:10-14"), null);
});

test("a draft without text is dropped", () => {
  const drafts = new Drafts(new Storage(), "3", "1");
  drafts.save("note:10-14", note);
  drafts.save("note:10-14", { ...note, text: " \n" });

  assert.deepEqual(drafts.list(), []);
});

test("the newest draft comes first", () => {
  let clock = 0;
  const drafts = new Drafts(new Storage(), "3", "1", () => ++clock);
  drafts.save("note:10-14", note);
  drafts.save("note:12", note);
  drafts.save("note:10-14", note);

  assert.deepEqual(drafts.list().map(({ name }) => name), ["note:10-14", "note:12"]);
});

test("only the answer to the draft's own request drops it", () => {
  const drafts = new Drafts(new Storage(), "3", "1");
  drafts.save("note:10-14", note);

  assert.equal(drafts.dropSaved("note:10-14", "k0"), false);
  assert.notEqual(drafts.load("note:10-14"), null);
  assert.equal(drafts.dropSaved("note:10-14", "k1"), true);
  assert.equal(drafts.load("note:10-14"), null);
});

test("a storage that refuses is no error", () => {
  const refusing = new Proxy({}, { get() { throw new Error("SecurityError"); } });
  const drafts = new Drafts(refusing, "3", "1");

  assert.equal(drafts.save("note:10-14", note), false);
  assert.equal(drafts.load("note:10-14"), null);
  assert.equal(drafts.drop("note:10-14"), false);
  assert.deepEqual(drafts.list(), []);
});

test("what is not a draft is not read as one", () => {
  const storage = new Storage();
  for (const [i, value] of ["{", "null", "7", '{"text": 5}', "[]", '{"text": ""}'].entries()) {
    storage.setItem(`parley:draft:3:1:note:${i}`, value);
  }
  assert.deepEqual(new Drafts(storage, "3", "1").list(), []);
});

test("a new note is named by its passage or by the article", () => {
  assert.equal(nameOfNew({ start: "0", end: "4" }), "note:0-4");
  assert.equal(nameOfNew({ start: 0, end: 4 }), "note:0-4");
  assert.equal(nameOfNew({ start: "", end: "" }), "note:article");
  assert.equal(nameOfNew({}), "note:article");
});

test("a draft of an edit or a reply says where its form is", () => {
  assert.equal(addressOf("note:12"), "/notes/12/?edit");
  assert.equal(addressOf("reply:12"), "/notes/12/?reply");
  assert.equal(addressOf("note:10-14"), null);
  assert.equal(addressOf("note:article"), null);
});

test("room is spoken of only near its end", () => {
  assert.equal(roomLeft(0), "");
  assert.equal(roomLeft(18_500), "1500 characters left");
  assert.equal(roomLeft(19_999), "1 character left");
  assert.equal(roomLeft(20_003), "3 characters too many");
});

test("first words end at a word and never inside a character", () => {
  assert.equal(firstWords("two\nlines  here"), "two lines here");
  assert.equal(firstWords("one two three", 9), "one two…");
  assert.equal(firstWords("😀".repeat(5), 3), "😀😀😀…");
});
