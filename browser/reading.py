"""From a fetched document to a page that may be shown: read by a worker, weighed by its signals.

A publisher speaks in robots.txt, in the header and in the page. What came before the page is
weighed before the page is read, the rest afterwards (`browser.rules.signals`). Who is declined is
told how gently the site was asked, like everybody else.

A kept copy is not read again: what a worker made of the same octets under the same address and
type is at hand for a while, unless the publisher does not let it be kept.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import anyio.to_thread

from browser.displays import SMALL, Displays
from browser.errors import BrowserError, Refused
from browser.model.clock import Clock
from browser.model.fetch import Fetched
from browser.model.page import Page
from browser.model.session import Session
from browser.model.signals import Mode, Signals
from browser.model.url import Url
from browser.rules import signals
from browser.text import codec
from browser.text.withheld import withheld

KNOWN = 16 * 2**20  # octets of encoded pages at hand


class Render(Protocol):
    """What is needed of the worker processes."""

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        """Turn a document into an encoded page; raises `browser.errors.BrowserError`."""


@dataclass(frozen=True)
class Read:
    """A page that may be shown.

    Attributes:
        key: Under which it is kept.
        page: The page, or what its publisher lets be shown of it.
        signals: What the publisher asks.
    """

    key: str
    page: Page
    signals: Signals


class Reading:
    """Reads documents for sessions.

    Args:
        render: The workers.
        displays: Where pages are kept.
        forget: Drops the kept reply of a URL whose page may not be kept.
        clock: Tells the time.
        mode: How far publishers' signals are obeyed.
        tokens: Our product tokens, to which signals may be addressed.
    """

    def __init__(
        self,
        *,
        render: Render,
        displays: Displays,
        forget: Callable[[Url], Awaitable[None]],
        clock: Clock,
        mode: Mode,
        tokens: tuple[str, ...],
    ) -> None:
        self._render = render
        self._displays = displays
        self._forget = forget
        self._clock = clock
        self._mode = mode
        self._tokens = tokens
        self._known: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0

    async def read(self, session: Session, fetched: Fetched) -> Read:
        """Read a document that was fetched for *session*.

        Raises:
            Refused: ``site_declined``.
            BrowserError: the document cannot be read.
        """
        try:
            return await self._read(session, fetched)
        except BrowserError as error:
            error.politeness = error.politeness or fetched.politeness
            raise

    async def _read(self, session: Session, fetched: Fetched) -> Read:
        self._weigh(fetched, None)  # a page that is declined is not even read
        mark = await _mark(fetched)
        blob = self._known.get(mark) if fetched.politeness.cache != "miss" else None
        if blob is None:
            blob = await self._render.render(fetched.body, fetched.content_type, fetched.url)
        page = await self._displays.read(blob, fetched.url, fetched.body)
        try:
            asked = self._weigh(fetched, page)
        except Refused:
            await self._drop(mark, fetched.url)
            raise
        if asked.keep:
            self._remember(mark, blob)
        else:
            await self._drop(mark, fetched.url)
        if asked.show_max is not None:
            page = withheld(page, asked.show_max, asked.show_rule or "")
            blob = codec.encode(page)
        key = await self._displays.keep(blob, page, None if asked.keep else session)
        return Read(key, page, asked)

    async def _drop(self, mark: bytes, url: str) -> None:
        self._size -= len(self._known.pop(mark, b""))
        await self._forget(Url(url))

    def _remember(self, mark: bytes, blob: bytes) -> None:
        self._size += len(blob) - len(self._known.pop(mark, b""))
        self._known[mark] = blob
        while self._size > KNOWN:
            _, oldest = self._known.popitem(last=False)
            self._size -= len(oldest)

    def _weigh(self, fetched: Fetched, page: Page | None) -> Signals:
        """What the publisher asks; raises `Refused` when the page is not to be delivered."""
        url = Url(fetched.url)
        found = signals.judge(
            fetched.robots_says,
            fetched.fields,
            page.directives if page else (),
            tokens=self._tokens,
            mode=self._mode,
            url=url,
            now=self._clock.now(),
            marked=bool(page and page.unquotable),
        )
        if found.refused:
            raise Refused.by(signals.declined(found.refused, url.host), url.href)
        return found


async def _mark(fetched: Fetched) -> bytes:
    """What a page depends on, in a few octets."""
    if len(fetched.body) <= SMALL:
        return _digest(fetched)
    return await anyio.to_thread.run_sync(_digest, fetched)


def _digest(fetched: Fetched) -> bytes:
    made = hashlib.sha256(fetched.body)
    made.update(f"\0{fetched.content_type}\0{fetched.url}".encode())
    return made.digest()
