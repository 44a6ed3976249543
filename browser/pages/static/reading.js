// What was read and quoted, each quote with the link that opens at its words.

import { copies } from "./copy.js";
import { away, byId, el, titled, web } from "./dom.js";

const FEW = 5; // sources that stand openly while nothing is quoted
let address = "";
let told = ""; // how many there are, in words
let last = ""; // what was drawn, so that the same is not drawn again
copies(byId("share-copy"), () => address, byId("status"));

/** Draw the sources of a transcript. */
export function paint({ sources, quotes, sources_url: shared }) {
  told = `${counted(sources.length, "source")}, ${counted(quotes.length, "quote")}`;
  const now = JSON.stringify([sources, quotes]);
  if (now !== last) list(sources, new Map(quotes.map((quote) => [quote.id, quote])));
  last = now;
  byId("no-sources").hidden = sources.length > 0;
  address = (shared && sources.length > 0 && web(shared)) || "";
  byId("share").hidden = !address;
  if (address) byId("share-link").setAttribute("href", address);
}

/** "3 sources, 1 quote". */
export function summary() {
  return told;
}

function counted(number, one) {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

/** The quoted ones first; the others newest first, folded where they are many. */
function list(sources, byName) {
  const drawn = (source) => item(source, source.quotes.map((id) => byName.get(id)));
  const quoted = sources.filter((source) => source.quotes.length > 0);
  const others = sources.filter((source) => source.quotes.length === 0).reverse();
  const open = quoted.length ? [] : others.splice(0, FEW);
  byId("sources").replaceChildren(...[...quoted, ...open].map(drawn));
  byId("more-sources").hidden = others.length === 0;
  const before = quoted.length + open.length > 0 ? "and " : "";
  byId("more-sources-count").textContent = `${before}${counted(others.length, "more page")} read`;
  byId("other-sources").replaceChildren(...others.map(drawn));
}

function item(source, quotes) {
  const name = away(source.url, titled(source.title || source.url));
  name.classList.add("title");
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
