"""How many commands of one credential run at a time, whichever doors they came through.

A door may let a request go before its command has ended: one of MCP is accepted at once, one whose
caller hung up is finished. So commands are counted where they run. Who has no place left waits for
one of its own, and nobody else does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio


class Places:
    """Places to run a command, by credential.

    Args:
        each: Of one credential; ``None`` for as many as are wanted, as on an open service.
    """

    def __init__(self, each: int | None) -> None:
        self._each = each
        self._of: dict[str, anyio.CapacityLimiter] = {}

    @asynccontextmanager
    async def take(self, owner: str) -> AsyncIterator[None]:
        """Wait for a place of *owner*, a digest of a credential, and hold it."""
        if self._each is None:
            yield
            return
        if owner not in self._of:  # one for each token, so there are few
            self._of[owner] = anyio.CapacityLimiter(self._each)
        async with self._of[owner]:
            yield
