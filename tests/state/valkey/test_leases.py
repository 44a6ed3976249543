"""Leases at a real server."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.state.valkey import connection, leases
from browser.state.valkey.connection import Valkey
from browser.state.valkey.leases import ValkeyLeases
from tests.clock import settle
from tests.until import soon
from tests.valkey import Server, Servers

KEY = "pb:1:lease:x"


@pytest.fixture
async def replicas(server: Server):
    """Two processes."""
    clients = [Valkey(server.url) for _ in range(2)]
    yield [ValkeyLeases(client) for client in clients]
    for client in clients:
        await client.aclose()


async def test_one_of_many_has_it_at_a_time_and_all_have_it_in_turn(replicas):
    inside = most = times = 0

    async def work(which: ValkeyLeases) -> None:
        nonlocal inside, most, times
        async with which.hold("x", 60) as ours:
            assert ours
            inside += 1
            most = max(most, inside)
            await settle()
            times += 1
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for n in range(6):
            tasks.start_soon(work, replicas[n % 2])
    assert (most, times) == (1, 6)


async def test_who_has_no_patience_is_told_at_once_and_another_name_is_free(replicas):
    one, other = replicas
    async with one.hold("x", 0) as ours, other.hold("x", 0) as theirs, other.hold("y", 0) as more:
        assert (ours, theirs, more) == (True, False, True)
    async with other.hold("x", 0) as ours:
        assert ours


async def test_what_is_raised_inside_comes_out_as_it_is_and_lets_go(replicas, server):
    with pytest.raises(KeyError, match="mine"):
        async with replicas[0].hold("x", 0):
            raise KeyError("mine")
    assert server.say("EXISTS", KEY) == b":0\r\n"


async def test_who_is_cancelled_lets_go(replicas, server):
    entered = anyio.Event()

    async def hold() -> None:
        async with replicas[0].hold("x", 0):
            entered.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hold)
        await entered.wait()
        assert server.say("EXISTS", KEY) == b":1\r\n"
        tasks.cancel_scope.cancel()
    assert server.say("EXISTS", KEY) == b":0\r\n"


async def test_a_lease_of_somebody_else_is_not_let_go(replicas, server):
    async with replicas[0].hold("x", 0):
        server.say("SET", KEY, "another's")  # ours ended, and they took it
    assert server.say("GET", KEY).endswith(b"another's\r\n")


async def test_a_lease_is_renewed_while_it_is_held_and_ends_with_a_dead_holder(
    replicas, server, monkeypatch
):
    monkeypatch.setattr(leases, "LASTS", 0.6)
    async with replicas[0].hold("x", 0):
        server.say("PEXPIRE", KEY, "100000")
        with anyio.fail_after(60):
            while int(server.say("PTTL", KEY)[1:]) > 600:
                await settle()
    server.say("SET", KEY, "of one that died", "PX", "50")
    async with replicas[1].hold("x", 60) as ours:
        assert ours


async def test_a_server_that_is_away_is_told_before_and_forgiven_later(servers: Servers):
    server = servers("valkey", own=True)
    client = Valkey(server.url)
    held = ValkeyLeases(client)
    async with held.hold("x", 0) as ours:
        assert ours
        server.kill()
    with pytest.raises(StateUnavailable):
        async with held.hold("x", 0):
            pytest.fail("nothing was taken")
    await client.aclose()


async def test_a_lease_of_somebody_else_is_not_renewed(replicas, server, monkeypatch):
    monkeypatch.setattr(leases, "LASTS", 0.15)
    async with replicas[0].hold("x", 0):
        server.say("SET", KEY, "another's", "PX", "100000")
        server.say("CONFIG", "RESETSTAT")
        await soon(lambda: b"cmdstat_get:calls=3" in server.say("INFO", "commandstats"))
        assert int(server.say("PTTL", KEY)[1:]) > 1000


@contextmanager
def hung(server: Server) -> Iterator[None]:
    """It answers nothing, and what it is asked meanwhile it does afterwards."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def test_a_lease_that_was_taken_for_nobody_is_let_go(servers: Servers, monkeypatch):
    """A server that hangs does what it was asked when it goes on."""
    monkeypatch.setattr(connection, "PATIENCE", 0.3)
    server = servers("valkey", own=True)
    client, other = Valkey(server.url), Valkey(server.url)
    held = ValkeyLeases(client)
    await client.command("PING")
    with hung(server), pytest.raises(StateUnavailable):
        async with held.hold("x", 0):
            pytest.fail("nothing was taken")
    monkeypatch.setattr(connection, "PATIENCE", 30.0)
    assert server.say("EXISTS", KEY) == b":1\r\n", "nothing was to be let go"
    await client.command("PING")
    assert server.say("EXISTS", KEY) == b":0\r\n"
    assert not held._unsure
    async with ValkeyLeases(other).hold("x", 0) as ours:
        assert ours
        await client.command("PING")
    for each in (client, other):
        await each.aclose()
    server.stop()


async def test_who_is_cancelled_while_the_answer_is_on_its_way_lets_go(
    servers: Servers, monkeypatch
):
    server = servers("valkey", own=True)
    client = Valkey(server.url)
    held = ValkeyLeases(client)
    await client.command("PING")
    monkeypatch.setattr(connection, "PATIENCE", 30.0)

    async def hold() -> None:
        async with held.hold("x", 0):
            pytest.fail("it was cancelled before")

    async with anyio.create_task_group() as tasks:
        with hung(server):
            tasks.start_soon(hold)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    server.say("PING")
    assert server.say("EXISTS", KEY) == b":0\r\n"
    assert b"cmdstat_set:calls=1" in server.say("INFO", "commandstats"), "nothing was taken"
    await client.aclose()
    server.stop()
