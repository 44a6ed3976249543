// One command at a time: asked, shown, or failed with what to do.

import { Away, NoToken, Refused, ask, withQuery } from "./api.js";
import { byId, el } from "./dom.js";
import * as notice from "./notice.js";
import { session } from "./session.js";
import * as shown from "./shown.js";
import { quoted, summary } from "./reading.js";
import { forPeople, write } from "./words.js";

const AWAY =
  "The service does not answer. It may have stopped, or the connection to it is gone. " +
  "Start it again, then try again.";
let stopper = null; // of the command that runs
let hooks = { began() {}, ended() {}, noToken() {} };

/** What else is to be done: {began, ended, noToken(again)}. */
export function hook(given) {
  hooks = given;
}

/** Whether a command of this tab runs. */
export function busy() {
  return stopper !== null;
}

/** Stop what only waits; what a site has been asked for is kept by the service. */
export function stop() {
  stopper?.abort();
}

/** Say something once: the line under the command line, read aloud. */
export function say(text) {
  byId("status").textContent = text;
}

/** The same of a failure, whose words stand in the notice already: they are only read aloud. */
function sayFailed(message) {
  byId("status").replaceChildren(
    el("span", { "aria-hidden": "true" }, "Failed"),
    el("span.unseen", {}, message),
  );
}

/** Tell of an error that a request threw; *again* repeats what failed. */
export function tell(error, again = null) {
  if (error instanceof NoToken) {
    hooks.noToken(again);
  } else if (error instanceof Refused) {
    const repeat = error.status === 422 ? null : again; // a mistake stays one
    notice.failure(error.message, { retryAfter: error.retryAfter, again: repeat });
    sayFailed(error.message);
  } else if (error instanceof Away) {
    notice.failure(AWAY, { again });
    say("The service does not answer.");
  } else {
    throw error;
  }
}

/**
 * Run a command.
 * @param {{command: string, args: object, assumed?: boolean}} wanted as `read` gives it
 * @param {{focus?: boolean, line?: string}} how *focus* leads to the display, for who did not type;
 *   *line* is what was typed: it comes back, chosen, when nothing came of it
 */
export async function run({ command, args, assumed = false }, { focus = false, line = "" } = {}) {
  if (busy()) {
    say("One command at a time. Stop the one that runs, or wait for it.");
    return;
  }
  const again = () => run({ command, args, assumed }, { focus, line });
  const note = assumed ? " (https was assumed)" : "";
  const typed = write(command, args) + note;
  stopper = new AbortController();
  const { signal } = stopper;
  const name = session.name;
  busyLook(true);
  notice.clear();
  say(`${typed} …`);
  try {
    await allow(write(command, args), args.url, signal);
    hooks.began();
    const reply = await ask(withQuery(`/v1/${command}`, { ...args, session: name }), { signal });
    if (name === session.name) await outcome(reply, { again, focus, note });
    keep(line, reply.ok || name !== session.name);
  } catch (error) {
    keep(line, error instanceof NoToken || name !== session.name);
    if (error.name === "AbortError") say(`Stopped: ${typed}`);
    else if (name === session.name) tell(error, again);
  } finally {
    stopper = null;
    busyLook(false);
    await hooks.ended();
  }
}

/**
 * Hand over what the person wrote. An address in it may be opened then, also where a model opens
 * only what it was shown; and the conversation is known, so that its steps can be followed from
 * the first one on.
 */
async function allow(typed, url, signal) {
  if (session.known && !url) return;
  const given = url ? { url } : { text: typed };
  await ask(withQuery("/v1/allow", { ...given, session: session.name }), { signal });
  session.keep();
}

/** Put a line that came to nothing back, unless something else is typed; else take it away. */
function keep(line, good) {
  const input = byId("line");
  if (!line) return;
  if (good && input.value === line) input.value = "";
  if (good || input.value) return;
  input.value = line;
  if (document.activeElement === input) input.select();
}

async function outcome(reply, { again, focus, note }) {
  const { command, failure } = reply;
  if (failure) {
    const retry = failure.retry_after === null ? {} : { retryAfter: failure.retry_after, again };
    notice.failure(forPeople(failure.message) + note, { code: failure.code, ...retry });
    sayFailed(forPeople(failure.message));
  } else if (command === "quote") {
    notice.said(quoted(reply.quote));
    say(`Quoted ${reply.quote.citation}`);
  } else if (command === "sources" || !reply.page) {
    notice.text(reply.text);
    say(summary());
  } else {
    await shown.go(shown.keep(reply), { focus });
    say(shown.described() + note);
  }
}

function busyLook(on) {
  byId("run").hidden = on;
  byId("stop").hidden = !on;
  byId("display").setAttribute("aria-busy", String(on));
}
