/** A phone with the chat with the bot. */

import { post } from "./api.js";
import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { h, keep, menu } from "./dom.js";
import { bridge, icon } from "./icons.js";
import { remember } from "./openers.js";
import { alertBox, attempt, toast } from "./toast.js";
import { clock, day, t } from "./words.js";

const NEAR = 48;
const RING_SECONDS = 4;
const SAME_AUTHOR_SECONDS = 300;

/** `number` is 1 or 2; `acts`: `owner(number, id)`, `vacancies(phone)`, `unread()`. */
export class Phone {
  constructor(number, acts) {
    this.number = number;
    this.acts = acts;
    this.data = null;
    this.topic = null;
    this.seen = null;
    this.topicSeen = new Map();
    this.rung = null;
    this.build();
    setInterval(() => this.tick(), 10_000);
  }

  get id() {
    return this.data?.person.id;
  }

  /** How many of the bot's messages have not been looked at. */
  get unread() {
    return this.fresh().length;
  }

  /** The bot's messages that have not been looked at, of one topic or of all. */
  fresh(topic = null) {
    if (!this.data || this.seen === null) return [];
    return this.data.messages.filter(
      (message) =>
        message.from_bot &&
        message.kind !== "service" &&
        (topic === null || message.thread_id === topic) &&
        message.id > Math.max(this.seen, this.topicSeen.get(message.thread_id) ?? 0),
    );
  }

  build() {
    this.composer = new Composer({
      send: (text, replyTo) => this.act("send", { text, reply_to: replyTo, thread_id: this.topic }),
      edit: (id, text) => this.act("edit", { message_id: id, text }),
      media: (kind, replyTo) => this.act("media", { kind, reply_to: replyTo, thread_id: this.topic }),
      vacancy: () => this.acts.vacancies(this),
    });
    this.name = h("select", { class: "owner", "data-testid": "owner", onchange: (event) => this.acts.owner(this.number, Number(event.target.value)) });
    this.clock = h("time", {});
    this.title = h("strong", {});
    this.state = h("span", { class: "presence", "data-testid": "presence" });
    this.bell = h("span", { class: "bell" }, icon("bell"));
    this.settings = h(
      "button",
      { class: "flat", type: "button", "data-testid": "phone-settings", "aria-haspopup": "menu", onclick: () => this.openSettings() },
      icon("more"),
    );
    this.topics = h("nav", { class: "topics", "data-testid": "topics" });
    this.list = h("ol", { class: "messages", role: "log", "aria-live": "polite", "data-testid": "messages", onscroll: () => this.look() });
    this.about = h("div", { class: "about-bot" });
    this.end = h("button", { class: "to-end", type: "button", "data-testid": "to-end", onclick: () => this.toEnd(true) }, icon("down"), h("b", { "data-testid": "unread" }));
    this.start = h("button", { class: "start", type: "button", "data-testid": "start", onclick: () => this.begin() });
    this.ring = h("div", { class: "ring", role: "status", "data-testid": "ring", onclick: () => this.answerRing() });
    this.element = h(
      "section",
      { class: "phone", "data-testid": `phone-${this.number}` },
      h("div", { class: "caption" }, icon("phone"), this.name),
      h(
        "div",
        { class: "device" },
        h("div", { class: "status", "aria-hidden": "true" }, this.clock, h("span", { class: "speaker" }), h("span", { class: "battery" })),
        h(
          "header",
          { class: "head" },
          h("span", { class: "avatar" }, bridge()),
          h("span", { class: "names" }, this.title, this.state),
          this.bell,
          this.settings,
        ),
        this.topics,
        h("div", { class: "wall" }, this.about, this.list, this.end, this.ring),
        this.start,
        this.composer.element,
      ),
    );
    this.tick();
  }

  tick() {
    this.clock.textContent = clock(new Date());
  }

  /** Write the labels again, in the page's present language. */
  relabel() {
    this.composer.relabel();
    this.topics.known = undefined;
    this.topics.replaceChildren();
    this.list.known = undefined;
    this.list.replaceChildren();
    if (this.data) this.show(this.data, this.people);
    this.tick();
  }

  /** Show the newest state of this phone. `people` are all who may own it. */
  show(data, people) {
    const changed = this.data?.person.id !== data.person.id;
    const mine = data.messages.at(-1)?.from_bot === false && data.messages.at(-1).id !== this.data?.messages.at(-1)?.id;
    const stick = changed || mine || this.isNearEnd();
    if (changed) {
      this.topic = null;
      this.topicSeen.clear();
      this.seen = this.rung = Math.max(0, ...data.messages.map((message) => message.id));
      this.composer.calm();
    }
    this.data = data;
    this.people = people;
    this.labels(people);
    this.showTopics();
    this.showMessages(changed);
    this.showStart();
    const shown = this.visibleMessages();
    this.composer.forget(new Set(data.messages.map((message) => message.id)));
    this.composer.update(data.bot.commands, prompting(shown), this.topicView?.name);
    if (stick) this.toEnd(false);
    this.announce();
    this.look();
  }

