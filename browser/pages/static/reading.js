// What was read and quoted, each quote with the link that opens at its words.

import { copies } from "./copy.js";
import { away, byId, el, web, words } from "./dom.js";

let address = "";
copies(byId("share-copy"), () => address, byId("status"));

/** Draw the sources of a transcript. */
export function paint({ sources, quotes, sources_url: shared }) {
  const byName = new Map(quotes.map((quote) => [quote.id, quote]));
  byId("sources").replaceChildren(
    ...sources.map((source) => item(source, source.quotes.map((id) => byName.get(id)))),
  );
  byId("no-sources").hidden = sources.length > 0;
  address = (shared && sources.length > 0 && web(shared)) || "";
  byId("share").hidden = !address;
  if (address) byId("share-link").setAttribute("href", address);
}

function item(source, quotes) {
  const name = away(source.url, words(source.title || source.url));
  return el(
    "li",
    {},
    el("p", {}, name, " ", el("span.aside", {}, source.domain)),
    ...quotes.filter(Boolean).map(quoted),
  );
}

/** The words of a quote, and where they stand. */
export function quoted(quote) {
  const cut = quote.truncated ? " (cut short)" : "";
  return el(
    "div",
    {},
    quotation(quote.text),
    el("p", {}, el("code", {}, quote.citation), `${cut} `, away(quote.source_url, "Open at these words")),
  );
}

function quotation(text) {
  return el("blockquote.words", { dir: "auto" }, text);
}
