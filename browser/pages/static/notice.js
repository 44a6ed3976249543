// What came of a command beside a display: a failure with what to do, a quote, a list.

import { bring, byId, el, words } from "./dom.js";
import { forPeople } from "./words.js";

const box = byId("notice");
let timer = null;

/** Take it away. */
export function clear() {
  clearInterval(timer);
  box.hidden = true;
  box.replaceChildren();
}

function put(name, ...children) {
  clear();
  box.className = name;
  box.replaceChildren(...children);
  box.hidden = false;
  bring(box);
}

/** Whether something stands there. */
export function stands() {
  return !box.hidden;
}

/** Lines of the service's own reply. */
export function said(...children) {
  put("notice", ...children);
}

/** The text of a reply, as the model reads it. */
export function text(reply) {
  said(el("pre", { dir: "auto" }, reply));
}

/**
 * A failure.
 * @param {string} message what happened and what to do
 * @param {{code?: string, retryAfter?: number | null, again?: () => void}} more
 */
export function failure(message, { code = "", retryAfter = null, again = null } = {}) {
  const parts = [words(forPeople(message), "p")];
  const foot = el("div.moves");
  if (again) foot.append(...retry(retryAfter, again));
  if (code) foot.append(el("code.aside", {}, code));
  if (foot.childNodes.length) parts.push(foot);
  const wait = retryAfter;
  put("notice bad", ...parts);
  if (again && wait) count(foot.querySelector("button"), foot.querySelector(".left"), wait);
}

function retry(wait, again) {
  const button = el("button", { type: "button", disabled: Boolean(wait) }, "Try again");
  button.addEventListener("click", again);
  return [button, el("span.aside.left", {}, "")];
}

/** Count the seconds down; the service has said when asking again makes sense. */
function count(button, left, seconds) {
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const rest = Math.ceil((until - Date.now()) / 1000);
    left.textContent = rest > 0 ? `in ${rest} s` : "now";
    button.disabled = rest > 0;
    if (rest <= 0) clearInterval(timer);
  };
  timer = setInterval(tick, 1000);
  tick();
}
