// The console: joins the command line, the display, the steps and the sources.

import { NoToken, Refused, ask, ofSession } from "./api.js";
import * as answer from "./answer.js";
import { byId } from "./dom.js";
import * as gate from "./gate.js";
import * as typed from "./history.js";
import * as lines from "./lines.js";
import * as notice from "./notice.js";
import * as reading from "./reading.js";
import { busy, hook, run, say, stop, tell } from "./run.js";
import { session } from "./session.js";
import * as shown from "./shown.js";
import * as steps from "./steps.js";
import { follow } from "./stream.js";
import { Mistake, read, write } from "./words.js";

const FORGOTTEN =
  "This conversation was forgotten: it was deleted, or had no command for too long. " +
  "What you type now begins a new one.";
const input = byId("line");
let unfollow = null;

/* The conversation */

/** Take what the service knows of it. */
async function refresh() {
  const name = session.name;
  const told = await ask(ofSession(name));
  if (name !== session.name) return;
  const anew = steps.contradicted(told.steps);
  if (anew) forget();
  steps.putEnded(told.steps);
  reading.paint(told);
  const last = shown.newest();
  if (anew && last !== null) await shown.go(last, { lead: false });
  else shown.paint();
}

/** The service has forgotten the conversation; another one may have its name by now. */
function forget() {
  steps.reset();
  shown.reset();
  shown.paint();
  reading.paint({ sources: [], quotes: [] });
  byId("resolved").replaceChildren();
  if (!notice.stands()) notice.said(FORGOTTEN);
  say("This conversation was forgotten.");
}

function over() {
  unwatch();
  session.known = busy(); // the command that runs begins it anew
  notice.clear();
  forget();
}

function watch() {
  if (unfollow || !session.known || document.hidden) return;
  const name = session.name;
  const mine = (act) => (value) => name === session.name && act(value);
  unfollow = follow(name, {
    step: mine(stepped),
    withdrawn: mine(({ n }) => (steps.withdraw(n), shown.paint())),
    state: (state, wait) => {
      if (name !== session.name) return;
      if (state === "over") over();
      else if (state === "away" && !busy()) say(`The service does not answer. Asking again in ${wait} s.`);
      else if (state === "live" && byId("status").textContent.startsWith("The service")) say("");
    },
  });
}

function unwatch() {
  unfollow?.();
  unfollow = null;
}

/** A step began, waits, or ended: one of this tab's own, or of whoever else has the name. */
function stepped(step) {
  if (steps.contradicted([step])) forget();
  const before = shown.newest();
  const fresh = steps.all().find((known) => known.n === step.n)?.status !== step.status;
  steps.put(step);
  shown.paint();
  if (step.status === "running") {
    if (step.note) say(`${write(step.command, step.args)}: ${step.note}`);
  } else if (fresh && !busy()) {
    const follows = shown.current() === before;
    refresh().catch(quietly);
    if (follows && step.status === "finished" && (step.cursor ?? -1) > (before ?? -1)) {
      shown.go(step.cursor, { lead: false }).catch(quietly);
    }
  }
}

/** Errors of what nobody asked for: the stream tells when the service is away. */
function quietly(error) {
  if (error instanceof NoToken) wantToken(null);
  else if (error instanceof TypeError || error instanceof SyntaxError) throw error;
}

/** Begin with the conversation of the address. */
async function open() {
  unwatch();
  session.read();
  steps.reset();
  typed.reset();
  shown.reset();
  notice.clear();
  reading.paint({ sources: [], quotes: [] });
  shown.paint();
  byId("resolved").replaceChildren();
  say("");
  if (gate.shut()) return wantToken(open);
  if (!session.known) return undefined;
  try {
    await refresh();
    typed.fill(steps.all().map((step) => write(step.command, step.args)));
    const last = shown.newest();
    if (last !== null) await shown.go(last, { lead: false });
    watch();
  } catch (error) {
    if (error instanceof Refused && error.status === 404) {
      notice.failure("This conversation is no longer kept. The next command begins it anew.");
      session.known = false;
    } else {
      tell(error, open);
    }
  }
  return undefined;
}

