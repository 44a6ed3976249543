"""The use cases: search, open, find, back, scroll, quote, sources. Nothing else.

A command that fails leaves the session's displays as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import anyio.to_thread

from browser import quotes
from browser.displays import Displays
from browser.errors import BrowserError, Refused, SearchFailed, UsageError
from browser.model.clock import Clock
from browser.model.current import UNDER_WAY
from browser.model.fetch import Fetched, Politeness
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.result import Result
from browser.model.search import Query
from browser.model.session import Display, Kind, Session
from browser.model.signals import NOTHING_ASKED, Mode, Signals
from browser.model.url import Url
from browser.model.verdict import Deny, Verdict
from browser.model.view import FROM_THE_START, View
from browser.reading import Reading, Render
from browser.rules import ledger
from browser.rules.budget import Budget, count
from browser.rules.target import parse_target
from browser.search.provider import Provider
from browser.state.ports import Pages
from browser.state.volatile import VolatilePages
from browser.text import codec, display, find
from browser.text.clean import one_line
from browser.text.reading_list import Read, reading_list
from browser.text.results import results_page


class Fetch(Protocol):
    """What the browser needs of the net."""

    async def fetch(self, url: Url, session: str) -> Fetched:
        """Bring one document home; raises `browser.errors.BrowserError`."""

    async def forget(self, url: Url) -> None:
        """Keep no copy of *url*."""


@dataclass(frozen=True)
class Options:
    """What the operator decides about displays and quotes.

    Attributes:
        window_chars: Characters of a window.
        line_chars: Longest line.
        quote_chars: Longest quote; 0 forbids quoting.
        only_seen: Whether only URLs that this session was shown or given may be opened.
        budget: What one session may ask for.
        mode: How far publishers' signals are obeyed.
        tokens: Our product tokens, to which signals may be addressed.
    """

    window_chars: int = 4000
    line_chars: int = 200
    quote_chars: int = 1000
    only_seen: bool = False
    budget: Budget = field(default_factory=Budget)
    mode: Mode = "default"
    tokens: tuple[str, ...] = ()


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
        self.displays = Displays(pages, VolatilePages(clock), options.window_chars)
        self._reading = Reading(
            render=render,
            displays=self.displays,
            forget=fetch.forget,
            clock=clock,
            mode=options.mode,
            tokens=options.tokens,
        )
        self._provider = provider
        self._clock = clock
        self._options = options

    async def search(self, session: Session, query: Query) -> Result:
        """Ask the provider and show the results."""
        if not query.text.strip():
            raise SearchFailed("the query is empty. Say what to look for.")
        self._within(self._options.budget.judge_search(session.tally))
        session.tally.searches += 1
        results = await self._provider.search(query)
        page = results_page(query.text, results, self._options.line_chars, query.site)
        key = await self.displays.keep(codec.encode(page), page)
        politeness = Politeness(robots="exempt")
        now = self._clock.now()
        return self._show_new(session, "search", key, page, politeness, now, NOTHING_ASKED)

    async def open_url(self, session: Session, text: str, view: View = FROM_THE_START) -> Result:
        """Open a URL that the model or the person wrote."""
        url = parse_target(text)
        if self._options.only_seen and url.is_web:  # the guard says why another is not opened
            await self.displays.note(session)
            if not ledger.holds(session, url):
                raise Refused(
                    Reason.HOST_BLOCKED,
                    "this service opens only addresses that a search or a page of this "
                    "conversation has shown, or that the user gave. Search for it, then click.",
                    url=url.href,
                    rule="session.open = seen",
                )
        return await self._open(session, url, view)

    async def click(
        self, session: Session, link: int, cursor: int | None, view: View = FROM_THE_START
    ) -> Result:
        """Follow link *link* of the page that *cursor* shows."""
        shown = self.displays.at(session, cursor)
        page = await self.displays.page(shown)
        if not 0 <= link < len(page.links):
            valid = f"0 to {len(page.links) - 1}" if page.links else "none"
            raise UsageError(
                Reason.UNKNOWN_LINK,
                f"there is no link {link} in display {shown.cursor}. Its link ids: {valid}.",
            )
        if self._options.only_seen:  # the link itself is one that was shown
            await self.displays.note(session)
        return await self._open(session, parse_target(page.links[link].url), view)

    async def scroll(
        self,
        session: Session,
        *,
        amount: int | None,
        line: int | None,
        cursor: int | None,
        lines: int | None = None,
    ) -> Result:
        """Show another window of a page.

        *amount* lines on (or back) from the first line that the display shows, past what is
        folded; or from *line*, where what is folded opens; with neither, what comes after the
        last line shown. *lines* is how many are wanted.
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
        return self.displays.show(session, shown, page, start, folded=folded, lines=lines)

    async def find(self, session: Session, pattern: str, cursor: int | None) -> Result:
        """Show every place where *pattern* stands on the page."""
        shown = self.displays.page_at(session, cursor)
        page = await self.displays.page(shown)
        try:
            # The first search of a long page folds all of it.
            matches = await anyio.to_thread.run_sync(find.find, page, pattern)
        except ValueError as error:
            raise UsageError(Reason.NOT_FOUND, "the pattern is empty. Give a word.") from error
        wanted = one_line(pattern, 100)
        if not matches and shown.signals.show_max is not None:
            raise UsageError(
                Reason.NOT_FOUND,
                f"`{wanted}` is not in what the site lets be shown of this page "
                f"({shown.signals.show_rule}). Cite its title and address, or choose another "
                "source.",
                url=page.url or None,
            )
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
        longest = self._options.quote_chars
        return await quotes.take(self.displays, session, cursor, start, end, longest)

    async def sources(self, session: Session) -> Result:
        """List the pages this conversation has read, and what was quoted from each."""
        read: dict[str, list[Display]] = {}
        for shown in session.displays:
            if shown.kind == "page":
                read.setdefault(shown.url, []).append(shown)
        pages = (
            Read(
                displays[-1].title,
                url,
                [shown.cursor for shown in displays],
                [item.citation for item in session.quotes if item.url == url],
            )
            for url, displays in read.items()
        )
        return Result(reading_list(pages))

    async def _open(self, session: Session, url: Url, view: View) -> Result:
        self._within(self._options.budget.judge_fetch(session.tally, url.host), url.href)
        try:
            fetched = await self._fetch.fetch(url, session.key)
        except BrowserError as error:
            count(session.tally, error.asked)
            raise
        count(session.tally, fetched.asked, len(fetched.body))
        UNDER_WAY.get()()  # a kept copy, too: no reader is killed for a caller who hangs up
        came = await self._reading.read(session, fetched)
        shown = self._show_new(
            session, "page", came.key, came.page, fetched.politeness, fetched.fetched_at,
            came.signals, view,
        )  # fmt: skip
        return replace(shown, text=f"{shown.text}\n\n{fetched.note}") if fetched.note else shown

    @staticmethod
    def _within(verdict: Verdict, url: str | None = None) -> None:
        if isinstance(verdict, Deny):
            raise Refused.by(verdict, url)

    def _show_new(
        self,
        session: Session,
        kind: Kind,
        key: str,
        page: Page,
        politeness: Politeness,
        at: float,
        asked: Signals,
        view: View = FROM_THE_START,
    ) -> Result:
        start = display.place(page) if view.line is None else view.line
        if not 0 <= start <= page.last:
            error = UsageError(
                Reason.UNKNOWN_LINE,
                f"that page has lines 0 to {page.last}, there is no line {start}.",
                url=page.url or None,
            )
            error.politeness = politeness
            raise error
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
            signals=asked,
        )
        result = self.displays.show(session, pattern, page, start, lines=view.lines)
        return replace(result, politeness=politeness)
