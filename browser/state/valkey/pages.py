"""Encoded pages that replicas share, for as long as a session shows them.

A page has a time to live of the server's, counted anew when it is stored again and when a
session that shows it says so (`browser.state.valkey.sessions`). It does at its first save after
half of its idle time, and may be read for as long as its idle time after its last save; so two
idle times and a half are enough also when one telling fails.

**Memory** is bounded by what is fetched in that time, compressed: nobody counts who shows a page,
so one whose sessions have ended, or were deleted, stays until its time is over. Measured, a page
takes about a third of its text.
"""

from __future__ import annotations

import logging

from browser.errors import StateUnavailable
from browser.state.codec import Damaged
from browser.state.database import AWAY
from browser.state.memory import PAGE_GRACE, Lifetimes
from browser.state.valkey.connection import Valkey
from browser.state.valkey.packed import seal, unseal
from browser.text.codec import MAX_PAGE

_log = logging.getLogger("browser.state")


def lifetime(lifetimes: Lifetimes) -> float:
    """Seconds that a page lives after it was stored, or told to stay."""
    return 2.5 * lifetimes.idle + PAGE_GRACE


class ValkeyPages:
    """Encoded pages, each stored once."""

    def __init__(self, server: Valkey, lifetimes: Lifetimes) -> None:
        self._server = server
        self._ms = round(1000 * lifetime(lifetimes))

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; a key that is there already stays as it is, but counts as new."""
        name = self._server.key("page", key)
        if not await self._server.command("PEXPIRE", name, self._ms):
            sealed = await seal(key, blob)
            await self._server.command("SET", name, sealed, "NX", "PX", self._ms)

    async def get(self, key: str) -> bytes | None:
        """The encoded page.

        Raises:
            StateUnavailable: also when the store gave another page.
        """
        stored = await self._server.command("GET", self._server.key("page", key))
        if stored is None:
            return None
        try:
            return await unseal(key, stored, MAX_PAGE)
        except Damaged as error:
            _log.error("the shared store gave a page that is damaged or belongs elsewhere")
            raise StateUnavailable(AWAY) from error
