"""The displays of a conversation: cursors to pages, pages to windows.

Every view that is shown becomes a display with a cursor of its own, and keeps showing that very
page version: re-opening a URL never changes what an older cursor means.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import anyio.to_thread

from browser.errors import FetchFailed, UsageError
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.result import Result
from browser.model.session import Display, Session
from browser.rules import ledger
from browser.state.ports import Pages
from browser.state.volatile import VolatilePages
from browser.text import codec, display, find, marks, sound

RECENT_PAGES = 64  # decoded pages kept at hand; the store has them all
SMALL = 262_144  # octets of an encoded page read on the event loop; a larger one goes to a thread


class Displays:
    """Finds, makes and keeps displays.

    Args:
        pages: Where pages are stored.
        volatile: Where those are that may not be written down.
        window_chars: Characters of a window.
    """

    def __init__(self, pages: Pages, volatile: VolatilePages, window_chars: int) -> None:
        self._pages = pages
        self._volatile = volatile
        self._window_chars = window_chars
        self._recent: OrderedDict[str, Page] = OrderedDict()

    def at(self, session: Session, cursor: int | None) -> Display:
        """The display under *cursor*, the newest when it is ``None``."""
        if not session.displays:
            raise UsageError(Reason.NO_PAGE, "nothing is open yet. Search, or open a URL, first.")
        if cursor is None:
            return session.displays[-1]
        if not 0 <= cursor < len(session.displays):
            raise UsageError(
                Reason.UNKNOWN_CURSOR,
                f"there is no display {cursor}. Cursors of this conversation: "
                f"0 to {len(session.displays) - 1}.",
            )
        return session.displays[cursor]

    def page_at(self, session: Session, cursor: int | None) -> Display:
        """As `at`, but find results stand for the page they were found in."""
        shown = self.at(session, cursor)
        return shown if shown.of is None else session.displays[shown.of]

    async def page(self, shown: Display) -> Page:
        """The page behind a display."""
        page = self._recent.get(shown.page_key)
        if page is None:
            kept = self._pages if shown.signals.keep else self._volatile
            blob = await kept.get(shown.page_key)
            if blob is None:
                raise _gone(shown)
            try:
                page = await _decode(blob)
            except ValueError as error:  # stored by another version of this program
                raise _gone(shown) from error
        if shown.signals.keep:
            self._remember(shown.page_key, page)
        return page

    async def read(self, blob: bytes, url: str, body: bytes) -> Page:
        """The page that *blob* holds, as a worker made it from the document *body* of *url*.

        Raises:
            FetchFailed: ``unreadable`` when it holds none, or another: whoever made it read
                hostile bytes.
        """
        known = self._recent.get(codec.key(blob))
        try:
            if len(blob) <= SMALL and len(body) <= 4 * SMALL:  # a digest is quickly made
                return _read(blob, known, url, body)
            return await anyio.to_thread.run_sync(_read, blob, known, url, body)
        except ValueError as error:
            sentence = "the page cannot be read. Choose another source."
            raise FetchFailed(Reason.UNREADABLE, sentence, url=url) from error

    async def keep(self, blob: bytes, page: Page, alone: Session | None = None) -> str:
        """Store an encoded page; returns its key.

        Args:
            blob: The page, encoded.
            page: The same.
            alone: The only session that may have it, and in memory only; ``None`` for a page
                that may be kept.
        """
        if alone:
            key = codec.key(alone.key.encode() + blob)
            await self._volatile.put(key, blob)
            return key
        key = codec.key(blob)
        await self._pages.put(key, blob)
        self._remember(key, page)
        return key

    async def forget(self, session: Session) -> None:
        """Let go of pages that only this session may have."""
        for shown in session.displays:
            if not shown.signals.keep:
                await self._volatile.drop(shown.page_key)

    def show(
        self,
        session: Session,
        like: Display,
        page: Page,
        start: int,
        *,
        folded: bool = False,
        lines: int | None = None,
    ) -> Result:
        """Add a display of the same page and history as *like*, from line *start*.

        *folded* leaves a run that begins at *start* under its mark; *lines* is how many are
        wanted, as many as a window holds when left out.
        """
        seen = display.window(page, start, self._window_chars, folded=folded, rows_wanted=lines)
        return self._add(session, like, page, seen)

    def show_found(
        self, session: Session, shown: Display, page: Page, matches: tuple[int, ...], pattern: str
    ) -> Result:
        """Add a display of the places where *pattern* stands on the page of *shown*."""
        seen = find.show(page, matches, self._window_chars)
        title = f"Find results for text: `{pattern}` in `{page.title}`"
        like = replace(shown, kind="find", title=title, back=shown.cursor, of=shown.cursor)
        return self._add(session, like, page, seen)

    async def note(self, session: Session) -> None:
        """Enter the addresses of displays made since the last call (`browser.rules.ledger`).

        Costs one page as a rule, and every page of the session after a restart.
        """
        known = session.shown
        for shown in session.displays[known.displays :]:
            if shown.page_key not in known.pages:
                try:
                    ledger.enter(known, await self.page(shown))
                except UsageError:  # no longer kept; it may be opened again
                    ledger.enter_address(known, shown.url)
                known.pages.add(shown.page_key)
            known.displays += 1

    def _add(self, session: Session, like: Display, page: Page, seen: display.Window) -> Result:
        cursor = len(session.displays)
        head = display.header(cursor, like.title, page.url, seen.first, seen.last, page.last)
        made = replace(
            like,
            cursor=cursor,
            first=seen.first,
            last=seen.last,
            text=head + seen.text,
            link_ids=_links(page, seen.shown),
        )
        session.displays.append(made)
        return Result(made.text, made, page, tuple(page.links[n] for n in made.link_ids))

    def _remember(self, key: str, page: Page) -> None:
        self._recent[key] = page
        self._recent.move_to_end(key)
        while len(self._recent) > RECENT_PAGES:
            self._recent.popitem(last=False)


def _gone(shown: Display) -> UsageError:
    # Of a page that may not be stored this process cannot tell whether it or another had it.
    why = "" if shown.signals.keep else ", which its publisher lets nobody store,"
    return UsageError(
        Reason.UNKNOWN_CURSOR,
        f"the page of display {shown.cursor}{why} is no longer kept. Open it again.",
        url=shown.url or None,
    )


async def _decode(blob: bytes) -> Page:
    if len(blob) <= SMALL:
        return codec.decode(blob)
    return await anyio.to_thread.run_sync(codec.decode, blob)


def _read(blob: bytes, known: Page | None, url: str, body: bytes) -> Page:
    page = known or codec.decode(blob)
    sound.check_answer(page, url, body)
    return page


def _links(page: Page, shown: tuple[int, ...]) -> tuple[int, ...]:
    found = {number for n in shown for number in marks.link_ids(page.lines[n].text)}
    return tuple(sorted(number for number in found if number < len(page.links)))
