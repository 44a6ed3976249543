"""What each host is doing, over all replicas, with the limits and pauses that hold.

A look costs something where thousands of hosts are known, so one look serves everybody for `FRESH`
seconds, and the event loop gets a turn after every few hundred hosts.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import anyio
import anyio.lowlevel

from browser.model.clock import Clock
from browser.model.limits import HostLimits, HostOrder, HostState
from browser.net.limits import CurrentLimits, Source
from browser.net.pace import rates
from browser.rules.pace import CRAWL_DELAY, LATEST, NEW, HostPace, Rate, Turn, reserve
from browser.sights.boards import Told, read
from browser.sights.keeper import Sights
from browser.sights.seen import Refusal, Said, Seen, Totals, all_totals, together
from browser.state.ports import Boards, Sessions, Turns

FRESH = 0.25  # seconds for which a look counts as one at this moment
AT_ONCE = 250  # hosts between two turns of the event loop
Order = Literal["state", "host", "waiting", "requests", "failures", "octets", "last"]
_RANKS = {state: rank for rank, state in enumerate(get_args(HostState))}
_NOTHING = Said(Seen())
_SILENT = Told()


@dataclass(slots=True)
class Row:
    """One host at one moment.

    Attributes:
        host: Its name.
        state: The first that applies.
        said: By all replicas together.
        pace: What is remembered of its turns.
        limits: That hold.
        source: Where they come from.
        order: The operator's, when one stands.
    """

    host: str
    state: HostState
    said: Said
    pace: HostPace
    limits: HostLimits
    source: Source
    order: HostOrder | None

    @property
    def stamp(self) -> tuple[object, ...]:
        """Another one when there is something new to be told."""
        said, pace = self.said, self.pace
        there = said.waiting, said.under_way
        return self.state, said.seen.stamp, there, pace.blocked_until, self.limits, self.order

    def turn(self, now: float, crawl_delay_cap: float, crawl_delay: float | None = None) -> Turn:
        """The turn that a page of the host could have; takes none.

        Args:
            now: Seconds since the epoch.
            crawl_delay_cap: What a site's Crawl-delay counts up to, in seconds.
            crawl_delay: That of the page's own robots.txt; the longest that is known when left out.
        """
        if crawl_delay is None:
            copies = self.said.seen.robots.values()
            crawl_delay = max((copy.crawl_delay or 0.0 for copy in copies), default=0.0)
        wanted = rates(self.limits, LATEST)
        if crawl_delay:
            wanted += (Rate(CRAWL_DELAY, min(crawl_delay, crawl_delay_cap)),)
        return reserve(self.pace, wanted, now, float("inf"))[1]


@dataclass(frozen=True)
class Look:
    """Everything at one moment.

    Attributes:
        at: When, seconds since the epoch.
        replicas: How many processes are told of.
        rows: By host.
        totals: Of all replicas.
        refusals: Of all replicas, the newest first.
        sessions: That the store keeps.
    """

    at: float
    replicas: int
    rows: Mapping[str, Row]
    totals: Totals
    refusals: tuple[Refusal, ...]
    sessions: int

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many hosts are in a state, and how many requests wait or are under way."""
        said = [row.said for row in self.rows.values()]
        states = [row.state for row in self.rows.values()]
        return {
            "hosts": len(states),
            "waiting": sum(each.waiting for each in said),
            "under_way": sum(each.under_way for each in said),
            "backing_off": sum(row.pace.blocked_until > self.at for row in self.rows.values()),
            "blocked": states.count("blocked"),
        }

    def found(
        self, search: str = "", state: HostState | None = None, order: Order = "state"
    ) -> list[Row]:
        """The hosts whose name contains *search* and that are in *state*, in *order*."""
        rows = (row for row in self.rows.values() if search in row.host)
        return sorted((row for row in rows if state in (None, row.state)), key=_KEYS[order])


