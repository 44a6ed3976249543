// Whether a URL would be fetched, rung by rung.

import { withQuery } from "./api.js";
import { told } from "./desk.js";
import { byId, el, words } from "./dom.js";

const NAMES = {
  url: "URL",
  blocked: "Blocked by an operator",
  allowed: "Scheme, port and address",
  robots: "robots.txt",
  limits: "Limits",
  backing_off: "Pauses that the site asked for",
  queue: "Queue",
  paced: "Next turn",
};

/** Listen to the form; *tell* gets errors. */
export function listen(tell) {
  byId("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    const box = byId("rungs");
    box.setAttribute("aria-busy", "true");
    try {
      show(await told(withQuery("check", { url: byId("url").value.trim() })));
    } catch (error) {
      box.replaceChildren();
      tell(error);
    } finally {
      box.setAttribute("aria-busy", "false");
    }
  });
}

function show({ url, allowed, rungs }) {
  const verdict = allowed ? "It would be fetched." : "It would not be fetched.";
  byId("rungs").replaceChildren(
    el("p.verdict", { "data-passed": String(allowed) }, verdict),
    el("p.aside.far", {}, words(url)),
    el("ol.rungs", {}, ...rungs.map(rung)),
  );
}

function rung({ name, passed, says, rule }) {
  return el(
    "li",
    { "data-passed": String(passed) },
    el("strong", {}, NAMES[name] ?? name),
    el("span.unseen", {}, passed ? " passed: " : " stopped: "),
    words(says, "span"),
    rule ? words(rule, "code") : null,
  );
}
