/** Short notices at the bottom of the page, and the bot's alerts. */

import { h } from "./dom.js";
import { t } from "./words.js";

const SECONDS = 4;

/** Show a notice for a few seconds. */
export function toast(text, { bad = false } = {}) {
  let area = document.querySelector(".toasts");
  if (!area) document.body.append((area = h("div", { class: "toasts", role: "status", "aria-live": "polite" })));
  const notice = h("div", { class: bad ? "toast bad" : "toast", "data-testid": "toast" }, text);
  area.append(notice);
  setTimeout(() => notice.remove(), SECONDS * 1000);
}

/** Tell of a failed call. */
export const failed = (error) => toast(t("failed", { why: error.message }), { bad: true });

/** Run an action of the page; its failure becomes a notice. */
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** The bot's alert: stays until it is closed. */
export function alertBox(text) {
  const dialog = h(
    "dialog",
    { class: "sheet alert", "data-testid": "alert", onclose: () => dialog.remove() },
    h("p", {}, text),
    h("div", { class: "row end" }, h("button", { class: "primary", type: "button", onclick: () => dialog.close() }, t("ok"))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
