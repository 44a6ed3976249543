"""Loads on a fleet: sites asked as fast as the limits let, and conversations held in numbers."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.soak.caller import Caller, Gone
from tests.soak.fleet import Fleet
from tests.until import PATIENCE, PAUSE

IMPATIENCE = 0.5  # seconds a conversation that was refused waits at most before it asks again


def callers(fleet: Fleet, count: int, name: str = "load") -> list[Caller]:
    """Conversations that have not begun."""
    port = int(fleet.address.rpartition(":")[2])
    return [Caller(port, f"{name}-{number}") for number in range(count)]


async def greedy(
    crowd: Sequence[Caller],
    hosts: Sequence[str],
    seconds: float,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Every conversation opens one new page after another, quoting now and then.

    Args:
        crowd: Each keeps to one host.
        hosts: Asked by as many conversations each.
        seconds: How long at least.
        meanwhile: Run beside it, and to its end.
    """
    until = time.monotonic() + seconds
    numbers = itertools.count()
    busy = meanwhile is not None

    async def beside(what: Callable[[], Awaitable[None]]) -> None:
        nonlocal busy
        try:
            await what()
        finally:
            busy = False

    async def browse(caller: Caller, host: str) -> None:
        while busy or time.monotonic() < until:
            try:
                reply = await caller.do("open_url", url=f"http://{host}/p{next(numbers)}")
                if reply["ok"]:
                    await caller.do("quote", start=4, end=4)
                else:
                    await asyncio.sleep(random.random() * IMPATIENCE)
            except Gone:
                await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as tasks:
        for number, caller in enumerate(crowd):
            tasks.create_task(browse(caller, hosts[number % len(hosts)]))
        if meanwhile is not None:
            tasks.create_task(beside(meanwhile))


@dataclass(frozen=True)
class Lost:
    """What was answered and is not there any more.

    Attributes:
        sessions: Conversations.
        cursors: Displays.
        quotes: Quotes.
    """

    sessions: int
    cursors: int
    quotes: int

    def __bool__(self) -> bool:
        return bool(self.sessions or self.cursors or self.quotes)


async def lost(crowd: Iterable[Caller]) -> Lost:
    """Compare what conversations were answered with what the service knows of them now."""
    sessions = cursors = quotes = 0
    for caller in crowd:
        if not caller.cursors:
            continue
        try:
            transcript = await _answered(partial(caller.get, f"/v1/sessions/{caller.session}"))
        except AssertionError:
            sessions += 1
            continue
        shown = {
            step["cursor"]: step["url"]
            for step in transcript["steps"]
            if step["status"] == "finished" and step["command"] in ("open_url", "click")
        }
        cursors += sum(shown.get(cursor) != url for cursor, url in caller.cursors.items())
        kept = {quote["id"]: quote["text"] for quote in transcript["quotes"]}
        quotes += sum(kept.get(name) != text for name, text in caller.quotes.items())
        newest = max(caller.cursors)
        read_on = partial(caller.do, "scroll", cursor=newest, line=0)
        reply = await _answered(read_on)  # its page can still be read
        cursors += not reply["ok"]
    return Lost(sessions, cursors, quotes)


async def _answered(ask: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """The reply of a service whose store may still be slow: that is no loss."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Gone):
                reply = await ask()
                is_busy = (reply.get("failure") or {}).get("code") == "busy"
                if not is_busy:
                    return reply
            await asyncio.sleep(PAUSE)


def failures(crowd: Iterable[Caller]) -> dict[str, int]:
    """How often each failure was answered, over all conversations."""
    total: Counter[str] = Counter()
    for caller in crowd:
        total.update(caller.codes)
    return dict(total)


@dataclass
class Talked:
    """What a load of commands brought.

    Attributes:
        seconds: It took.
        took: Seconds of each command.
        refused: Failures by code.
    """

    seconds: float
    took: list[float]
    refused: dict[str, int]

    def share(self, part: float) -> float:
        """Milliseconds within which this part of the commands was answered."""
        return sorted(self.took)[min(int(part * len(self.took)), len(self.took) - 1)] * 1000


async def talk(crowd: Sequence[Caller], seconds: float, at_once: int) -> Talked:
    """Conversations that have a page open read on: find, scroll, quote, as models do."""
    until = time.monotonic() + seconds
    took: list[float] = []
    commands: list[tuple[str, dict[str, Any]]] = [
        ("find", {"pattern": "tortoise"}),
        ("scroll", {"line": 10, "cursor": 0}),
        ("quote", {"start": 4, "end": 5, "cursor": 0}),
        ("scroll", {"line": 0, "cursor": 0}),
    ]
    turns = itertools.count()

    async def reader(mine: Sequence[Caller]) -> None:
        for caller in itertools.cycle(mine):
            if time.monotonic() > until:
                return
            command, parameters = commands[next(turns) % len(commands)]
            began = time.perf_counter()
            await caller.do(command, **parameters)
            took.append(time.perf_counter() - began)

    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(at_once):
            tasks.create_task(reader(crowd[number::at_once]))
    return Talked(time.monotonic() - began, took, failures(crowd))


async def hold(crowd: Sequence[Caller], hosts: Sequence[str], at_once: int = 32) -> None:
    """Let every conversation open one page."""
    waiting = iter(enumerate(crowd))

    async def some() -> None:
        for number, caller in waiting:
            host = hosts[number % len(hosts)]
            reply = await caller.do("open_url", url=f"http://{host}/p{number % 7}")
            if not reply["ok"]:
                raise AssertionError(reply["text"])
            caller.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(some())
