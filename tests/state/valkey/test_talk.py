"""Boards, the bus and orders at a real server."""

from __future__ import annotations

import os
import signal

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.model.limits import Change, HostOrder
from browser.state.ports import Revision
from browser.state.valkey.boards import SILENCE, ValkeyBoards
from browser.state.valkey.bus import ValkeyBus
from browser.state.valkey.connection import Valkey
from browser.state.valkey.orders import ValkeyOrders
from tests.clock import ManualClock, settle
from tests.valkey import Server, Servers


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
async def clients(server: Server, clock: ManualClock):
    """Of two processes."""
    clients = [Valkey(server.url, clock.now) for _ in range(2)]
    yield clients
    for client in clients:
        await client.aclose()


async def test_every_replica_s_board_is_seen_by_all(clients):
    one, other = (ValkeyBoards(client) for client in clients)
    assert await one.read() == {}
    await one.post("one", {"a.example": b"1", "b.example": b"\x00\xff"})
    await other.post("other", {"a.example": b"2"})
    await one.post("one", {"a.example": b"3"}, ["b.example", "never.example"])
    await other.post("quiet", {})
    seen = {"one": {"a.example": b"3"}, "other": {"a.example": b"2"}, "quiet": {}}
    assert await one.read() == await other.read() == seen


async def test_a_replica_that_falls_silent_is_forgotten_and_one_that_speaks_again_says_all(
    clients, clock: ManualClock, server: Server
):
    one, other = (ValkeyBoards(client) for client in clients)
    await one.post("one", {"a.example": b"1", "b.example": b"2"})
    clock.advance(SILENCE - 1)
    await other.post("other", {"c.example": b"3"})
    clock.advance(2)
    assert list(await other.read()) == ["other"]
    await one.post("one", {"b.example": b"4"}, ["gone.example"])
    assert (await other.read())["one"] == {"a.example": b"1", "b.example": b"4"}
    server.say("FLUSHALL")
    await one.post("one", {})
    assert await other.read() == {"one": {"a.example": b"1", "b.example": b"4"}}
    assert 0 < int(server.say("PTTL", "pb:1:board:one")[1:]) <= SILENCE * 1000


async def test_who_listens_hears_what_is_said_from_then_on(clients):
    one, other = (ValkeyBus(client) for client in clients)
    await one.publish("c", b"too early")
    async with other.listen("c") as said, one.listen("d") as elsewhere:
        await one.publish("c", b"1")
        await one.publish("d", b"other")
        await other.publish("c", b"\x002")
        assert [await anext(said), await anext(said)] == [b"1", b"\x002"]
        assert await anext(elsewhere) == b"other"


async def test_silence_is_no_error_while_the_server_is_there(clients, server, monkeypatch):
    server.say("CONFIG", "RESETSTAT")
    monkeypatch.setattr("browser.state.valkey.bus.QUIET", 0.01)
    one, other = (ValkeyBus(client) for client in clients)
    heard = []
    async with other.listen("c") as said, anyio.create_task_group() as tasks:

        async def hear() -> None:
            heard.append(await anext(said))

        tasks.start_soon(hear)
        with anyio.fail_after(60):  # several signs of life are asked for; none is a message
            while b"cmdstat_ping:calls=3" not in server.say("INFO", "commandstats"):
                await settle()
        await one.publish("c", b"late")
    assert heard == [b"late"]


async def test_a_listener_is_told_that_the_server_is_away_and_can_listen_again(servers: Servers):
    server = servers("valkey", own=True)
    client = Valkey(server.url)
    bus = ValkeyBus(client)
    async with bus.listen("c") as said:
        server.kill()
        with pytest.raises(StateUnavailable):
            await anext(said)
    with pytest.raises(StateUnavailable):
        async with bus.listen("c"):
            pytest.fail("nobody listens")
    server.start()
    async with bus.listen("c") as said:
        await bus.publish("c", b"again")
        assert await anext(said) == b"again"
    await client.aclose()
    server.stop()


async def test_a_listener_finds_out_that_the_server_hangs(servers: Servers, monkeypatch):
    server = servers("valkey", own=True)
    client = Valkey(server.url)
    async with ValkeyBus(client).listen("c") as said:
        monkeypatch.setattr("browser.state.valkey.bus.QUIET", 0.05)
        monkeypatch.setattr("browser.state.valkey.bus.PATIENCE", 0.2)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            with anyio.fail_after(60), pytest.raises(StateUnavailable):
                await anext(said)
        finally:
            os.kill(server.pid, signal.SIGCONT)
    await client.aclose()
    server.stop()


def change(n: int, **fields: object) -> Change:
    return Change("set", "a.example", "ops", float(n), note=f"n{n}", **fields)  # type: ignore[arg-type]


async def test_orders_and_their_changes_are_seen_by_all(clients):
    one, other = (ValkeyOrders(client) for client in clients)
    epoch = (await one.revision()).epoch
    assert epoch
    assert await other.revision() == Revision(0, 0, epoch)
    first = HostOrder("a.example", 0.25, 1, 1, 10, True, "ü\n\ud800", "ops", 1.5)
    second = HostOrder("b.example")
    await one.put(first, change(1, after=first))
    await other.put(second, change(2, before=first, after=second))
    assert await one.all() == await other.all() == {"a.example": first, "b.example": second}
    assert await one.changes(5) == [
        change(2, before=first, after=second),
        change(1, after=first),
    ]
    assert await one.changes(1) == [change(2, before=first, after=second)]
    assert await one.changes(0) == []
    assert await one.delete("a.example", change(3))
    assert not await other.delete("a.example", change(4))
    await other.reload(Change("reload", "", "ops", 5.0))
    assert await other.all() == {"b.example": second}
    assert await one.revision() == Revision(3, 1, epoch)
    assert [each.at for each in await one.changes(100)] == [5, 3, 2, 1]


async def test_the_log_of_changes_is_bounded(clients, monkeypatch):
    monkeypatch.setattr("browser.state.valkey.orders.MAX_CHANGES", 3)
    orders = ValkeyOrders(clients[0])
    for n in range(4):
        await orders.put(HostOrder("a.example"), change(n))
    await orders.delete("a.example", change(4))
    await orders.reload(change(5))
    assert [each.at for each in await orders.changes(100)] == [5, 4, 3]


async def test_an_order_that_cannot_be_read_blocks_its_host(clients, server: Server):
    server.say("HSET", "pb:1:orders", "a.example", '{"host": 1, "more": 2}')
    server.say("LPUSH", "pb:1:changes", "[]")
    orders = ValkeyOrders(clients[0])
    standing = await orders.all()
    assert standing["a.example"].blocked
    assert await orders.changes(5) == []
