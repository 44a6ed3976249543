"""Commands of one conversation, in one process and in two."""

from __future__ import annotations

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
    assert not turns._locks
    assert not turns._users


async def test_one_after_another_in_all_processes(leases):
    assert await ran(OneByOne(leases), OneByOne(leases)) == ["begins", "ends"] * 4


async def test_who_waited_long_enough_is_told_to_come_back(leases):
    slow, other = OneByOne(leases), OneByOne(leases, patience=0.05)
    async with slow.turn("key"):
        with pytest.raises(BrowserError) as caught:
            async with other.turn("key"):
                raise AssertionError
        assert (caught.value.reason, caught.value.retry_after) == ("busy", 2)
        async with other.turn("another"):
            pass
    async with other.turn("key"):
        pass
    assert not other._locks


async def test_without_the_store_nobody_has_a_turn():
    away = OneByOne(ValkeyLeases(Valkey("unix:///nowhere/s")))
    with pytest.raises(StateUnavailable):
        async with away.turn("key"):
            raise AssertionError
    assert not away._locks
