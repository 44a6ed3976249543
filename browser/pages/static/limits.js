// The limits of the host that is shown: changed by hand, kept by the service, undone.

import { Away, NoToken, Refused } from "./api.js";
import { ofHost, told } from "./desk.js";
import { byId, el } from "./dom.js";
import { STOPS, pace, stopOf } from "./figures.js";
import * as sure from "./sure.js";

const COUNTS = [
  ["burst", "At once after a pause", 1000],
  ["concurrency", "Under way together", 256],
  ["hourly", "In an hour", 1_000_000],
];
const ORDERED = ["rate", "burst", "concurrency", "hourly", "blocked", "note"];
let host = null; // as the service told it last
let dirty = false; // fields hold what is not saved
const SETTLED = 400; // ms after the last key
let before = null; // what Undo sends: an order, or null for none
let saving = Promise.resolve();
let hooks = { put() {}, noToken() {}, say() {} };

/**
 * The order that stands, to change a part of it: what the settings say is left to them.
 * @returns {object | null} null when none stands
 */
function standing({ limits }) {
  if (limits.source !== "operator") return null;
  const given = limits.order ?? limits;
  const set = ORDERED.filter((key) => given[key] !== null && given[key] !== undefined);
  return Object.fromEntries(set.map((key) => [key, given[key]]));
}

/** The part of the panel that changes limits, for this host. */
export function made(given) {
  host = given;
  dirty = false;
  before = null;
  const slider = el("input", {
    type: "range", id: "pace", min: 0, max: STOPS.length - 1, step: 1, "aria-describedby": "saved",
  });
  const form = el(
    "form.limits",
    { id: "limits", "aria-label": "Limits" },
    el("label", { for: "pace" }, "Pace"),
    el("span.says", { id: "pace-words" }),
    slider,
    el("p.ends.aside", { "aria-hidden": "true" }, el("span", {}, "slower"), el("span", {}, "faster")),
    el("div.counts", {}, ...COUNTS.map((one) => field(...one))),
    el("label", { for: "note" }, "Note: why"),
    el("input", { id: "note", maxlength: 200, autocomplete: "off" }),
    el(
      "div.moves",
      {},
      el("button.primary", { id: "save" }, "Save"),
      el("button", { id: "block", type: "button" }, "Block"),
      el("button", { id: "reset", type: "button" }, "As in the settings"),
    ),
    el("p.saved", { id: "saved" }, el("span"), el("button.bare", { id: "undo", type: "button", hidden: true }, "Undo")),
  );
  slides(slider);
  form.addEventListener("input", ({ target }) => (dirty = dirty || target !== slider));
  form.addEventListener("submit", (event) => (event.preventDefault(), save(fields())));
  form.querySelector("#block").addEventListener("click", block);
  form.querySelector("#reset").addEventListener("click", reset);
  form.querySelector("#undo").addEventListener("click", undo);
  return form;
}

function field(key, label, max) {
  return el(
    "div",
    {},
    el("label", { for: key }, label),
    el("input", { id: key, type: "number", min: 1, max, step: 1, required: true, inputmode: "numeric" }),
  );
}

/** Show the limits as the service has them; what somebody is changing stays as it is. */
export function show(given) {
  host = given;
  const { limits } = host;
  const slider = byId("pace");
  if (!slider.dataset.held) {
    slider.value = stopOf(limits.rate);
    paceWords(limits.rate);
  }
  if (!dirty) {
    for (const [key] of COUNTS) byId(key).value = limits[key];
    byId("note").value = limits.note ?? "";
  }
  byId("block").textContent = limits.blocked ? "Unblock" : "Block";
  byId("reset").hidden = limits.source !== "operator";
}

function paceWords(rate) {
  byId("pace-words").textContent = pace(rate);
  byId("pace").setAttribute("aria-valuetext", pace(rate));
}

/* The slider sends what it says when it is let go, or a little after the last key: a key that is
   held down, or pressed several times, is one change. */

