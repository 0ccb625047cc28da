/** Has the page say, as after a request of htmx that never arrived, that Parley cannot be reached. */
export function unreached() {
  document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx: {} } }));
}
