/** Puts the page together: two phones, the employers' desk, the faults, and what keeps them fresh. */

import { calm, get, listen } from "./api.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { Faults } from "./faults.js";
import { bridge, icon } from "./icons.js";
import { Phone } from "./phone.js";
import { attempt } from "./toast.js";
import { chooseVacancy } from "./vacancies.js";
import { choose, language, load, t } from "./words.js";

const SECOND = "hh-bridge.second-phone";
const OWNERS = "hh-bridge.owners";

class Page {
  constructor() {
    this.telegram = null;
    this.hh = null;
    this.owners = JSON.parse(localStorage.getItem(OWNERS) ?? "[]");
    this.second = localStorage.getItem(SECOND) === "yes";
    this.tab = "phone-1";
    this.panel = "conversations";
    const acts = {
      owner: (number, id) => this.own(number, id),
      vacancies: (phone) => chooseVacancy(phone, this.hh?.vacancies ?? []),
      unread: () => this.badges(),
    };
    this.phones = [new Phone(1, acts), new Phone(2, acts)];
    this.desk = new Desk();
    this.faults = new Faults({ telegram: () => this.readTelegram() });
    this.build();
  }

  build() {
    this.toggle = h("button", { class: "quiet-button second", type: "button", "data-testid": "toggle-second", onclick: () => this.showSecond(!this.second) });
    this.languages = h("div", { class: "segments small", role: "group", "data-testid": "languages" });
    this.what = h("p", { "data-testid": "what" }, h("span", { class: "long" }), h("span", { class: "short" }));
    this.brand = h("strong", {});
    this.tabs = h("nav", { class: "tabs", role: "tablist", "data-testid": "tabs" });
    this.panels = h("div", { class: "segments", role: "tablist" });
    this.offline = h("p", { class: "offline", role: "alert", hidden: true });
    this.lost = h("p", { class: "offline", hidden: true });
    this.main = h(
      "main",
      { class: "stage" },
      this.phones[0].element,
      this.phones[1].element,
      h("section", { class: "console", "data-testid": "console" }, h("header", { class: "console-head" }, h("h1", {}, ""), this.panels), this.lost, this.desk.element, this.faults.element),
    );
    document.body.replaceChildren(
      h("header", { class: "top" }, h("span", { class: "avatar" }, bridge()), h("div", { class: "what" }, this.brand, this.what), this.toggle, this.languages),
      this.offline,
      this.main,
      this.tabs,
    );
    this.relabel();
  }

  relabel() {
    this.brand.textContent = t("title");
    this.what.querySelector(".long").textContent = t("what");
    this.what.querySelector(".short").textContent = t("what.short");
    this.offline.textContent = t("offline");
    this.lost.textContent = t("console.lost");
    this.main.querySelector(".console-head h1").textContent = t("console");
    this.languages.setAttribute("aria-label", t("language"));
    this.languages.replaceChildren(
      ...["ru", "en"].map((code) =>
        h("button", { type: "button", "aria-pressed": String(code === language), "data-testid": `language-${code}`, onclick: () => this.speak(code) }, code.toUpperCase()),
      ),
    );
    for (const part of [...this.phones, this.desk, this.faults]) part.relabel();
    this.arrange();
  }

  speak(code) {
    choose(code);
    this.relabel();
  }

  /** What stands where: the second phone, the open panel, the chosen tab of a narrow screen. */
  arrange() {
    if (!this.second && this.tab === "phone-2") this.tab = "phone-1";
    this.main.dataset.tab = this.tab;
    this.main.classList.toggle("two", this.second);
    this.toggle.replaceChildren(icon("phone"), t(this.second ? "phone.second.hide" : "phone.second.show"), h("b", { class: "badge" }));
    this.toggle.setAttribute("aria-pressed", String(this.second));
    this.desk.element.hidden = this.panel !== "conversations";
    this.faults.element.hidden = this.panel !== "faults";
    this.panels.replaceChildren(
      ...["conversations", "faults"].map((panel) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": String(panel === this.panel),
            "data-testid": `panel-${panel}`,
            onclick: () => {
              this.panel = panel;
              this.arrange();
            },
          },
          t(`console.${panel}`),
        ),
      ),
    );
    const names = this.second ? ["phone-1", "phone-2", "console"] : ["phone-1", "console"];
    this.tabs.replaceChildren(...names.map((name) => this.tabButton(name)));
    for (const phone of this.phones) phone.look();
  }

  tabButton(name) {
    const label = name === "console" ? t("tab.employer") : this.second ? t("tab.phone.n", { n: name.at(-1) }) : t("tab.phone");
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(name === this.tab),
        "data-testid": `tab-${name}`,
        onclick: () => {
          this.tab = name;
          this.arrange();
          if (name !== "console") this.phones[Number(name.at(-1)) - 1].toEnd(false);
        },
      },
      h("span", { class: "tab-icon" }, icon(name === "console" ? "briefcase" : "phone"), h("b", { class: "badge" })),
      label,
    );
  }

  badges() {
    const badge = (element, n) => {
      if (element) element.textContent = n ? String(n) : "";
    };
    this.phones.forEach((phone, at) => badge(this.tabs.querySelector(`[data-testid="tab-phone-${at + 1}"] .badge`), phone.unread));
    badge(this.toggle.querySelector(".badge"), this.second ? 0 : this.phones[1].unread);
  }

  showSecond(shown) {
    this.second = shown;
    localStorage.setItem(SECOND, shown ? "yes" : "no");
    this.arrange();
    if (shown) this.phones[1].toEnd(false);
  }

  own(number, id) {
    const others = this.owners;
    if (others[2 - number] === id) others[2 - number] = others[number - 1];
    others[number - 1] = id;
    localStorage.setItem(OWNERS, JSON.stringify(others));
    this.showPhones();
  }

  showPhones() {
    const { phones } = this.telegram;
    const ids = phones.map((each) => each.person.id);
    for (const at of [0, 1]) {
      if (!ids.includes(this.owners[at])) this.owners[at] = ids.find((id) => !this.owners.includes(id)) ?? ids[0];
    }
    const people = phones.map((each) => each.person);
    this.phones.forEach((phone, at) => phone.show(phones.find((each) => each.person.id === this.owners[at]), people));
  }

  async readTelegram() {
    this.telegram = await get("/console/telegram/state");
    this.showPhones();
    this.faults.update({ telegram: this.telegram.faults });
  }

  async readHh() {
    this.hh = await get("/console/hh/state");
    this.desk.show(this.hh);
    this.desk.refresh();
    this.faults.update({ accounts: this.hh.accounts });
  }

  live() {
    const telegram = calm(() => this.readTelegram().catch(() => undefined));
    const hh = calm(() => this.readHh().catch(() => undefined));
    const faults = calm(() => this.faults.refresh(), 1000);
    listen("/console/telegram/events", telegram, (up) => (this.offline.hidden = up));
    listen(
      "/console/hh/events",
      (change) => {
        if (change?.what !== "request") hh();
        if (change === null || change.what === "account" || this.faults.hh?.rules.length) faults();
      },
      (up) => (this.lost.hidden = up),
    );
    document.addEventListener("visibilitychange", () => this.phones.forEach((phone) => phone.look()));
  }
}

await load();
const page = new Page();
await attempt(() => page.readTelegram());
await attempt(() => page.readHh());
page.live();
document.body.dataset.ready = "yes";
