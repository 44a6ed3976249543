"""Orders and reloads, in one process and in several that share a store."""

from __future__ import annotations

import json
import logging

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.model.limits import Change, HostLimits, HostOrder, Limits
from browser.net.limits import CurrentLimits
from browser.orders import UNUSABLE, OrderError, Orders, Reread, nothing_to_read
from browser.rules.orders import Wanted, as_toml
from browser.state.alone import MemoryOrders
from browser.state.valkey.connection import Valkey
from browser.state.valkey.orders import ValkeyOrders
from tests.clock import ManualClock
from tests.valkey import Server, Servers, server, servers, valkey

__all__ = ["server", "servers", "valkey"]

AWAY = StateUnavailable("away")


class Store(MemoryOrders):
    """Goes away when told to."""

    away = False

    async def revision(self):
        if self.away:
            raise AWAY
        return await super().revision()

    async def put(self, order, change):
        if self.away:
            raise AWAY
        await super().put(order, change)


def book(store=None, reread=nothing_to_read):
    return Orders(store or Store(), CurrentLimits(Limits()), ManualClock(0.0), reread)


def audit(caplog):
    lines = [record for record in caplog.records if record.name == "browser.audit"]
    return [json.loads(record.getMessage()) for record in lines]


@pytest.fixture(autouse=True)
def logged(caplog):
    caplog.set_level(logging.INFO, "browser")


async def test_an_order_holds_at_once_and_is_written_down_with_who_and_when(caplog):
    orders = book()
    told: list[Change] = []
    orders.on_change(told.append)
    await orders.load()
    first = await orders.set(Wanted(rate=2, note="test"), "Bücher.Example.", "ann")
    host = "xn--bcher-kva.example"
    assert first == HostOrder(host, rate=2, note="test", by="ann", at=0.0)
    assert orders.standing() == {host: first}
    assert orders.limits.of(host) == HostLimits(rate=2, note="test")
    await orders.set(Wanted(blocked=True), host, "bob")
    assert orders.limits.of(host) == HostLimits(blocked=True)
    assert await orders.unset(host, "eve")
    assert not await orders.unset(host, "eve")
    assert orders.limits.of(host) == HostLimits()
    assert list(reversed(await orders.changes(9))) == told
    at = "1970-01-01T00:00:00Z"
    one = {"rate": 2.0, "note": "test", "by": "ann", "at": at}
    two = {"blocked": True, "by": "bob", "at": at}
    assert [(line["by"], line["before"], line["after"]) for line in audit(caplog)] == [
        ("ann", None, one),
        ("bob", one, two),
        ("eve", two, None),
    ]
    assert {line["event"] for line in audit(caplog)} == {"audit"}


@pytest.mark.parametrize("name", ["", "*.a.test", "a b", "http://a.test", "a.test:80", "a\nb", "%"])
async def test_what_is_no_host_is_refused(name):
    with pytest.raises(OrderError, match="write it as in a URL"):
        await book().set(Wanted(), name, "ann")


async def test_every_process_of_the_store_follows(caplog):
    store = Store()
    here, there = book(store), book(store)
    heard: list[Change] = []
    there.on_change(heard.append)
    await here.follow()
    await there.follow()
    await here.set(Wanted(rate=3), "a.test", "ann")
    await here.set(Wanted(rate=4), "b.test", "ann")
    assert there.limits.of("a.test").rate == 0.5
    await there.follow()
    assert {name: there.limits.of(name).rate for name in ("a.test", "b.test")} == {
        "a.test": 3,
        "b.test": 4,
    }
    assert [change.host for change in heard] == ["a.test", "b.test"]
    await there.unset("a.test", "bob")  # without a look in between
    await here.set(Wanted(rate=5), "c.test", "ann")
    await there.follow()
    assert here.standing() == there.standing()
    assert set(here.standing()) == {"b.test", "c.test"}
    assert len(audit(caplog)) == 4, "each change is written by the process that made it"


async def test_nothing_is_known_before_the_store_answers_and_the_last_holds_when_it_goes(caplog):
    store = Store()
    store.away = True
    orders = book(store)
    for _ in range(3):
        await orders.follow()
    assert not orders.limits.known
    store.away = False
    await orders.follow()
    await orders.set(Wanted(blocked=True), "a.test", "ann")
    store.away = True
    for _ in range(3):
        await orders.follow()
    with pytest.raises(StateUnavailable):
        await orders.set(Wanted(), "a.test", "ann")
    assert orders.limits.of("a.test").blocked
    said = [one.getMessage() for one in caplog.records if one.name == "browser.orders"]
    assert said == [
        "limits: the store is away; nothing is fetched until it is back",
        "limits: the store is back",
        "limits: the store is away; the limits known last hold until it is back",
    ]


async def test_settings_that_are_read_again_hold_in_every_process():
    store, rates = Store(), [1.0]

    def reread():
        return Reread(Limits(HostLimits(rate=rates[0])), "read")

    here, there = book(store, reread), book(store, reread)
    await here.follow()
    await there.follow()
    rates[0] = 7.0
    assert await here.reload("ann") == "read"
    await there.follow()
    assert [each.limits.of("a.test").rate for each in (here, there)] == [7, 7]
    assert (await here.changes(1))[0].action == "reload"


