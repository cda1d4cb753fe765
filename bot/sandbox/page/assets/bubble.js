/** One message of the chat. */

import { h, menu } from "./dom.js";
import { rich } from "./entities.js";
import { bridge, icon, ticks } from "./icons.js";
import { map } from "./place.js";
import { clock, t } from "./words.js";

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})*){1,3}$/u;

/**
 * The list item of a message. `actions`: `reply`, `edit`, `remove`, `copy`, `press`, `open`, `command`.
 * `view`: the message, whether it `ends` a group of one author, and the `topic` it stands in where that is to be shown.
 */
export function bubble(view, actions) {
  const { message } = view;
  if (message.kind === "service") {
    const said = t(message.topic_renamed ? "topic.renamed" : "topic", { name: message.service });
    return h("li", { class: "note", "data-testid": `message-${message.id}` }, h("span", {}, said));
  }
  const side = message.from_bot ? "in" : "out";
  const body = h(
    "div",
    {
      class: `bubble ${message.kind}`,
      oncontextmenu: (event) => {
        event.preventDefault();
        event.currentTarget.parentElement.querySelector(".more").click();
      },
      onclick: () => {
        if (!String(getSelection())) actions.reply(message);
      },
    },
    message.forwarded_from ? h("div", { class: "forwarded" }, t("forwarded", { from: message.forwarded_from })) : null,
    message.quoted ? quoted(message.quoted, actions) : null,
    ...content(message, actions),
    foot(message),
  );
  return h(
    "li",
    {
      class: `message ${side}${view.ends ? " ends" : ""}${message.keyboard?.length ? " keyed" : ""}`,
      "data-testid": `message-${message.id}`,
      "data-from": message.from_bot ? "bot" : "person",
      "data-kind": message.kind,
    },
    view.topic
      ? h(
          "button",
          { class: "topic-name", type: "button", "data-testid": "topic-name", onclick: () => actions.topic(message.thread_id) },
          h("i", { class: `dot c${view.topic.color.toString(16)}` }),
          h("span", {}, view.topic.name),
        )
      : null,
    h("div", { class: "line" }, body, more(message, actions)),
    message.keyboard?.length ? keyboard(message, actions) : null,
  );
}

function content(message, actions) {
  const words = message.text
    ? h(
        "div",
        { class: EMOJI_ONLY.test(message.text) ? "text huge" : "text", "data-testid": "text", dir: "auto" },
        ...rich(message.text, message.entities ?? [], actions),
      )
    : null;
  switch (message.kind) {
    case "venue":
      return [
        h(
          "div",
          { class: "venue", "data-testid": "venue" },
          map(message.location),
          h("div", { class: "where" }, h("strong", {}, message.venue.title), h("span", {}, message.venue.address)),
        ),
      ];
    case "location":
      return [h("div", { class: "venue", "data-testid": "location" }, map(message.location))];
    case "document":
      return [file(message.document), words];
    case "photo":
      return [h("div", { class: "picture", role: "img", "aria-label": t("photo") }, icon("photo")), words];
    case "voice":
      return [h("div", { class: "voice-note", role: "img", "aria-label": t("voice") }, icon("voice"), wave()), words];
    case "sticker":
      return [h("div", { class: "sticker-face", role: "img", "aria-label": t("sticker") }, message.emoji ?? "")];
    default:
      return [words];
  }
}

function wave() {
  return h("span", { class: "wave" }, ...Array.from({ length: 24 }, (_, i) => h("i", { class: `w${(i * 7 + (i % 3) * 2) % 5}` })));
}

function file(document) {
  const size = document.size < 1024 ? `${document.size} B` : `${(document.size / 1024).toFixed(1)} KB`;
  return h(
    "a",
    {
      class: "file",
      href: document.url,
      download: document.name,
      "data-testid": "document",
      "aria-label": t("download", { name: document.name }),
      onclick: (event) => event.stopPropagation(),
    },
    h("span", { class: "disc" }, icon("file")),
    h("span", {}, h("strong", {}, document.name), h("small", {}, size)),
  );
}

function quoted(quote, actions) {
  const who = quote.gone ? t("gone") : quote.from_bot ? "hh-bridge" : t("you");
  return h(
    "button",
    {
      class: "quoted",
      type: "button",
      "data-testid": "quoted",
      onclick: (event) => {
        event.stopPropagation();
        actions.show(quote.id);
      },
    },
    h("strong", {}, who),
    quote.text ? h("span", {}, quote.text.replace(/\s+/g, " ")) : null,
  );
}

function foot(message) {
  const reactions = (message.reactions ?? []).map((emoji) =>
    h(
      "span",
      { class: "reaction", "data-testid": "reaction", role: "img", "aria-label": `${t("reaction")} ${emoji}` },
      h("span", { class: "emoji" }, emoji),
      h("span", { class: "face" }, bridge()),
    ),
  );
  const silent = message.silent && message.from_bot ? h("span", { class: "silent", title: t("silent") }, icon("mute")) : null;
  const beside = message.text && !reactions.length;
  return h(
    "div",
    { class: beside ? "foot beside" : "foot" },
    h("span", { class: "reactions" }, ...reactions),
    h(
      "span",
      { class: "meta" },
      silent,
      message.edited ? h("span", { class: "edited", "data-testid": "edited" }, t("edited")) : null,
      h("time", {}, clock(new Date(message.date * 1000))),
      message.from_bot ? null : h("span", { class: "sent", role: "img", "aria-label": t("delivered") }, ticks(true)),
    ),
  );
}

function more(message, actions) {
  const items = [{ testid: "do-reply", icon: icon("reply"), label: t("reply"), act: () => actions.reply(message) }];
  if (message.text) items.push({ testid: "do-copy", icon: icon("copy"), label: t("copy"), act: () => actions.copy(message) });
  if (!message.from_bot && message.kind === "text") {
    items.push({ testid: "do-edit", icon: icon("edit"), label: t("edit"), act: () => actions.edit(message) });
  }
  items.push({ testid: "do-delete", icon: icon("trash"), label: t("delete"), danger: true, act: () => actions.remove(message) });
  return h(
    "button",
    {
      class: "more",
      type: "button",
      "data-testid": "message-actions",
      "aria-label": t("actions"),
      "aria-haspopup": "menu",
      onclick: (event) => menu(event.currentTarget, "message-menu", items),
    },
    icon("dots"),
  );
}

function keyboard(message, actions) {
  let index = -1;
  return h(
    "div",
    { class: "keyboard", "data-testid": "keyboard" },
    ...message.keyboard.map((row) =>
      h(
        "div",
        { class: "keys" },
        ...row.map((button) => {
          index += 1;
          const at = index;
          return h(
            "button",
            {
              class: `key ${button.style ?? ""}`,
              type: "button",
              "data-testid": "button",
              "data-url": button.url,
              onclick: (event) => actions.press(message, button, at, event.currentTarget),
            },
            h("span", {}, button.text),
            button.url ? icon("out") : button.copy ? icon("copy") : null,
          );
        }),
      ),
    ),
  );
}
