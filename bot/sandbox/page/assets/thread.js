/** One conversation, as its employer sees it, and what the employer can do in it. */

import { get, post } from "./api.js";
import { h, keep } from "./dom.js";
import { icon, ticks } from "./icons.js";
import { attempt, toast } from "./toast.js";
import { clock, day, has, t } from "./words.js";

const MODES = { message: "write", invite: "invite", discard: "discard" };
const STATES = ["response", "interview", "offer", "hired"];
const TESTS = ["logic", "numbers", "english"];

/** The name of a state, or hh.ru's own id of it. */
export const stateName = (state) => (has(`state.${state}`) ? t(`state.${state}`) : state);

/** Why the applicant can't write, null where he can. */
export const barName = (status) => (status === "ok" ? null : has(`messaging.${status}`) ? t(`messaging.${status}`) : status);

/** `acts`: `back()`. */
export class Thread {
  constructor(acts) {
    this.acts = acts;
    this.id = null;
    this.mode = "message";
    this.addresses = [];
    this.element = h("section", { class: "thread", "data-testid": "thread" });
    this.build();
  }

  build() {
    this.title = h("div", { class: "thread-names" });
    this.doing = h("div", { class: "doing" });
    this.list = h("ol", { class: "letters", role: "log", "data-testid": "letters", "aria-label": t("console.messages") });
    this.text = h("textarea", {
      rows: 2,
      "data-testid": "console-text",
      "aria-label": t("console.text"),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
      },
    });
    this.address = h("select", { "data-testid": "console-address", "aria-label": t("console.address") });
    this.test = h(
      "select",
      { "data-testid": "console-test", "aria-label": t("console.test") },
      h("option", { value: "" }, t("console.test.none")),
      ...TESTS.map((key) => h("option", {}, t(`console.test.${key}`))),
    );
    this.enclosed = h("div", { class: "enclosed" }, h("label", {}, icon("pin"), this.address), h("label", {}, icon("file"), this.test));
    this.modes = h("div", { class: "segments", role: "group", "aria-label": t("console.mode") });
    this.go = h("button", { class: "primary", type: "button", "data-testid": "console-send", onclick: () => this.submit() });
    this.element.replaceChildren(
      h(
        "header",
        { class: "thread-head" },
        h("button", { class: "flat back", type: "button", "data-testid": "console-back", "aria-label": t("console.back"), onclick: () => this.acts.back() }, icon("back")),
        this.title,
      ),
      this.doing,
      this.list,
      h("footer", { class: "writing" }, this.modes, this.enclosed, h("div", { class: "row" }, this.text, this.go)),
    );
    this.setMode(this.mode);
  }

  /** Write the labels again, in the page's present language. */
  relabel() {
    this.build();
    if (this.data) this.show(this.data);
  }

  /** Open a conversation. */
  async open(id, addresses) {
    if (this.id !== id) this.text.value = "";
    const changed = this.id !== id;
    this.id = id;
    this.addresses = addresses;
    const data = await attempt(() => get(`/console/hh/negotiations/${id}`));
    if (!data || this.id !== id) return;
    this.show(data);
    if (changed) this.list.scrollTop = this.list.scrollHeight;
  }

  show(data) {
    this.data = data;
    const stick = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    this.title.replaceChildren(
      h("strong", {}, data.applicant),
      h("span", {}, `${data.vacancy} · ${data.employer}`),
      h(
        "span",
        { class: "chips" },
        h("em", { class: `chip ${data.state}`, "data-testid": "thread-state" }, stateName(data.state)),
        barName(data.messaging_status) ? h("em", { class: "chip bar" }, icon("lock"), barName(data.messaging_status)) : null,
        data.hidden ? h("em", { class: "chip bar" }, t("console.hidden")) : null,
        h("em", { class: "plain" }, t("console.resume", { title: data.resume })),
      ),
    );
    this.showDoing();
    this.showAddresses();
    this.showLetters();
    if (stick) this.list.scrollTop = this.list.scrollHeight;
  }

  showDoing() {
    const { data } = this;
    const barred = data.messaging_status === "disabled_by_employer";
    const button = (testid, name, label, act) => h("button", { type: "button", class: "quiet-button", "data-testid": testid, onclick: act }, icon(name), label);
    const moves = h(
      "select",
      {
        "data-testid": "console-state",
        "aria-label": t("console.do.state"),
        onchange: (event) => this.order("move", { state: event.target.value, silent: true }),
      },
      h("option", { value: "", selected: true, disabled: true }, t("console.do.state")),
      ...STATES.map((state) => h("option", { value: state }, stateName(state))),
    );
    this.doing.replaceChildren(
      button("console-read", "eye", t("console.do.read"), () => this.order("read", {})),
      button("console-call", "call", t("console.do.call"), () => this.order("call", { status: "did_not_connect" })),
      button(barred ? "console-unbar" : "console-bar", "lock", t(barred ? "console.do.unbar" : "console.do.bar"), () =>
        this.order("messaging", { status: barred ? null : "disabled_by_employer" }),
      ),
      button("console-archive", "archive", t(data.archived ? "console.do.unarchive" : "console.do.archive"), () => this.order("archive", { archived: !data.archived })),
      moves,
    );
  }

  showAddresses() {
    const chosen = this.address.value;
    const own = this.addresses.filter((address) => address.employer_id === this.data.employer_id);
    this.address.replaceChildren(
      h("option", { value: "" }, t("console.address.none")),
      ...own.map((address) => h("option", { value: address.id }, address.raw)),
    );
    this.address.value = own.some((address) => address.id === chosen) ? chosen : "";
    this.address.disabled = own.length === 0;
  }

  showLetters() {
    const items = [];
    let label = null;
    const calls = this.data.phone_calls.map((call) => ({ key: `call-${call.id}`, call, at: call.creation_time ?? call.last_change_time }));
    const letters = this.data.messages.map((message) => ({ key: message.id, message, at: message.created_at }));
    for (const item of [...letters, ...calls].sort((a, b) => new Date(a.at) - new Date(b.at))) {
      const next = day(new Date(item.at));
      if (next !== label) items.push({ key: `day-${next}`, day: next });
      label = next;
      items.push(item);
    }
    keep(
      this.list,
      items,
      (item) => item.key,
      (item) => (item.day ? h("li", { class: "day" }, h("span", {}, item.day)) : item.call ? callNote(item) : letter(item.message)),
    );
  }

  setMode(mode) {
    this.mode = mode;
    this.modes.replaceChildren(
      ...Object.keys(MODES).map((each) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(each === mode), "data-testid": `console-mode-${each}`, onclick: () => this.setMode(each) },
          t(`console.mode.${each}`),
        ),
      ),
    );
    this.enclosed.hidden = mode === "discard";
    this.text.placeholder = t(mode === "discard" ? "console.text.discard" : "console.text");
    this.go.replaceChildren(icon("send"), h("span", {}, t("send")));
    this.go.classList.toggle("danger", mode === "discard");
  }

  async submit() {
    const text = this.text.value.trim() || null;
    if (!text && this.mode === "message" && !this.address.value && !this.test.value) {
      this.text.focus();
      return;
    }
    const body = this.mode === "discard" ? { text } : { text, address_id: this.address.value || null, assessment: this.test.value || null };
    const done = await this.order(MODES[this.mode], body, { quiet: true });
    if (!done) return;
    this.text.value = this.address.value = this.test.value = "";
    this.list.scrollTop = this.list.scrollHeight;
  }

  async order(action, body, { quiet = false } = {}) {
    const done = await attempt(() => post(`/console/hh/negotiations/${this.id}/${action}`, body));
    if (done) {
      this.show(done);
      if (!quiet) toast(t("console.done"));
    }
    return done;
  }
}

