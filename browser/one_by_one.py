"""Commands of one conversation run one after another, whichever replica they reach.

Within a process a lock sees to that, between processes a lease. Who waits, for either, waits as
long as a command may take, and is told to come back then. When the store is away, all who wait in
this process are told so at once: each of them would find out after the same while.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

from browser.errors import BrowserError, StateUnavailable
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
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for the commands of the session *key* that came before.

        Raises:
            BrowserError: ``busy``; another process takes too long, or the store is away.
        """
        until = anyio.current_time() + self._patience
        line = self._lines.setdefault(key, _Line())
        line.users += 1
        known = line.away
        try:
            async with AsyncExitStack() as held:
                with anyio.move_on_after(self._patience) as wait:
                    await held.enter_async_context(line.lock)
                if wait.cancelled_caught:
                    raise _busy()
                if line.away is not None and line.away is not known:
                    raise StateUnavailable(
                        line.away.sentence, retry_after=line.away.retry_after or AGAIN
                    )
                left = max(until - anyio.current_time(), 0.0)
                try:
                    ours = await held.enter_async_context(self._leases.hold(f"session:{key}", left))
                except StateUnavailable as error:
                    line.away = error
                    raise
                if not ours:
                    raise _busy()
                yield
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[key]


class _Line:
    """Who waits for one conversation in this process."""

    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.users = 0
        self.away: StateUnavailable | None = None  # what the last lease failed with that did


def _busy() -> BrowserError:
    return BrowserError(
        Reason.BUSY,
        f"another command of this conversation is still running. Try again in {AGAIN} s.",
        retry_after=AGAIN,
    )
