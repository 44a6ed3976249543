"""Ending what only waits, and finishing what a site was asked for.

A command is for somebody. Who hangs up while a page waits for its turn gives the turn back. Once
the site has been asked its answer is read and kept, so that nothing was asked in vain: the caller
who comes back finds the page in the conversation.
"""

from __future__ import annotations

import math
from types import TracebackType
from typing import Self

import anyio
from fastapi import Request

from browser.model.current import UNDER_WAY


class Command:
    """What is done for a caller, in one task: a context to await it in.

    Whatever cancels the task from outside ends it like `leave`; that it was ended is no error.

    Args:
        deadline: When it is left if no site has been asked by then; on the event loop's clock.
    """

    def __init__(self, deadline: float = math.inf) -> None:
        self._scope = anyio.CancelScope(deadline=deadline)
        self._stays = False

    def __enter__(self) -> Self:
        self._scope.__enter__()
        self._before = UNDER_WAY.set(self.stay)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        UNDER_WAY.reset(self._before)
        return bool(self._scope.__exit__(kind, error, trace))

    def stay(self) -> None:
        """A site is asked now: go on to the end."""
        self._stays = True
        self._scope.shield = True
        self._scope.deadline = math.inf

    def leave(self) -> None:
        """The caller is gone: end it if it only waits."""
        if not self._stays:
            self._scope.cancel()

    def end(self) -> None:
        """End it anyway: nobody will come back for what it brings."""
        self._scope.cancel()


async def gone(request: Request) -> None:
    """Return when the caller has hung up.

    Args:
        request: The caller's; its body is not read by anybody else meanwhile.
    """
    while (await request.receive())["type"] != "http.disconnect":
        pass