function slides(slider) {
  const rate = () => STOPS[slider.valueAsNumber];
  const keep = () => {
    delete slider.dataset.held;
    if (slider.valueAsNumber !== stopOf(host.limits.rate)) save({ rate: rate() });
  };
  slider.addEventListener("input", () => {
    slider.dataset.held = "yes";
    paceWords(rate());
  });
  let soon = 0;
  slider.addEventListener("keydown", ({ key }) => {
    clearTimeout(soon);
    if (/^(Arrow|Page|Home|End)/.test(key)) slider.dataset.key = key;
  });
  const released = () => {
    clearTimeout(soon);
    delete slider.dataset.key;
    if (slider.dataset.held && slider.isConnected && host) keep();
  };
  slider.addEventListener("keyup", () => {
    clearTimeout(soon);
    soon = setTimeout(released, SETTLED);
  });
  slider.addEventListener("blur", released);
  slider.addEventListener("change", () => slider.dataset.key || keep());
}

function fields() {
  const counts = COUNTS.map(([key]) => [key, byId(key).valueAsNumber]);
  const fresh = counts.filter(([key, value]) => value !== host.limits[key]);
  return { ...Object.fromEntries(fresh), note: byId("note").value.trim() };
}

/* What is sent */

/** Change a part of the order. */
function save(part) {
  return send(host.host, (standing, note) => ({ ...standing, note, ...part }));
}

async function block() {
  const { host: name, limits, queue } = host;
  const waits = queue.waiting ? ` Those who wait for it now (${queue.waiting}) are refused.` : "";
  const means = limits.blocked
    ? "It is asked for pages again, at the pace of its limits."
    : `Nothing is asked of it any more, until somebody unblocks it here; a restart does not change that.${waits} What is under way may end.`;
  const word = limits.blocked ? "Unblock" : "Block";
  if (await sure.ask(`${word} ${name}?`, means, word)) await save({ blocked: !limits.blocked });
}

async function reset() {
  const means = "What was set here for this host is taken back: the settings decide about it again.";
  if (await sure.ask(`${host.host} as in the settings?`, means, "Take it back")) {
    await send(host.host, () => null);
  }
}

function undo() {
  const order = before;
  return send(host.host, () => order, "Undone");
}

/** One change at a time: the next one begins with what this one made. */
function send(name, make, done = "Saved") {
  saving = saving.then(() => sent(name, make, done));
  return saving;
}

async function sent(name, make, done) {
  if (host?.host !== name) return;
  const was = standing(host);
  const order = make(was ?? {}, byId("note").value.trim());
  if (order === null && was === null) return;
  tellSaved("", "Saving …");
  try {
    const how = order === null ? { method: "DELETE" } : { method: "PUT", body: order };
    const fresh = await told(ofHost(name), how);
    if (host?.host !== name) return;
    dirty = false;
    before = was;
    hooks.put(fresh);
    tellSaved("good", `${done}: ${said(fresh.limits)}.`);
  } catch (error) {
    if (host?.host !== name) return;
    show(host);
    if (error instanceof NoToken) hooks.noToken();
    tellSaved("bad", `Not saved: ${why(error)}`);
  }
}

function why(error) {
  if (error instanceof Refused) return error.message;
  if (error instanceof NoToken) return "the token is not valid any more.";
  if (error instanceof Away) return "the service does not answer.";
  throw error;
}

function said({ blocked, rate, source }) {
  const words = blocked ? "blocked" : pace(rate);
  return source === "operator" ? words : `${words}, as in the settings`;
}

function tellSaved(kind, text) {
  const line = byId("saved");
  line.dataset.kind = kind;
  line.firstElementChild.textContent = text;
  byId("undo").hidden = kind !== "good";
  if (kind) hooks.say(text);
}

/** No host is shown any more. */
export function leave() {
  host = null;
}

/** *put* gets the host as it is after a change; *noToken* and *say* as elsewhere. */
export function listen(given) {
  hooks = given;
}
