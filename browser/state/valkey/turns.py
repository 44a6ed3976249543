"""The pace of each host on the server's clock: `browser.rules.pace`, run where all replicas meet.

One call is one script, so a reservation is atomic over all replicas, and what it answers is
seconds from now: no two clocks are ever compared. A differential test holds the script to the
rule. The governing texts are those of the rule and `browser.state.ports`.

A server that lost its memory (`browser.state.valkey.connection`) is taken to have lost that each
host had used up its burst, at every rate but the hourly budget, of which that would leave a
trickle for an hour: it starts anew, under the pace. Pauses that sites asked for are told again by
the processes that were asked, also those that could not be told when they were.

A reservation that is cancelled before its answer came may have been made, and is then a turn that
nobody uses: the host has a longer rest. So it is with the leave to send.

Left to taste: how many pauses a process remembers for that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from browser.errors import StateUnavailable
from browser.model.clock import Clock
from browser.rules import pace as rules
from browser.rules.pace import HostPace, Rate, Turn
from browser.state.valkey.connection import Command, Valkey, script

MAX_PAUSES = 1000  # remembered in this process
SPARE = 60_000  # milliseconds that a host is kept longer than it matters
_AT_ONCE = 256  # hosts looked at in one call, during which the server does nothing else
_ANEW = frozenset({"hourly"})  # rates of which a server that forgot is not taken to owe all


def _text() -> str:
    return script(
        "turns",
        CRAWL_DELAY=rules.CRAWL_DELAY,
        DECAY=rules.DECAY,
        FIRST_PAUSE=rules.FIRST_PAUSE,
        MIN_PAUSE=rules.MIN_PAUSE,
        MAX_PAUSE=rules.MAX_PAUSE,
        SPARE=SPARE,
        TOLERANCE=rules.TOLERANCE,
    )


def _written(rates: tuple[Rate, ...]) -> list[str | float]:
    return [
        each
        for rate in rates
        for each in (
            *(rate.name, repr(rate.interval), rate.burst),
            *(int(rate.name not in _ANEW), rate.revision),
        )
    ]


class _Pause(NamedTuple):
    """That a site asked for: until when by the server's clock, and by ours."""

    until: str
    strikes: int
    status: int
    ends: float


class ValkeyTurns:
    """Turns that replicas share.

    Args:
        server: Keeps them.
        clock: The callers', by which `look` answers; turns go by the server's.
        jitter: A number from 0 to 1 for the pauses we choose ourselves.
    """

    def __init__(
        self, server: Valkey, clock: Clock, jitter: Callable[[], float] = rules.random_jitter
    ) -> None:
        self._server = server
        self._clock = clock
        self._jitter = jitter
        self._script = _text()
        self._pauses: OrderedDict[str, _Pause] = OrderedDict()
        server.teach(self._lessons)

    async def reserve(
        self, host: str, rates: tuple[Rate, ...], now: float, max_wait: float
    ) -> Turn:
        """Take the next turn of *host* if it comes within *max_wait* seconds.

        *now* is not looked at: replicas' clocks differ.
        """
        del now
        granted, wait, held_by, status, *times = await self._ask(
            "reserve", host, repr(max_wait), self._server.run_id, *_written(rates)
        )
        receipt = {
            rate.name: (float(times[2 * n]), float(times[2 * n + 1]))
            for n, rate in enumerate(rates if granted else ())
        }
        return Turn(bool(granted), float(wait), held_by.decode(), status, receipt)

    async def give_back(self, host: str, turn: Turn) -> None:
        """A turn of *host* was not used. While the store is away it stays taken: nobody is hurt."""
        receipt = [
            each
            for name, (after, before) in turn.receipt.items()
            for each in (name, repr(after), repr(before))
        ]
        if receipt:
            with suppress(StateUnavailable):
                await self._ask("give_back", host, *receipt)

    async def go(self, asked: Mapping[str, tuple[Rate, ...]], now: float) -> Turn:
        """Note that a request is sent now, if it may be; *now* is not looked at."""
        del now
        wanted = [each for rates in asked.values() for each in (len(rates), *_written(rates))]
        keys = self._server.key("server"), *(self._key(host) for host in asked)
        granted, wait, held_by, status = await self._server.call(
            self._script, keys, "go", self._server.moment(), self._server.run_id, *wanted
        )
        return Turn(bool(granted), float(wait), held_by.decode(), status)

    async def back_off(
        self, host: str, now: float, retry_after: float | None, status: int
    ) -> float:
        """Hold every turn of *host* back. Returns the pause in seconds.

        Raises:
            StateUnavailable: the store is away; it is told as soon as it is back.
        """
        asked, jitter = "" if retry_after is None else repr(float(retry_after)), self._jitter()
        try:
            pause, until, strikes = await self._ask("back_off", host, asked, status, repr(jitter))
        except StateUnavailable:
            held = rules.back_off(rules.NEW, now, retry_after, status, jitter)
            ends = held.blocked_until
            self._remember(host, _Pause(repr(ends), held.strikes, status, ends))
            raise
        ends = self._clock.now() + float(pause)
        self._remember(host, _Pause(until.decode(), strikes, status, ends))
        return float(pause)

    def _remember(self, host: str, pause: _Pause) -> None:
        self._pauses[host] = pause
        self._pauses.move_to_end(host)
        if len(self._pauses) > MAX_PAUSES:
            self._pauses.popitem(last=False)

    async def relax(self, host: str) -> None:
        """Forget its strikes."""
        await self._ask("relax", host)
        self._pauses.pop(host, None)

    async def look(self, hosts: Collection[str]) -> Mapping[str, HostPace]:
        """What is remembered of *hosts*, by the callers' clock."""
        found: dict[str, HostPace] = {}
        names = list(hosts)
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            keys = [self._key(host) for host in some]
            now, *hashes = await self._server.call(
                self._script, keys, "look", self._server.moment()
            )
            ahead = self._clock.now() - float(now)
            found |= {
                host: _pace(flat, ahead) for host, flat in zip(some, hashes, strict=True) if flat
            }
        return found

    async def _ask(self, act: str, host: str, *args: str | float) -> Any:
        return await self._server.call(
            self._script, self._keys(host), act, self._server.moment(), *args
        )

    def _lessons(self) -> Iterator[Command]:
        """What a server that may have forgotten pauses is told before it is asked for a turn."""
        now = self._clock.now()
        for host, pause in self._pauses.items():
            if pause.ends > now:
                known = "teach", self._server.moment(), pause.until, pause.strikes, pause.status
                yield ("EVAL", self._script, 2, *self._keys(host), *known)

    def _keys(self, host: str) -> tuple[str, str]:
        return self._server.key("server"), self._key(host)

    def _key(self, host: str) -> str:
        return self._server.key("pace", host)


def _pace(flat: list[bytes], ahead: float) -> HostPace:
    """A host as it is kept, with all times moved *ahead* seconds."""
    fields = dict(zip((name.decode() for name in flat[::2]), flat[1::2], strict=True))
    until = float(fields.get("until", 0))
    return HostPace(
        {name[2:]: float(value) + ahead for name, value in fields.items() if name[:2] == "a:"},
        until + ahead if until else 0.0,
        int(fields.get("strikes", 0)),
        int(fields.get("status", 0)),
        {name[2:]: float(value) for name, value in fields.items() if name[:2] == "i:"},
        {name[2:]: int(value) for name, value in fields.items() if name[:2] == "r:"},
        {name[2:]: float(value) + ahead for name, value in fields.items() if name[:2] == "s:"},
    )
