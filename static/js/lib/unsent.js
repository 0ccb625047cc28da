/**
 * What somebody was doing in an article as their session ended, kept in a storage such as localStorage until they are back.
 */

const DAY = 86_400_000;
const nameFor = ({ user, article }, what) => `parley:unsent:${user}:${article}:${what}`;

/** Keeps `value` as `what`, for the `{user, article}` of a reader. A storage that refuses keeps nothing. */
export function keepUnsent(storage, reader, what, value, now = Date.now()) {
  try {
    storage.setItem(nameFor(reader, what), JSON.stringify({ value, at: now }));
  } catch {
    // Nothing else is lost.
  }
}

/** Takes out what is kept as `what`, so that it is offered once; null if that is nothing or older than a day. */
export function takeUnsent(storage, reader, what, now = Date.now()) {
  try {
    const { value, at } = JSON.parse(storage.getItem(nameFor(reader, what)));
    storage.removeItem(nameFor(reader, what));
    return now - at < DAY ? value : null;
  } catch {
    return null;
  }
}
