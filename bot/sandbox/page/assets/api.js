/** Talks to the sandbox: JSON there and back, and streams of changes. */

/** A call that was refused; the message says why. */
export class Refused extends Error {}

export async function ask(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const result = text ? JSON.parse(text) : null;
  if (!answer.ok) {
    const why = result?.error;
    throw new Refused(typeof why === "string" ? why : (why?.description ?? JSON.stringify(why ?? answer.status)));
  }
  return result;
}

export const get = (url) => ask("GET", url);
export const post = (url, body = {}) => ask("POST", url, body);
export const put = (url, body) => ask("PUT", url, body);
export const remove = (url) => ask("DELETE", url);

/**
 * Listen to a stream of server-sent events while the page is visible.
 * `on` gets each event's data, and null after every (re)connection: anything may have changed.
 */
export function listen(url, on, onState = () => {}) {
  let source = null;
  const open = () => {
    if (source) return;
    source = new EventSource(url);
    source.onopen = () => {
      onState(true);
      on(null);
    };
    source.onmessage = (event) => on(JSON.parse(event.data));
    source.onerror = () => onState(false);
  };
  const close = () => {
    source?.close();
    source = null;
  };
  // A browser opens six connections to one server: hidden tabs give theirs back.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

/** Run `act` at most once in `milliseconds`, and once more at the end if asked meanwhile. */
export function calm(act, milliseconds = 120) {
  let timer = null;
  let again = false;
  const run = async () => {
    again = false;
    try {
      await act();
    } finally {
      timer = setTimeout(() => {
        timer = null;
        if (again) start();
      }, milliseconds);
    }
  };
  const start = () => {
    if (timer !== null) again = true;
    else {
      timer = -1;
      run();
    }
  };
  return start;
}
