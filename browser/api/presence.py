"""Work for a caller who is there: a command whose caller has hung up asks no site any more.

A request answers a command, and a command is for somebody. Who hangs up while a page waits for its
turn gives the turn back; what was fetched by then is read and kept to the end, so that no worker
is killed for it and the conversation stays whole.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio
from fastapi import Request

T = TypeVar("T")


async def while_present(request: Request, work: Awaitable[T]) -> T | None:
    """Do *work* as long as the caller is there.

    Args:
        request: The caller's; its body is not read by anybody else meanwhile.
        work: Cancelled when the caller hangs up.

    Returns:
        What the work brought, or ``None`` when nobody is there to read it.
    """
    outcome: T | None = None
    failed: Exception | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_until_gone, request, group.cancel_scope)
        try:
            outcome = await work
        except Exception as error:  # noqa: BLE001 - raised below, where no group wraps it
            failed = error
        group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    return outcome


async def _until_gone(request: Request, scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
