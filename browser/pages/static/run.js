// One command at a time: asked, shown, or failed with what to do.

import { Away, NoToken, Refused, ask, withQuery } from "./api.js";
import { byId } from "./dom.js";
import * as notice from "./notice.js";
import { session } from "./session.js";
import * as shown from "./shown.js";
import { quoted } from "./reading.js";
import { write } from "./words.js";

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

/** Tell of an error that a request threw; *again* repeats what failed. */
export function tell(error, again = null) {
  if (error instanceof NoToken) {
    hooks.noToken(again);
  } else if (error instanceof Refused) {
    notice.failure(error.message, { retryAfter: error.retryAfter, again });
    say(error.message);
  } else if (error instanceof Away) {
    notice.failure(AWAY, { again });
    say("The service does not answer.");
  } else {
    throw error;
  }
}

/** Run a command. *focus* leads to the display, for who did not type it. */
export async function run({ command, args }, { focus = false } = {}) {
  if (busy()) {
    say("One command at a time. Stop the one that runs, or wait for it.");
    return;
  }
  const again = () => run({ command, args }, { focus });
  const typed = write(command, args);
  stopper = new AbortController();
  const { signal } = stopper;
  const name = session.name;
  busyLook(true);
  notice.clear();
  say(`${typed} …`);
  try {
    await allow(typed, args.url, signal);
    hooks.began();
    const reply = await ask(withQuery(`/v1/${command}`, { ...args, session: name }), { signal });
    if (name === session.name) await outcome(reply, { again, focus });
  } catch (error) {
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

async function outcome(reply, { again, focus }) {
  const { command, failure } = reply;
  if (failure) {
    const retry = failure.retry_after === null ? {} : { retryAfter: failure.retry_after, again };
    notice.failure(failure.message, { code: failure.code, ...retry });
    say(failure.message);
  } else if (command === "quote") {
    notice.said(quoted(reply.quote));
    say(`Quoted ${reply.quote.citation}`);
  } else if (command === "sources" || !reply.page) {
    notice.text(reply.text);
    say("Done");
  } else {
    await shown.go(shown.keep(reply), { focus });
    say(described());
  }
}

function described() {
  const { title, lines } = shown.display();
  return `Display ${shown.current()}: ${title}, lines ${lines[0]} to ${lines[1]} of ${lines[2]}`;
}

function busyLook(on) {
  byId("run").hidden = on;
  byId("stop").hidden = !on;
  byId("display").setAttribute("aria-busy", String(on));
}