function letter(message) {
  const side = message.author === "employer" ? "out" : "in";
  const seen = side === "out" ? message.viewed_by_applicant : message.viewed_by_employer;
  const state = message.state && message.state !== "text" ? h("em", { class: `chip ${message.state}` }, stateName(message.state)) : null;
  return h(
    "li",
    { class: `letter ${side}`, "data-testid": `letter-${message.id}` },
    h(
      "div",
      { class: "bubble" },
      state,
      message.text ? h("div", { class: "text", dir: "auto" }, message.text) : h("div", { class: "text quiet" }, side === "in" ? t("console.letter.none") : ""),
      message.address ? h("div", { class: "extra" }, icon("pin"), message.address) : null,
      ...message.assessments.map((name) => h("div", { class: "extra" }, icon("file"), name)),
      h(
        "div",
        { class: "foot" },
        h("span", {}),
        h(
          "span",
          { class: "meta" },
          message.edited ? h("span", { class: "edited" }, t("edited")) : null,
          h("time", {}, clock(new Date(message.created_at))),
          side === "out"
            ? h("span", { class: "sent", role: "img", "aria-label": t(seen ? "console.read.by" : "console.sent") }, ticks(seen))
            : seen
              ? null
              : h("span", { class: "fresh", title: t("console.unread") }),
        ),
      ),
    ),
  );
}

function callNote({ call, at }) {
  const key = `call.${call.status}`;
  return h("li", { class: "note" }, h("span", {}, icon("call"), `${has(key) ? t(key) : t("call.other")}, ${clock(new Date(at))}`));
}
