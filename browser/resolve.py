"""A model's answer with markers, turned into an answer with links, annotations and sources.

A marker leads to the page version that its cursor showed. A cursor of find results leads to the
page they were found in; a line of a search page leads to the result on that line. A marker that
leads nowhere is reported and taken out of the text, never turned into an invented link.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import anyio.lowlevel

from browser.displays import Displays
from browser.errors import UsageError
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.session import Session
from browser.model.url import Url
from browser.text import cite, quote

Style = Literal["markdown", "plain", "keep"]
MAX_CITED = 1000  # characters of cited text in an annotation
_MARKDOWN = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "()\\`<>"})  # CommonMark 6.3


@dataclass(frozen=True)
class Target:
    """Where a marker leads.

    Attributes:
        url: Of the page or search result.
        title: Its title.
        cited: The words of the lines named; empty when none are.
        source_url: The URL that opens at those words.
        lines: First and last line, if any were named.
    """

    url: str
    title: str
    cited: str
    source_url: str
    lines: tuple[int, int] | None


@dataclass
class Resolved:
    """The answer of `/v1/citations/resolve`, field by field as in the contract."""

    text: str
    annotations: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    unresolved: list[dict[str, str]] = field(default_factory=list)
    holdback: int = 0


Cited = dict[str, int]  # by page, the characters of it that the answer quotes so far


async def resolve(
    displays: Displays, session: Session, text: str, style: Style, *, partial: bool
) -> Resolved:
    """Resolve every marker of *text*.

    Args:
        displays: Finds the pages behind cursors.
        session: The conversation the answer belongs to.
        text: The model's answer.
        style: ``markdown`` writes ``[host](source URL)``, ``plain`` writes ``[n]``, ``keep``
            leaves markers.
        partial: Whether *text* is still being written; an unfinished marker is held back.

    Returns:
        Offsets count code points of the returned text.
    """
    held = cite.holdback(text) if partial else 0
    text = text[: len(text) - held]
    done = Resolved("", holdback=held)
    known: dict[tuple[int, tuple[int, int] | None], Target | UsageError] = {}
    cited: Cited = {}
    out: list[str] = []
    size = at = 0
    for marker in cite.markers(text):
        before = text[at : marker.start]
        at = marker.end
        place = marker.cursor, marker.lines
        if place not in known:  # a model in a loop writes the same marker a thousand times
            known[place] = await _target(displays, session, marker, cited)
            await anyio.lowlevel.checkpoint()
        target = known[place]
        if isinstance(target, UsageError):
            done.unresolved.append({"marker": marker.text, "reason": target.reason.value})
            if style != "keep":
                before = before.rstrip(" ") if text[at : at + 1] in " .,;:!?" else before
            kept = marker.text if style == "keep" else ""
            out += [before, kept]
            size += len(before) + len(kept)
            continue
        number = _source(done, session, target)
        shown = _shown(marker, target, number, style)
        out += [before, shown]
        size += len(before)
        done.annotations.append(
            {
                "type": "url_citation",
                "start_index": size,
                "end_index": size + len(shown),
                "url": target.url,
                "title": target.title,
                "cited_text": target.cited,
                "cursor": marker.cursor,
                "start_line": target.lines[0] if target.lines else None,
                "end_line": target.lines[1] if target.lines else None,
            }
        )
        size += len(shown)
    out.append(text[at:])
    done.text = "".join(out)
    return done


async def _target(
    displays: Displays, session: Session, marker: cite.Marker, cited: Cited
) -> Target | UsageError:
    try:
        return await _found(displays, session, marker, cited)
    except UsageError as error:
        return error


async def _found(displays: Displays, session: Session, marker: cite.Marker, cited: Cited) -> Target:
    shown = displays.page_at(session, marker.cursor)
    page = await displays.page(shown)
    if shown.kind == "search":
        return _hit(page, marker)
    if marker.lines is None:
        return Target(page.url, page.title, "", page.url, None)
    start, end = marker.lines
    if not 0 <= start <= end <= page.last:
        raise UsageError(Reason.UNKNOWN_LINE, f"there are no lines {start} to {end}.")
    first = max(start, 2)
    asked = shown.signals
    address = page.url.partition("#")[0]
    room = MAX_CITED
    if asked.quote_max is not None:
        room = min(room, asked.quote_max - cited.get(address, 0))
    if room <= 0 or (asked.marked and quote.barred(page, first, end)):
        return Target(page.url, page.title, "", page.url, (start, end))  # title and address alone
    said = quote.words(page, first, end, room)
    cited[address] = cited.get(address, 0) + len(said.text)
    source = quote.source_url(page, first, said.end, said.text)
    return Target(page.url, page.title, said.text, source, (start, end))


def _hit(page: Page, marker: cite.Marker) -> Target:
    if marker.lines is None:
        raise UsageError(Reason.UNKNOWN_LINE, "a citation of search results has to name a line.")
    hit = page.hits.get(marker.lines[0])
    if hit is None:
        raise UsageError(Reason.UNKNOWN_LINE, f"line {marker.lines[0]} is no search result.")
    link = page.links[hit]
    cited = " ".join(page.lines[n].plain for n, other in sorted(page.hits.items()) if other == hit)
    return Target(link.url, link.text, cited, link.url, marker.lines)


def _source(done: Resolved, session: Session, target: Target) -> int:
    for source in done.sources:
        if source["url"] == target.url:
            return int(source["n"])
    number = len(done.sources) + 1
    done.sources.append(
        {
            "n": number,
            "url": target.url,
            "title": target.title,
            "domain": Url.parse(target.url).host,
            "source_url": target.source_url,
            "quotes": [item.id for item in session.quotes if item.url == target.url],
        }
    )
    return number


def _shown(marker: cite.Marker, target: Target, number: int, style: Style) -> str:
    if style == "keep":
        return marker.text
    if style == "plain":
        return f"[{number}]"
    address = target.source_url.translate(_MARKDOWN)
    return f"[{Url.parse(target.url).host}]({address})"
