"""The machine's clock."""

from __future__ import annotations

import time

import anyio


class SystemClock:
    """Wall time and real waiting; the adapter of `browser.model.clock.Clock`."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()  # noqa: TID251 - the one place that reads it

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)
