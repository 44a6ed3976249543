// A model's answer with its markers, checked against what was read: which claims hold, which do
// not, and why.

import { ask } from "./api.js";
import { away, byId, el, words } from "./dom.js";
import { session } from "./session.js";
import { known, newest } from "./shown.js";

const MARKER = /【(\d{1,9})†[^【】]{0,400}】/g;
const FAULTS = {
  elsewhere_on_page: "is not in the lines cited for it, but elsewhere on the page",
  not_on_page: "is nowhere on the page cited for it",
  not_in_cited_lines: "is not in the lines cited for it",
};

/** Let the form check answers; *failed* is told of errors. */
export function listen(failed) {
  byId("answer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("answer-text").value;
    const body = { session: session.name, text, style: "keep", verify: true };
    try {
      const done = session.known
        ? await ask("/v1/citations/resolve", { body })
        : { text, annotations: [], sources: [], unresolved: [], misquoted: [], empty: true };
      const reasons = await Promise.all(done.unresolved.map(why));
      byId("resolved").replaceChildren(drawn(done, reasons));
    } catch (error) {
      failed(error);
    }
  });
}

function drawn(done, reasons) {
  const cited = distinct(done);
  const told = done.empty
    ? "Nothing has been read in this conversation yet, so no marker leads anywhere."
    : summary(done, cited);
  const found = [...wrong(done), ...lost(done, reasons), ...held(cited)];
  const list = found.length ? el("ul.sources", {}, ...found) : null;
  return el("div.answer", {}, el("p.verdict", {}, told), written(done), list);
}

function counted(number, one, many) {
  return number ? [`${number} ${number === 1 ? one : many}`] : [];
}

function summary({ misquoted, unresolved }, cited) {
  const absent = misquoted.filter(({ reason }) => reason === "not_on_page").length;
  const holding = cited.filter(({ holds }) => holds).length;
  const parts = [
    ...counted(absent, "quote is not on its page", "quotes are not on their pages"),
    ...counted(misquoted.length - absent, "quote is not in the lines cited", "quotes are not in the lines cited"),
    ...counted(unresolved.length, "marker leads nowhere", "markers lead nowhere"),
    ...counted(holding, "citation holds", "citations hold"),
  ];
  return parts.join(" · ") || (cited.length ? "No citation holds." : "There is no marker in it.");
}

/** Each citation once, however often it is used. */
function distinct({ text, annotations, misquoted }) {
  const points = Array.from(text);
  const doubted = new Set(misquoted.flatMap(({ markers }) => markers));
  const cited = new Map();
  for (const note of annotations) {
    const marker = points.slice(note.start_index, note.end_index).join("");
    const key = `${note.cursor} ${note.start_line} ${note.end_line} ${note.url}`;
    const holds = !doubted.has(marker) && (cited.get(key)?.holds ?? true);
    cited.set(key, { note, holds });
  }
  return [...cited.values()];
}

/** The answer with its links, dead markers and wrong quotes; offsets count code points. */
function written({ text, annotations, sources, misquoted }) {
  const points = Array.from(text);
  const opens = new Map(sources.map((source) => [source.url, source.source_url]));
  const alive = new Map(annotations.map((note) => [note.start_index, note]));
  const marks = [...text.matchAll(MARKER)].map((found) => {
    const start = Array.from(text.slice(0, found.index)).length;
    return { start, end: start + Array.from(found[0]).length, note: alive.get(start) };
  });
  const bad = misquoted.map(({ start_index: start, end_index: end }) => ({ start, end }));
  const edges = new Set([0, points.length, ...[...marks, ...bad].flatMap(({ start, end }) => [start, end])]);
  const at = [...edges].sort((a, b) => a - b);
  const within = (spans, place) => spans.find(({ start, end }) => start <= place && place < end);
  const parts = at.slice(0, -1).map((start, n) => {
    const piece = points.slice(start, at[n + 1]).join("");
    const mark = within(marks, start);
    if (mark?.note) return reference(mark.note, opens, piece);
    if (mark) return el("del.dead", { title: "leads nowhere" }, piece);
    return within(bad, start) ? el("mark.misquote", { title: "not as it stands there" }, piece) : piece;
  });
  return el("p.answer-words", { dir: "auto" }, ...parts);
}

function reference(note, opens, piece) {
  const link = away(note.source_url ?? opens.get(note.url) ?? note.url, piece);
  link.title = note.cited_text || note.title;
  return link;
}

function wrong({ misquoted }) {
  return misquoted.map(({ text, reason, found }) =>
    el(
      "li.bad-text",
      {},
      el("q", {}, words(bare(text))),
      ` ${FAULTS[reason] ?? reason}`,
      ...(found ? [": ", el("code", {}, found.citation)] : []),
    ),
  );
}

function bare(text) {
  return text.replace(/^["'“”„«»‘’‚‹›「『]+|["'“”„«»‘’‚‹›」』]+$/g, "");
}

function lost({ unresolved }, reasons) {
  const told = new Map(unresolved.map(({ marker }, n) => [marker, reasons[n]]));
  return [...told].map(([marker, reason]) =>
    el("li.bad-text", {}, el("code", {}, words(marker)), ` leads nowhere: ${reason}`),
  );
}

/** Why a marker leads nowhere, in a sentence. */
async function why({ marker, reason }) {
  const cursor = Number(/\d+/.exec(marker)[0]);
  if (reason === "unknown_cursor") {
    const last = newest();
    return `there is no display ${cursor}` + (last === null ? "" : `; the newest is ${last}`);
  }
  if (reason !== "unknown_line") return `display ${cursor} cannot be cited (${reason})`;
  const { kind, lines } = await known(cursor);
  const named = /L(\d+)(?:\D+(\d+))?】$/.exec(marker);
  if (!named) return `display ${cursor} has search results; name a line of them`;
  const [start, end] = [Number(named[1]), Number(named[2] ?? named[1])];
  if (start > end) return "its first line comes after its last";
  if (kind === "search" && end <= lines[2]) return `no search result stands there in display ${cursor}`;
  if (kind === "find") return `the page of display ${cursor} has no such line`;
  return `display ${cursor} ends at line ${lines[2]}`;
}

function held(cited) {
  return cited.map(({ note }) =>
    el(
      "li",
      {},
      el("p", {}, words(note.title), place(note)),
      note.cited_text ? el("blockquote.words", { dir: "auto" }, note.cited_text) : null,
    ),
  );
}

function place({ cursor, start_line: start, end_line: end }) {
  const which = start === null ? "" : start === end ? `, line ${start}` : `, lines ${start} to ${end}`;
  return el("span.aside", {}, ` display ${cursor}${which}`);
}
