"""Commands of one conversation, in one process and in two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest

from browser.errors import BrowserError, StateUnavailable
from browser.one_by_one import OneByOne
from browser.state.alone import FreeLeases
from browser.state.valkey.connection import Valkey
from browser.state.valkey.leases import ValkeyLeases
from tests.valkey import server, servers, valkey

__all__ = ["server", "servers", "valkey"]


@pytest.fixture
async def leases(valkey):
    client = Valkey(valkey.url)
    yield ValkeyLeases(client)
    await client.aclose()


async def ran(*processes: OneByOne) -> list[str]:
    """What happened when each of *processes* ran two commands of one session at once."""
    events: list[str] = []

    async def command(turns: OneByOne) -> None:
        async with turns.turn("key"):
            events.append("begins")
            await anyio.lowlevel.checkpoint()
            async with turns.turn("another"):
                events.append("ends")

    async with anyio.create_task_group() as tasks:
        for turns in processes * 2:
            tasks.start_soon(command, turns)
    return events


async def test_one_after_another_in_a_process():
    turns = OneByOne(FreeLeases())
    assert await ran(turns) == ["begins", "ends"] * 2
    assert not turns._lines


async def test_one_after_another_in_all_processes(leases):
    assert await ran(OneByOne(leases), OneByOne(leases)) == ["begins", "ends"] * 4


async def test_who_waited_long_enough_is_told_to_come_back(leases):
    slow, other = OneByOne(leases), OneByOne(leases, patience=1.0)
    async with slow.turn("key"):
        with pytest.raises(BrowserError) as caught:
            async with other.turn("key"):
                raise AssertionError
        assert (caught.value.reason, caught.value.retry_after) == ("busy", 2)
        async with other.turn("another"):
            pass
    async with other.turn("key"):
        pass
    assert not other._lines


async def test_who_waits_in_this_process_is_told_to_come_back_likewise():
    turns = OneByOne(FreeLeases(), patience=1.0)
    async with turns.turn("key"), anyio.create_task_group() as tasks:

        async def wait() -> None:
            with pytest.raises(BrowserError, match="still running"):
                async with turns.turn("key"):
                    raise AssertionError

        for _ in range(3):
            tasks.start_soon(wait)
    async with turns.turn("key"):
        pass
    assert not turns._lines


class HungLeases:
    """A store that says after a while that it is away; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.ends = anyio.Event()
        self.away = True

    @asynccontextmanager
    async def hold(self, name: str, patience: float) -> AsyncIterator[bool]:
        del name, patience
        self.asked += 1
        if self.away:
            await self.ends.wait()
            raise StateUnavailable("away", retry_after=3)
        yield True


async def test_all_who_wait_while_the_store_hangs_are_told_at_once():
    leases = HungLeases()
    turns, told = OneByOne(leases), []

    async def command() -> None:
        with pytest.raises(StateUnavailable) as caught:
            async with turns.turn("key"):
                raise AssertionError
        told.append((caught.value.sentence, caught.value.retry_after))

    async with anyio.create_task_group() as tasks:
        for _ in range(12):
            tasks.start_soon(command)
        await anyio.wait_all_tasks_blocked()
        leases.ends.set()
    assert told == [("away", 3)] * 12
    assert leases.asked == 1, "each would have waited anew"
    leases.away = False
    async with turns.turn("key"):
        pass
    assert not turns._lines


async def test_what_a_command_finds_of_the_store_is_no_concern_of_the_next():
    turns, ran = OneByOne(FreeLeases()), []

    async def command(n: int) -> None:
        async with turns.turn("key"):
            ran.append(n)
            await anyio.lowlevel.checkpoint()
            raise StateUnavailable("away")

    async def fails(n: int) -> None:
        with pytest.raises(StateUnavailable):
            await command(n)

    async with anyio.create_task_group() as tasks:
        for n in range(3):
            tasks.start_soon(fails, n)
    assert ran == [0, 1, 2]


async def test_without_the_store_nobody_has_a_turn():
    away = OneByOne(ValkeyLeases(Valkey("unix:///nowhere/s")))
    with pytest.raises(StateUnavailable):
        async with away.turn("key"):
            raise AssertionError
    assert not away._lines
