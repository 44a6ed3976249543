// Lines that were typed, brought back with the arrow keys; after a reload, those of the steps.

const typed = [];
let at = 0;
let draft = "";

/** A line was run. */
export function add(line) {
  if (typed.at(-1) !== line) typed.push(line);
  at = typed.length;
}

/** Lines of earlier commands, oldest first, unless some have been typed here. */
export function fill(lines) {
  if (typed.length) return;
  lines.forEach(add);
}

/** The line before (-1) or after (1) the one in *input*. */
export function move(input, by) {
  if (at === typed.length) draft = input.value;
  const to = Math.max(0, Math.min(typed.length, at + by));
  if (to === at) return;
  at = to;
  input.value = at === typed.length ? draft : typed[at];
  input.setSelectionRange(input.value.length, input.value.length);
}

/** Forget them. */
export function reset() {
  typed.length = at = 0;
  draft = "";
}
