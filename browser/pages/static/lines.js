// Choosing lines to quote: a click, Shift and a click, or the keys. One line number is in the
// order of Tab, arrows move between them (WAI-ARIA Authoring Practices, roving tabindex).

import { byId } from "./dom.js";

let from = null; // where a range began
let range = null; // [first, last]

const rows = byId("rows");

function numbers() {
  return [...rows.querySelectorAll(".n")];
}

function lineOf(button) {
  return Number(button.dataset.n);
}

/** First and last chosen line, or null. */
export function chosen() {
  return range;
}

/** Choose nothing. */
export function clear() {
  from = range = null;
  paint();
}

/** A new display is shown. */
export function renew() {
  clear();
  const [first] = numbers();
  if (first) first.tabIndex = 0;
}

function choose(n, extend) {
  if (!extend || from === null) {
    const alone = range && range[0] === n && range[1] === n;
    [from, range] = alone ? [null, null] : [n, [n, n]];
  } else {
    range = [Math.min(from, n), Math.max(from, n)];
  }
  paint();
}

function paint() {
  for (const button of numbers()) {
    const n = lineOf(button);
    const inside = range !== null && n >= range[0] && n <= range[1];
    button.setAttribute("aria-pressed", String(inside));
    button.parentElement.classList.toggle("chosen-row", inside);
  }
  byId("chosen").hidden = range === null;
  if (!range) return;
  const [first, last] = range;
  byId("chosen-lines").textContent = first === last ? `Line ${first}` : `Lines ${first} to ${last}`;
}

function move(button) {
  for (const other of numbers()) other.tabIndex = other === button ? 0 : -1;
  button.focus();
}

rows.addEventListener("click", (event) => {
  const button = event.target.closest(".n");
  if (!button) return;
  move(button);
  choose(lineOf(button), event.shiftKey);
});

rows.addEventListener("keydown", (event) => {
  const button = event.target.closest(".n");
  if (!button) return;
  const all = numbers();
  const at = all.indexOf(button);
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = all[Math.max(0, Math.min(all.length - 1, to))];
  if (event.shiftKey && from === null) choose(lineOf(button), false);
  move(next);
  if (event.shiftKey) choose(lineOf(next), true);
});
