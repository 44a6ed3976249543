"""Work for a caller who is there: a command that only waits does not wait for who has hung up."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio
from fastapi import Request

from browser.api.under_way import Command, gone

T = TypeVar("T")


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
        with Command() as command:
            group.start_soon(_leave, request, command)
            try:
                outcome = await work
            except Exception as error:  # noqa: BLE001 - raised below, where no group wraps it
                failed = error
        group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    return outcome


async def _leave(request: Request, command: Command) -> None:
    await gone(request)
    command.leave()
