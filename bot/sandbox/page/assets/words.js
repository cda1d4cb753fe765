/** The page's own sentences, in Russian and English; the choice is kept in the browser. */

const LANGUAGES = ["ru", "en"];
const KEY = "hh-bridge.language";
const catalogues = new Map();

export let language = "ru";

/** Load both catalogues and choose the language of the last visit, or Russian. */
export async function load() {
  await Promise.all(
    LANGUAGES.map(async (code) => {
      const answer = await fetch(`/assets/words/${code}.json`);
      catalogues.set(code, await answer.json());
    }),
  );
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEY);
  choose(LANGUAGES.includes(asked) ? asked : "ru");
}

/** Switch the language. */
export function choose(code) {
  language = code;
  localStorage.setItem(KEY, code);
  document.documentElement.lang = code;
  document.title = t("title");
}

/** The sentence with that key, `{name}` filled in. */
export function t(key, values = {}) {
  const sentence = catalogues.get(language)?.[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Whether there is such a sentence. */
export const has = (key) => key in (catalogues.get(language) ?? {});

/** 14:05 */
export const clock = (date) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(date);

/** Today, yesterday, or the day and month. */
export function day(date) {
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long" }).format(date);
}

/** The time of today, the short date of another day. */
export function when(date) {
  if (midnight(date).getTime() === midnight(new Date()).getTime()) return clock(date);
  return new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit" }).format(date);
}

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
