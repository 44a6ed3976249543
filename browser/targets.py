"""Where the markers of one answer lead, and whether what it quotes stands there.

A publisher's limit on quoting holds for the cited text of an answer as a whole. The comparison
of quoted phrases tells line numbers only, never the words of a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from browser.errors import UsageError
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.session import Display
from browser.text import cite, quote, said
from browser.text.cite import Marker

MAX_CITED = 1000  # characters of cited text in an annotation
MAX_PLACED = 500  # cited places whose words are looked up; an answer in good faith has fewer
WORK = 200_000_000  # characters of pages in which phrases of one answer are looked for

Fault = Literal["not_in_cited_lines", "elsewhere_on_page", "not_on_page"]


class Shown(NamedTuple):
    """A display and the page behind it."""

    display: Display
    page: Page


class Target(NamedTuple):
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


class Misquote(NamedTuple):
    """A quoted phrase that its citations do not bear out.

    Attributes:
        reason: ``elsewhere_on_page``, ``not_on_page``, or ``not_in_cited_lines`` where the rest
            of the page is not known: of a search result, or of a page that was cut.
        found: Where on the page it stands, and the marker that would be right.
    """

    reason: Fault
    found: dict[str, Any] | None


class Targets:
    """Finds targets; a model in a loop that writes one marker a thousand times costs one.

    Args:
        behind: By cursor, what it shows or why it shows nothing.
    """

    def __init__(self, behind: Mapping[int, Shown | UsageError]) -> None:
        self._behind = behind
        self._known: dict[tuple[int, tuple[int, int] | None], Target | UsageError] = {}
        self._told: dict[str, str] = {}  # titles and snippets as they are compared
        self._cited: dict[str, int] = {}  # by page, the characters of it that are cited so far
        self._judged: dict[tuple[object, ...], Misquote | None] = {}
        self._left = WORK

    def of(self, marker: Marker) -> Target | UsageError:
        """Where *marker* leads, or why nowhere."""
        place = marker.cursor, marker.lines
        if place not in self._known:
            try:
                self._known[place] = self._find(marker)
            except UsageError as error:
                self._known[place] = error
        return self._known[place]

    def misquoted(
        self, phrase: str, markers: Sequence[Marker], *, may_name: bool = False
    ) -> Misquote | None:
        """As `_misquoted`, once for equal phrases and citations, and as long as there is `WORK`.

        A phrase that *may_name* something, such as a book, may do so anywhere on a cited page.
        """
        asked = (phrase, may_name, *((marker.cursor, marker.lines) for marker in markers))
        if asked not in self._judged:
            if self._left <= 0:
                return None
            self._judged[asked] = self._misquoted(phrase, markers, may_name=may_name)
        return self._judged[asked]

    def _misquoted(
        self, phrase: str, markers: Sequence[Marker], *, may_name: bool
    ) -> Misquote | None:
        """What is wrong with a quoted *phrase* whose sentence cites *markers*; ``None`` if nothing.

        A phrase too short to be looked for, one that is in the title of a cited page, and one
        whose citations all lead nowhere are not judged.
        """
        good = [marker for marker in markers if isinstance(self.of(marker), Target)]
        wanted = said.parts(cite.MARKER.sub(" ", phrase)) if good else []
        if not wanted or any(self._says(marker, wanted) for marker in good):
            return None
        pages = {marker.cursor: shown for marker in good if (shown := self._page(marker))}
        for cursor, shown in pages.items():
            lines = self._place(shown.page, wanted)
            if lines and may_name:
                return None
            if lines:
                start, end = lines
                named = f"L{start}" if start == end else f"L{start}-L{end}"
                found = {"cursor": cursor, "start_line": start, "end_line": end}
                return Misquote("elsewhere_on_page", {**found, "citation": f"【{cursor}†{named}】"})
        known = len({marker.cursor for marker in good}) == len(pages)
        known = known and not any(shown.page.truncated for shown in pages.values())
        return Misquote("not_on_page" if known else "not_in_cited_lines", None)

    def _page(self, marker: Marker) -> Shown | None:
        """What *marker* cites, if that is a page and no result of a search."""
        shown = self._behind[marker.cursor]
        return shown if isinstance(shown, Shown) and shown.display.kind != "search" else None

    def _says(self, marker: Marker, wanted: list[str]) -> bool:
        target = self.of(marker)
        if not isinstance(target, Target):
            return False
        if said.says(self._plain(target.title), wanted):
            return True
        shown = self._page(marker)
        if shown is None:
            return said.says(self._plain(target.cited), wanted)
        start, end = target.lines or (2, -1)
        return end != 0 and self._place(shown.page, wanted, start, end) is not None

    def _place(
        self, page: Page, wanted: list[str], start: int = 2, end: int = -1
    ) -> tuple[int, int] | None:
        since, until = said.reach(page, start, end)
        self._left -= (until - since) * len(wanted) + 1
        return said.place(page, wanted, start, end)

    def _plain(self, text: str) -> str:
        if text not in self._told:
            self._told[text] = said.plain(text)
        return self._told[text]

    def _find(self, marker: Marker) -> Target:
        shown = self._behind[marker.cursor]
        if isinstance(shown, UsageError):
            raise shown
        page = shown.page
        if marker.lines is None:
            if shown.display.kind == "search":
                sentence = "a citation of search results has to name a line."
                raise UsageError(Reason.UNKNOWN_LINE, sentence)
            return Target(page.url, page.title, "", page.url, None)
        start, end = marker.lines
        if not start <= end <= page.last:
            raise UsageError(Reason.UNKNOWN_LINE, f"there are no lines {start} to {end}.")
        if shown.display.kind == "search":
            return _hit(page, start, end)
        return self._lines(shown, start, end)

    def _lines(self, shown: Shown, start: int, end: int) -> Target:
        page, asked = shown.page, shown.display.signals
        first = max(start, 2)
        address = page.url.partition("#")[0]
        room = MAX_CITED
        if asked.quote_max is not None:
            room = min(room, asked.quote_max - self._cited.get(address, 0))
        barred = asked.marked and first <= end and quote.barred(page, first, end)
        if room <= 0 or barred or end < 2 or len(self._known) >= MAX_PLACED:
            return Target(page.url, page.title, "", page.url, (start, end))
        words = quote.words(page, first, end, room)
        self._cited[address] = self._cited.get(address, 0) + len(words.text)
        source = quote.source_url(page, first, words.end, words.text)
        return Target(page.url, page.title, words.text, source, (start, end))


def _hit(page: Page, start: int, end: int) -> Target:
    """The result that lines *start* to *end* show the first of."""
    hit = next((page.hits[n] for n in range(start, end + 1) if n in page.hits), None)
    if hit is None:
        raise UsageError(Reason.UNKNOWN_LINE, f"lines {start} to {end} show no search result.")
    link = page.links[hit]
    cited = " ".join(page.lines[n].plain for n, other in sorted(page.hits.items()) if other == hit)
    return Target(link.url, link.text, cited, link.url, (start, end))
