// What was refused lately, and who changed what.

import { withQuery } from "./api.js";
import { text as asText, told } from "./desk.js";
import { meaning } from "./doing.js";
import { byId, el, words } from "./dom.js";
import { clock, briefly, seconds } from "./figures.js";

const KEPT = 20; // of each, shown at once
let choose = () => {};

/** Ask for both anew. */
export async function load() {
  const query = { limit: KEPT };
  const [{ refusals }, { changes }] = await Promise.all([
    told(withQuery("refusals", query)),
    told(withQuery("audit", query)),
  ]);
  fill("refusals", refusals.map(refusal));
  fill("changes", changes.map(change));
}

function fill(id, items) {
  byId(id).replaceChildren(...items);
  byId(`no-${id}`).hidden = items.length > 0;
}

function add(id, item) {
  const list = byId(id);
  list.prepend(item);
  byId(`no-${id}`).hidden = true;
  while (list.childElementCount > KEPT) list.lastElementChild.remove();
}

/** A request was refused just now. */
export function refused(told) {
  add("refusals", refusal(told));
}

/** Somebody changed a limit just now. */
export function altered(told) {
  add("changes", change(told));
}

function hostButton(host) {
  const button = el("button.bare", { type: "button" }, host);
  button.addEventListener("click", () => choose(host, button));
  return button;
}

function when(at) {
  return el("time.aside", { datetime: at, title: "UTC" }, clock(at));
}

function refusal({ at, host, code, rule, retry_after: wait, purpose }) {
  const means = meaning(code);
  const parts = [
    el("span.why", {}, means || code),
    means ? el("code.aside", {}, code) : null,
    rule ? words(rule, "code") : null,
    wait ? el("span.aside", {}, `again in ${seconds(wait)}`) : null,
    purpose === "robots" ? el("span.aside", {}, "asked for its robots.txt") : null,
  ];
  return item([when(at), hostButton(host)], parts);
}

const DONE = { set: "set limits of", unset: "took back the limits of", reload: "read the settings again" };

function change({ at, by, action, host, before, after, note }) {
  const head = [when(at), words(by, "strong"), el("span", {}, DONE[action] ?? action)];
  if (host) head.push(hostButton(host));
  const parts = [];
  if (after) parts.push(el("span", {}, order(after)));
  if (before) parts.push(el("span.aside", {}, `before: ${order(before)}`));
  if (note) parts.push(words(note, "q"));
  return item(head, parts);
}

function item(...rows) {
  const apart = (parts) => parts.filter(Boolean).flatMap((part) => [part, " "]);
  return el("li", {}, ...rows.map((parts) => el("p", {}, ...apart(parts))));
}

/** An order in words; what it leaves out follows the settings. */
function order(given) {
  const { rate, burst, concurrency, hourly, blocked } = given;
  const parts = [];
  if (blocked) parts.push("blocked");
  if (blocked === false) parts.push("not blocked");
  if (rate) parts.push(briefly(rate));
  if (burst) parts.push(`${burst} at once`);
  if (concurrency) parts.push(`${concurrency} under way`);
  if (hourly) parts.push(`${hourly} an hour`);
  return parts.join(", ") || "as in the settings";
}

/** Listen to the buttons; *chosen* gets a host, *tell* errors, *say* is read aloud. */
export function listen({ choose: chosen, tell, say }) {
  choose = chosen;
  byId("reload").addEventListener("click", async () => {
    try {
      const reply = await told("reload", { method: "POST" });
      say(reply.says);
    } catch (error) {
      tell(error);
    }
  });
  byId("toml").addEventListener("click", async () => {
    try {
      const text = (await asText("limits.toml")).trim();
      byId("toml-text").replaceChildren(
        el("pre", { tabindex: 0, role: "region", "aria-label": "Live limits as settings" }, text || "# none"),
      );
    } catch (error) {
      tell(error);
    }
  });
}
