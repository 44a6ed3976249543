// What the conversation did: every command while it runs, and what came of it. Newest first.

import { byId, el, titled, web, words } from "./dom.js";
import { forPeople, write } from "./words.js";

const steps = new Map(); // by number
const OUTCOMES = { running: "running", finished: "finished", failed: "failed" };
const SVG = "http://www.w3.org/2000/svg";
const SIGNS = {
  running: "M10 3a7 7 0 1 1-7 7",
  finished: "M4 10.5l4 4 8-9",
  failed: "M5 5l10 10M15 5L5 15",
};

/** What has ended, as a transcript tells it. What runs is told by the stream alone, in order. */
export function putEnded(told) {
  for (const step of told) if (step.status !== "running") steps.set(step.n, step);
}

/** One step as it is now. */
export function put(step) {
  steps.set(step.n, step);
}

/** Whether *told* are steps of another conversation that has the same name now. */
export function contradicted(told) {
  return told.some((step) => steps.has(step.n) && same(steps.get(step.n)) !== same(step));
}

function same({ at, command, args }) {
  return JSON.stringify([at, command, args]); // a time has seconds, in which two may have begun
}

/** A step left no trace. */
export function withdraw(n) {
  if (steps.get(n)?.status === "running") steps.delete(n);
}

/** Forget all of them. */
export function reset() {
  steps.clear();
}

/** Oldest first. */
export function all() {
  return [...steps.values()].sort((a, b) => a.n - b.n);
}

/** The step that runs, if one does. */
export function running() {
  return all().find((step) => step.status === "running") ?? null;
}

/** The step that made a display. */
export function maker(cursor) {
  return all().find((step) => step.cursor === cursor && step.status === "finished") ?? null;
}

/** How gently a fetch went, in words; empty when nothing was fetched. */
export function manners(politeness) {
  if (!politeness || (politeness.cache === "none" && !politeness.waited_ms)) return "";
  const told = [];
  if (politeness.robots && politeness.robots !== "exempt") told.push(`robots.txt: ${politeness.robots}`);
  if (politeness.waited_ms >= 100) told.push(`waited ${seconds(politeness.waited_ms)}`);
  const cache = { hit: "kept copy", revalidated: "kept copy, still good", stale: "old copy" };
  if (cache[politeness.cache]) told.push(cache[politeness.cache]);
  return told.join(" · ");
}

function seconds(ms) {
  return ms < 950 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Draw the list; *here* is the cursor that is shown. */
export function paint(here) {
  const list = byId("steps");
  const top = list.scrollTop;
  const focused = document.activeElement?.dataset?.step;
  list.replaceChildren(...all().reverse().map((step) => item(step, here)));
  list.scrollTop = top;
  if (focused) list.querySelector(`[data-step="${CSS.escape(focused)}"]`)?.focus();
  byId("no-steps").hidden = steps.size > 0;
}

function item(step, here) {
  const made = el(`li.${OUTCOMES[step.status] ?? "finished"}`, { value: step.n });
  const typed = write(step.command, step.args);
  const shows = step.cursor !== null && step.status === "finished";
  const named = shows && step.title && ["click", "open_url", "back"].includes(step.command);
  const told = titled(named ? step.title : typed);
  const name = shows
    ? el("button.name", { type: "button", "data-step": step.n, "data-cursor": step.cursor }, told)
    : el("span.name", {}, told);
  const cursor = shows ? el("span.aside", {}, ` [${step.cursor}]`) : "";
  const current = shows && step.cursor === here && step === maker(here);
  if (current) {
    made.classList.add("here");
    name.setAttribute("aria-current", "true");
  }
  made.append(sign(step.status), el("p", {}, name, cursor, el("span.unseen", {}, ` ${step.status}`)));
  if (step.status === "failed") {
    made.append(el("p.bad-text", {}, words(forPeople(step.failure?.message ?? "It failed."), "span")));
  } else if (step.status === "running") {
    made.append(el("p.note", {}, step.note ?? "running"));
  } else if (named) {
    const typedShort = step.command === "open_url" ? "open" : typed;
    const where = [typedShort, host(step.url)].filter(Boolean).join(" · ");
    made.append(el("p.aside.where", { title: step.url || typed }, where));
  }
  const small = [manners(step.politeness), step.took_ms ? seconds(step.took_ms) : ""];
  const gently = small.filter(Boolean).join(" · ");
  if (gently && step.status !== "running") made.append(el("p.aside.small", {}, gently));
  return made;
}

function host(address) {
  const href = address && web(address);
  return href ? new URL(href).host : "";
}

function sign(status) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", status === "running" ? "sign spins" : "sign");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SIGNS[status] ?? SIGNS.finished);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "2.2");
  path.setAttribute("stroke-linecap", "round");
  svg.append(path);
  return svg;
}
