"""Encoded pages that replicas share, for as long as a session shows them.

A page has a time to live of the server's, counted anew when it is stored again and when a
session that shows it says so (`browser.state.valkey.sessions`). It does at its first save after
half of its idle time, and may be read for as long as its idle time after its last save; so two
idle times and a half are enough also when one telling fails.

**Memory** is bounded: all pages together have half of the server's `maxmemory`, or a gibibyte of
one that has none, and the page that was read least recently goes first. Whoever shows it is told
that it is no longer kept, and opens it again; sessions, pace and orders have the other half to
themselves and `browser.state.valkey.shelf`. Nobody counts who shows a page. So one whose session
was deleted goes as soon as it may: when no other session has told it to stay by then. Measured, a
page takes about a third of its text.
"""

from __future__ import annotations

from collections.abc import Iterable

from browser.state.memory import PAGE_GRACE, Lifetimes
from browser.state.valkey.connection import Valkey
from browser.state.valkey.shelf import Shelf
from browser.text.codec import MAX_PAGE


def lifetime(lifetimes: Lifetimes) -> float:
    """Seconds that a page lives after it was stored, read, or told to stay."""
    return 2.5 * lifetimes.idle + PAGE_GRACE


class ValkeyPages:
    """Encoded pages, each stored once."""

    def __init__(self, server: Valkey, lifetimes: Lifetimes) -> None:
        self._left = lifetime(lifetimes) - lifetimes.idle
        self._shelf = Shelf(
            server, "pages", most=None, part=1 / 2, kept=lifetime(lifetimes), longest=MAX_PAGE
        )

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; a key that is there already stays as it is, but counts as new."""
        if not await self._shelf.stay([key]):
            await self._shelf.put(key, blob)

    async def get(self, key: str) -> bytes | None:
        """The encoded page.

        Raises:
            StateUnavailable: also when the store gave another page.
        """
        return next(iter(await self._shelf.get(key)), None)

    async def stay(self, keys: Iterable[str]) -> None:
        """A session still shows these."""
        await self._shelf.stay(keys)

    async def leave(self, keys: Iterable[str]) -> None:
        """A session that showed these is gone; another that shows one tells it to stay in time."""
        await self._shelf.age(keys, self._left)
