/** The employers' desk: their conversations, one of them open, and new invitations. */

import { post } from "./api.js";
import { h, keep } from "./dom.js";
import { icon } from "./icons.js";
import { Thread, barName, stateName } from "./thread.js";
import { attempt, toast } from "./toast.js";
import { t, when } from "./words.js";

export class Desk {
  constructor() {
    this.state = null;
    this.applicant = "";
    this.wanted = "";
    this.open = null;
    this.thread = new Thread({ back: () => this.choose(null) });
    this.element = h("div", { class: "desk" });
    this.build();
  }

  build() {
    this.who = h("select", {
      "data-testid": "console-applicant",
      "aria-label": t("console.who"),
      onchange: (event) => {
        this.applicant = event.target.value;
        this.show(this.state);
      },
    });
    this.find = h("input", {
      type: "search",
      value: this.wanted,
      placeholder: t("console.find"),
      "aria-label": t("console.find"),
      "data-testid": "console-find",
      oninput: (event) => {
        this.wanted = event.target.value;
        this.show(this.state);
      },
    });
    this.list = h("ul", { class: "conversations", "data-testid": "conversations" });
    this.steps = h(
      "section",
      { class: "steps" },
      h("h2", {}, t("steps.title")),
      h("ol", {}, ...[1, 2, 3, 4].map((n) => h("li", {}, t(`steps.${n}`)))),
      h("p", { class: "quiet" }, t("console.empty")),
    );
    const fresh = h("button", { class: "quiet-button", type: "button", "data-testid": "new-invitation", onclick: () => this.approach() }, icon("plus"), t("console.new"));
    this.element.replaceChildren(
      h("aside", { class: "shelf" }, h("div", { class: "filters" }, this.who, h("label", { class: "find" }, icon("search"), this.find), fresh), this.list),
      h("div", { class: "table" }, this.steps, this.thread.element),
    );
  }

  /** Write the labels again, in the page's present language. */
  relabel() {
    this.build();
    this.thread.relabel();
    if (this.state) this.show(this.state);
    this.choose(this.open);
  }

  /** Show the newest state of the local hh.ru. */
  show(state) {
    this.state = state;
    if (!state) return;
    const applicants = state.accounts.filter((account) => account.kind === "applicant");
    this.who.replaceChildren(
      h("option", { value: "" }, t("console.all")),
      ...applicants.map((account) => h("option", { value: account.id }, account.linked ? `${account.name} (${t("console.linked")})` : account.name)),
    );
    this.who.value = this.applicant;
    const wanted = this.wanted.trim().toLowerCase();
    const found = state.negotiations.filter(
      (each) => (!this.applicant || each.applicant_id === this.applicant) && `${each.applicant} ${each.vacancy} ${each.employer}`.toLowerCase().includes(wanted),
    );
    const items = found.map((each) => ({ ...each, chosen: each.id === this.open, key: each.id }));
    keep(this.list, items.length ? items : [{ key: "none" }], (item) => item.key, (item) => (item.id ? this.row(item) : h("li", { class: "quiet none" }, t("console.none"))));
    this.element.classList.toggle("opened", this.open !== null);
    if (this.open !== null && !state.negotiations.some((each) => each.id === this.open)) this.choose(null);
  }

  row(item) {
    const last = item.last_message;
    const words = last?.text ?? (last ? stateName(last.state) : "");
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "conversation",
          "aria-current": item.chosen ? "true" : null,
          "data-testid": `console-conversation-${item.id}`,
          onclick: () => this.choose(item.id),
        },
        h("span", { class: "face", "aria-hidden": "true" }, initials(item.applicant)),
        h(
          "span",
          { class: "middle" },
          h("span", { class: "top" }, h("strong", {}, item.applicant), h("time", {}, when(new Date(item.updated_at)))),
          h("span", { class: "about" }, `${item.vacancy} · ${item.employer}`),
          h(
            "span",
            { class: "bottom" },
            h("em", { class: `chip ${item.state}` }, stateName(item.state)),
            barName(item.messaging_status) ? icon("lock") : null,
            h("span", { class: "words" }, words.replace(/\s+/g, " ")),
            item.unread_by_employer ? h("b", { class: "badge", title: t("unread", { n: item.unread_by_employer }) }, String(item.unread_by_employer)) : null,
          ),
        ),
      ),
    );
  }

  /** Open a conversation, or none. */
  choose(id) {
    this.open = id;
    this.steps.hidden = id !== null;
    this.thread.element.hidden = id === null;
    if (this.state) this.show(this.state);
    this.refresh();
  }

  /** Read the open conversation again. */
  refresh() {
    if (this.open !== null && this.state) this.thread.open(this.open, this.state.addresses);
  }

  approach() {
    const resumes = this.state.accounts.flatMap((account) => (account.resumes ?? []).filter((resume) => !resume.deleted).map((resume) => ({ ...resume, account })));
    const vacancies = this.state.vacancies.filter((vacancy) => !vacancy.archived && !vacancy.hidden);
    const label = (vacancy) => `${vacancy.name} · ${vacancy.employer}`;
    const resume = h("select", { "data-testid": "new-resume" }, ...resumes.map((each) => h("option", { value: each.id }, `${each.account.name} · ${each.title}`)));
    const vacancy = h("select", { "data-testid": "new-vacancy" }, ...vacancies.map((each) => h("option", { value: each.id }, label(each))));
    const text = h("textarea", { rows: 4, "data-testid": "new-text" });
    const send = async () => {
      const done = await attempt(() => post("/console/hh/negotiations", { resume_id: resume.value, vacancy_id: vacancy.value, text: text.value.trim() || null }));
      if (!done) return;
      dialog.close();
      toast(t("console.done"));
      this.state.negotiations.unshift(done);
      this.choose(done.id);
    };
    const dialog = h(
      "dialog",
      { class: "sheet", "data-testid": "new-dialog", "aria-label": t("console.new.title"), onclose: () => dialog.remove() },
      h(
        "header",
        { class: "sheet-head" },
        h("strong", {}, t("console.new.title")),
        h("button", { class: "flat", type: "button", "aria-label": t("close"), onclick: () => dialog.close() }, icon("close")),
      ),
      h("p", { class: "quiet" }, t("console.new.hint")),
      h("label", { class: "field" }, t("console.new.resume"), resume),
      h("label", { class: "field" }, t("console.new.vacancy"), vacancy),
      h("label", { class: "field" }, t("console.text"), text),
      h("div", { class: "row end" }, h("button", { class: "primary", type: "button", "data-testid": "new-send", onclick: send }, t("console.new.send"))),
    );
    document.body.append(dialog);
    dialog.showModal();
  }
}

const initials = (name) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => part[0])
    .join("");
