/**
 * Which phone opened a web page lately, so that a link back to the bot finds it.
 * A page on the way may cut the tab off from the one that opened it, so the browser's storage remembers.
 */

const KEY = "hh-bridge.openers";
const MINUTES = 15;

const read = () => JSON.parse(localStorage.getItem(KEY) ?? "{}");
const write = (openers) => localStorage.setItem(KEY, JSON.stringify(openers));

/** The phone of this person has opened a web page. */
export const remember = (id) => write({ ...read(), [id]: Date.now() });

/** The page has led back: nothing to remember any more. */
export function forget(id) {
  const { [id]: _, ...others } = read();
  write(others);
}

/** The people whose phones have opened a page within a quarter of an hour. */
export const recent = () =>
  Object.entries(read())
    .filter(([, at]) => Date.now() - at < MINUTES * 60_000)
    .map(([id]) => Number(id));
