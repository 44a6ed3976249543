// Server-sent events, read with fetch: an EventSource cannot send a token.
// Governing text: WHATWG HTML 9.2 (parsing an event stream; who is cut off asks again).

import { Away, NoToken, Refused, ofSession, request, withQuery } from "./api.js";

const FIRST_PAUSE = 1; // seconds until the first new attempt; each one doubles it
const LONGEST_PAUSE = 30;

/** The events of a response, as {name, id, data}; *heard* is called for comments too. */
async function* events(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { name: "message", id: null, data: [] };
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(cut);
      if (done) return;
      heard();
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (event.data.length) yield { ...event, data: event.data.join("\n") };
          event = { name: "message", id: null, data: [] };
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") event.name = text;
        else if (field === "data") event.data.push(text);
        else if (field === "id") event.id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function cut(error) {
  if (error.name === "AbortError") throw error;
  throw new Away();
}

/**
 * Follow the steps of a conversation until told to stop.
 * @param {string} name of the conversation
 * @param {{step: Function, withdrawn: Function, state: Function}} told what happens;
 *   state gets "live", "away" (with the seconds until the next attempt) or "over"
 * @returns {() => void} stops it
 */
export function follow(name, told) {
  return listen({
    open: (after, signal) => request(withQuery(ofSession(name, "/steps"), { after }), { signal }),
    on: { step: told.step, withdrawn: told.withdrawn },
    state: told.state,
  });
}

/**
 * Read a stream of events, again and again, until told to stop.
 * @param {{open: Function, on: Record<string, Function>, state: Function, heard?: Function}} what
 *   open gets the id of the last event and a signal, and asks for the stream; on has what to do
 *   with the data of an event, by its name; state is told as in `follow`, and "shut" when a token
 *   is wanted; heard is called whenever anything comes, if only a comment
 * @returns {() => void} stops it
 */
export function listen(what) {
  const stop = new AbortController();
  run(what, stop.signal).catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
  return () => stop.abort();
}

async function run({ open, on, state, heard = () => {} }, signal) {
  let last = null;
  let pause = FIRST_PAUSE;
  for (;;) {
    try {
      const response = await open(last, signal);
      state("live");
      for await (const event of events(response, heard)) {
        pause = FIRST_PAUSE;
        last = event.id ?? last;
        if (Object.hasOwn(on, event.name)) on[event.name](JSON.parse(event.data));
      }
      // The stream ended well, as it does when what it tells of is gone: ask what became of it.
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoToken) return state("shut");
      if (error instanceof Refused) {
        if (error.status === 404) return state("over");
        pause = error.retryAfter ?? pause;
      } else if (!(error instanceof Away)) {
        throw error;
      }
      state("away", pause);
    }
    if (signal.aborted) return;
    await rest(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** Wait some seconds, or until *signal*. */
function rest(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
