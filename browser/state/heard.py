"""Listening to the bus for as long as the process lives."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio

from browser.errors import StateUnavailable
from browser.state.ports import Bus

AGAIN = 1.0  # seconds before a bus that was lost is tried again

_log = logging.getLogger("browser.state")


async def heard(
    bus: Bus,
    channel: str,
    take: Callable[[Mapping[str, Any]], None],
    ready: Callable[[], object] = bool,
) -> None:
    """Hand what is said on *channel* to *take*, until cancelled; listen again after a loss.

    What is no JSON object of ours is passed over: whoever reaches the store may say anything, and
    so may another version of this program. The log has it once.

    Args:
        bus: Said on it.
        channel: On the bus.
        take: Raises `ValueError`, `LookupError` or `TypeError` for what is not ours.
        ready: Called each time when listening has begun, or cannot begin now.
    """
    told = False
    while True:
        try:
            async with bus.listen(channel) as messages:
                ready()
                async for message in messages:
                    if not _taken(message, take) and not told:
                        told = True
                        _log.warning("a message on the bus (%s) is not ours; left out", channel)
        except StateUnavailable:
            ready()
            await anyio.sleep(AGAIN)


def _taken(message: bytes, take: Callable[[Mapping[str, Any]], None]) -> bool:
    try:
        said = json.loads(message)
        if isinstance(said, dict):
            take(said)
            return True
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return False
