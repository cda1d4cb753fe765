/** Telegram's formatted text as elements; JavaScript's strings count UTF-16 units, as entities do. */

import { h } from "./dom.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/** The text as a list of nodes. `actions`: `open(url)`, `command(text)`. */
export function rich(text, entities, actions) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (from, to, inside) => {
    const nodes = [];
    let at = from;
    while (inside.length) {
      const entity = inside.shift();
      const end = Math.min(entity.offset + entity.length, to);
      if (entity.offset < at) continue;
      if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
      const inner = [];
      while (inside.length && inside[0].offset < end) inner.push(inside.shift());
      nodes.push(wrap(entity, text.slice(entity.offset, end), build(entity.offset, end, inner), actions));
      at = end;
    }
    if (at < to) nodes.push(text.slice(at, to));
    return nodes;
  };
  return build(0, text.length, sorted);
}

function wrap(entity, covered, children, actions) {
  const link = (url) =>
    h(
      "a",
      {
        href: url,
        onclick: (event) => {
          event.preventDefault();
          event.stopPropagation();
          actions.open(url);
        },
      },
      ...children,
    );
  switch (entity.type) {
    case "text_link":
      return link(entity.url);
    case "url":
      return link(/^[a-z]+:\/\//i.test(covered) ? covered : `http://${covered}`);
    case "email":
      return link(`mailto:${covered}`);
    case "bot_command":
      return h(
        "button",
        {
          class: "command",
          type: "button",
          onclick: (event) => {
            event.stopPropagation();
            actions.command(covered);
          },
        },
        covered,
      );
    case "spoiler":
      return h("span", { class: "spoiler", onclick: (event) => event.currentTarget.classList.add("shown") }, ...children);
    case "expandable_blockquote":
      return h("blockquote", { class: "long", onclick: (event) => event.currentTarget.classList.toggle("shown") }, ...children);
    case "mention":
    case "hashtag":
      return h("span", { class: "mention" }, ...children);
    default:
      return TAGS[entity.type] ? h(TAGS[entity.type], {}, ...children) : h("span", {}, ...children);
  }
}
