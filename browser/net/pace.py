"""The gate every request passes: a turn of its host, then a place among those under way.

The wait for a turn is known before it begins (`browser.rules.pace`); a wait that would exceed
what the caller has left fails at once with the number of seconds. Places are counted in this
process, turns in the store, so that replicas share a host's pace.

aiolimiter bounds how many requests start in a second over all hosts: it has no notion of a
known wait, which is why hosts are paced by reservations and only the total by it.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from aiolimiter import AsyncLimiter

from browser.errors import Refused
from browser.model.clock import Clock
from browser.model.limits import HostLimits, Limits
from browser.model.reason import Reason
from browser.rules.pace import Rate, Turn
from browser.state.ports import Turns

HOUR = 3600.0  # seconds


def rates(limits: HostLimits) -> tuple[Rate, ...]:
    """The limits of a host as rates."""
    burst = max(1, limits.hourly // 2)
    return (
        Rate("pace", 1 / limits.rate, limits.burst),
        # Half at once, half spread over the hour: no hour ever holds more than the budget.
        Rate("hourly", HOUR / max(1, limits.hourly - burst), burst),
    )


class Pace:
    """Lets requests through, host by host. One object serves one event loop."""

    def __init__(self, turns: Turns, limits: Limits, clock: Clock) -> None:
        self._turns = turns
        self._limits = limits
        self._clock = clock
        self._hosts: dict[str, anyio.Semaphore] = {}
        self._users: dict[str, int] = {}
        self._places = anyio.Semaphore(limits.total_concurrency)
        self._starts = AsyncLimiter(limits.total_concurrency, 1)

    @asynccontextmanager
    async def turn(
        self, host: str, max_wait: float, crawl_delay: float | None = None
    ) -> AsyncIterator[float]:
        """Wait for a turn of *host*, hold a place while the request is under way.

        Args:
            host: As the URL names it.
            max_wait: Longest acceptable wait, in seconds.
            crawl_delay: What the site's robots.txt asks for, in seconds; never makes us faster.

        Yields:
            Seconds that were waited.

        Raises:
            Refused: ``rate_limited`` or ``host_backing_off``, with the seconds to wait.
        """
        limits = self._limits.of(host)
        wanted = rates(limits)
        if crawl_delay:
            wanted += (Rate("crawl-delay", min(crawl_delay, self._limits.crawl_delay_cap)),)
        began = self._clock.now()
        turn = await self._turns.reserve(host, wanted, began, max_wait)
        if not turn.granted:
            raise _refusal(host, turn)
        if turn.wait > 0:
            await self._clock.sleep(turn.wait)
        async with self._place(host, limits, max_wait - turn.wait):
            held = await self._pause(host)
            if not held.granted:  # the site asked us to wait while we waited
                raise _refusal(host, held)
            yield max(self._clock.now() - began, 0.0)

    async def back_off(self, host: str, retry_after: float | None, status: int) -> float:
        """The host sent 429 or 503; returns the pause in seconds."""
        return await self._turns.back_off(host, self._clock.now(), retry_after, status)

    async def relax(self, host: str) -> None:
        """The host answered well; to a request from before a pause, that says nothing."""
        if (await self._pause(host)).granted:
            await self._turns.relax(host)

    async def _pause(self, host: str) -> Turn:
        """Whether a pause that the site asked for is running. Takes no turn."""
        return await self._turns.reserve(host, (), self._clock.now(), 0)

    @asynccontextmanager
    async def _place(self, host: str, limits: HostLimits, patience: float) -> AsyncIterator[None]:
        gate = self._hosts.setdefault(host, anyio.Semaphore(limits.concurrency))
        self._users[host] = self._users.get(host, 0) + 1
        held: list[anyio.Semaphore] = []
        try:
            with anyio.move_on_after(max(patience, 0)) as waiting:
                for places in (gate, self._places):
                    await _take(places)
                    held.append(places)
                await self._starts.acquire()
            if waiting.cancelled_caught:
                raise _crowded(host, limits if not held else None)
            yield
        finally:
            for places in held:
                places.release()
            self._users[host] -= 1
            if not self._users[host]:
                del self._users[host], self._hosts[host]


async def _take(places: anyio.Semaphore) -> None:
    """Take a place; a free one also when there is no time left to wait."""
    try:
        places.acquire_nowait()
    except anyio.WouldBlock:
        await places.acquire()


def _crowded(host: str, limits: HostLimits | None) -> Refused:
    full = (
        f"{limits.concurrency} requests to {host} are under way already."
        if limits
        else "This browser has as many requests under way as it may."
    )
    return Refused(
        Reason.RATE_LIMITED,
        f"{full} Try again in a moment, or choose another source.",
        retry_after=1,
    )


def _refusal(host: str, turn: Turn) -> Refused:
    seconds = math.ceil(turn.wait)
    if turn.held_by == "site":
        error = Refused(
            Reason.HOST_BACKING_OFF,
            f"{host} asked us to slow down (HTTP {turn.status}). "
            f"Try again in {seconds} s, or choose another source now.",
            retry_after=seconds,
        )
        error.status = turn.status
        return error
    why = {
        "hourly": "its hourly budget is used up",
        "crawl-delay": "its robots.txt asks for a pause between requests",
    }.get(turn.held_by, "requests to it are kept at a gentle pace")
    return Refused(
        Reason.RATE_LIMITED,
        f"{host} has to wait: {why}. Try again in {seconds} s, or choose another source now.",
        rule=f"Crawl-delay of {host}" if turn.held_by == "crawl-delay" else None,
        retry_after=seconds,
    )
