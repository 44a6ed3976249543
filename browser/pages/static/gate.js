// The form that asks for a token, where commands need one.

import { byId } from "./dom.js";
import { say } from "./run.js";
import * as shown from "./shown.js";
import { token } from "./token.js";

let next = null; // what to do once there is a token

/** Whether commands need a token and there is none. */
export function shut() {
  return byId("token").dataset.guarded === "yes" && !token.value;
}

/** Whether one is waited for. */
export function asking() {
  return !byId("token").hidden;
}

/** Ask for a token, and do *then* when there is one. */
export function ask(then) {
  next = then;
  const wrong = Boolean(token.value);
  token.forget();
  byId("forget-token").hidden = true;
  byId("token").hidden = false;
  byId("empty").hidden = true;
  say(wrong ? "That token is not valid here." : "This service asks for a token.");
  byId("token-value").focus();
}

/** Take tokens from the form; *forgotten* is called when the person takes theirs back. */
export function listen(forgotten) {
  byId("token").addEventListener("submit", (event) => {
    event.preventDefault();
    token.keep(byId("token-value").value.trim());
    byId("token-value").value = "";
    byId("token").hidden = true;
    byId("forget-token").hidden = false;
    byId("empty").hidden = shown.current() !== null;
    say("");
    byId("line").focus();
    const then = next ?? forgotten;
    next = null;
    then();
  });
  byId("forget-token").addEventListener("click", () => {
    token.forget();
    forgotten();
  });
  byId("forget-token").hidden = !token.value;
}
