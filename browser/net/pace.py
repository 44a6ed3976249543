"""The gate every request passes: a turn of its host, then a place among those under way.

The wait for a turn is known before it begins (`browser.rules.pace`); a wait that would exceed
what the caller has left fails at once with the number of seconds. Who waits is told so, sessions
go in turn (`browser.net.queue`), and who goes away gives the turn back. Places are counted in
this process (`browser.net.gates`), turns in the store, so that replicas share a host's pace.

Turns may be used late: the process was stopped, the store slow, every place taken. So the last
step before sending asks the store for leave, which counts what was really sent by all replicas:
the owner of a site never sees turns that were saved up come together. It also asks whether the
site wants to be left alone by now. In the normal case nobody waits there.

Waiting goes by the clock that nobody can set, and so ends when it was said to.

Many names may lead to one machine. Each address has a gate of its own behind the hosts' gates,
wide enough for a few sites that share a server and too narrow to overrun it.

Limits may change at any moment (`browser.net.limits`). Those who wait are seated anew then, and
nobody passes to a host that was blocked meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial

import anyio

from browser.model.clock import Clock
from browser.model.limits import HostLimits, Limits
from browser.net.asker import NOBODY, Asker
from browser.net.gates import ADDRESS, Gates, Pass
from browser.net.limits import CurrentLimits
from browser.net.patience import refusal
from browser.net.queue import Queue, Slot, Ticket
from browser.net.seating import seat_anew
from browser.rules.pace import CRAWL_DELAY, Rate, Turn
from browser.state.ports import Turns

HOUR = 3600.0  # seconds
INSTANT = 1e-6  # seconds; what is left of a wait when floating point is done with it


@lru_cache(maxsize=1024)
def rates(limits: HostLimits, revision: int = 0) -> tuple[Rate, ...]:
    """The limits of a host, of one revision of all limits, as rates."""
    burst = max(1, limits.hourly // 2)
    return (
        Rate("pace", 1 / limits.rate, limits.burst, revision),
        # Half at once, half spread over the hour: no hour ever holds more than the budget.
        Rate("hourly", HOUR / max(1, limits.hourly - burst), burst, revision),
    )


class Pace:
    """Lets requests through, host by host. One object serves one event loop."""

    def __init__(self, turns: Turns, limits: CurrentLimits, clock: Clock) -> None:
        self._turns = turns
        self._limits = limits
        self._clock = clock
        self._queues: dict[str, Queue] = {}
        self._waiting: dict[str, set[anyio.CancelScope]] = {}
        self._gates = Gates(limits)
        limits.follow(self._changed)

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
            Refused: ``rate_limited`` or ``host_backing_off``, with the seconds to wait;
                ``host_blocked``.
        """
        began = self._clock.monotonic()
        entered = None
        while entered is None:  # again only if the host was blocked for a moment
            self._limits.permit(host)
            with self._until_blocked(host):
                entered = await self._admitted(host, began + max_wait, crawl_delay, address, asker)
        try:
            yield self._clock.monotonic() - began
        finally:
            self._gates.leave(entered)

    async def _admitted(
        self, host: str, until: float, crawl_delay: float | None, address: str | None, asker: Asker
    ) -> Pass:
        used: list[tuple[str, Turn]] = []  # what is given back when nothing is sent
        try:
            used.append((host, await self._own_turn(host, crawl_delay, until, asker)))
            keys = [host]
            if address is not None:
                keys.append(ADDRESS + address)
                used.append((keys[1], await self._address_turn(keys[1], host, until, asker)))
            entered = await self._gates.enter(keys, until - self._clock.monotonic(), asker)
            try:
                await self._leave_to_send(keys, crawl_delay, until, asker)
                self._limits.permit(host)
            except BaseException:
                self._gates.leave(entered)
                raise
        except BaseException:
            with anyio.CancelScope(shield=True):
                for key, turn in used:
                    await self._turns.give_back(key, turn)
            raise
        return entered

    @contextmanager
    def _until_blocked(self, host: str) -> Iterator[None]:
        """Wait for *host* no longer than until the operator blocks it."""
        scope, scopes = anyio.CancelScope(), self._waiting.setdefault(host, set())
        scopes.add(scope)
        try:
            with scope:
                yield
        finally:
            scopes.discard(scope)
            if not scopes and self._waiting.get(host) is scopes:
                del self._waiting[host]

    async def _changed(self, before: Limits, after: Limits) -> None:
        """Let those who wait have what the limits say *after* a change."""
        for host, scopes in self._waiting.items():
            if after.of(host).blocked:
                for scope in scopes:
                    scope.cancel()
        self._gates.resize()
        for host, queue in list(self._queues.items()):
            old, new = before.of(host), after.of(host)
            if rates(old) != rates(new) and not new.blocked:
                await seat_anew(
                    queue, partial(self._turns.give_back, host), partial(self._reserved, host)
                )

    async def _reserved(self, host: str, ticket: Ticket) -> Slot | Turn:
        """The slot that *ticket* may have now, or the turn that it cannot have."""
        now = self._clock.monotonic()
        wanted = self._rates(host, ticket.crawl_delay)
        turn = await self._turns.reserve(host, wanted, self._clock.now(), ticket.until - now)
        return Slot(now + turn.wait, turn) if turn.granted else turn

    def _rates(self, host: str, crawl_delay: float | None) -> tuple[Rate, ...]:
        wanted = rates(self._limits.of(host), self._limits.revision)
        if crawl_delay:
            wanted += (Rate(CRAWL_DELAY, min(crawl_delay, self._limits.now.crawl_delay_cap)),)
        return wanted

    async def back_off(self, host: str, retry_after: float | None, status: int) -> float:
        """The host sent 429 or 503; returns the pause in seconds."""
        now = self._clock.monotonic()
        pause = await self._turns.back_off(host, self._clock.now(), retry_after, status)
        queue = self._queues.get(host)
        if queue is not None:
            queue.halt(now + pause, Turn(False, pause, "site", status))
        return pause

    def line_ends(self, host: str) -> float:
        """When the last of those who wait for *host* here goes, seconds since the epoch, or 0."""
        queue = self._queues.get(host)
        ends = queue.ends if queue is not None else 0.0
        return ends and self._clock.now() + ends - self._clock.monotonic()

    async def relax(self, host: str) -> None:
        """The host answered well; to a request from before a pause, that says nothing."""
        if (await self._turns.reserve(host, (), self._clock.now(), 0)).granted:
            await self._turns.relax(host)

    async def _leave_to_send(
        self, keys: list[str], crawl_delay: float | None, until: float, asker: Asker
    ) -> None:
        """Wait until a request to the host, and maybe its address, of *keys* may be sent."""
        host, *address = keys
        while True:
            wanted = {host: self._rates(host, crawl_delay)}
            wanted |= {gate: (self._address_rate(),) for gate in address}
            held = await self._turns.go(wanted, self._clock.now())
            if held.granted:
                return
            # What a pause that the site asked for is for, is that nobody waits here.
            if held.held_by == "site" or held.wait > until - self._clock.monotonic():
                raise refusal(host, held)
            if held.wait >= 1:
                asker.waits(held.wait, host)
            await self._clock.sleep(held.wait)

    async def _own_turn(
        self, host: str, crawl_delay: float | None, until: float, asker: Asker
    ) -> Turn:
        """Stand in line until a turn of *host* has come."""
        now = self._clock.monotonic()
        turn = await self._turn_by_limits(host, crawl_delay, until - now)
        if turn.granted and turn.wait <= INSTANT and host not in self._queues:
            return turn
        queue = self._queues.setdefault(host, Queue())
        try:
            if turn.granted:
                ticket = Ticket(asker.session, None, until, crawl_delay)
                queue.join(ticket, Slot(now + turn.wait, turn))
            else:
                fair = turn.held_by in ("pace", CRAWL_DELAY)
                found = queue.take_over(asker.session, now, until, turn) if fair else None
                if found is None:
                    raise refusal(host, turn)
                ticket = found
                ticket.crawl_delay = crawl_delay
            return await self._stand(host, queue, ticket, asker)
        finally:
            if not queue and self._queues.get(host) is queue:
                del self._queues[host]

    async def _turn_by_limits(self, host: str, crawl_delay: float | None, max_wait: float) -> Turn:
        """A turn by the limits that hold when it is ours: a store takes its time."""
        while True:
            wanted = self._rates(host, crawl_delay)
            turn = await self._turns.reserve(host, wanted, self._clock.now(), max_wait)
            if wanted == self._rates(host, crawl_delay):
                return turn
            await self._turns.give_back(host, turn)

    async def _stand(self, host: str, queue: Queue, ticket: Ticket, asker: Asker) -> Turn:
        told = 0.0
        try:
            while ticket.sent_away is None:
                slot = ticket.slot
                left = slot.due - self._clock.monotonic() if slot else math.inf
                if slot and left <= INSTANT:
                    queue.go(ticket)
                    return slot.turn
                if slot and abs(slot.due - told) >= 1:
                    asker.waits(left, host)
                    told = slot.due
                with anyio.CancelScope() as ticket.nap:
                    await (self._clock.sleep(left) if slot else anyio.sleep_forever())
                ticket.nap = None
        except BaseException:
            await self._give_up(host, queue, ticket)
            raise
        await self._give_up(host, queue, ticket)
        why = ticket.sent_away
        raise refusal(host, why) if isinstance(why, Turn) else why

    async def _give_up(self, host: str, queue: Queue, ticket: Ticket) -> None:
        ticket.nap = None
        spare = queue.leave(ticket)
        if spare is not None:
            with anyio.CancelScope(shield=True):
                await self._turns.give_back(host, spare.turn)

    async def _address_turn(self, gate: str, host: str, until: float, asker: Asker) -> Turn:
        """A turn of the machine that *host* shares with others."""
        patience = max(until - self._clock.monotonic(), 0.0)
        rate = self._address_rate()
        turn = await self._turns.reserve(gate, (rate,), self._clock.now(), patience)
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

    def _address_rate(self) -> Rate:
        limits, revision = self._limits.now, self._limits.revision
        return Rate("address", 1 / limits.address_rate, limits.address_concurrency, revision)
