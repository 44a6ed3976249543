"""A clock that tests own."""

from __future__ import annotations

import itertools

import anyio
import anyio.lowlevel


class ManualClock:
    """Time passes when a test says so, or when the code under test sleeps."""

    def __init__(self, moment: float = 1_700_000_000.0) -> None:
        self.moment = moment
        self.set_back = 0.0  # seconds by which the wall clock was
        self.waits: list[float] = []

    def now(self) -> float:
        return self.moment - self.set_back

    def monotonic(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()


class StagedClock:
    """Time passes when a test says so; who sleeps wakes in the order of the alarms."""

    def __init__(self, moment: float = 1_700_000_000.0) -> None:
        self.moment = moment
        self.set_back = 0.0  # seconds by which the wall clock was
        self._alarms: list[tuple[float, int, anyio.Event]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.moment - self.set_back

    def monotonic(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        alarm = self.moment + seconds, next(self._numbers), anyio.Event()
        self._alarms.append(alarm)
        try:
            await alarm[2].wait()
        finally:
            self._alarms.remove(alarm)

    async def pass_(self, seconds: float) -> None:
        """Let *seconds* pass, and everybody who wakes in them do what they woke for."""
        end = self.moment + seconds
        await settle()
        while due := [alarm for alarm in self._alarms if alarm[0] <= end + 1e-9]:
            moment, _, event = min(due, key=lambda alarm: alarm[:2])
            self.moment = max(self.moment, moment)
            event.set()
            await settle()
        self.moment = end
        await settle()


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(30):
        await anyio.lowlevel.checkpoint()