  labels(people) {
    const { person, bot, typing, standing } = this.data;
    this.element.setAttribute("aria-label", t("phone.of", { name: person.first_name }));
    this.name.setAttribute("aria-label", t("phone.owner"));
    this.name.replaceChildren(...people.map((each) => h("option", { value: String(each.id), selected: each.id === person.id }, fullName(each))));
    this.name.value = String(person.id);
    this.title.textContent = bot.name;
    const here = typing && (this.topic === null || (this.data.typing_thread ?? null) === this.topic);
    const state = standing === "blocked" ? "blocked" : here ? "typing" : "bot";
    this.state.textContent = t(state);
    this.state.classList.toggle("busy", state === "typing");
    this.settings.setAttribute("aria-label", t("phone.settings"));
    this.list.setAttribute("aria-label", t("messages"));
    this.topics.setAttribute("aria-label", t("topics"));
    if (typing) this.watchTyping();
  }

  /** Typing ends without a message: look again a little later. */
  watchTyping() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      if (this.data?.typing) {
        this.data.typing = false;
        this.labels(this.people);
      }
    }, 5500);
  }

  visibleMessages() {
    return this.data.messages.filter((message) => this.topic === null || message.thread_id === this.topic);
  }

  /** The open topic. */
  get topicView() {
    return this.data?.topics.find((topic) => topic.id === this.topic);
  }

  openTopic(id) {
    this.topic = id;
    this.composer.calm();
    this.list.known = undefined;
    this.list.replaceChildren();
    this.show(this.data, this.people);
    this.toEnd(false);
    this.topics.querySelector('[aria-pressed="true"]')?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  /** The tabs of topics, the one with the latest message first. */
  showTopics() {
    const { threaded, messages } = this.data;
    const latest = new Map();
    for (const message of messages) if (message.thread_id) latest.set(message.thread_id, message.id);
    const topics = threaded ? [...this.data.topics].sort((a, b) => (latest.get(b.id) ?? 0) - (latest.get(a.id) ?? 0)) : [];
    if (!topics.some((topic) => topic.id === this.topic)) this.topic = null;
    this.topics.hidden = topics.length === 0;
    const chip = (id, name, color) => ({ id, name, color, pressed: this.topic === id, fresh: id === null ? 0 : this.fresh(id).length });
    keep(
      this.topics,
      [chip(null, t("topics.all"), null), ...topics.map((topic) => chip(topic.id, topic.name, topic.color))],
      (each) => each.id,
      (each) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(each.pressed),
            "data-testid": each.id === null ? "topic-all" : `topic-${each.id}`,
            onclick: () => this.openTopic(each.id),
          },
          each.color === null ? null : h("i", { class: `dot c${each.color.toString(16)}` }),
          h("span", {}, each.name),
          each.fresh ? h("b", { "data-testid": "topic-unread" }, String(each.fresh)) : null,
        ),
    );
  }

  showMessages(changed) {
    const items = [];
    const messages = this.visibleMessages();
    messages.forEach((message, at) => {
      const date = new Date(message.date * 1000);
      const label = day(date);
      const before = messages[at - 1];
      const after = messages[at + 1];
      if (!before || day(new Date(before.date * 1000)) !== label) items.push({ day: label, key: `day-${date.toDateString()}` });
      const begins = !before || before.thread_id !== message.thread_id || !together(before, message);
      const topic = this.topic === null && begins && message.kind !== "service" ? this.data.topics.find((each) => each.id === message.thread_id) : undefined;
      items.push({ key: message.id, message, topic, ends: !after || !together(message, after) || after.thread_id !== message.thread_id });
    });
    const acts = {
      reply: (message) => this.composer.reply(message),
      edit: (message) => this.composer.edit(message),
      remove: (message) => this.act("delete", { message_id: message.id }),
      copy: (message) => this.copy(message.text),
      press: (message, button, at, element) => this.press(message, button, at, element),
      open: (url) => this.open(url),
      command: (text) => this.act("send", { text, thread_id: this.topic }),
      show: (id) => this.flash(id),
      topic: (id) => this.openTopic(id),
    };
    if (changed) {
      this.list.known = undefined;
      this.list.replaceChildren();
    }
    keep(
      this.list,
      items,
      (item) => item.key,
      (item) => (item.day ? h("li", { class: "day" }, h("span", {}, item.day)) : bubble(item, acts)),
    );
  }

  showStart() {
    const { standing, bot, messages } = this.data;
    const blocked = standing === "blocked";
    const idle = standing === "never started" || blocked;
    this.start.hidden = !idle;
    this.start.textContent = t(blocked ? "restart" : "start");
    this.composer.element.hidden = idle;
    this.about.hidden = messages.length > 0;
    this.about.replaceChildren(h("strong", {}, t("about")), h("p", {}, bot.description || t("about.empty")));
  }

  /** Ring for new messages that aren't silent. */
  announce() {
    const fresh = this.data.messages.filter((message) => message.from_bot && message.id > this.rung && message.kind !== "service");
    if (fresh.length) this.rung = fresh.at(-1).id;
    const loud = fresh.filter((message) => !message.silent).at(-1);
    if (!loud) return;
    const text = loud.text || loud.venue?.title || loud.document?.name || "";
    const topic = this.data.topics.find((each) => each.id === loud.thread_id);
    this.ringing = topic ? topic.id : null;
    this.ring.replaceChildren(
      h("span", { class: "avatar" }, bridge()),
      h("span", {}, h("strong", {}, topic?.name ?? this.data.bot.name), h("span", {}, text.replace(/\s+/g, " "))),
    );
    for (const element of [this.ring, this.bell]) {
      element.classList.remove("on");
      void element.offsetWidth;
      element.classList.add("on");
    }
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.ring.classList.remove("on"), RING_SECONDS * 1000);
  }

  answerRing() {
    if (this.topic !== null && this.ringing !== this.topic) this.openTopic(this.ringing);
    else this.toEnd(true);
  }

  isNearEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** What can be seen is read. */
  look() {
    if (!this.data) return;
    const visible = this.element.offsetParent !== null && !document.hidden;
    if (visible && this.isNearEnd()) {
      const last = Math.max(0, ...this.visibleMessages().map((message) => message.id));
      if (this.topic === null) this.seen = Math.max(this.seen, last);
      else this.topicSeen.set(this.topic, last);
      this.showTopics();
    }
    const unread = this.fresh(this.topic).length;
    this.end.classList.toggle("on", visible && !this.isNearEnd());
    this.end.setAttribute("aria-label", unread ? t("unread", { n: unread }) : t("phone.back"));
    this.end.querySelector("b").textContent = unread ? String(unread) : "";
    this.acts.unread();
  }

  toEnd(smoothly) {
    this.list.scrollTo({ top: this.list.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.look();
  }

  flash(id) {
    const element = this.list.querySelector(`[data-testid="message-${id}"]`);
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.classList.add("flash");
    setTimeout(() => element.classList.remove("flash"), 1200);
  }

  /** Do something on this phone; a failure is told and gives undefined. */
  act(action, body) {
    return attempt(() => post(`/console/telegram/users/${this.id}/${action}`, body));
  }

  begin() {
    this.act("send", { text: "/start" });
  }

  async copy(text) {
    await attempt(() => navigator.clipboard.writeText(text));
    toast(t("copied"));
  }

  async press(message, button, at, element) {
    if (button.copy) return this.copy(button.copy);
    if (button.url) return this.open(button.url);
    element.classList.add("waiting");
    const answer = await this.act("press", { message_id: message.id, button: at });
    element.classList.remove("waiting");
    if (!answer) return;
    if (answer.late) toast(t("press.late"), { bad: true });
    else if (answer.url) this.open(answer.url);
    else if (answer.text && answer.alert) alertBox(answer.text);
    else if (answer.text) toast(answer.text);
  }

  /** Open an address as a phone does: the bot's own links in the chat, others in this phone's tab. */
  open(url) {
    const start = startOf(url, this.data.bot.username);
    if (start !== null) return this.act("open", { start });
    remember(this.id);
    window.open(url, `phone-${this.id}`);
    return undefined;
  }

  openSettings() {
    const { standing, person } = this.data;
    const blocked = standing === "blocked";
    const other = person.language_code === "ru" ? "en" : "ru";
    const items = [
      {
        testid: "phone-language",
        icon: icon("edit"),
        label: t("phone.language"),
        detail: `${name(person.language_code)} → ${name(other)}`,
        act: () => this.act("language", { code: other }),
      },
      {
        testid: blocked ? "phone-unblock" : "phone-block",
        icon: icon("block"),
        label: t(blocked ? "phone.unblock" : "phone.block"),
        danger: !blocked,
        act: () => this.act(blocked ? "unblock" : "block", {}),
      },
    ];
    if (this.topicView) {
      items.unshift({
        testid: "topic-delete",
        icon: icon("trash"),
        label: t("topic.delete"),
        detail: this.topicView.name,
        danger: true,
        act: () => this.act("delete_topic", { thread_id: this.topic }),
      });
    }
    menu(this.settings, "phone-menu", items);
  }
}

const name = (code) => ({ ru: "Русский", en: "English" })[code] ?? code;
const fullName = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");
const together = (a, b) => a.from_bot === b.from_bot && b.kind !== "service" && b.date - a.date < SAME_AUTHOR_SECONDS && !a.keyboard?.length;

/** The newest message, if it asks for an answer that has not been given. */
function prompting(messages) {
  const last = messages.at(-1);
  return last?.from_bot && typeof last.prompt === "string" ? last : null;
}

/** The start parameter of a link to the bot, null where it is another link. */
function startOf(url, username) {
  const { hostname, origin, pathname, searchParams } = new URL(url, location.origin);
  const path = origin === location.origin && pathname.startsWith("/t.me/") ? pathname.slice(6) : pathname.slice(1);
  const ours = hostname === "t.me" || hostname === "telegram.me" || origin === location.origin;
  return ours && path.toLowerCase() === username.toLowerCase() ? (searchParams.get("start") ?? "") : null;
}
