"""Work for a caller who is there: a command that only waits does not wait for who has hung up.

A request answers a command, and a command is for somebody. Who hangs up while a page waits for its
turn gives the turn back. Once the site has been asked its answer is read and kept, so that nothing
was asked in vain: the caller who comes back finds the page in the conversation.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio
from fastapi import Request

from browser.model.current import UNDER_WAY

T = TypeVar("T")


class _Command:
    """What is done for a caller; *scope* ends it."""

    def __init__(self, scope: anyio.CancelScope) -> None:
        self._scope = scope
        self._stays = False

    def stay(self) -> None:
        """A site is asked now: go on to the end."""
        self._stays = True

    async def until_gone(self, request: Request) -> None:
        """Wait for the caller to hang up, and end what only waits."""
        while (await request.receive())["type"] != "http.disconnect":
            pass
        if not self._stays:
            self._scope.cancel()


async def while_present(request: Request, work: Awaitable[T]) -> T | None:
    """Do *work*, as long as the caller is there or a site has been asked.

    Args:
        request: The caller's; its body is not read by anybody else meanwhile.
        work: Cancelled when the caller hangs up before that.

    Returns:
        What the work brought, or ``None`` when it was cancelled.
    """
    outcome: T | None = None
    failed: Exception | None = None
    async with anyio.create_task_group() as group:
        command = _Command(group.cancel_scope)
        UNDER_WAY.set(command.stay)  # for this task alone, which serves one request
        group.start_soon(command.until_gone, request)
        try:
            outcome = await work
        except Exception as error:  # noqa: BLE001 - raised below, where no group wraps it
            failed = error
        group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    return outcome
