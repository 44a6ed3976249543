// Follows a conversation for as long as somebody looks at its page.
//
// A web browser opens six connections at most to a service by HTTP/1.1 (RFC 9112 9.4), for all its
// tabs and frames together, and a stream takes one for as long as it is open. So a page that is not
// seen has no stream, of those that are seen a few have one, and none has one for long where
// nothing happens. The others look again now and then.

const PLACES = ["polite-browser stream 1", "polite-browser stream 2"]; // Web Locks of this origin
const SOON = 10_000; // milliseconds between two looks without a stream
const SLOWLY = 60_000; // likewise, where nothing has happened for QUIET
const QUIET = 300_000;

/**
 * @param {{path: string, after: string, look: () => Promise<string>, say: Function}} what
 *   path of the steps; id of the last event that is shown; look brings the page up to date and
 *   tells "changed", "same", "away" or "over"; say gets the state and its words
 */
export function follow({ path, after, look, say }) {
  let last = after;
  let stream = null;
  let leave = null; // gives the place of the stream back
  let entering = false;
  let over = false;
  let inView = false;
  let heard = Date.now();
  let timer;

  const seen = () => inView && !document.hidden && !over;
  const quiet = () => Date.now() - heard >= QUIET;

  function close() {
    clearTimeout(timer);
    stream?.close();
    leave?.();
    stream = leave = null;
  }

  async function check() {
    const found = await look();
    if (found === "changed") heard = Date.now();
    if (found === "over") {
      over = true;
      close();
      say("over", "This conversation has ended");
    }
    return found;
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await check();
      attend();
    }, milliseconds);
  }

  async function attend() {
    if (!seen()) return close();
    if (stream || entering) return undefined;
    if (!quiet()) {
      entering = true;
      leave = await place();
      entering = false;
      if (!seen()) return close();
    }
    if (leave) return listen();
    say("polling", "Looks again now and then");
    return later(quiet() ? SLOWLY : SOON);
  }

  /** Somebody looks, who may have looked away for long. */
  async function wake() {
    if (!seen() || stream) return attend();
    heard = Date.now();
    await attend();
    if (!stream && seen()) await check();
    return undefined;
  }

  function listen() {
    const mine = new EventSource(`${path}?after=${encodeURIComponent(last)}`);
    stream = mine;
    const until = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (close(), attend()), QUIET);
    };
    until();
    mine.addEventListener("open", () => say("open", "Live"));
    for (const kind of ["step", "withdrawn"]) {
      mine.addEventListener(kind, (event) => {
        last = event.lastEventId || last;
        heard = Date.now();
        until();
        check();
      });
    }
    mine.addEventListener("error", async () => {
      say("away", "Connecting again");
      // After a refusal a web browser does not ask again by itself.
      if (mine.readyState !== EventSource.CLOSED || mine !== stream) return;
      close();
      await check();
      if (seen() && !stream) later(SOON);
    });
  }

  new IntersectionObserver((entries) => {
    inView = entries.at(-1).isIntersecting;
    attend();
  }).observe(document.documentElement);
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("focus", wake);
  addEventListener("pointerdown", wake);
}

/** Take a place; what gives it back, or null when all are taken or cannot be told (no https). */
async function place() {
  for (const name of PLACES) {
    const leave = await taken(name);
    if (leave) return leave;
  }
  return null;
}

function taken(name) {
  return new Promise((resolve) => {
    const held = (lock) => lock && new Promise((leave) => resolve(leave));
    const asked = navigator.locks?.request(name, { ifAvailable: true }, held) ?? Promise.resolve();
    asked.then(
      () => resolve(null),
      () => resolve(null),
    );
  });
}
