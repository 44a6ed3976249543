"""A clock that tests own."""

from __future__ import annotations

import anyio.lowlevel


class ManualClock:
    """Time passes when a test says so, or when the code under test sleeps."""

    def __init__(self, moment: float = 1_700_000_000.0) -> None:
        self.moment = moment
        self.waits: list[float] = []

    def now(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()
