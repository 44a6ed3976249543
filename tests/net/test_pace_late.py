"""Turns that are used late: what a site sees stays as far apart, and who waits hears of it."""

from __future__ import annotations

import contextlib

import anyio
import pytest

from browser.errors import Refused
from browser.model.limits import HostLimits, HostOrder, Limits
from browser.model.reason import Reason
from browser.net.asker import Asker
from browser.net.clock import SystemClock
from browser.net.limits import by_settings
from browser.net.pace import Pace
from browser.rules.pace import TOLERANCE
from browser.state.memory import Lifetimes, MemoryTurns
from browser.state.open import Store
from browser.state.valkey.store import open_valkey
from tests.clock import StagedClock, settle
from tests.valkey import Server

ONE = HostLimits(rate=1, burst=1, concurrency=8, hourly=10**6)


class Crowd:
    """Requests through any number of replicas, and the moments at which each was sent."""

    def __init__(self, tasks, clock=None):
        self.tasks, self.clock = tasks, clock or StagedClock()
        self.began = self.clock.now()
        self.sent: list[float] = []
        self.failed: list[Refused] = []
        self.told: list[str] = []

    async def ask(self, pace, count=1, max_wait=100.0, host="a.test", stays=None, address=None):
        for n in range(count):
            asker = Asker(f"{host}{n}", self.told.append)
            self.tasks.start_soon(self._run, pace, host, max_wait, asker, stays, address)
            await settle()

    async def _run(self, pace, host, max_wait, asker, stays, address):
        try:
            async with pace.turn(host, max_wait, asker=asker, address=address):
                self.sent.append(round(self.clock.monotonic() - self.began, 3))
                if stays is not None:
                    await stays.wait()
        except Refused as error:
            self.failed.append(error)


@contextlib.asynccontextmanager
async def crowd(limits=ONE, turns=None, **options):
    async with anyio.create_task_group() as tasks:
        here = Crowd(tasks)
        pace = Pace(turns or MemoryTurns(), by_settings(Limits(limits, **options)), here.clock)
        yield here, pace
    assert pace._gates.empty
    assert not pace._queues


def apart(moments, interval):
    """Whether no stretch of time holds more requests than one each *interval*."""
    return all(
        later - earlier >= (n - m) * interval - TOLERANCE - 1e-6
        for m, earlier in enumerate(moments)
        for n, later in enumerate(moments[m + 1 :], m + 1)
    )


async def test_turns_that_came_while_the_process_was_held_up_are_not_sent_together():
    async with crowd() as (here, pace):
        await here.ask(pace, 6)
        here.clock.moment += 4.5  # nobody ran meanwhile
        await here.clock.pass_(0)
        assert here.sent == [0, 4.5]
        await here.clock.pass_(20)
    assert len(here.sent) == 6
    assert apart(here.sent, 1)


async def test_turns_that_came_while_every_place_was_taken_are_not_sent_together():
    done = anyio.Event()
    async with crowd(HostLimits(1, 1, concurrency=1)) as (here, pace):
        await here.ask(pace, 1, stays=done)
        await here.ask(pace, 4)
        await here.clock.pass_(7)
        done.set()
        await here.clock.pass_(20)
    assert here.sent[:2] == [0, 7]
    assert len(here.sent) == 5
    assert apart(here.sent, 1)


async def test_who_waits_longer_for_being_late_is_told_and_who_cannot_is_told_how_long():
    async with crowd(HostLimits(0.25, 1, 8)) as (here, pace):
        await here.ask(pace)
        await here.ask(pace, 2, max_wait=9)
        here.told.clear()
        here.clock.moment += 8.5  # both turns have come
        await here.clock.pass_(10)
    assert here.sent == [0, 8.5]
    (error,) = here.failed
    assert (error.reason, error.retry_after) == (Reason.RATE_LIMITED, 4)
    assert here.told == []

    async with crowd(HostLimits(0.25, 1, 8)) as (here, pace):
        await here.ask(pace, 3)
        here.told.clear()
        here.clock.moment += 8.5
        await here.clock.pass_(10)
    assert here.told == ["waiting 4 s for a.test"]
    assert apart(here.sent, 4)


