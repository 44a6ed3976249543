"""Commands of one conversation run one after another, whichever replica they reach.

Within a process a lock sees to that, between processes a lease. Who waits for another process waits
as long as a command may take, and is told to come back then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.state.ports import Leases

PATIENCE = 60.0  # seconds; waits, network and rendering of one command take less
AGAIN = 2  # seconds


class OneByOne:
    """Gives each conversation's commands their turn.

    Args:
        leases: Between processes.
        patience: Seconds that a command of another process may take.
    """

    def __init__(self, leases: Leases, patience: float = PATIENCE) -> None:
        self._leases = leases
        self._patience = patience
        self._locks: dict[str, anyio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for the commands of the session *key* that came before.

        Raises:
            BrowserError: ``busy``; another process takes too long, or the store is away.
        """
        until = anyio.current_time() + self._patience
        lock = self._locks.setdefault(key, anyio.Lock())
        self._users[key] = self._users.get(key, 0) + 1
        try:
            async with lock:
                left = max(until - anyio.current_time(), 0.0)
                async with self._leases.hold(f"session:{key}", left) as ours:
                    if not ours:
                        raise BrowserError(
                            Reason.BUSY,
                            "another command of this conversation is still running. "
                            f"Try again in {AGAIN} s.",
                            retry_after=AGAIN,
                        )
                    yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
