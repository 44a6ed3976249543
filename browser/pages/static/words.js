// A typed line to a command of the API, and a command back to a line.

const LONGEST = { query: 2000, pattern: 1000, url: 8192 }; // characters the service takes
const NUMBER = /^-?\d{1,9}$/;
const ADDRESS = /^https?:\/\/\S+$/i;
const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?::\d+)?(?:[/?#]\S*)?$/u;
// Lines as a model cites them, with the dashes that models write: 3-5, L3–L5, 【2†L3-L5】.
const RANGE = /^L?(\d{1,9})(?:\s*[-‐‑‒–—−~]\s*L?(\d{1,9}))?$/i;
const MARKER = /^【(\d{1,9})†(?:[^【】]*†)?L(\d{1,9})(?:\s*[-‐‑‒–—−~]\s*L?(\d{1,9}))?】$/;
const LINK = /^【(\d{1,9})†[^【】]*】$/;
const NUMERIC = /^[\d\sL†【】‐‑‒–—−~,.+-]*$/i;

/** A line that is no command; its message says what is valid. */
export class Mistake extends Error {}

const READERS = {
  search: (rest) => (rest ? { query: rest } : null),
  open: (rest) => (rest ? { url: address(rest) } : null),
  find: (rest) => (rest ? { pattern: rest } : null),
  click: (rest) => {
    const [, marked] = LINK.exec(rest) ?? [];
    const [id, cursor, ...more] = marked ? [Number(marked)] : numbers(rest);
    return id === undefined || more.length ? null : { id, cursor };
  },
  scroll: (rest) => {
    const [amount, ...more] = numbers(rest);
    return more.length || (rest && amount === undefined) ? null : { amount };
  },
  line: (rest) => {
    const [line, ...more] = numbers(rest.replace(/^L(?=\d)/i, ""));
    return line === undefined || more.length ? null : { line };
  },
  quote: (rest) => {
    const cited = marked(rest);
    if (cited) return { start: cited.start, end: cited.end, cursor: cited.cursor };
    const range = RANGE.exec(rest);
    if (range) return { start: Number(range[1]), end: Number(range[2] ?? range[1]) };
    const [start, end = start, cursor, ...more] = numbers(rest.replaceAll(/\bL(?=\d)/gi, ""));
    return start === undefined || more.length ? null : { start, end, cursor };
  },
  back: (rest) => (rest ? null : {}),
  sources: (rest) => (rest ? null : {}),
};
const NAMES = { open: "open_url", line: "scroll" }; // others are called as they are typed
const FORMS = {
  search: "search WORDS",
  open: "open URL",
  find: "find TEXT",
  click: "click N, or click N CURSOR",
  scroll: "scroll, or scroll N",
  line: "line N",
  quote: "quote FIRST, quote FIRST LAST, or quote 【2†L3-L5】",
};
const COUNTED = ["click", "scroll", "line", "quote"];

function numbers(rest) {
  const parts = rest.split(/\s+/).filter(Boolean);
  return parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : [];
}

function marked(text) {
  const found = MARKER.exec(text);
  if (!found) return null;
  const [cursor, start, end = start] = found.slice(1).filter((part) => part !== undefined).map(Number);
  return { cursor, start, end };
}

function address(text) {
  return HOST.test(text) ? `https://${text}` : text;
}

/**
 * Read a line: a command, a link's number, lines that are cited, an address to open, else words to
 * search for. What was probably meant for a command is not: it would go to a search provider.
 * @returns {{command: string, args: Record<string, string | number | undefined>, assumed: boolean}}
 *   *assumed*: https stands before an address that was typed without a scheme
 */
export function read(line) {
  const typed = line.trim();
  const { command, args } = understood(typed);
  for (const [name, most] of Object.entries(LONGEST)) {
    const length = Array.from(String(args[name] ?? "")).length;
    if (length > most) throw new Mistake(tooLong(command, most, length));
  }
  const assumed = command === "open_url" && !typed.toLowerCase().includes(args.url.toLowerCase());
  return { command, args, assumed };
}

function tooLong(command, most, length) {
  const what = { open_url: "An address", find: "A text to find" }[command] ?? "A search";
  return `${what} has at most ${most} characters; this one has ${length}.`;
}

function understood(typed) {
  const [first] = typed.split(/\s/, 1);
  const word = first.toLowerCase();
  const rest = typed.slice(first.length).trim();
  if (Object.hasOwn(READERS, word)) {
    const args = READERS[word](rest);
    if (args) return { command: NAMES[word] ?? word, args };
    if (!rest) throw new Mistake(`${word} needs more: ${FORMS[word]}.`);
    if (COUNTED.includes(word) && (NUMERIC.test(rest) || !/\s/.test(rest))) {
      throw new Mistake(`Type ${FORMS[word]}. To look for these words: search ${typed.slice(0, 60)}`);
    }
  }
  if (/^\d{1,9}(?:\s+\d{1,9})?$/.test(typed)) return { command: "click", args: READERS.click(typed) };
  const cited = marked(typed);
  if (cited) return { command: "scroll", args: { line: cited.start, cursor: cited.cursor } };
  const link = LINK.exec(typed);
  if (link) throw new Mistake(`${typed.slice(0, 60)} names no lines. To follow link ${link[1]}: click ${link[1]}`);
  if (ADDRESS.test(typed)) return { command: "open_url", args: { url: typed } };
  if (HOST.test(typed)) return { command: "open_url", args: { url: address(typed) } };
  return { command: "search", args: { query: typed } };
}

/** How a command would have been typed. */
export function write(command, args) {
  const { cursor } = args;
  const there = (cursor ?? null) !== null;
  const parts = {
    search: () => ["search", args.query],
    open_url: () => ["open", args.url],
    find: () => ["find", args.pattern],
    click: () => ["click", args.id, cursor],
    scroll: () => {
      if ((args.line ?? null) === null) return ["scroll", args.amount];
      return there ? [`【${cursor}†L${args.line}】`] : ["line", args.line];
    },
    quote: () => ["quote", args.start, args.end === args.start && !there ? undefined : args.end, cursor],
  };
  const found = (parts[command] ?? (() => [command]))();
  return found.filter((part) => part !== undefined && part !== null).join(" ");
}

/** A failure in the words for people: what the model is told to do about it is left out. */
export function forPeople(message) {
  return message
    .replace(/\s*Do not retry; choose another source[^.]*\.?\s*$/, "")
    .replace(/Do not retry; tell /, "Tell ");
}
