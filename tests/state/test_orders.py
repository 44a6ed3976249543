"""What every adapter of operators' orders does."""

from __future__ import annotations

import dataclasses

import pytest

from browser.model.limits import Change, HostOrder
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


async def test_orders_and_the_log_survive_a_restart_of_a_service_with_a_file(tmp_path):
    first = opened(f"sqlite:///{tmp_path / 'state.db'}")
    await first.orders.put(FULL, placed(FULL))
    await first.aclose()
    store = opened(f"sqlite:///{tmp_path / 'state.db'}")
    assert await store.orders.all() == {"a.test": FULL}
    assert list(await store.orders.changes(9)) == [placed(FULL)]
    await store.aclose()
