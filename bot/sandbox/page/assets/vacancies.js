/** The local vacancies, to send to the bot or to forward. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** Choose among `vacancies` (of hh.ru's console) for `phone`. */
export function chooseVacancy(phone, vacancies) {
  const list = h("ul", { class: "vacancies" });
  const dialog = h("dialog", { class: "sheet wide", "data-testid": "vacancies", "aria-label": t("vacancies"), onclose: () => dialog.remove() });
  const act = (action, body) => {
    dialog.close();
    phone.act(action, body);
  };
  const show = (wanted) => {
    const found = vacancies.filter((vacancy) => !vacancy.hidden && `${vacancy.name} ${vacancy.employer}`.toLowerCase().includes(wanted));
    list.replaceChildren(...found.map((vacancy) => row(vacancy, act)));
    if (!found.length) list.append(h("li", { class: "quiet" }, t("console.none")));
  };
  const find = h("input", {
    type: "search",
    placeholder: t("vacancies.find"),
    "aria-label": t("vacancies.find"),
    "data-testid": "vacancy-find",
    oninput: (event) => show(event.target.value.trim().toLowerCase()),
  });
  dialog.append(
    h(
      "header",
      { class: "sheet-head" },
      h("strong", {}, t("vacancies")),
      h("button", { class: "flat", type: "button", "aria-label": t("close"), onclick: () => dialog.close() }, icon("close")),
    ),
    h("p", { class: "quiet" }, t("vacancies.hint")),
    h("label", { class: "find" }, icon("search"), find),
    list,
  );
  show("");
  document.body.append(dialog);
  dialog.showModal();
}

function row(vacancy, act) {
  const tags = [
    vacancy.letter_required && "letter",
    vacancy.has_test && "test",
    vacancy.archived && "archived",
    ["direct", "anonymous", "closed"].includes(vacancy.type) && vacancy.type,
  ].filter(Boolean);
  const text = `${vacancy.name}\n${vacancy.employer}\n${vacancy.url}`;
  return h(
    "li",
    { "data-testid": `vacancy-${vacancy.id}` },
    h("span", { class: "what" }, h("strong", {}, vacancy.name), h("span", {}, vacancy.employer), ...tags.map((tag) => h("em", { class: "tag" }, t(`vacancy.${tag}`)))),
    h(
      "span",
      { class: "row" },
      h("button", { type: "button", "data-testid": "vacancy-link", onclick: () => act("send", { text: vacancy.url }) }, t("vacancies.link")),
      h("button", { type: "button", "data-testid": "vacancy-forward", onclick: () => act("forward", { text, author: t("vacancies.channel") }) }, t("vacancies.forward")),
      h("a", { class: "button", href: vacancy.url, target: "_blank", "aria-label": t("vacancies.open") }, icon("out")),
    ),
  );
}
