/** Where a person writes: text, an answer, an edit, commands, attachments. */

import { h, menu } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** `acts`: `send(text, replyTo)`, `edit(id, text)`, `media(kind, replyTo)`, `vacancy()`. */
export class Composer {
  constructor(acts) {
    this.acts = acts;
    this.answering = null;
    this.editing = null;
    this.commands = [];
    this.dismissed = 0;
    this.text = h("textarea", {
      rows: 1,
      "data-testid": "composer-text",
      oninput: () => this.grow(),
      onkeydown: (event) => this.key(event),
    });
    this.bar = h("div", { class: "composer-bar", "data-testid": "reply-bar" });
    this.menuButton = h(
      "button",
      { class: "commands-button", type: "button", "data-testid": "menu-button", "aria-haspopup": "menu", onclick: () => this.openCommands() },
      icon("menu"),
    );
    this.clip = h(
      "button",
      { class: "flat", type: "button", "data-testid": "attach", "aria-haspopup": "menu", onclick: () => this.openAttachments() },
      icon("clip"),
    );
    this.go = h("button", { class: "go", type: "button", "data-testid": "composer-send", onclick: () => this.submit() }, icon("send"));
    this.element = h("footer", { class: "composer" }, this.bar, h("div", { class: "composer-row" }, this.menuButton, this.clip, this.text, this.go));
    this.relabel();
  }

  /** Write the labels again, in the page's present language. */
  relabel() {
    this.menuButton.setAttribute("aria-label", t("commands"));
    this.clip.setAttribute("aria-label", t("attach"));
    this.text.setAttribute("aria-label", t("message"));
    this.showBar();
  }

  /** The bot's commands, the newest message that asks for an answer, and the name of the open topic. */
  update(commands, prompting, topic) {
    this.commands = commands;
    if (this.topic !== topic) {
      this.topic = topic;
      this.showBar();
    }
    this.menuButton.hidden = commands.length === 0;
    if (prompting && prompting.id > this.dismissed && !this.answering && !this.editing) {
      this.dismissed = prompting.id;
      this.reply(prompting);
    }
  }

  reply(message) {
    this.editing = null;
    this.answering = message;
    this.showBar();
    this.text.focus({ preventScroll: true });
  }

  edit(message) {
    this.answering = null;
    this.editing = message;
    this.text.value = message.text;
    this.showBar();
    this.grow();
    this.text.focus({ preventScroll: true });
  }

  /** Forget the answer or edit. */
  calm() {
    if (this.editing) this.text.value = "";
    this.answering = this.editing = null;
    this.showBar();
    this.grow();
  }

  /** The message is gone: don't answer or edit it any more. */
  forget(known) {
    const about = this.answering ?? this.editing;
    if (about && !known.has(about.id)) this.calm();
  }

  showBar() {
    const about = this.answering ?? this.editing;
    this.text.placeholder = this.answering?.prompt || (this.topic ? t("message.in", { name: brief(this.topic) }) : t("message"));
    this.go.setAttribute("aria-label", t(this.editing ? "save" : "send"));
    this.go.replaceChildren(icon(this.editing ? "check" : "send"));
    this.bar.hidden = !about;
    if (!about) return;
    const title = this.editing ? t("edit.title") : t("reply.to", { who: about.from_bot ? "hh-bridge" : t("you") });
    this.bar.replaceChildren(
      icon(this.editing ? "edit" : "reply"),
      h("span", { class: "about" }, h("strong", {}, title), h("span", {}, (about.text || about.venue?.title || "").replace(/\s+/g, " "))),
      h("button", { class: "flat", type: "button", "data-testid": "reply-cancel", "aria-label": t("cancel"), onclick: () => this.calm() }, icon("close")),
    );
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") this.calm();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 132)}px`;
    this.element.classList.toggle("written", this.text.value.trim() !== "");
  }

  async submit() {
    const text = this.text.value;
    if (!text.trim()) return;
    const { editing, answering } = this;
    this.text.value = "";
    this.calm();
    const done = editing ? await this.acts.edit(editing.id, text) : await this.acts.send(text, answering?.id ?? null);
    if (done === undefined) {
      this.text.value = text;
      this.editing = editing;
      this.answering = answering;
      this.showBar();
      this.grow();
    }
  }

  openCommands() {
    menu(
      this.menuButton,
      "commands",
      this.commands.map(({ command, description }) => ({
        testid: `command-${command}`,
        label: `/${command}`,
        detail: description,
        act: () => this.acts.send(`/${command}`, null),
      })),
    );
  }

  openAttachments() {
    const replyTo = this.answering?.id ?? null;
    const kinds = ["photo", "document", "sticker", "voice"].map((kind) => ({
      testid: `attach-${kind}`,
      icon: icon(kind === "document" ? "file" : kind),
      label: t(`attach.${kind}`),
      act: () => {
        this.calm();
        this.acts.media(kind, replyTo);
      },
    }));
    const vacancy = { testid: "attach-vacancy", icon: icon("briefcase"), label: t("attach.vacancy"), act: () => this.acts.vacancy() };
    menu(this.clip, "attachments", [vacancy, ...kinds]);
  }
}

const brief = (name) => (name.length > 22 ? `${name.slice(0, 21)}…` : name);
