/** Switches of what goes wrong at the local hh.ru and the local Telegram. */

import { get, post, put, remove } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./toast.js";
import { has, t } from "./words.js";

const HH = "/console/hh";
const TELEGRAM = "/console/telegram";

const ofHh = {
  slow: () => post(`${HH}/faults`, { kind: "delay", times: 5, options: { seconds: 6 } }),
  broken: () => post(`${HH}/faults`, { kind: "broken", times: 3, options: { status: 500 } }),
  throttled: () => post(`${HH}/faults`, { kind: "throttled", times: 1, options: { retry_after: 10 } }),
  lost: () => post(`${HH}/faults`, { kind: "reset", times: 1, on: "POST /negotiations/*/messages", options: { after: true } }),
  captcha: () => post(`${HH}/faults`, { kind: "captcha", times: 1 }),
};

const ofTelegram = {
  "tg.slow": () => post(`${TELEGRAM}/faults`, { times: 5, fault: { delay_before: 6 } }),
  "tg.broken": () => post(`${TELEGRAM}/faults`, { times: 3, fault: { status: 502 } }),
  "tg.throttled": () => post(`${TELEGRAM}/faults`, { method: "sendMessage", fault: { retry_after: 10 } }),
  "tg.duplicates": () => put(`${TELEGRAM}/switches`, { duplicates: 1 }),
};

/** `acts`: `telegram(state)` gets Telegram's newest state. */
export class Faults {
  constructor(acts) {
    this.acts = acts;
    this.element = h("section", { class: "faults", "data-testid": "faults" });
    this.hh = null;
    this.accounts = [];
    this.telegram = null;
    this.show();
  }

  relabel() {
    this.show();
  }

  /** Ask the local hh.ru which faults are in force. */
  async refresh() {
    this.hh = await attempt(() => get(`${HH}/faults`));
    this.show();
  }

  update({ accounts, telegram }) {
    this.accounts = accounts ?? this.accounts;
    this.telegram = telegram ?? this.telegram;
    this.show();
  }

  get linked() {
    return this.accounts.filter((account) => account.linked);
  }

  show() {
    const tokens = (token) => async () => {
      for (const account of this.linked) await post(`${HH}/accounts/${account.id}`, { token });
    };
    this.element.replaceChildren(
      h("p", { class: "quiet" }, t("faults.hint")),
      this.inForce(),
      h("h2", {}, t("faults.hh")),
      h(
        "div",
        { class: "tiles" },
        ...Object.entries(ofHh).map(([key, act]) => this.tile(key, act)),
        this.tile("expire", tokens("expire"), this.linked.length === 0),
        this.tile("revoke", tokens("revoke"), this.linked.length === 0),
      ),
      h("h2", {}, t("faults.telegram")),
      h("div", { class: "tiles" }, ...Object.entries(ofTelegram).map(([key, act]) => this.tile(key, act)), this.toggle("limits"), this.toggle("topics")),
      h("p", { class: "quiet" }, t("faults.tg.block")),
    );
  }

  inForce() {
    const rules = this.hh?.rules ?? [];
    const waiting = this.telegram?.waiting ?? 0;
    const captchas = this.accounts.filter((account) => account.captcha);
    const items = [
      ...rules.map((rule) => h("li", {}, `hh.ru: ${kind(rule.kind)}`, h("em", {}, t("faults.left", { n: rule.left ?? "∞" })))),
      ...captchas.map((account) => h("li", {}, t("faults.captcha.on", { name: account.name }))),
      ...(waiting ? [h("li", {}, t("faults.waiting", { n: waiting }))] : []),
    ];
    if (!items.length) return h("p", { class: "in-order", "data-testid": "faults-none" }, icon("check"), t("faults.none"));
    const clear = () =>
      this.run(async () => {
        await remove(`${HH}/faults`);
        await remove(`${TELEGRAM}/faults`);
      });
    return h(
      "div",
      { class: "in-force", "data-testid": "faults-active" },
      h("strong", {}, t("faults.active")),
      h("ul", {}, ...items),
      h("button", { class: "quiet-button", type: "button", "data-testid": "faults-clear", onclick: clear }, t("faults.clear")),
    );
  }

  tile(key, act, disabled = false) {
    return h(
      "button",
      { class: "tile", type: "button", disabled, "data-testid": `fault-${key}`, onclick: () => this.run(act) },
      h("strong", {}, icon("bolt"), t(`faults.${key}`)),
      h("span", {}, t(`faults.${key}.hint`)),
    );
  }

  toggle(key) {
    const on = this.telegram?.[key] ?? false;
    return h(
      "button",
      {
        class: "tile",
        type: "button",
        role: "switch",
        "aria-checked": String(on),
        "data-testid": `switch-${key}`,
        onclick: () => this.run(() => put(`${TELEGRAM}/switches`, { [key]: !on })),
      },
      h("strong", {}, h("i", { class: "knob" }), t(`faults.tg.${key}`)),
      h("span", {}, t(`faults.tg.${key}.hint`)),
    );
  }

  async run(act) {
    await attempt(act);
    await this.refresh();
    await this.acts.telegram();
  }
}

const kind = (name) => (has(`faults.kind.${name}`) ? t(`faults.kind.${name}`) : name);
