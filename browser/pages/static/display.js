// One display, to the letter as the model reads it, with what can be clicked in it.
//
// 【】† of a page's own text are written 〖〗‡ in displays, so a marker here is always ours.

import { byId, el, titled, web } from "./dom.js";

const LINE = /^L(\d+): ?(.*)$/s;
const LINK = /【(\d+)†([^†】]*)(?:†([^†】]*))?】/g;
const FOLD = /^\[\d+ lines? folded: .*; open at line (\d+) to read\]$/;
const MATCH = /^# 【\d+†match at L(\d+)】$/;
const MORE = /^\[.*\bat line (\d+)\]$/;

/**
 * Show a display.
 * @param {{text: string, kind: string, url: string, links: Map<number, string>}} display
 */
export function show(display) {
  const [head, view, , ...rows] = display.text.split("\n");
  byId("display-title").replaceChildren(...title(head, display.url));
  byId("display-view").textContent = view.replaceAll("*", "");
  const matched = new Set(rows.map((row) => MATCH.exec(row)?.[1]).filter(Boolean));
  byId("rows").replaceChildren(...rows.map((text) => row(text, display, matched)));
}

/** `[2] Title (address)`: the address can be opened. */
function title(head, url) {
  const end = head.indexOf("]") + 1;
  const cursor = el("span.cursor", {}, head.slice(0, end));
  const tail = ` (${url})`;
  const href = web(url);
  if (!url || !href || !head.endsWith(tail)) return [cursor, head.slice(end)];
  const link = el("a", { href, target: "_blank", rel: "noopener noreferrer" }, url);
  const name = titled(head.slice(end + 1, -tail.length));
  return [cursor, " ", name, " ", el("span.address", {}, "(", link, ")")];
}

function row(text, display, matched) {
  const line = LINE.exec(text);
  const match = display.kind === "find" ? MATCH.exec(text) : null;
  const more = display.kind === "find" && !line ? MORE.exec(text) : null;
  const made = el("div.row");
  if (!line) {
    const to = match ?? more;
    made.append(
      el("span"),
      el("span.t", { dir: "auto" }, to ? leap(text, "line", to[1]) : text),
    );
    return made;
  }
  const [, n, words] = line;
  const fold = FOLD.exec(words);
  const cell = el("span.t", { dir: "auto" });
  if (fold?.[1] === n) cell.append(leap(words, "line", n));
  else cell.append(...linked(words, display));
  if (/^#{1,6} /.test(words)) cell.classList.add("heading");
  if (matched.has(n)) made.classList.add("matched");
  const number = el("button.n", { type: "button", tabindex: -1, "data-n": n, "aria-pressed": "false" });
  number.append(`L${n}`);
  made.append(number, cell);
  return made;
}

function leap(text, kind, n) {
  return el("button", { type: "button", [`data-${kind}`]: n }, text);
}

function linked(text, display) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(at, found.index), link(found, display));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

function link([whole, id, label, host], display) {
  const address = display.links.get(Number(id));
  const href = address && web(address);
  if (!href) return whole;
  return el(
    "a",
    { href, "data-id": id, rel: "noopener noreferrer", title: address },
    "【",
    el("span.number", {}, id),
    "†",
    el("bdi", {}, label),
    ...(host === undefined ? [] : [el("span.host", {}, `†${host}`)]),
    "】",
  );
}