async def test_one_address_is_not_sent_saved_up_turns_of_many_hosts():
    options = {"address_rate": 1, "address_concurrency": 1}
    async with crowd(HostLimits(1000, 10, 10), **options) as (here, pace):
        for n in range(5):
            await here.ask(pace, host=f"h{n}.test", address="192.0.2.1")
        here.clock.moment += 4
        await here.clock.pass_(20)
    assert len(here.sent) == 5
    assert apart(here.sent, 1)


async def test_a_pause_that_began_while_a_request_waited_for_leave_is_kept():
    async with crowd() as (here, pace):
        await here.ask(pace, 3)
        here.clock.moment += 2
        await here.clock.pass_(0)
        await pace.back_off("a.test", 50, 503)
        await here.clock.pass_(5)
    assert len(here.sent) == 2
    assert [error.reason for error in here.failed] == [Reason.HOST_BACKING_OFF]


async def test_a_wall_clock_that_is_set_back_holds_up_nobody_who_waits():
    async with crowd() as (here, pace):
        await here.ask(pace, 4, max_wait=5)
        assert pace.line_ends("a.test") == here.clock.now() + 3
        here.clock.set_back = 3600
        assert pace.line_ends("a.test") == here.clock.now() + 3
        await here.clock.pass_(1.5)
        await here.ask(pace, max_wait=5)
        await here.clock.pass_(5)
    assert len(here.sent) == 5
    assert here.sent[-1] <= 6
    assert apart(here.sent, 1)


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_a_wall_clock_that_is_set_holds_up_nobody(seconds, valkey: Server):
    async with replicas(valkey, 1) as ((store,), tasks):
        here = Crowd(tasks, Real())
        pace = Pace(store.turns, by_settings(Limits(HostLimits(20, 1, 8))), here.clock)
        with anyio.fail_after(30):
            async with anyio.create_task_group() as here.tasks:
                await here.ask(pace, 4)
                here.clock.set_back = -seconds
    assert len(here.sent) == 4
    assert not here.failed


class Real(StagedClock):
    """Time passes by itself; the wall clock may be set."""

    def now(self):
        return anyio.current_time() - self.set_back

    def monotonic(self):
        return anyio.current_time()

    async def sleep(self, seconds):
        await SystemClock().sleep(seconds)


@contextlib.asynccontextmanager
async def replicas(server: Server, count: int):
    """Stores of processes that share *server*."""
    clock = Real()
    stores: list[Store] = [
        open_valkey(server.url, Lifetimes(3600, 86_400, 1000, clock), 0) for _ in range(count)
    ]
    try:
        async with anyio.create_task_group() as tasks:
            yield stores, tasks
    finally:
        for store in stores:
            await store.aclose()


@pytest.mark.parametrize(("old", "new"), [(2, 6), (5, 50)])
async def test_while_a_faster_limit_is_heard_of_by_one_replica_alone_the_host_is_not_overrun(
    old, new, valkey: Server
):
    async with replicas(valkey, 2) as (stores, tasks):
        clock = Real()
        here = Crowd(tasks, clock)
        limits = [by_settings(Limits(HostLimits(old, 1, 8, 10**6))) for _ in stores]
        first, second = (
            Pace(store.turns, limit, clock) for store, limit in zip(stores, limits, strict=True)
        )
        async with anyio.create_task_group() as here.tasks:
            for pace in (first, second):
                await here.ask(pace, 3, max_wait=30)
            await limits[0].change(orders={"a.test": HostOrder("a.test", rate=new)})
            for pace in (second, first) * 6:
                await here.ask(pace, max_wait=30)
            await limits[1].change(orders={"a.test": HostOrder("a.test", rate=new)})
    assert len(here.sent) == 18
    # Moments are taken after the answer of the server, which may be as late as the machine is
    # busy; so only that the requests did not come together is looked at here, in the mean.
    assert here.sent[-1] - here.sent[0] >= (len(here.sent) - 1) / new - 10 * TOLERANCE