function wantToken(then) {
  unwatch();
  gate.ask(then ?? open);
}

hook({
  began: watch,
  noToken: wantToken,
  async ended() {
    if (!session.known || gate.asking()) return;
    await refresh().catch(quietly);
    watch();
  },
});

/* The command line */

/** Run a line as typed. */
function enter(line) {
  if (!line.trim()) return;
  if (["help", "?"].includes(line.trim().toLowerCase())) {
    if (!busy()) say("");
    toggleHelp(true);
    return;
  }
  let command;
  try {
    command = aimed(read(line));
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    if (!busy()) notice.clear();
    say(error.message);
    return;
  }
  toggleHelp(false);
  if (busy()) {
    run(command); // says that one runs
    return;
  }
  typed.add(line.trim());
  input.value = "";
  run(command, { line });
  if (matchMedia("(pointer: coarse)").matches) input.blur(); // its keyboard hides the display
}

/** A command means the display that is shown, which need not be the newest. */
function aimed({ command, args, assumed }) {
  const here = shown.current();
  const takes = ["click", "find", "scroll", "quote"].includes(command);
  if (!takes || args.cursor !== undefined || here === null || here === shown.newest()) {
    return { command, args, assumed };
  }
  return { command, args: { ...args, cursor: here } };
}

/** Run a command that was clicked. */
function act(command, args) {
  toggleHelp(false);
  run(aimed({ command, args }), { focus: true });
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  enter(input.value);
});

input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    typed.move(input, event.key === "ArrowUp" ? -1 : 1);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const typing = event.target.closest("input, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
    input.select();
  } else if (event.key === "Escape") {
    leave();
  }
});

function leave() {
  if (busy()) stop();
  else if (lines.chosen()) lines.clear();
  else if (!byId("words").hidden) toggleHelp(false);
  else if (document.activeElement === input && input.value) input.value = "";
  else notice.clear();
}

function toggleHelp(open) {
  byId("words").hidden = !open;
  byId("help").setAttribute("aria-expanded", String(open));
  if (open) byId("words").scrollIntoView({ block: "nearest" });
}

/* What can be clicked */

byId("stop").addEventListener("click", () => (stop(), input.focus()));
byId("help").addEventListener("click", () => toggleHelp(byId("words").hidden));
byId("new").addEventListener("click", () => {
  stop();
  session.renew();
  open();
  input.focus();
});
byId("back").addEventListener("click", () => act("back", {}));
byId("on").addEventListener("click", () => act("scroll", {}));
byId("older").addEventListener("click", () => visit(shown.current() - 1));
byId("newer").addEventListener("click", () => visit(shown.current() + 1));
byId("unchoose").addEventListener("click", lines.clear);
byId("quote").addEventListener("click", () => {
  const [start, end] = lines.chosen();
  lines.clear();
  act("quote", { start, end });
});

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => (enter(example.textContent), input.focus()));
}

byId("rows").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-id]");
  const leap = event.target.closest("button[data-line]");
  if (leap) act("scroll", { line: Number(leap.dataset.line) });
  // With a key held down a link is a link: it opens the site itself, in another tab.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  act("click", { id: Number(link.dataset.id) });
});

byId("steps").addEventListener("click", (event) => {
  const step = event.target.closest("button[data-cursor]");
  if (step) visit(Number(step.dataset.cursor));
});

/** Show an earlier display again. Nothing is asked of any site. */
function visit(cursor) {
  const told = (shows) => shows && !busy() && say(shown.described());
  shown.go(cursor, { focus: true }).then(told, (error) => tell(error, () => visit(cursor)));
}

answer.listen(tell);
addEventListener("hashchange", open);
document.addEventListener("visibilitychange", () => (document.hidden ? unwatch() : watch()));
gate.listen(open);
input.focus();
open();
