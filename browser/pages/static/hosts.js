// The list of hosts: a page of it at a time, searched and put in order by the service.
//
// A row stays the same element for as long as its host is shown, and what changes is written into
// it. While the pointer or the focus is in the list, rows keep their places.

import { withQuery } from "./api.js";
import * as clock from "./clock.js";
import { told } from "./desk.js";
import { doing, failed, paceOf, state } from "./doing.js";
import { byId, el } from "./dom.js";
import { count, many } from "./figures.js";

const LIMIT = 50; // rows at once
const SETTLED = 250; // milliseconds without a key until a search is sent
const AGAIN = 2000; // milliseconds between two looks at the order
const body = byId("rows");
const table = byId("hosts");
const rows = new Map(); // host -> {row, button, cells, was}
let offset = 0;
let found = 0;
let asked = null; // the AbortController of the newest question
let moved = false; // rows may belong elsewhere by now
let timer = null;
let chosen = "";
let hooks = { choose() {}, tell() {}, say() {} };

/* What is wanted */

function wanted() {
  return {
    search: byId("search").value.trim().toLowerCase() || null,
    state: byId("wanted").elements.state.value || null,
    sort: byId("sort").value,
  };
}

/** Ask for the page of the list that is wanted, and show it. */
export async function load({ announce = false } = {}) {
  asked?.abort();
  clearTimeout(timer);
  timer = null;
  const mine = (asked = new AbortController());
  try {
    const path = withQuery("hosts", { ...wanted(), offset, limit: LIMIT });
    const reply = await told(path, { signal: mine.signal });
    if (offset && offset >= reply.found) {
      offset = 0;
      return load({ announce });
    }
    clock.set(reply.at);
    place(reply);
    if (announce) hooks.say(`${many(found, "host")} found.`);
    return reply;
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return null;
  } finally {
    if (asked === mine) asked = null;
  }
}

function anew(how) {
  offset = 0;
  moved = false;
  load(how).catch(hooks.tell);
}

/* Rows */

function place(reply) {
  found = reply.found;
  moved = false;
  byId("again").hidden = true;
  const at = Date.parse(reply.at);
  const stay = new Set(reply.hosts.map(({ host }) => host));
  for (const [host, { row }] of rows) {
    if (stay.has(host)) continue;
    row.remove();
    rows.delete(host);
  }
  reply.hosts.forEach((host, number) => {
    const { row } = write(host, at);
    if (body.children[number] !== row) body.insertBefore(row, body.children[number] ?? null);
  });
  paging();
}

function paging() {
  const last = offset + rows.size;
  table.hidden = rows.size === 0;
  byId("none").hidden = rows.size > 0;
  const { search, state: only } = wanted();
  byId("none").textContent =
    search || only ? "No host is like that." : "No host was asked for anything yet.";
  byId("which").textContent = rows.size ? `${count(offset + 1)} to ${count(last)} of ${count(found)}` : "";
  byId("before").disabled = offset === 0;
  byId("after").disabled = last >= found;
}

/** The row of a host, made or brought up to date. */
function write(host, at) {
  const entry = rows.get(host.host) ?? made(host.host);
  const [doingCell, pace, requests, failures] = entry.cells;
  const { state: name, queue, back_off: pause, limits, next_turn_s: next } = host;
  const was = JSON.stringify([name, queue, pause, limits.note, next && at]);
  if (was !== entry.was) doingCell.replaceChildren(state(host), el("span.doing", {}, ...doing(host, at)));
  entry.was = was;
  put(pace, paceOf(host));
  put(requests, count(host.requests));
  put(failures, count(failed(host)));
  entry.row.dataset.state = name;
  entry.state = name;
  return entry;
}

function put(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

function made(host) {
  const button = el("button.bare", { type: "button", "aria-controls": "host", "aria-expanded": String(host === chosen) }, host);
  button.addEventListener("click", () => hooks.choose(host, button));
  const names = ["td.now", "td.pace", "td.number", "td.number.failed"];
  const cells = names.map((name) => el(name));
  const row = el("tr", {}, el("th", { scope: "row" }, button), ...cells);
  const entry = { row, button, cells, was: "", state: "" };
  rows.set(host, entry);
  return entry;
}

/** Mark the host whose details are shown; an empty string for none. */
export function mark(host) {
  rows.get(chosen)?.button.setAttribute("aria-expanded", "false");
  chosen = host;
  rows.get(chosen)?.button.setAttribute("aria-expanded", "true");
}

/** The button of a host, while it is in the list. */
export function buttonOf(host) {
  return rows.get(host)?.button ?? null;
}

/* What changes */

/** Hosts as the service tells that they are now. */
export function changed(hosts) {
  for (const host of hosts) {
    const entry = rows.get(host.host);
    const before = entry?.state;
    if (entry) write(host, clock.now());
    if (before !== host.state) stir();
  }
}

/** The order may be another one by now: look, though not all the time and not under the pointer. */
function stir() {
  moved = true;
  timer ??= setTimeout(settle, AGAIN);
}

function settle() {
  timer = null;
  if (!moved) return;
  byId("again").hidden = !held();
  if (!held()) load().catch(hooks.tell);
}

/** Whether somebody has the pointer or the focus in the list. */
function held() {
  const pointed = matchMedia("(hover: hover)").matches && table.matches(":hover");
  return pointed || table.contains(document.activeElement);
}

/* Begin */

/**
 * Listen to the controls of the list.
 * @param {{choose: Function, tell: Function, say: Function}} given choose gets a host and its
 *   button; tell gets errors; say is read aloud
 */
export function listen(given) {
  hooks = given;
  let typing;
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => anew({ announce: true }), SETTLED);
  });
  byId("wanted").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    anew({ announce: true });
  });
  byId("wanted").addEventListener("change", (event) => {
    if (event.target !== byId("search")) anew({ announce: true });
  });
  for (const [id, step] of [["before", -LIMIT], ["after", LIMIT]]) {
    byId(id).addEventListener("click", async () => {
      offset = Math.max(0, offset + step);
      await load().catch(hooks.tell);
      hooks.say(byId("which").textContent);
      table.scrollIntoView({ block: "nearest" });
    });
  }
  byId("again").addEventListener("click", () => load().catch(hooks.tell));
  table.addEventListener("pointerleave", () => moved && stir());
  table.addEventListener("focusout", () => moved && stir());
}
