"""The end of the service: what runs is finished, what comes is told to come back.

From the moment it is said that the service closes it is not ready, answers without an end are
ended, and a new command fails with ``busy``. The commands that run have until the deadline; one
that needs longer fails likewise. So every caller is answered, and what it was answered is kept.

Left to taste: all of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from browser.errors import BrowserError
from browser.model.reason import Reason

AGAIN = 5  # seconds after which another replica, or the next process, can be asked

T = TypeVar("T")


def closes() -> BrowserError:
    """Why a command is not run any more."""
    return BrowserError(
        Reason.BUSY,
        f"this service is about to stop. Try again in {AGAIN} s.",
        retry_after=AGAIN,
    )


class Closing:
    """Knows whether the service closes, and which commands it still runs.

    Attributes:
        said: Whether it was said that it closes.
        failed: Whether it closes since a part of it has failed.
        stop: Ends the process soon; set by whoever runs it.
    """

    def __init__(self) -> None:
        self.said = False
        self.failed = False
        self.stop: Callable[[], object] = bool
        self._said = anyio.Event()
        self._over = anyio.Event()
        self._commands: set[anyio.CancelScope] = set()

    def set(self) -> None:
        """Say it; on the event loop."""
        self.said = True
        self._said.set()
        self._look()

    def fail(self) -> None:
        """Close, and end the process: a part without which it would be half alive has failed."""
        self.failed = True
        self.set()
        self.stop()

    async def wait(self) -> None:
        """Return when it is said."""
        await self._said.wait()

    async def over(self) -> None:
        """Return when it is said and no command runs any more."""
        await self._over.wait()

    def end(self) -> None:
        """End the commands that still run; each fails."""
        for command in self._commands:
            command.cancel()

    async def run(self, command: Callable[[], Awaitable[T]]) -> T:
        """Run *command*, if it may begin, to its end.

        Raises:
            BrowserError: ``busy``; the service closes.
        """
        if self.said:
            raise closes()
        with anyio.CancelScope() as scope:
            self._commands.add(scope)
            try:
                return await command()
            finally:
                self._commands.discard(scope)
                self._look()
        raise closes()

    async def check(self) -> None:
        """Raise `BrowserError` when it was said."""
        if self.said:
            raise closes()

    def _look(self) -> None:
        if self.said and not self._commands:
            self._over.set()
