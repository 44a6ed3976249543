// A typed line to a command of the API, and a command back to a line.

const NUMBER = /^-?\d{1,9}$/;
const ADDRESS = /^https?:\/\/\S+$/i;
const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?::\d+)?(?:[/?#]\S*)?$/u;

/** A line that is no command; its message says what is valid. */
export class Mistake extends Error {}

const READERS = {
  search: (rest) => (rest ? { query: rest } : null),
  open: (rest) => (rest ? { url: HOST.test(rest) ? `https://${rest}` : rest } : null),
  find: (rest) => (rest ? { pattern: rest } : null),
  click: (rest) => {
    const [id, cursor, ...more] = numbers(rest);
    return id === undefined || more.length ? null : { id, cursor };
  },
  scroll: (rest) => {
    const [amount, ...more] = numbers(rest);
    return more.length || (rest && amount === undefined) ? null : { amount };
  },
  line: (rest) => {
    const [line, ...more] = numbers(rest);
    return line === undefined || more.length ? null : { line };
  },
  quote: (rest) => {
    const [start, end = start, ...more] = numbers(rest);
    return start === undefined || more.length ? null : { start, end };
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
  quote: "quote FIRST, or quote FIRST LAST",
};

function numbers(rest) {
  const parts = rest.split(/\s+/).filter(Boolean);
  return parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : [];
}

/**
 * Read a line: a command, else an address to open, else words to search for.
 * @returns {{command: string, args: Record<string, string | number | undefined>}}
 */
export function read(line) {
  const typed = line.trim();
  const [first] = typed.split(/\s/, 1);
  const word = first.toLowerCase();
  const rest = typed.slice(first.length).trim();
  if (Object.hasOwn(READERS, word)) {
    const args = READERS[word](rest);
    if (args) return { command: NAMES[word] ?? word, args };
    if (!rest) throw new Mistake(`${word} needs more: ${FORMS[word]}.`);
  }
  if (ADDRESS.test(typed)) return { command: "open_url", args: { url: typed } };
  if (HOST.test(typed)) return { command: "open_url", args: { url: `https://${typed}` } };
  return { command: "search", args: { query: typed } };
}

/** How a command would have been typed. */
export function write(command, args) {
  const { cursor } = args;
  const parts = {
    search: () => ["search", args.query],
    open_url: () => ["open", args.url],
    find: () => ["find", args.pattern],
    click: () => ["click", args.id, cursor],
    scroll: () => (args.line === undefined ? ["scroll", args.amount] : ["line", args.line]),
    quote: () => ["quote", args.start, args.end === args.start ? undefined : args.end],
  };
  const found = (parts[command] ?? (() => [command]))();
  return found.filter((part) => part !== undefined && part !== null).join(" ");
}
