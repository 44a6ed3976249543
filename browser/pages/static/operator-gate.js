// The form that asks for the operator's token, and for a name to sign changes with.

import { name, token } from "./desk.js";
import { byId } from "./dom.js";

const form = byId("token");
let enter = () => {};

/** Whether a token is needed before anything can be asked. */
export function shut() {
  return !token.value;
}

/** Ask for a token. */
export function ask() {
  const wrong = Boolean(token.value);
  token.forget();
  leave();
  if (form.dataset.guarded === "no") return;
  form.hidden = false;
  byId("token-wrong").hidden = !wrong;
  byId("token-name").value = name.value;
  byId("token-value").focus();
}

/** The service says that it has none. */
export function unset() {
  leave();
  form.hidden = true;
  byId("unset").hidden = false;
}

function leave() {
  byId("desk").hidden = true;
  byId("live").hidden = true;
  byId("forget-token").hidden = true;
}

/** Take tokens from the form: *entered* is called with each, *left* when one is taken back. */
export function listen({ entered, left }) {
  enter = entered;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    token.keep(byId("token-value").value.trim());
    name.keep(byId("token-name").value.trim());
    byId("token-value").value = "";
    enter();
  });
  byId("forget-token").addEventListener("click", () => {
    token.forget();
    left();
    ask();
  });
}

/** The token is good. */
export function open() {
  form.hidden = true;
  byId("desk").hidden = false;
  byId("live").hidden = false;
  byId("forget-token").hidden = false;
}
