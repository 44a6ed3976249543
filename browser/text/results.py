"""Search results as a page: one numbered line a result, best first.

The title is the query and the address is empty, as the models know it. Every line remembers
which result it belongs to, so that a citation of a line leads to that result.
"""

from __future__ import annotations

from collections.abc import Iterator

from browser.model.page import Line, Link, Page, digest_of
from browser.model.search import Results
from browser.model.url import Url
from browser.text.block import Block, Parts, Run
from browser.text.clean import one_line
from browser.text.compose import compose
from browser.text.number import Piece, cut

MAX_TITLE = 110  # characters; a title is one marker
MAX_SNIPPET = 600  # characters
MAX_DATE = 40  # characters
MAX_SITE = 100  # characters of what a caller wrote
BULLET = "  * "


def results_page(query: str, results: Results, line_chars: int, site: str | None = None) -> Page:
    """Lay out *results* (4.3 of the contract: list items from line 4 on).

    Args:
        query: The words that were looked for.
        results: Of them.
        line_chars: Of a line.
        site: To which the search was confined, if it was.
    """
    links: list[Link] = []
    hosts: dict[int, str] = {}
    lines = [
        Line(0, "", "", "meta", glue=""),
        Line(1, "URL: ", "", "meta"),
        Line(2, "# Search Results", "Search Results", "heading"),
        Line(3, "", "", "meta"),
    ]
    hits: dict[int, int] = {}
    for number, hit in enumerate(results.hits):
        host = Url.parse(hit.url).host
        title = one_line(hit.title, MAX_TITLE) or host
        links.append(Link(number, title, hit.url, host))
        hosts[number] = host
        parts: Parts = [Run(title, "link", number), " " + _details(hit.snippet, hit.date)]
        for piece in _cut(parts, hosts, line_chars, BULLET):
            hits[len(lines)] = number
            lines.append(Line(len(lines), piece.text, piece.plain, "item", glue=piece.glue))
    notes = list(results.ignored) if links else [_nothing(site), *results.ignored]
    for note in notes:
        for piece in _cut([one_line(note, 1000)], hosts, line_chars):
            lines.append(Line(len(lines), piece.text, piece.plain, "note", glue=piece.glue))
    body = "\n".join(line.text for line in lines)
    return Page(
        url="",
        title=one_line(query),
        lines=tuple(lines),
        links=tuple(links),
        digest=digest_of(body.encode()),
        media_type="text/plain",
        hits=hits,
    )


def _nothing(site: str | None) -> str:
    instead = f", or drop site={one_line(site, MAX_SITE)}" if site else ""
    return f"No results. Try fewer or other words{instead}."


def _cut(parts: Parts, hosts: dict[int, str], line_chars: int, prefix: str = "") -> Iterator[Piece]:
    text, plain, spans, _ = compose(parts, hosts, line_chars - len(prefix))
    return cut(Block(text, plain, prefix=prefix, spans=spans), line_chars)


def _details(snippet: str, date: str | None) -> str:
    text = one_line(snippet, MAX_SNIPPET)
    return f"({one_line(date, MAX_DATE)}) {text}".rstrip() if date else text
