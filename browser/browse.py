"""The use cases: search, open, find, back, scroll, quote, sources. Nothing else.

A command that fails leaves the session's displays as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

from browser.displays import Displays
from browser.errors import Refused, SearchFailed, UsageError
from browser.model.clock import Clock, iso
from browser.model.fetch import Fetched, Politeness
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.result import Result
from browser.model.search import Query
from browser.model.session import Display, Kind, Quote, Session
from browser.model.url import Url
from browser.rules.target import parse_target
from browser.search.provider import Provider
from browser.state.ports import Pages
from browser.text import codec, display, find, marks, quote
from browser.text.clean import one_line
from browser.text.results import results_page


class Fetch(Protocol):
    """What the browser needs of the net."""

    async def fetch(self, url: Url, session: str) -> Fetched:
        """Bring one document home; raises `browser.errors.BrowserError`."""


class Render(Protocol):
    """What the browser needs of the worker processes."""

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        """Turn a document into an encoded page; raises `browser.errors.BrowserError`."""


@dataclass(frozen=True)
class Options:
    """What the operator decides about displays and quotes.

    Attributes:
        window_chars: Characters of a window.
        line_chars: Longest line.
        quote_chars: Longest quote; 0 forbids quoting.
        only_seen: Whether only URLs that this session was shown may be opened.
    """

    window_chars: int = 4000
    line_chars: int = 200
    quote_chars: int = 1000
    only_seen: bool = False


class Browser:
    """Runs one command at a time on a session; the caller serialises and saves.

    Attributes:
        displays: Cursors to pages, for the doors that show them.
    """

    def __init__(
        self,
        *,
        fetch: Fetch,
        render: Render,
        provider: Provider,
        pages: Pages,
        clock: Clock,
        options: Options,
    ) -> None:
        self._fetch = fetch
        self._render = render
        self._provider = provider
        self._clock = clock
        self._options = options
        self.displays = Displays(pages, options.window_chars)

    async def search(self, session: Session, query: Query) -> Result:
        """Ask the provider and show the results."""
        if not query.text.strip():
            raise SearchFailed("the query is empty. Say what to look for.")
        results = await self._provider.search(query)
        page = results_page(query.text, results, self._options.line_chars)
        return await self._show_new(
            session,
            "search",
            codec.encode(page),
            Politeness(robots="exempt"),
            self._clock.now(),
        )

    async def open_url(self, session: Session, text: str) -> Result:
        """Open a URL that the model or the person wrote."""
        url = parse_target(text.strip(" \t\r\n"))
        if self._options.only_seen and not await self.displays.has_shown(session, url):
            raise Refused(
                Reason.HOST_BLOCKED,
                "this service opens only addresses that a search or a page of this conversation "
                "has shown. Search for it, then click.",
                url=url.href,
                rule="session.open = seen",
            )
        return await self._open(session, url)

    async def click(self, session: Session, link: int, cursor: int | None) -> Result:
        """Follow link *link* of the page that *cursor* shows."""
        shown = self.displays.at(session, cursor)
        page = await self.displays.page(shown)
        if not 0 <= link < len(page.links):
            valid = f"0 to {len(page.links) - 1}" if page.links else "none"
            raise UsageError(
                Reason.UNKNOWN_LINK,
                f"there is no link {link} in display {shown.cursor}. Its link ids: {valid}.",
            )
        return await self._open(session, parse_target(page.links[link].url))

    async def scroll(
        self, session: Session, *, amount: int | None, line: int | None, cursor: int | None
    ) -> Result:
        """Show another window of a page.

        *amount* lines on (or back) from the first line that the display shows, past what is
        folded; or from *line*, where what is folded opens; with neither, what comes after the
        last line shown.
        """
        before = self.displays.at(session, cursor)
        shown = self.displays.page_at(session, cursor)
        page = await self.displays.page(shown)
        folded = False
        if line is not None:
            start = line
        elif amount is not None:
            start, folded = display.step(page, before.first, amount, before.text)
        else:
            start = before.last + 1
        if not 0 <= start <= page.last:
            raise UsageError(
                Reason.UNKNOWN_LINE,
                f"display {shown.cursor} has lines 0 to {page.last}, there is no line {start}.",
            )
        return self.displays.show(session, shown, page, start, folded=folded)

    async def find(self, session: Session, pattern: str, cursor: int | None) -> Result:
        """Show every place where *pattern* stands on the page."""
        shown = self.displays.page_at(session, cursor)
        page = await self.displays.page(shown)
        try:
            matches = find.find(page, pattern)
        except ValueError as error:
            raise UsageError(Reason.NOT_FOUND, "the pattern is empty. Give a word.") from error
        wanted = one_line(pattern, 100)
        if not matches:
            near = find.apart(page, wanted) or "Try a shorter or other word."
            raise UsageError(
                Reason.NOT_FOUND,
                f"`{wanted}` is not on this page ({page.last - 1} lines searched). {near}",
                url=page.url or None,
            )
        return self.displays.show_found(session, shown, page, matches, wanted)

    async def back(self, session: Session) -> Result:
        """Show the page before the present one again."""
        present = session.displays[-1] if session.displays else None
        if present is None or present.back is None:
            raise UsageError(
                Reason.NO_HISTORY, "there is no earlier page in this conversation to go back to."
            )
        earlier = self.displays.page_at(session, present.back)
        page = await self.displays.page(earlier)
        folded = display.is_folded(page, earlier.first, earlier.text)
        return self.displays.show(session, earlier, page, earlier.first, folded=folded)

    async def quote(self, session: Session, start: int, end: int, cursor: int | None) -> Result:
        """Keep the exact words of lines *start* to *end*."""
        shown = self.displays.page_at(session, cursor)
        if shown.kind == "search":
            raise UsageError(
                Reason.NO_PAGE,
                f"display {shown.cursor} shows search results, not a page. "
                "Open a result, then quote from it.",
            )
        if self._options.quote_chars == 0:
            raise Refused(
                Reason.QUOTE_REFUSED,
                "the operator of this service does not allow quotes. Cite the page instead.",
                url=shown.url,
                rule="quotes.max_chars = 0",
            )
        page = await self.displays.page(shown)
        if not 2 <= start <= end <= page.last:
            raise UsageError(
                Reason.UNKNOWN_LINE,
                f"lines {start} to {end} cannot be quoted: display {shown.cursor} has text in "
                f"lines 2 to {page.last}, and start comes before end.",
            )
        said = quote.words(page, start, end, self._options.quote_chars)
        if not said.text.strip():
            raise UsageError(Reason.UNKNOWN_LINE, f"lines {start} to {end} hold no words to quote.")
        lines = f"L{start}" if said.end == start else f"L{start}-L{said.end}"
        made = Quote(
            id=f"q{len(session.quotes) + 1}",
            cursor=shown.cursor,
            start=start,
            end=said.end,
            text=said.text,
            citation=f"【{shown.cursor}†{lines}】",
            url=page.url,
            title=page.title,
            domain=Url.parse(page.url).host,
            fetched_at=iso(shown.fetched_at),
            digest=page.digest,
            source_url=quote.source_url(page, start, said.end, said.text),
            truncated=said.truncated,
        )
        session.quotes.append(made)
        cut = " (cut at the operator's limit)" if said.truncated else ""
        title = marks.for_display(page.title)
        text = f"Quoted {made.citation}{cut} from {title} ({page.url}):\n{said.text}"
        return Result(text, shown, page, quote=made)

    async def sources(self, session: Session) -> Result:
        """List the pages this conversation has read, and what was quoted from each."""
        read: dict[str, list[Display]] = {}
        for shown in session.displays:
            if shown.kind == "page":
                read.setdefault(shown.url, []).append(shown)
        rows = []
        for url, displays in read.items():
            cursors = ", ".join(str(shown.cursor) for shown in displays)
            quotes = " ".join(item.citation for item in session.quotes if item.url == url)
            rows.append(
                f"  * {marks.for_display(displays[-1].title)} ({url}): read in display {cursors}"
                + (f"; quoted {quotes}" if quotes else "")
            )
        return Result("\n".join(["Sources of this conversation:", *(rows or ["  (none yet)"])]))

    async def _open(self, session: Session, url: Url) -> Result:
        fetched = await self._fetch.fetch(url, session.key)
        blob = await self._render.render(fetched.body, fetched.content_type, fetched.url)
        return await self._show_new(session, "page", blob, fetched.politeness, fetched.fetched_at)

    async def _show_new(
        self, session: Session, kind: Kind, blob: bytes, politeness: Politeness, at: float
    ) -> Result:
        key, page = await self.displays.keep(blob)
        latest = len(session.displays) - 1
        pattern = Display(
            cursor=-1,
            kind=kind,
            page_key=key,
            first=0,
            last=0,
            text="",
            link_ids=(),
            url=page.url,
            title=page.title,
            fetched_at=at,
            back=latest if latest >= 0 else None,
        )
        result = self.displays.show(session, pattern, page, _place(page))
        return replace(result, politeness=politeness)


def _place(page: Page) -> int:
    """The line that the fragment of the page's address leads to (HTML Standard 7.4.6.3)."""
    fragment = Url(page.url).fragment.partition(":~:")[0] if "#" in page.url else ""
    return page.anchors.get(fragment, page.anchors.get(unquote(fragment), 0))
