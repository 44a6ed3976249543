// The displays of this conversation that this tab has, and the one that is shown. A display never
// changes (its page version is pinned), so it is asked for once.

import { ask, ofSession } from "./api.js";
import { show } from "./display.js";
import { bring, byId } from "./dom.js";
import * as lines from "./lines.js";
import { session } from "./session.js";
import * as steps from "./steps.js";

const displays = new Map(); // by cursor
let here = null;
let wanted = null;

/** Cursor of the display that is shown, or null. */
export function current() {
  return here;
}

/** Cursor of the newest display, or null. */
export function newest() {
  const cursors = [...displays.keys(), ...steps.all().map((step) => step.cursor ?? -1)];
  const last = Math.max(-1, ...cursors);
  return last < 0 ? null : last;
}

/** What the shown display is, or null. */
export function display() {
  return here === null ? null : displays.get(here);
}

/** Keep the display of a reply; returns its cursor. */
export function keep(reply) {
  displays.set(reply.cursor, made(reply, reply.text));
  return reply.cursor;
}

function made({ page, links }, text) {
  return {
    text,
    kind: page.kind,
    url: page.url,
    title: page.title,
    fetchedAt: page.fetched_at,
    lines: page.lines,
    links: new Map(links.map((link) => [link.id, link.url])),
  };
}

/** A display of this conversation, which may have to be asked for. */
export async function known(cursor) {
  const name = session.name;
  if (displays.has(cursor)) return displays.get(cursor);
  const whole = await ask(ofSession(name, `/pages/${cursor}`));
  const found = made(whole, whole.text);
  if (name === session.name) displays.set(cursor, found);
  return found;
}

/**
 * Show a display, which may have to be asked for; false when another one was wanted meanwhile.
 * @param {number} cursor
 * @param {{focus?: boolean, lead?: boolean}} how whether it gets the focus, and is scrolled to
 */
export async function go(cursor, { focus = false, lead = true } = {}) {
  wanted = cursor;
  const name = session.name;
  await known(cursor);
  if (wanted !== cursor || name !== session.name) return false;
  here = cursor;
  show(displays.get(cursor));
  lines.renew();
  byId("display").hidden = false;
  byId("empty").hidden = true;
  paint();
  if (focus) byId("display-title").focus({ preventScroll: true });
  if (lead) bring(byId("display"));
  return true;
}

/** Draw what stands around the lines. */
export function paint() {
  steps.paint(here);
  if (here === null) return;
  const last = newest();
  const { kind, fetchedAt, lines: shown } = display();
  byId("older").disabled = here === 0;
  byId("newer").disabled = here >= last;
  byId("which").textContent = `${here + 1} of ${last + 1}`;
  byId("on").disabled = kind === "find" || shown[1] >= shown[2];
  const told = [`Fetched ${new Date(fetchedAt).toLocaleTimeString()}`];
  const gently = steps.manners(steps.maker(here)?.politeness);
  if (gently) told.push(gently);
  byId("manners").textContent = kind === "search" ? "" : told.join(" · ");
}

/** What is shown, in words. */
export function described() {
  const { title, lines } = display();
  return `Display ${here}: ${title}, lines ${lines[0]} to ${lines[1]} of ${lines[2]}`;
}

/** Forget everything: another conversation. */
export function reset() {
  displays.clear();
  here = wanted = null;
  lines.clear();
  byId("display").hidden = true;
  byId("empty").hidden = false;
}
