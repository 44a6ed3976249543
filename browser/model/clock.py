"""Where the time comes from: rules take it as an argument, tests own it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, time that only passes, and waiting."""

    def now(self) -> float:
        """Seconds since the epoch; may be set back."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


def iso(moment: float) -> str:
    """Write *moment* (seconds since the epoch) as ``2026-11-22T10:00:00Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
