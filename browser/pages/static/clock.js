// Times that run: what is to come is counted down by the service's clock, whatever this machine's
// says. One tick a second serves all of them.

const running = new Map(); // element -> what it says, given the service's time
let ahead = 0; // milliseconds that the service's clock is ahead of ours

/** The service says that it is *iso* now. */
export function set(iso) {
  ahead = Date.parse(iso) - Date.now();
}

/** Milliseconds since the epoch, by the service's clock. */
export function now() {
  return Date.now() + ahead;
}

/** Let *element* say what *text* gives of the seconds until *moment*, every second. */
export function until(element, moment, text) {
  running.set(element, { moment, text });
  say(element);
  return element;
}

function say(element) {
  const { moment, text } = running.get(element);
  const words = text(Math.ceil((moment - now()) / 1000));
  if (element.textContent !== words) element.textContent = words;
}

setInterval(() => {
  for (const element of running.keys()) {
    if (element.isConnected) say(element);
    else running.delete(element);
  }
}, 1000);
