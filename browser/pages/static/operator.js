// The operator's page: joins the list, the host, the news and the check, and keeps them live.

import { Away, NoToken, Refused } from "./api.js";
import * as clock from "./clock.js";
import { events, ofHost, told } from "./desk.js";
import { byId, el } from "./dom.js";
import { count, octets, seconds } from "./figures.js";
import * as gate from "./operator-gate.js";
import * as host from "./host.js";
import * as hosts from "./hosts.js";
import * as limits from "./limits.js";
import * as recent from "./recent.js";
import * as rungs from "./rungs.js";
import { listen } from "./stream.js";

const SILENCE = 60_000; // milliseconds without a word on the stream until it counts as lost
const UNSET = "no operator token is set"; // title of the problem that the service answers with
const TOTALS = [
  ["hosts", "Hosts"],
  ["waiting", "Waiting"],
  ["under_way", "Under way"],
  ["backing_off", "Backing off"],
  ["blocked", "Blocked"],
  ["requests", "Requests"],
  ["robots_requests", "robots.txt"],
  ["failures", "Failed"],
  ["octets", "Received"],
  ["sessions", "Conversations"],
  ["running", "Running"],
];
let unfollow = null;
let heard = 0; // when something came last, milliseconds of this machine's clock
let lost = false;

/* What is said */

function say(text) {
  byId("said").textContent = text;
}

/** Tell of an error that a request threw. */
function tell(error) {
  if (error instanceof NoToken) shut();
  else if (error instanceof Refused && error.title === UNSET) unset();
  else if (error instanceof Refused) say(error.message);
  else if (error instanceof Away) away();
  else throw error;
}

function shut() {
  unwatch();
  gate.ask();
}

function unset() {
  unwatch();
  gate.unset();
}

function totals(now) {
  const shown = TOTALS.filter(([key]) => key in now);
  const value = (key) => (key === "octets" ? octets(now[key]) : count(now[key]));
  const list = byId("totals");
  if (list.childElementCount !== shown.length) {
    list.replaceChildren(
      ...shown.map(([key, name]) => el("div", { "data-key": key }, el("dt", {}, name), el("dd"))),
    );
  }
  shown.forEach(([key], place) => {
    const cell = list.children[place].querySelector("dd");
    if (cell.textContent !== value(key)) cell.textContent = value(key);
  });
}

/* The stream */

function state(name, text) {
  const live = byId("live");
  if (live.dataset.state !== name) live.dataset.state = name;
  if (live.textContent !== text) live.textContent = text;
  document.body.classList.toggle("stale", name !== "open");
}

function away() {
  if (!lost) say("The service does not answer. What is shown may be out of date.");
  lost = true;
  aged();
}

function aged() {
  if (!lost) return;
  const age = heard ? `: as it was ${seconds(Math.round((Date.now() - heard) / 1000))} ago` : "";
  state("away", `Reconnecting…${age}`);
}

/** Ask for everything that the stream does not repeat. */
async function refresh() {
  const [reply] = await Promise.all([hosts.load(), recent.load(), host.refresh()]);
  if (reply) totals(reply.totals);
}

function live() {
  heard = Date.now();
  if (lost) say("Connected again.");
  lost = false;
  state("open", "Live");
  refresh().catch(tell);
}

function watch() {
  if (unfollow || document.hidden || gate.shut()) return;
  if (!lost) state("away", "Connecting…");
  unfollow = listen({
    open: (_, signal) => events(signal),
    heard: () => (heard = Date.now()),
    on: {
      totals,
      hosts: changed,
      refusal: recent.refused,
      change: altered,
    },
    state: (name) => {
      if (name === "live") live();
      else if (name === "away") away();
      else if (name === "shut") shut();
      else unset();
    },
  });
}

function changed(told) {
  hosts.changed(told);
  host.changed(told);
}

/** Somebody changed a limit. A change that was soon taken back is no news of the host itself. */
function altered(change) {
  recent.altered(change);
  if (!hosts.buttonOf(change.host) && host.current() !== change.host) return;
  told(ofHost(change.host)).then((fresh) => changed([fresh]), tell);
}

function unwatch() {
  unfollow?.();
  unfollow = null;
}

setInterval(() => {
  aged();
  if (!unfollow || lost || Date.now() - heard < SILENCE) return;
  away();
  unwatch();
  watch();
}, 1000);

/** Begin, when there is a token. */
async function open() {
  if (gate.shut()) return gate.ask();
  try {
    await refresh();
    gate.open();
    // On a touch screen the focus would bring up its keyboard.
    if (matchMedia("(pointer: fine)").matches) byId("search").focus({ preventScroll: true });
    say("");
    watch();
  } catch (error) {
    if (error instanceof Away) {
      gate.open();
      watch();
    }
    tell(error);
  }
  return undefined;
}

const choose = (name, button) => host.choose(name, button);
hosts.listen({ choose, tell, say });
host.listen({
  mark: hosts.mark,
  tell,
  back: (name, from) => (hosts.buttonOf(name) ?? (from?.isConnected ? from : byId("search"))).focus(),
});
limits.listen({ put: (fresh) => changed([fresh]), noToken: shut, say });
recent.listen({ choose, tell, say });
rungs.listen(tell);
gate.listen({ entered: open, left: () => (unwatch(), host.current() && host.close()) });
document.addEventListener("visibilitychange", () => (document.hidden ? unwatch() : watch()));
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  byId("search").focus();
});
open();
