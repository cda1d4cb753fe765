/** Line icons, drawn here so that no font is needed. */

import { s } from "./dom.js";

const PATHS = {
  send: "M4 12 20 4l-5 16-4-6-7-2Zm7 2 9-10",
  clip: "M19 11.5 11.6 19a4.6 4.6 0 0 1-6.5-6.5L13 4.6a3 3 0 0 1 4.3 4.3l-7.8 7.8a1.5 1.5 0 0 1-2.1-2.1L14 8",
  menu: "M5 7h14M5 12h14M5 17h14",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M10 7 4 12l6 5v-3.4c5 0 7.6 1.4 9.5 4.4C19 12.5 16 10.4 10 10.4V7Z",
  edit: "M5 19l.8-3.6L16 5.2a1.7 1.7 0 0 1 2.8 2.8L8.6 18.2 5 19Z",
  copy: "M9 9h9v10H9zM6 15V5h9",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.5 10.5v5.5M13.5 10.5v5.5",
  down: "M6 9.5l6 6 6-6",
  back: "M14.5 6l-6 6 6 6",
  out: "M9 7h8v8M17 7 7 17",
  bell: "M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5l1.5-1.5ZM10.5 20.5h3",
  mute: "M6.5 16.5V11a5.5 5.5 0 0 1 8-4.9M17.5 11v5.5l1.5 1.5H8M10.5 20.5h3M4 4l16 16",
  photo: "M4 6h16v12H4zM4 15l4.5-4 4 3.5 3-2.5 4.5 4M15 9.5h.01",
  file: "M7 4h7l4 4v12H7zM13.5 4v4.5H18",
  sticker: "M12 4a8 8 0 1 0 8 8l-8-8ZM12 4c0 5 3 8 8 8M8.8 13.5c.7 1.3 1.9 2 3.2 2s2.5-.7 3.2-2",
  voice: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4ZM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3",
  briefcase: "M4 8.5h16V19H4zM9 8.5V6h6v2.5M4 13h16M12 12v2",
  phone: "M8 3.5h8A1.5 1.5 0 0 1 17.5 5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5ZM11 17.5h2",
  call: "M7 4.5h2.8l1.2 4-2 1.4a9 9 0 0 0 5 5l1.4-2 4 1.2V17a2.5 2.5 0 0 1-2.7 2.5C10 19 5 14 4.5 7.3A2.5 2.5 0 0 1 7 4.5Z",
  plus: "M12 5v14M5 12h14",
  pin: "M12 20.5s6-5.6 6-10.5a6 6 0 0 0-12 0c0 4.9 6 10.5 6 10.5ZM12 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  bolt: "M13 3.5 5.5 13.5H11l-1 7 7.5-10H12l1-7Z",
  lock: "M7 11h10v9H7zM9 11V8.5a3 3 0 0 1 6 0V11",
  archive: "M4 6h16v4H4zM5.5 10v9h13v-9M10 13.5h4",
  eye: "M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20 20",
  check: "M4.5 12.5l5 5 10-11",
  block: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM6.5 6.5l11 11",
};

/** An icon by name; decoration only, its button carries the label. */
export function icon(name) {
  return s(
    "svg",
    { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    s("path", { d: PATHS[name] }),
  );
}

/** One or two ticks, as on a sent message. */
export function ticks(twice) {
  const first = s("path", { d: "M1 6.2 4 9.2 10.2 2.5" });
  const second = s("path", { d: "M6.2 8.6 6.9 9.2 13.2 2.5" });
  return s("svg", { viewBox: "0 0 14 11", class: "ticks", "aria-hidden": "true" }, first, ...(twice ? [second] : []));
}

/** The bot's face: a bridge. */
export function bridge() {
  return s(
    "svg",
    { viewBox: "0 0 32 32", class: "bridge", "aria-hidden": "true" },
    s("path", { d: "M6 21.5C6 8 26 8 26 21.5" }),
    s("path", { d: "M5 21.5h22M11 14v7.5M16 11.5v10M21 14v7.5" }),
  );
}
