// What a host is doing, in words.

import { clock as time, briefly, many, seconds } from "./figures.js";
import * as clock from "./clock.js";
import { byId, el } from "./dom.js";

const STATES = new Map(
  [...document.querySelectorAll("input[name=state]")].map((input) => [
    input.value,
    input.nextElementSibling.textContent,
  ]),
);

/** A state, as its colour and its words. */
export function state(host) {
  return el("span.state", { "data-state": host.state }, STATES.get(host.state) ?? host.state);
}

/** What a code of a failure means, or an empty string. */
export function meaning(code) {
  return byId("meanings").querySelector(`[data-code="${CSS.escape(code)}"]`)?.textContent ?? "";
}

/**
 * What there is to say beyond the state, as nodes.
 * @param {object} host
 * @param {number} at when that was so, milliseconds by the service's clock
 */
export function doing(host, at) {
  const { queue, back_off: pause } = host;
  const parts = [];
  if (host.state === "blocked") parts.push(host.limits.note || "nothing is asked of it");
  if (pause) parts.push(paused(pause));
  if (queue.waiting) {
    parts.push(left(many(queue.waiting, "waits", "wait"), at, queue.longest_s, "up to"));
    if (!pause && host.state !== "blocked") parts.push(left("next free turn", at, host.next_turn_s));
  }
  if (queue.under_way) parts.push(`${many(queue.under_way, "request")} under way`);
  return parts.flatMap((part, place) => (place ? [", ", part] : [part]));
}

/** What is *about* seconds away from the moment *at*, counted down. */
function left(what, at, about, how = "in") {
  const words = (rest) => (rest > 0 ? `${what} ${how} ${seconds(rest)}` : `${what} now`);
  return clock.until(el("span"), at + about * 1000, words);
}

function paused(pause) {
  const why = pause.status ? `it sent ${pause.status}` : "it asked for it";
  const words = (left) =>
    left > 0 ? `until ${time(pause.until)} (${seconds(left)}): ${why}` : `over now: ${why}`;
  return clock.until(el("span"), Date.parse(pause.until), words);
}

/** The pace in few words. */
export function paceOf(host) {
  return host.state === "blocked" ? "none" : briefly(host.limits.rate);
}

/** Fetches that came to nothing, other than those their caller gave up. */
export function failed({ outcomes }) {
  const bad = Object.entries(outcomes).filter(([code]) => code !== "ok" && code !== "cancelled");
  return bad.reduce((sum, [, number]) => sum + number, 0);
}
