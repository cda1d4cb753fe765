/** A map card, drawn here: streets that depend only on the point, and a pin. */

import { s } from "./dom.js";

const WIDTH = 300;
const HEIGHT = 132;

/** A picture of a neighbourhood; the same point gives the same picture. */
export function map({ latitude, longitude }) {
  const random = seeded(Math.round(latitude * 1e4) * 7919 + Math.round(longitude * 1e4));
  const turn = (random() - 0.5) * 36;
  const streets = s("g", { transform: `rotate(${turn} ${WIDTH / 2} ${HEIGHT / 2})` });
  streets.append(s("rect", { class: "park", x: 20 + random() * 190, y: 4 + random() * 70, width: 60 + random() * 40, height: 36 + random() * 22, rx: 7 }));
  const river = -20 + random() * 50;
  streets.append(s("path", { class: "water", d: `M-60 ${HEIGHT + river} C 60 ${HEIGHT - 34 + river}, 190 ${HEIGHT + 22 + river}, 380 ${HEIGHT - 18 + river}` }));
  for (let x = -50; x < WIDTH + 60; x += 30 + random() * 26) streets.append(line("street", x, -60, x + (random() - 0.5) * 12, HEIGHT + 60));
  for (let y = -40; y < HEIGHT + 50; y += 24 + random() * 22) streets.append(line("street", -60, y, WIDTH + 60, y + (random() - 0.5) * 12));
  streets.append(line("avenue", -60, HEIGHT / 2 + 9, WIDTH + 60, HEIGHT / 2 + 2));
  streets.append(line("avenue", WIDTH / 2 - 24, -60, WIDTH / 2 + 16, HEIGHT + 60));
  const pin = s(
    "g",
    { class: "pin", transform: `translate(${WIDTH / 2} ${HEIGHT / 2})` },
    s("ellipse", { class: "shadow", cx: 0, cy: 1, rx: 7, ry: 2.6 }),
    s("path", { d: "M0 0C-3-7-13-14-13-25a13 13 0 0 1 26 0C13-14 3-7 0 0Z" }),
    s("circle", { cx: 0, cy: -25, r: 5 }),
  );
  return s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "map", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" }, streets, pin);
}

const line = (kind, x1, y1, x2, y2) => s("path", { class: kind, d: `M${x1} ${y1}L${x2} ${y2}` });

function seeded(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
