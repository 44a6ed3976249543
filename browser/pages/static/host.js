// One host: its limits, what it answered, what its robots.txt says.

import { ofHost, told } from "./desk.js";
import * as clock from "./clock.js";
import { canCopy, copies } from "./copy.js";
import { doing, meaning, state } from "./doing.js";
import { byId, el, words } from "./dom.js";
import { clock as time, count, octets, seconds } from "./figures.js";
import * as limits from "./limits.js";

const panel = byId("host");
const SOURCES = { default: "the settings for every host", settings: "the settings for this host" };
const ROBOTS = {
  rules: "has rules",
  allow: "there is none: everything is allowed",
  deny: "could not be read: nothing is asked",
};
let shown = ""; // the host
let from = null; // the button that led here
let hooks = { mark() {}, tell() {}, back() {} };

/** Which host is shown; an empty string for none. */
export function current() {
  return shown;
}

/** Show a host, and lead there; *button* is where Close leads back to. */
export async function choose(host, button = null) {
  if (host === shown && button?.getAttribute("aria-expanded") === "true") return close();
  try {
    const fresh = await told(ofHost(host));
    from = button;
    shown = fresh.host;
    build(fresh);
    hooks.mark(shown);
    const title = byId("host-title");
    title.focus({ preventScroll: true });
    if (byId("hosts").offsetParent) panel.parentElement.scrollTop = 0;
    else panel.scrollIntoView();
  } catch (error) {
    hooks.tell(error);
  }
  return undefined;
}

/** Ask for it anew, as after a break. */
export async function refresh() {
  if (shown) changed([await told(ofHost(shown))]);
}

/** Hosts as the service tells that they are now. */
export function changed(hosts) {
  const fresh = hosts.find(({ host }) => host === shown);
  if (!fresh) return;
  limits.show(fresh);
  facts(fresh);
}

export function close() {
  const host = shown;
  shown = "";
  panel.hidden = true;
  panel.replaceChildren();
  limits.leave();
  hooks.mark("");
  hooks.back(host, from);
}

function build(host) {
  const leave = el("button", { type: "button", id: "close", "aria-label": "Close" }, "×");
  leave.addEventListener("click", close);
  const copy = el("button", { type: "button", class: "bare", hidden: true }, "Copy as settings");
  panel.replaceChildren(
    el("header", {}, el("h2", { id: "host-title", tabindex: -1 }, host.host), leave),
    el("p", { id: "host-state" }),
    limits.made(host),
    el("dl.facts-of", { id: "facts" }),
    el("pre", { id: "settings", tabindex: 0, role: "region", "aria-label": "As settings" }),
    copy,
  );
  panel.hidden = false;
  limits.show(host);
  facts(host);
  if (canCopy) copies(copy, () => byId("settings").textContent, byId("said"));
}

function facts(host) {
  byId("host-state").replaceChildren(state(host), el("span.doing", {}, ...doing(host, clock.now())));
  const rows = [
    ["Limits from", origin(host.limits)],
    ["Requests", requests(host)],
    ["Outcomes", outcomes(host)],
    ["robots.txt", robots(host)],
  ];
  byId("facts").replaceChildren(
    ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value))),
  );
  byId("settings").textContent = toml(host);
}

function origin({ source, by, at, note }) {
  if (source !== "operator") return [SOURCES[source] ?? source];
  const parts = [words(by || "operator", "strong")];
  if (at) parts.push(", ", el("time", { datetime: at, title: "UTC" }, time(at)));
  if (note) parts.push(el("br"), words(note, "q"));
  return parts;
}

function requests({ requests: pages, robots_requests: robots, octets: size, last }) {
  const parts = [`${count(pages)}, and ${count(robots)} for robots.txt; ${octets(size)}`];
  if (last) parts.push("; last ", el("time", { datetime: last, title: "UTC" }, time(last)));
  return parts;
}

function outcomes({ outcomes: by }) {
  const ends = Object.entries(by).sort(([, one], [, other]) => other - one);
  if (!ends.length) return ["none yet"];
  const row = ([code, number]) =>
    el(
      "li",
      { "data-good": String(code === "ok") },
      el("span.number", {}, count(number)),
      " ",
      el("code", {}, code),
      el("span.aside", {}, ` ${meaning(code)}`),
    );
  return [el("ul.outcomes", {}, ...ends.map(row))];
}

function robots({ robots: known }) {
  if (!known.length) return ["not asked for yet"];
  return known.map(({ authority, kind, age_s: age, expires_s: left, crawl_delay: delay, why }) =>
    el(
      "p",
      {},
      el("code", {}, authority),
      ` ${ROBOTS[kind] ?? kind}`,
      why ? words(` (${why})`, "span") : null,
      `; ${seconds(age)} old, ${left > 0 ? `asked for again in ${seconds(left)}` : "to be asked for again"}`,
      delay ? `; asks for ${seconds(delay)} between requests` : "",
    ),
  );
}

/** The limits as a table of the settings file (TOML 1.0); names are those of `limits.hosts`. */
/** What was ordered, or what holds when nothing was: the rest goes on to follow the settings. */
function toml({ host, limits }) {
  const { rate, burst, concurrency, hourly, blocked, note } = limits.order ?? limits;
  const pairs = { rate, burst, concurrency, hourly, blocked, note: note || undefined };
  const lines = Object.entries(pairs)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [`[limits.hosts.${JSON.stringify(host)}]`, ...lines].join("\n");
}

/** *mark* gets the host that is shown, *back* where the focus goes after Close, *tell* errors. */
export function listen(given) {
  hooks = given;
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });
}
