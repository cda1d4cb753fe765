/** Elements without markup strings: nothing that a person or an employer wrote is ever parsed as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties: `class`, `on…` listeners, `data-…` and `aria-…` attributes, other DOM properties. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for" || name === "list") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element with attributes. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Keep the children of `parent` in step with `items`: only what changed is made anew. */
export function keep(parent, items, key, make) {
  const known = parent.known ?? new Map();
  const next = new Map();
  let cursor = parent.firstChild;
  for (const item of items) {
    const id = key(item);
    const print = JSON.stringify(item);
    let entry = known.get(id);
    if (!entry || entry.print !== print) {
      const element = make(item);
      if (entry) {
        if (cursor === entry.element) cursor = cursor.nextSibling;
        entry.element.remove();
      }
      entry = { print, element };
    }
    if (entry.element === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.element, cursor);
    next.set(id, entry);
  }
  for (const [id, entry] of known) if (!next.has(id)) entry.element.remove();
  parent.known = next;
}

/** Open a menu beside a button; it closes by itself after a choice or a click elsewhere. */
export function menu(anchor, testid, items) {
  document.querySelector(".menu")?.remove();
  const list = h("div", { class: "menu", role: "menu", "data-testid": testid });
  const close = () => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
  };
  const outside = (event) => {
    if (!list.contains(event.target) && !anchor.contains(event.target)) close();
  };
  for (const item of items) {
    list.append(
      h(
        "button",
        {
          class: item.danger ? "danger" : "",
          type: "button",
          role: "menuitem",
          "data-testid": item.testid,
          onclick: () => {
            close();
            item.act();
          },
        },
        item.icon ?? null,
        h("span", {}, h("span", {}, item.label), item.detail ? h("small", {}, item.detail) : null),
      ),
    );
  }
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.children];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length].focus();
    else return;
    event.preventDefault();
  });
  document.body.append(list);
  place(list, anchor);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  list.firstElementChild?.focus({ preventScroll: true });
}

function place(list, anchor) {
  const around = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const left = Math.max(8, Math.min(around.left, innerWidth - width - 8));
  const below = around.bottom + 6;
  const top = below + height > innerHeight - 8 ? Math.max(8, around.top - height - 6) : below;
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
}
