/** A link to the bot that a web page opened: the phone it belongs to opens the chat. */

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { bridge } from "./icons.js";
import { forget, recent } from "./openers.js";
import { load, t } from "./words.js";

const start = new URLSearchParams(location.search).get("start") ?? "";

async function main() {
  await load();
  const { phones } = await get("/console/telegram/state");
  // The phone that opened this tab named it after itself; a page on the way may have taken the name off.
  const openers = recent();
  const own =
    phones.find(({ person }) => window.name === `phone-${person.id}`) ??
    (openers.length === 1 ? phones.find(({ person }) => person.id === openers[0]) : undefined);
  if (own) await open(own.person);
  else choose(phones.map(({ person }) => person));
}

function card(...children) {
  document.title = t("link.title");
  document.body.replaceChildren(
    h("main", { class: "card" }, h("span", { class: "avatar" }, bridge()), ...children, h("a", { href: "/" }, t("link.back"))),
  );
}

function choose(people) {
  const buttons = people.map((person) =>
    h("button", { class: "primary", type: "button", "data-testid": `open-${person.id}`, onclick: () => open(person) }, [person.first_name, person.last_name].filter(Boolean).join(" ")),
  );
  card(h("h1", {}, t("link.title")), h("p", {}, t("link.which")), h("div", { class: "choices" }, ...buttons));
}

async function open(person) {
  try {
    await post(`/console/telegram/users/${person.id}/open`, { start });
    forget(person.id);
    card(h("h1", {}, t("link.title")), h("p", { "data-testid": "opened" }, t("link.opened", { name: person.first_name })));
    window.opener?.focus();
    window.close();
  } catch (error) {
    card(h("h1", {}, t("link.title")), h("p", {}, t("link.failed", { why: error.message })));
  }
}

main();
