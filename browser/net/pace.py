"""The gate every request passes: a turn of its host, then a place among those under way.

The wait for a turn is known before it begins (`browser.rules.pace`); a wait that would exceed
what the caller has left fails at once with the number of seconds. Who waits is told so, sessions
go in turn (`browser.net.queue`), and who goes away gives the turn back. Places are counted in
this process, turns in the store, so that replicas share a host's pace.

Many names may lead to one machine. Each address has a gate of its own behind the hosts' gates,
wide enough for a few sites that share a server and too narrow to overrun it.

aiolimiter bounds how many requests start in a second over all hosts: it has no notion of a
known wait, which is why hosts are paced by reservations and only the total by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

import anyio
from aiolimiter import AsyncLimiter

from browser.model.clock import Clock
from browser.model.limits import HostLimits, Limits
from browser.net.asker import NOBODY, Asker
from browser.net.patience import crowded, refusal
from browser.net.queue import Queue, Slot, Ticket
from browser.rules.pace import Rate, Turn
from browser.state.ports import Turns

HOUR = 3600.0  # seconds
ADDRESS = "@"  # before an address that is paced like a host; no host name begins so
INSTANT = 1e-6  # seconds; what is left of a wait when floating point is done with it


@lru_cache(maxsize=1024)
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
        self._queues: dict[str, Queue] = {}
        self._hosts: dict[str, anyio.Semaphore] = {}
        self._users: dict[str, int] = {}
        self._places = anyio.Semaphore(limits.total_concurrency)
        self._starts = AsyncLimiter(limits.total_concurrency, 1)

    @asynccontextmanager
    async def turn(
        self,
        host: str,
        max_wait: float,
        crawl_delay: float | None = None,
        *,
        address: str | None = None,
        asker: Asker = NOBODY,
    ) -> AsyncIterator[float]:
        """Wait for a turn of *host*, hold a place while the request is under way.

        Args:
            host: As the URL names it.
            max_wait: Longest acceptable wait, in seconds.
            crawl_delay: What the site's robots.txt asks for, in seconds; never makes us faster.
            address: That will be dialled; ``None`` for one that is not paced.
            asker: On whose behalf.

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
        until = began + max_wait
        used: list[tuple[str, Turn]] = []  # what is given back when nothing is sent
        try:
            used.append((host, await self._own_turn(host, wanted, until, asker)))
            places = [(host, limits.concurrency)]
            if address is not None:
                gate = ADDRESS + address
                used.append((gate, await self._address_turn(gate, host, until, asker)))
                places.append((gate, self._limits.address_concurrency))
            held = await self._enter(host, places, until - self._clock.now(), asker)
            try:
                await self._not_paused(host)
                used.clear()
                yield max(self._clock.now() - began, 0.0)
            finally:
                self._leave(places, held)
        except BaseException:
            with anyio.CancelScope(shield=True):
                for key, turn in used:
                    await self._turns.give_back(key, turn)
            raise

    async def back_off(self, host: str, retry_after: float | None, status: int) -> float:
        """The host sent 429 or 503; returns the pause in seconds."""
        now = self._clock.now()
        pause = await self._turns.back_off(host, now, retry_after, status)
        queue = self._queues.get(host)
        if queue is not None:
            queue.halt(now + pause, Turn(False, pause, "site", status))
        return pause

    async def relax(self, host: str) -> None:
        """The host answered well; to a request from before a pause, that says nothing."""
        if (await self._pause(host)).granted:
            await self._turns.relax(host)

    async def _pause(self, host: str) -> Turn:
        """Whether a pause that the site asked for is running. Takes no turn."""
        return await self._turns.reserve(host, (), self._clock.now(), 0)

    async def _not_paused(self, host: str) -> None:
        """The site may have asked us to wait while we waited."""
        held = await self._pause(host)
        if not held.granted:
            raise refusal(host, held)

    async def _own_turn(
        self, host: str, wanted: tuple[Rate, ...], until: float, asker: Asker
    ) -> Turn:
        """Stand in line until a turn of *host* has come."""
        now = self._clock.now()
        turn = await self._turns.reserve(host, wanted, now, until - now)
        if turn.granted and turn.wait <= INSTANT and host not in self._queues:
            return turn
        queue = self._queues.setdefault(host, Queue())
        try:
            if turn.granted:
                ticket = Ticket(asker.session, Slot(now + turn.wait, turn), until)
                queue.join(ticket)
            else:
                fair = turn.held_by in ("pace", "crawl-delay")
                found = queue.take_over(asker.session, now, until, turn) if fair else None
                if found is None:
                    raise refusal(host, turn)
                ticket = found
            return await self._stand(host, queue, ticket, asker)
        finally:
            if not queue and self._queues.get(host) is queue:
                del self._queues[host]

    async def _stand(self, host: str, queue: Queue, ticket: Ticket, asker: Asker) -> Turn:
        told = 0.0
        try:
            while ticket.sent_away is None:
                slot = ticket.slot
                left = slot.due - self._clock.now()
                if left <= INSTANT:
                    queue.go(ticket)
                    return slot.turn
                if abs(slot.due - told) >= 1:
                    asker.waits(left, host)
                    told = slot.due
                with anyio.CancelScope() as ticket.nap:
                    await self._clock.sleep(left)
                ticket.nap = None
        except BaseException:
            await self._give_up(host, queue, ticket)
            raise
        await self._give_up(host, queue, ticket)
        raise refusal(host, ticket.sent_away)

    async def _give_up(self, host: str, queue: Queue, ticket: Ticket) -> None:
        ticket.nap = None
        spare = queue.leave(ticket)
        if spare is not None:
            with anyio.CancelScope(shield=True):
                await self._turns.give_back(host, spare.turn)

    async def _address_turn(self, gate: str, host: str, until: float, asker: Asker) -> Turn:
        """A turn of the machine that *host* shares with others."""
        limits = self._limits
        rate = Rate("address", 1 / limits.address_rate, limits.address_concurrency)
        now = self._clock.now()
        turn = await self._turns.reserve(gate, (rate,), now, max(until - now, 0.0))
        if not turn.granted:
            raise refusal(host, turn)
        if turn.wait > 0:
            asker.waits(turn.wait, host)
            try:
                await self._clock.sleep(turn.wait)
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await self._turns.give_back(gate, turn)
                raise
        return turn

    async def _enter(
        self, host: str, places: list[tuple[str, int]], patience: float, asker: Asker
    ) -> list[anyio.Semaphore]:
        """Take a place at every gate; returns what is held."""
        gates = []
        for key, count in places:
            gates.append(self._hosts.get(key) or anyio.Semaphore(count))
            self._hosts[key] = gates[-1]
            self._users[key] = self._users.get(key, 0) + 1
        held: list[anyio.Semaphore] = []
        try:
            await self._take_all([*gates, self._places], held, host, patience, asker)
        except BaseException:
            self._leave(places, held)
            raise
        return held

    async def _take_all(
        self,
        gates: list[anyio.Semaphore],
        held: list[anyio.Semaphore],
        host: str,
        patience: float,
        asker: Asker,
    ) -> None:
        if all(gate.value for gate in gates) and self._starts.has_capacity():
            for gate in gates:  # nobody is waited for, so no deadline is needed
                gate.acquire_nowait()
                held.append(gate)
            await self._starts.acquire()
            return
        with anyio.move_on_after(max(patience, 0)) as waiting:
            for gate in gates:
                await _take(gate, host, asker)
                held.append(gate)
            await self._starts.acquire()
        if waiting.cancelled_caught:
            raise crowded(host, self._limits.of(host) if not held else None)

    def _leave(self, places: list[tuple[str, int]], held: list[anyio.Semaphore]) -> None:
        for place in held:
            place.release()
        for key, _ in places:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._hosts[key]


async def _take(places: anyio.Semaphore, host: str, asker: Asker) -> None:
    """Take a place; a free one also when there is no time left to wait."""
    try:
        places.acquire_nowait()
    except anyio.WouldBlock:
        if asker.tell is not None:
            asker.tell(f"waiting for {host}: other requests are under way")
        await places.acquire()
