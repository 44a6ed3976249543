// A model's answer with its markers, resolved as a chat would: to see which claims lead where.

import { ask } from "./api.js";
import { away, byId, el, words } from "./dom.js";
import { session } from "./session.js";

/** Let the form resolve answers; *failed* is told of errors. */
export function listen(failed) {
  byId("answer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("answer-text").value;
    const body = { session: session.name, text, style: "plain", verify: true };
    try {
      const done = session.known
        ? await ask("/v1/citations/resolve", { body })
        : { text, annotations: [], sources: [], unresolved: [], misquoted: [], empty: true };
      byId("resolved").replaceChildren(...drawn(done));
    } catch (error) {
      failed(error);
    }
  });
}

function drawn(done) {
  const count = done.annotations.length;
  const told = done.empty
    ? "Nothing has been read in this conversation yet, so no marker leads anywhere."
    : `${count} ${count === 1 ? "marker leads" : "markers lead"} to a page, ${done.unresolved.length} nowhere.`;
  return [
    el("div.answer", {}, el("p.aside", {}, told), written(done), ...lists(done)),
  ];
}

/** The text with a link at each citation; offsets count code points. */
function written({ text, annotations, sources }) {
  const points = Array.from(text);
  const opens = new Map(sources.map((source) => [source.url, source.source_url]));
  const parts = [];
  let at = 0;
  for (const note of annotations) {
    parts.push(points.slice(at, note.start_index).join(""));
    const mark = points.slice(note.start_index, note.end_index).join("");
    const link = away(opens.get(note.url) ?? note.url, mark);
    link.title = note.cited_text || note.title;
    parts.push(link);
    at = note.end_index;
  }
  parts.push(points.slice(at).join(""));
  return el("p.answer-words", { dir: "auto" }, ...parts);
}

const FAULTS = {
  elsewhere_on_page: "is not in the lines cited for it, but elsewhere on the page",
  not_on_page: "is nowhere on the page cited for it",
  not_in_cited_lines: "is not in the lines cited for it",
};

function lists({ annotations, unresolved, misquoted }) {
  const cited = annotations.map((note) =>
    el(
      "li",
      {},
      el("p", {}, words(note.title), lines(note)),
      note.cited_text ? el("blockquote.words", { dir: "auto" }, note.cited_text) : null,
    ),
  );
  const lost = unresolved.map(({ marker, reason }) =>
    el("li.bad-text", {}, el("code", {}, words(marker)), ` leads nowhere: ${reason}`),
  );
  const wrong = misquoted.map(({ text, reason, found: place }) =>
    el(
      "li.bad-text",
      {},
      words(text),
      ` ${FAULTS[reason] ?? reason}`,
      ...(place ? [": ", el("code", {}, place.citation)] : []),
    ),
  );
  const found = [...lost, ...wrong, ...cited];
  return found.length ? [el("ul.sources", {}, ...found)] : [];
}

function lines({ cursor, start_line: start, end_line: end }) {
  const which = start === null ? "" : start === end ? `, line ${start}` : `, lines ${start} to ${end}`;
  return el("span.aside", {}, ` display ${cursor}${which}`);
}