async def test_settings_that_cannot_be_used_change_nothing_and_the_answer_says_why(caplog):
    def bad():
        raise ValueError("config: limits.rate: has to be a number")

    orders = book(reread=bad)
    await orders.follow()
    with pytest.raises(OrderError, match=r"limits.rate.*held before hold on"):
        await orders.reload("ann")
    assert orders.limits.now == Limits()
    assert audit(caplog)[0]["note"] == (await orders.changes(1))[0].note == UNUSABLE
    with pytest.raises(OrderError, match="--config"):
        await book().reload("ann")


async def test_a_signal_has_the_settings_read_again():
    read = anyio.Event()

    def reread():
        return Reread(Limits(HostLimits(rate=9)), "read")

    orders = book(reread=reread)
    orders.on_change(lambda _: read.set())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(orders.run)
        await anyio.wait_all_tasks_blocked()
        orders.ask_reload()
        await read.wait()
        tasks.cancel_scope.cancel()
    assert orders.limits.of("a.test").rate == 9
    assert (await orders.changes(1))[0].by == "SIGHUP"


def test_orders_can_be_written_as_settings():
    import tomllib

    from browser.settings_limits import LimitsSection

    wanted = {
        "b.test": Wanted(rate=1e-6, burst=2, concurrency=3, hourly=4, blocked=False),
        "a.test": Wanted(blocked=True, note='they said "no" \\ é 😀'),
        "[2001:db8::1]": Wanted(rate=2),
    }
    text = as_toml(each.order(host, "ann", 0.0) for host, each in wanted.items())
    read = LimitsSection.model_validate(tomllib.loads(text)["limits"])
    assert read.hosts == wanted
    assert as_toml([]) == ""


@pytest.mark.parametrize("note", ["two\nlines", "\x1b[2J", "x" * 201, "a\u202eb", "\x7f"])
def test_a_note_is_one_line_of_printable_characters(note):
    with pytest.raises(ValueError, match="note"):
        Wanted(note=note)


# -- a store that loses its memory --


@pytest.fixture
async def processes(servers: Servers):
    """A server that may be killed, and the orders of two processes that know it."""
    server = servers("valkey", own=True)
    clients = [Valkey(server.url) for _ in range(2)]
    books = [book(ValkeyOrders(client)) for client in clients]
    for each in books:
        await each.load()
    yield server, *books
    for client in clients:
        await client.aclose()
    server.stop()


def empty(server: Server) -> None:
    server.say("FLUSHALL")


def restart(server: Server) -> None:
    server.kill()
    server.start()


async def looked(*books: Orders) -> None:
    """Each looks twice: the first look may find that its connection is gone."""
    for _ in range(2):
        for each in books:
            await each.follow()


@pytest.mark.parametrize("lose", [empty, restart])
async def test_a_block_survives_a_store_that_loses_its_memory(processes, caplog, lose):
    server, here, there = processes
    shut = await here.set(Wanted(blocked=True, note="they asked"), "shut.test", "ann")
    await there.follow()
    lose(server)
    heard: list[Change] = []
    there.on_change(heard.append)
    await looked(here, there)
    for each in (here, there):
        assert each.limits.of("shut.test").blocked
    assert await here._store.all() == {"shut.test": shut}
    (back,) = await here.changes(9)
    assert (back.by, back.after, "lost" in back.note) == ("polite-browser", shut, True)
    assert [each["by"] for each in audit(caplog)] == ["ann", "polite-browser"], "one has given back"
    assert caplog.text.count("had lost the order for shut.test") == 1

    new = book(there._store)
    await new.load()
    assert new.limits.of("shut.test").blocked
    assert len(heard) <= 1


async def test_the_first_order_after_a_restart_reaches_every_process(processes):
    """The count of changes is then what it was before."""
    server, here, there = processes
    await here.set(Wanted(), "one.test", "ann")
    await here.unset("one.test", "ann")
    await there.follow()
    restart(server)
    await here.follow()
    await here.follow()
    await here.set(Wanted(blocked=True), "y.test", "ann")
    await here.set(Wanted(blocked=True), "z.test", "ann")
    assert (await here._store.revision()).orders == 2
    await looked(there)
    assert there.limits.of("y.test").blocked
    assert set(there.standing()) == {"y.test", "z.test"}


async def test_an_order_that_was_taken_back_is_not_given_back(processes):
    server, here, there = processes
    await here.set(Wanted(blocked=True), "a.test", "ann")
    await there.follow()
    await here.unset("a.test", "ann")
    server.say("HSET", "pb:1:revision", "epoch", "of a server that took over")
    await looked(there, here)
    assert not there.standing()
    assert not here.standing()


async def test_a_process_that_never_knew_gives_nothing_back(processes):
    server, here, _ = processes
    await here.set(Wanted(), "a.test", "ann")
    server.say("FLUSHALL")
    new = book(here._store)
    await new.load()
    assert not new.standing()
    await looked(here, new)
    assert set(new.standing()) == {"a.test"}


async def test_a_reload_of_one_s_own_is_not_read_twice():
    times = 0

    def reread():
        nonlocal times
        times += 1
        return Reread(Limits(), "read")

    orders = book(reread=reread)
    await orders.follow()
    await orders.reload("ann")
    await orders.follow()
    assert times == 1