_KEYS: dict[Order, Callable[[Row], Any]] = {
    "state": lambda row: (_RANKS[row.state], -row.said.waiting, -row.said.seen.last, row.host),
    "host": lambda row: row.host,
    "waiting": lambda row: (-row.said.waiting, -row.said.under_way, row.host),
    "requests": lambda row: (-row.said.seen.requests, row.host),
    "failures": lambda row: (-row.said.seen.failures, row.host),
    "octets": lambda row: (-row.said.seen.octets, row.host),
    "last": lambda row: (-row.said.seen.last, row.host),
}


class View:
    """Looks.

    Args:
        sights: Of this process.
        turns: Know the pauses.
        boards: Of the other processes; ``None`` when there are none.
        sessions: How many there are.
        limits: That hold.
        clock: Tells the time.

    Attributes:
        sights: As given, as are the limits.
    """

    def __init__(
        self,
        sights: Sights,
        turns: Turns,
        boards: Boards | None,
        sessions: Sessions,
        limits: CurrentLimits,
        clock: Clock,
    ) -> None:
        self.limits = limits
        self.sights = sights
        self._turns = turns
        self._boards = boards
        self._sessions = sessions
        self._clock = clock
        self._lock = anyio.Lock()
        self._last: Look | None = None
        self._told: Mapping[str, Told] = {}

    def forget(self) -> None:
        """The next look is a new one: something was changed by who will look."""
        self._last = None

    async def look(self) -> Look:
        """Everything.

        Raises:
            StateUnavailable: the store is away.
        """
        async with self._lock:
            last, now = self._last, self._clock.now()
            if last is None or not 0 <= now - last.at < FRESH:
                last = self._last = await self._all(now)
            return last

    async def host(self, host: str) -> tuple[float, Row]:
        """One host at this moment, also one that nobody has heard of; raises as `look` does."""
        others = await self._others()
        several = [told.hosts[host][1] for told in others if host in told.hosts]
        paces = await self._turns.look([host])
        now = self._clock.now()
        return now, self._row(host, several, paces.get(host, NEW), now)

    async def _all(self, now: float) -> Look:
        others = await self._others()
        hosts = {*self.sights.hosts, *self.sights.lines.hosts, *self.limits.now.hosts}
        for told in others:
            hosts |= told.hosts.keys()
        rows: dict[str, Row] = {}
        names = iter(sorted(hosts))
        while some := [host for _, host in zip(range(AT_ONCE), names, strict=False)]:
            paces = await self._turns.look(some)
            await anyio.lowlevel.checkpoint()
            for host in some:
                several = [told.hosts[host][1] for told in others if host in told.hosts]
                rows[host] = self._row(host, several, paces.get(host, NEW), now)
        count = await self._sessions.count()
        return Look(
            at=now,
            sessions=count,
            replicas=1 + len(others),
            rows=rows,
            totals=all_totals(
                [self.sights.totals, *(told.totals for told in others if told.totals)]
            ),
            refusals=tuple(
                heapq.merge(self.sights.refusals, *(told.refusals for told in others), key=_newest)
            ),
        )

    def _row(self, host: str, others: Collection[Said], pace: HostPace, now: float) -> Row:
        said = self.sights.said(host)
        if others:
            said = together([*others, said] if said else others)
        said = said or _NOTHING
        limits = self.limits.of(host)
        return Row(
            host=host,
            state=_state(said, pace, limits, now),
            said=said,
            pace=pace,
            limits=limits,
            source=self.limits.source(host),
            order=self.limits.orders.get(host),
        )

    async def _others(self) -> Collection[Told]:
        """What the other processes say."""
        if self._boards is None:
            return ()
        boards, before, told = await self._boards.read(), self._told, {}
        for replica, board in boards.items():
            if replica != self.sights.replica:
                told[replica] = read(board, before.get(replica, _SILENT))
                await anyio.lowlevel.checkpoint()
        self._told = told
        return told.values()


def _newest(refusal: Refusal) -> float:
    return -refusal.at


def _state(said: Said, pace: HostPace, limits: HostLimits, now: float) -> HostState:
    if limits.blocked:
        return "blocked"
    if pace.blocked_until > now:
        return "backing_off"
    if said.waiting:
        return "waiting"
    return "under_way" if said.under_way else "idle"
