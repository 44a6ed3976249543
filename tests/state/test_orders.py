"""What every adapter of operators' orders does."""

from __future__ import annotations

import dataclasses

import pytest

from browser.model.limits import Change, HostOrder
from browser.state import codec
from browser.state.alone import MAX_CHANGES
from browser.state.open import open_store
from tests.clock import ManualClock
from tests.state.samples import START

FULL = HostOrder("a.test", 0.25, 2, 1, 60, True, 'says "stop" é', "ann@desk", START)
SLOW = HostOrder("a.test", rate=0.1, by="bob", at=START + 1)


def opened(url):
    return open_store(url, idle=60, max_age=60, max_sessions=5, clock=ManualClock(START))


@pytest.fixture(params=["memory", "sqlite", "shared"])
def url(request, tmp_path):
    if request.param == "shared":
        return request.getfixturevalue("valkey").url
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
async def orders(url):
    store = opened(url)
    yield store.orders
    await store.aclose()


def placed(order, before=None):
    return Change("set", order.host, order.by, order.at, before, order, order.note)


async def test_an_order_stands_in_the_place_of_the_one_before(orders):
    assert await orders.all() == {}
    await orders.put(FULL, placed(FULL))
    other = dataclasses.replace(SLOW, host="b.test")
    await orders.put(other, placed(other))
    assert await orders.all() == {"a.test": FULL, "b.test": other}
    await orders.put(SLOW, placed(SLOW, FULL))
    assert await orders.all() == {"a.test": SLOW, "b.test": other}


async def test_an_order_that_is_taken_back_is_gone(orders):
    await orders.put(FULL, placed(FULL))
    gone = Change("unset", "a.test", "bob", START, FULL)
    assert await orders.delete("a.test", gone)
    assert await orders.all() == {}
    assert not await orders.delete("a.test", gone)
    assert [change.action for change in await orders.changes(10)] == ["unset", "set"]


async def test_what_was_lost_is_given_back_once_and_never_over_an_order_that_stands(orders):
    assert await orders.restore(FULL, placed(FULL))
    assert not await orders.restore(SLOW, placed(SLOW))
    assert await orders.all() == {"a.test": FULL}
    assert list(await orders.changes(9)) == [placed(FULL)]


async def test_every_change_is_written_down_and_the_newest_is_told_first(orders):
    asked = Change("reload", "", "SIGHUP", START + 2, note="read again")
    await orders.put(FULL, placed(FULL))
    await orders.put(SLOW, placed(SLOW, FULL))
    await orders.reload(asked)
    assert list(await orders.changes(10)) == [asked, placed(SLOW, FULL), placed(FULL)]
    assert list(await orders.changes(1)) == [asked]
    assert list(await orders.changes(0)) == []


async def test_the_revision_tells_orders_and_reloads_apart(orders):
    first = await orders.revision()
    assert await orders.revision() == first
    await orders.put(FULL, placed(FULL))
    second = await orders.revision()
    assert (second.orders, second.reloads) == (first.orders + 1, first.reloads)
    await orders.delete("none.test", Change("unset", "none.test", "bob", START))
    assert await orders.revision() == second
    await orders.delete("a.test", Change("unset", "a.test", "bob", START, FULL))
    await orders.reload(Change("reload", "", "bob", START))
    third = await orders.revision()
    assert (third.orders, third.reloads) == (second.orders + 1, second.reloads + 1)


async def test_the_log_is_bounded(orders):
    for number in range(MAX_CHANGES + 20):
        await orders.reload(Change("reload", "", "bob", START + number))
    kept = await orders.changes(2 * MAX_CHANGES)
    assert len(kept) == MAX_CHANGES
    assert (kept[0].at, kept[-1].at) == (START + MAX_CHANGES + 19, START + 20)
    await orders.put(FULL, placed(FULL))
    await orders.delete("a.test", Change("unset", "a.test", "bob", START, FULL))
    kept = await orders.changes(2 * MAX_CHANGES)
    assert (len(kept), kept[0].action, kept[-1].at) == (MAX_CHANGES, "unset", START + 22)


async def test_orders_and_the_log_survive_a_restart_of_a_service_with_a_file(tmp_path):
    first = opened(f"sqlite:///{tmp_path / 'state.db'}")
    await first.orders.put(FULL, placed(FULL))
    await first.aclose()
    store = opened(f"sqlite:///{tmp_path / 'state.db'}")
    assert await store.orders.all() == {"a.test": FULL}
    assert list(await store.orders.changes(9)) == [placed(FULL)]
    await store.aclose()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"host": "other.test"}',
        b'{"host": "a.test", "rate": "fast"}',
        b'{"host": "a.test", "rate": 0}',
        b'{"host": "a.test", "burst": true}',
        b'{"host": "a.test", "blocked": "yes"}',
        b'{"host": "a.test", "note": null}',
        b"\xff",
    ],
)
async def test_an_order_that_cannot_be_read_blocks_its_host_and_no_other(valkey, text, caplog):
    store = opened(valkey.url)
    try:
        await store.orders.put(FULL, placed(FULL))
        other = dataclasses.replace(SLOW, host="b.test")
        await store.orders.put(other, placed(other))
        ask = store.orders._server.command
        await ask("HSET", "pb:1:orders", "a.test", text)
        await ask("LPUSH", "pb:1:changes", text)
        found = await store.orders.all()
        assert found.pop("a.test") == HostOrder("a.test", blocked=True, note=codec.UNREADABLE)
        assert found == {"b.test": other}
        assert [change.host for change in await store.orders.changes(9)] == ["b.test", "a.test"]
        assert "'a.test' cannot be read" in caplog.text
        await store.orders.put(FULL, placed(FULL))
        assert (await store.orders.all())["a.test"] == FULL
    finally:
        await store.aclose()


def test_what_a_later_version_adds_to_an_order_is_passed_over():
    later = codec.pack(FULL)[:-1] + ',"weekly":9}'
    assert codec.standing("a.test", later) == FULL
    change = codec.pack(placed(FULL))[:-1] + ',"from":"x"}'
    assert codec.changes([change]) == [placed(FULL)]
