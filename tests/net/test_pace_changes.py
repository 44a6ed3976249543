"""Limits that change while requests wait, are under way, or are about to be sent."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import anyio
import pytest

from browser.errors import Refused, StateUnavailable
from browser.model.limits import HostLimits, HostOrder, Limits
from browser.model.reason import Reason
from browser.net.asker import Asker
from browser.net.limits import CurrentLimits, by_settings
from browser.net.pace import Pace
from browser.state.memory import MemoryTurns
from tests.clock import StagedClock, settle

SLOW = HostLimits(rate=0.1, burst=1)


class Hall:
    """Requests for one host, and what becomes of each."""

    def __init__(self, tasks, limits, turns=None):
        self.tasks, self.limits = tasks, limits
        self.clock = StagedClock()
        self.began = self.clock.now()
        self.pace = Pace(turns or MemoryTurns(), limits, self.clock)
        self.went: dict[str, float] = {}
        self.failed: dict[str, Exception] = {}
        self.told: list[tuple[str, str]] = []
        self.scopes: dict[str, anyio.CancelScope] = {}

    async def ask(self, *names, session=None, max_wait=100.0, stays=None, **more):
        for name in names:
            self.tasks.start_soon(self._run, name, session or name, max_wait, stays, more)
            await settle()

    async def _run(self, name, session, max_wait, stays, more):
        asker = Asker(session, lambda text: self.told.append((name, text)))
        with anyio.CancelScope() as self.scopes[name]:
            try:
                async with self.pace.turn("a.test", max_wait, asker=asker, **more):
                    self.went[name] = round(self.clock.now() - self.began, 3)
                    if stays:
                        await stays.wait()
            except (Refused, StateUnavailable) as error:
                self.failed[name] = error

    async def order(self, **fields):
        await self.limits.change(orders={"a.test": HostOrder("a.test", **fields)})
        await settle()

    @property
    def empty(self):
        pace = self.pace
        return pace._gates.empty and not pace._queues and not pace._waiting


@contextlib.asynccontextmanager
async def hall(default=SLOW, turns=None, **options):
    async with anyio.create_task_group() as tasks:
        yield Hall(tasks, by_settings(Limits(default, **options)), turns)


async def test_a_faster_rate_moves_those_who_wait_forward():
    async with hall() as here:
        await here.ask("a", "b", "c", "d")
        await here.clock.pass_(3)
        await here.order(rate=1.0)
        await here.clock.pass_(20)
    assert here.went == {"a": 0, "b": 3.7, "c": 4.7, "d": 5.7}
    assert here.empty


async def test_a_slower_rate_moves_those_who_wait_back():
    async with hall(HostLimits(rate=1, burst=1)) as here:
        await here.ask("a", "b", "c", "d")
        await here.clock.pass_(1)
        await here.order(rate=0.1)
        await here.clock.pass_(100)
    assert here.went == {"a": 0, "b": 1, "c": 11, "d": 21}
    assert here.empty


async def test_who_no_longer_fits_is_told_the_new_wait_at_once():
    async with hall(HostLimits(rate=1, burst=1)) as here:
        await here.ask("a", "b", "c", max_wait=5)
        await here.order(rate=0.25)
        assert here.failed["c"].reason is Reason.RATE_LIMITED
        assert here.failed["c"].retry_after == 8
        await here.clock.pass_(10)
    assert here.went == {"a": 0, "b": 4}
    assert here.empty


async def test_the_order_among_sessions_stays_fair():
    async with hall() as here:
        await here.ask("first")
        await here.ask("a1", "a2", session="a")
        await here.ask("b1", session="b")
        await here.order(rate=1.0)
        await here.clock.pass_(50)
    assert list(here.went) == ["first", "a1", "b1", "a2"]
    assert list(here.went.values()) == [0, 1, 2, 3]


async def test_who_waits_is_told_the_new_wait():
    async with hall() as here:
        await here.ask("a", "b")
        await here.order(rate=1.0)
        await here.clock.pass_(1)
    assert here.told == [("b", "waiting 10 s for a.test"), ("b", "waiting 1 s for a.test")]


async def test_a_change_for_another_host_moves_nobody():
    async with hall() as here:
        await here.ask("a", "b")
        await here.limits.change(orders={"b.test": HostOrder("b.test", rate=100.0)})
        await here.order(note="only a word")
        await here.clock.pass_(20)
    assert here.went == {"a": 0, "b": 10}


async def test_a_block_sends_everybody_away_at_once():
    done = anyio.Event()
    limits = HostLimits(rate=1, burst=2, concurrency=1)
    async with hall(limits) as here:
        await here.ask("under way", stays=done)
        await here.ask("for a place", "for a turn")
        await here.order(blocked=True, note="they asked us to stop")
        for name in ("for a place", "for a turn"):
            assert here.failed[name].reason is Reason.HOST_BLOCKED
            assert here.failed[name].rule == "operator: they asked us to stop"
        await here.ask("later")
        assert here.failed["later"].reason is Reason.HOST_BLOCKED
        assert list(here.went) == ["under way"]
        await here.order()
        done.set()
        await here.ask("again")
        await here.clock.pass_(5)
    assert list(here.went) == ["under way", "again"]
    assert here.empty


async def test_who_has_a_turn_of_the_host_and_waits_for_its_address_is_sent_away():
    wide = HostLimits(rate=1000, burst=1000)
    async with hall(wide, address_rate=0.1, address_concurrency=1) as here:
        await here.ask("a", "b", address="192.0.2.1")
        await here.order(blocked=True)
        await here.clock.pass_(60)
    assert list(here.went) == ["a"]
    assert here.failed["b"].reason is Reason.HOST_BLOCKED
    assert here.failed["b"].rule == "operator"
    assert here.empty


async def test_a_request_whose_host_is_blocked_at_the_last_moment_is_not_sent():
    class Late(MemoryTurns):
        blocking: Any = None

        async def go(self, asked, now):
            turn = await super().go(asked, now)
            if self.blocking:
                await self.blocking(blocked=True)
            return turn

    turns = Late()
    async with hall(turns=turns) as here:
        turns.blocking = here.order
        await here.ask("a")
    assert not here.went
    assert here.failed["a"].reason is Reason.HOST_BLOCKED
    assert here.empty


async def test_places_follow_the_limits():
    done = anyio.Event()
    async with hall(HostLimits(rate=1e6, burst=100, concurrency=1)) as here:
        await here.ask("a", "b", "c", "d", stays=done)
        assert set(here.went) == {"a"}
        await here.order(concurrency=3)
        assert set(here.went) == {"a", "b", "c"}
        await here.order(concurrency=1)
        await here.ask("e", stays=done)
        assert set(here.went) == {"a", "b", "c"}
        here.scopes["a"].cancel()
        here.scopes["b"].cancel()
        await settle()
        assert set(here.went) == {"a", "b", "c"}, "who is inside counts"
        here.scopes["c"].cancel()
        await settle()
        assert set(here.went) == {"a", "b", "c", "d"}
        done.set()
    assert here.empty


async def test_who_goes_away_while_all_are_seated_anew_leaves_no_turn_behind():
    class Slow(MemoryTurns):
        gate: anyio.Event | None = None

        async def reserve(self, host, rates, now, max_wait):
            if self.gate:
                await self.gate.wait()
            return await super().reserve(host, rates, now, max_wait)

    turns = Slow()
    async with hall(turns=turns) as here:
        await here.ask("a", "b", "c", "d")
        turns.gate = anyio.Event()
        here.tasks.start_soon(lambda: here.order(rate=1.0))
        await settle()
        here.scopes["b"].cancel()
        here.scopes["c"].cancel()
        await settle()
        turns.gate.set()
        await settle()
        await here.clock.pass_(2)
        await here.ask("e")
        await here.clock.pass_(10)
    assert here.went == {"a": 0, "d": 1, "e": 2}
    assert here.empty


async def test_a_turn_that_was_being_taken_when_the_limits_changed_follows_the_new_ones():
    class Slow(MemoryTurns):
        gate: anyio.Event | None = None

        async def reserve(self, host, rates, now, max_wait):
            turn = await super().reserve(host, rates, now, max_wait)
            if self.gate:
                gate, self.gate = self.gate, None
                await gate.wait()
            return turn

    turns = Slow()
    async with hall(turns=turns) as here:
        await here.ask("a")
        gate = turns.gate = anyio.Event()
        await here.ask("b")
        await here.order(rate=1.0)
        gate.set()
        await here.clock.pass_(10)
    assert here.went == {"a": 0, "b": 1}
    assert here.empty


async def test_a_store_that_goes_away_meanwhile_leaves_nobody_waiting():
    class Away(MemoryTurns):
        away = False

        async def reserve(self, host, rates, now, max_wait):
            if self.away:
                raise StateUnavailable("away")
            return await super().reserve(host, rates, now, max_wait)

    turns = Away()
    async with hall(turns=turns) as here:
        await here.ask("a", "b", "c")
        turns.away = True
        await here.order(rate=1.0)
        assert set(here.failed) == {"b", "c"}
        assert all(isinstance(error, StateUnavailable) for error in here.failed.values())
    assert here.empty


async def test_nothing_is_asked_while_nobody_knows_what_is_blocked():
    async with anyio.create_task_group() as tasks:
        here = Hall(tasks, CurrentLimits(Limits(SLOW)))
        await here.ask("a")
        assert isinstance(here.failed["a"], StateUnavailable)
        await here.limits.change(orders={})
        await here.ask("b")
    assert here.went == {"b": 0}


def test_an_order_stands_over_the_settings_and_leaves_out_what_follows_them():
    limits = CurrentLimits(
        Limits(SLOW, {"a.test": replace(SLOW, burst=7, blocked=True, note="by file")}),
        {"a.test": HostOrder("a.test", rate=3, note="by hand"), "b.test": HostOrder("b.test")},
    )
    assert limits.of("a.test") == HostLimits(3, 7, 2, 300, blocked=True, note="by hand")
    assert [limits.source(f"{name}.test") for name in "abc"] == ["operator", "operator", "default"]
    with pytest.raises(Refused) as caught:
        limits.permit("a.test")
    assert caught.value.rule == "limits.hosts.a.test.blocked"
    allowed = HostOrder("a.test", blocked=False)
    assert not CurrentLimits(limits.settings, {"a.test": allowed}).of("a.test").blocked
