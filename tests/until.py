"""Waiting for what another process does, of which nothing tells us: looking again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import anyio

T = TypeVar("T")

PATIENCE = 60.0  # seconds; far more than any of it takes
PAUSE = 0.05  # seconds between two looks


def until(holds: Callable[[], T], what: str = "", patience: float = PATIENCE) -> T:
    """What *holds* says once it is something true; fail after *patience* seconds."""
    deadline = time.monotonic() + patience
    while not (seen := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(what or "what was waited for did not happen")
        time.sleep(PAUSE)
    return seen


async def soon(holds: Callable[[], object], what: str = "", patience: float = PATIENCE) -> None:
    """The same for an event loop."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(what or "what was waited for did not happen")
        await anyio.sleep(PAUSE)
