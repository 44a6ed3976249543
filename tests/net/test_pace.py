import contextlib

import anyio
import pytest
from aiolimiter import AsyncLimiter

from browser.errors import Refused
from browser.model.limits import HostLimits, Limits
from browser.model.reason import Reason
from browser.net.asker import Asker
from browser.net.limits import by_settings
from browser.net.pace import HOUR, Pace
from browser.state.memory import MemoryTurns
from tests.clock import ManualClock, StagedClock, settle

WIDE = HostLimits(rate=1000, burst=1000, concurrency=1000, hourly=100_000)


def gate(default=None, clock=None, *, starts=10**6, **options):
    limits = by_settings(Limits(default or HostLimits(), **options))
    pace = Pace(MemoryTurns(), limits, clock or ManualClock())
    if starts is not None:  # else as many a second as there are places
        pace._gates.starts = AsyncLimiter(starts, 1)
    return pace


async def take(pace, host="a.test", max_wait=10.0, crawl_delay=None):
    async with pace.turn(host, max_wait, crawl_delay) as waited:
        return waited


async def refusal(pace, host="a.test", max_wait=10.0, crawl_delay=None):
    with pytest.raises(Refused) as caught:
        await take(pace, host, max_wait, crawl_delay)
    return caught.value


def untouched(pace):
    return pace._gates.empty and not pace._queues and not pace._waiting


# Turns


async def test_a_burst_goes_through_at_once_and_then_turns_are_spaced():
    clock = ManualClock()
    pace = gate(clock=clock)
    assert [await take(pace) for _ in range(5)] == [0, 0, 0, 2, 2]
    assert clock.waits == [2, 2]


async def test_a_pause_gives_the_burst_back():
    clock = ManualClock()
    pace = gate(clock=clock)
    for _ in range(3):
        await take(pace)
    clock.advance(6)
    assert [await take(pace) for _ in range(4)] == [0, 0, 0, 2]


async def test_a_wait_that_is_too_long_fails_at_once_with_its_length():
    clock = ManualClock()
    pace = gate(HostLimits(rate=0.1, burst=1), clock)
    await take(pace)
    clock.advance(0.5)
    error = await refusal(pace, max_wait=9)
    assert (error.reason, error.retry_after) == (Reason.RATE_LIMITED, 10)
    assert "Try again in 10 s" in error.sentence
    assert clock.waits == []
    assert await take(pace, max_wait=9.5) == 9.5


async def test_a_refused_turn_costs_nothing():
    clock = ManualClock()
    pace = gate(HostLimits(rate=0.1, burst=1), clock)
    await take(pace)
    for _ in range(20):
        await refusal(pace, max_wait=1)
    clock.advance(10)
    assert await take(pace, max_wait=0) == 0


async def test_hosts_do_not_wait_for_each_other():
    pace = gate(HostLimits(rate=0.1, burst=1))
    assert [await take(pace, host) for host in ("a.test", "b.test", "www.a.test")] == [0, 0, 0]


async def test_a_host_has_an_hourly_budget():
    clock = ManualClock()
    pace = gate(HostLimits(rate=1000, burst=1000, hourly=10), clock)
    for _ in range(5):
        await take(pace)
    error = await refusal(pace)
    assert (error.reason, error.retry_after) == (Reason.RATE_LIMITED, HOUR / 5)
    assert "hourly budget" in error.sentence
    clock.advance(HOUR / 5)
    assert await take(pace) == 0


@pytest.mark.parametrize("hourly", [1, 2, 3, 7, 300])
async def test_no_hour_holds_more_requests_than_the_budget(hourly: int):
    clock = ManualClock()
    began = clock.now()
    pace = gate(HostLimits(rate=1000, burst=1000, hourly=hourly), clock)
    granted = 0
    while clock.now() - began < HOUR - 1:
        try:
            await take(pace, max_wait=0)
            granted += 1
        except Refused:
            clock.advance(1)
    assert granted <= hourly


async def test_a_pause_that_the_site_asks_for_meanwhile_holds_those_who_wait_for_a_turn():
    clock = ManualClock()
    pace = gate(HostLimits(rate=0.5, burst=1), clock)
    await take(pace)

    async def asked_to_wait(seconds: float) -> None:
        await pace.back_off("a.test", 60, 429)
        clock.advance(seconds)

    clock.sleep = asked_to_wait  # type: ignore[method-assign]
    error = await refusal(pace)
    assert (error.reason, error.retry_after) == (Reason.HOST_BACKING_OFF, 60)


async def test_an_answer_from_before_the_pause_does_not_end_it():
    clock = ManualClock()
    pace = gate(WIDE, clock)
    first = await pace.back_off("a.test", None, 429)
    await pace.relax("a.test")
    assert first <= 15
    assert await pace.back_off("a.test", None, 429) >= 15, "the second strike in a row"


async def test_a_host_may_have_limits_of_its_own():
    hosts = {"slow.test": HostLimits(rate=0.1, burst=1), "fast.test": WIDE}
    pace = gate(hosts=hosts)
    assert [await take(pace, "slow.test") for _ in range(2)] == [0, 10]
    assert [await take(pace, "fast.test") for _ in range(9)] == [0] * 9


async def test_a_crawl_delay_holds_up_the_second_page_and_not_the_first():
    pace = gate(WIDE)
    assert await take(pace, crawl_delay=None) == 0, "robots.txt itself"
    assert await take(pace, crawl_delay=7) == 0
    assert await take(pace, crawl_delay=7) == 7
    error = await refusal(pace, crawl_delay=7, max_wait=6)
    assert (error.retry_after, error.rule) == (7, "Crawl-delay of a.test")


async def test_a_crawl_delay_makes_no_one_faster_and_is_capped():
    pace = gate(HostLimits(rate=0.1, burst=1), crawl_delay_cap=20)
    await take(pace, crawl_delay=0.001)
    assert await take(pace, crawl_delay=0.001) == 10
    await take(pace, "b.test", crawl_delay=1e300)
    assert (await refusal(pace, "b.test", crawl_delay=1e300)).retry_after == 20


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_to_wait_is_left_alone_for_as_long(status):
    clock = ManualClock()
    pace = gate(clock=clock)
    assert await pace.back_off("a.test", 30, status) == 30
    clock.advance(1.5)
    error = await refusal(pace)
    assert (error.reason, error.retry_after, error.status) == (
        Reason.HOST_BACKING_OFF,
        29,
        status,
    )
    assert str(status) in error.sentence
    assert await take(pace, "b.test") == 0
    clock.advance(20)
    assert await take(pace) == 8.5
    assert await take(pace) == 0


# Places


@contextlib.asynccontextmanager
async def under_way(pace, *hosts):
    """Requests to *hosts* that are under way for as long as the block lasts."""
    async with contextlib.AsyncExitStack() as stack:
        for host in hosts:
            await stack.enter_async_context(pace.turn(host, 10))
        yield


async def test_a_host_is_asked_by_so_many_requests_at_a_time_and_no_more():
    pace = gate(HostLimits(rate=1000, burst=1000, concurrency=2))
    async with under_way(pace, "a.test", "a.test"):
        error = await refusal(pace, max_wait=0.01)
        assert (error.reason, error.retry_after) == (Reason.RATE_LIMITED, 1)
        assert "2 requests to a.test are under way" in error.sentence
        assert await take(pace, "b.test") == 0
    await take(pace)
    assert untouched(pace)


async def test_all_hosts_together_have_so_many_places_and_no_more():
    pace = gate(WIDE, total_concurrency=2)
    async with under_way(pace, "a.test", "b.test"):
        error = await refusal(pace, "c.test", max_wait=0.01)
        assert error.reason is Reason.RATE_LIMITED
        assert "as many requests under way as it may" in error.sentence
    await take(pace, "c.test")
    assert untouched(pace)


async def test_a_place_that_becomes_free_in_time_is_taken():
    for host, options in (("a.test", {}), ("b.test", {"total_concurrency": 1})):
        pace = gate(HostLimits(rate=1000, burst=1000, concurrency=1), **options)
        got = anyio.Event()

        async def later(pace=pace, host=host, got=got):
            await take(pace, host)
            got.set()

        async with anyio.create_task_group() as group, under_way(pace, "a.test"):
            group.start_soon(later)
            await anyio.wait_all_tasks_blocked()
            assert not got.is_set()
        assert got.is_set()
        assert untouched(pace)


async def test_a_free_place_is_taken_even_when_there_is_no_time_left_to_wait():
    pace = gate(WIDE, total_concurrency=2)
    for _ in range(200):
        async with under_way(pace, "a.test"):
            await take(pace, max_wait=0)
            await anyio.lowlevel.checkpoint()


async def test_the_failure_of_a_request_gives_its_place_back():
    pace = gate(HostLimits(rate=1000, burst=1000, concurrency=1), total_concurrency=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with pace.turn("a.test", 1):
                raise ZeroDivisionError
    assert untouched(pace)


@pytest.mark.parametrize("total", [1, 64])
async def test_a_caller_who_goes_away_takes_no_place_along(total):
    """Cancelled at every step: while waiting for the turn, for either place, and afterwards."""
    pace = gate(HostLimits(rate=1000, burst=1000, concurrency=1), total_concurrency=total)
    for steps in range(12):
        for first in (False, True):
            async with contextlib.AsyncExitStack() as stack:
                if first:
                    await stack.enter_async_context(under_way(pace, "a.test"))
                async with anyio.create_task_group() as group:
                    for host in ("a.test", "b.test"):
                        group.start_soon(take, pace, host)
                    for _ in range(steps):
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
            assert untouched(pace), (steps, first)


async def test_a_caller_who_goes_away_while_waiting_for_a_turn_holds_nothing():
    class Forever(ManualClock):
        async def sleep(self, seconds):
            self.waits.append(seconds)
            await anyio.Event().wait()

    clock = Forever()
    pace = gate(HostLimits(rate=0.5, burst=1), clock)
    await take(pace)
    async with anyio.create_task_group() as group:
        group.start_soon(take, pace)
        await anyio.wait_all_tasks_blocked()
        assert clock.waits == [2]
        group.cancel_scope.cancel()
    assert untouched(pace)


async def test_many_callers_share_few_places_without_losing_one():
    pace = gate(HostLimits(rate=1e6, burst=10**6, concurrency=2, hourly=10**6), total_concurrency=3)
    now = most = 0

    async def work(host):
        nonlocal now, most
        async with pace.turn(host, 30):
            now += 1
            most = max(most, now)
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            now -= 1

    async with anyio.create_task_group() as group:
        for number in range(60):
            group.start_soon(work, f"{number % 4}.test")
    assert most == 3
    assert untouched(pace)


async def test_starts_over_all_hosts_are_bounded_by_the_second():
    pace = gate(WIDE, starts=None, total_concurrency=5)
    for number in range(5):
        await take(pace, f"{number}.test")
    error = await refusal(pace, "late.test", max_wait=0.01)
    assert error.reason is Reason.RATE_LIMITED
    assert untouched(pace)


# Who goes next


class Line:
    """Sessions that ask for turns of one host, and the order in which they get them."""

    def __init__(self, pace, tasks):
        self.pace, self.tasks = pace, tasks
        self.went, self.refused, self.told = [], {}, []
        self.scopes = {}

    async def ask(self, name, session, max_wait=10.0):
        started = anyio.Event()

        async def run():
            asker = Asker(session, lambda text: self.told.append((name, text)))
            with anyio.CancelScope() as self.scopes[name]:
                started.set()
                try:
                    async with self.pace.turn("a.test", max_wait, asker=asker):
                        self.went.append(name)
                except Refused as error:
                    self.refused[name] = error

        self.tasks.start_soon(run)
        await started.wait()
        await settle()


@contextlib.asynccontextmanager
async def line(default=None):
    clock = StagedClock()
    async with anyio.create_task_group() as tasks:
        yield Line(gate(default or HostLimits(burst=1), clock), tasks), clock


async def test_sessions_take_turns_however_much_each_of_them_asks_for():
    async with line() as (queue, clock):
        for n in range(5):
            await queue.ask(f"a{n}", "a")
        await queue.ask("b0", "b")
        await clock.pass_(12)
    assert queue.went == ["a0", "a1", "b0", "a2", "a3", "a4"]
    assert not queue.refused


async def test_a_full_line_makes_room_for_the_first_request_of_another_session():
    async with line() as (queue, clock):
        for n in range(50):
            await queue.ask(f"a{n}", "a")
        waiting = 50 - len(queue.refused)
        await queue.ask("b0", "b")
        assert "b0" not in queue.refused
        assert 50 - len(queue.refused) == waiting - 1  # one of the fifty gave way
        await clock.pass_(60)
    assert queue.went.index("b0") <= 2
    last = queue.refused[f"a{waiting - 1}"]
    assert (last.reason, last.retry_after) == (Reason.RATE_LIMITED, 12)


async def test_who_is_moved_back_too_far_is_told_when_the_turn_would_have_come():
    async with line() as (queue, clock):
        for n in range(6):
            await queue.ask(f"a{n}", "a")
        await clock.pass_(1)
        await queue.ask("b0", "b")
        await clock.pass_(60)
    assert queue.went.index("b0") < queue.went.index("a3")
    assert "a5" in queue.refused
    assert 9 <= queue.refused["a5"].retry_after <= 12


async def test_nobody_gives_way_to_a_session_that_holds_as_much():
    async with line() as (queue, clock):
        for n in range(3):
            await queue.ask(f"a{n}", "a")
            await queue.ask(f"b{n}", "b")
        await queue.ask("a3", "a")
        assert list(queue.refused) == ["a3"]
        await clock.pass_(60)
    assert queue.went == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def test_turns_stay_as_far_apart_whoever_takes_them():
    moments = []
    async with line() as (queue, clock):
        for n in range(4):
            await queue.ask(f"a{n}", "a")
        for n in range(2):
            await queue.ask(f"b{n}", "b")
        began = clock.now()
        for _ in range(24):
            before = len(queue.went)
            await clock.pass_(0.5)
            moments += [round(clock.now() - began, 1)] * (len(queue.went) - before)
    assert moments == [2, 4, 6, 8, 10]


async def test_who_goes_away_gives_the_turn_to_those_behind():
    async with line() as (queue, clock):
        for n in range(4):
            await queue.ask(f"{n}", f"{n}")
        queue.scopes["1"].cancel()
        await clock.pass_(4)
        assert queue.went == ["0", "2", "3"]
        await queue.ask("4", "4", max_wait=2)  # and the end of the line is as near as it was
        await clock.pass_(2)
    assert queue.went == ["0", "2", "3", "4"]
    assert not queue.refused


async def test_who_waits_is_told_how_long_and_for_whom():
    async with line() as (queue, clock):
        await queue.ask("first", "a")
        await queue.ask("second", "a")
        await queue.ask("third", "a")
        await clock.pass_(5)
    assert queue.told == [("second", "waiting 2 s for a.test"), ("third", "waiting 4 s for a.test")]


async def test_a_line_that_nobody_stands_in_leaves_nothing_behind():
    async with line() as (queue, clock):
        for n in range(9):
            await queue.ask(f"{n}", "a")
        queue.scopes["2"].cancel()
        await clock.pass_(60)
    assert not queue.pace._queues
    assert untouched(queue.pace)


# Many names, one machine


async def at(pace, host, address, max_wait=10.0):
    async with pace.turn(host, max_wait, address=address) as waited:
        return waited


async def test_hosts_behind_one_address_share_a_pace_of_its_own():
    pace = gate()
    waits = [await at(pace, f"h{n}.test", "198.51.100.7") for n in range(8)]
    assert waits == [0, 0, 0, 0, 0, 0, 0.25, 0.25]
    assert await at(pace, "elsewhere.test", "198.51.100.8") == 0


async def test_an_address_that_is_asked_too_much_is_named_as_the_reason():
    clock = ManualClock()
    pace = gate(clock=clock, address_rate=0.01, address_concurrency=1)
    await at(pace, "a.test", "198.51.100.7")
    with pytest.raises(Refused, match="shares a server") as caught:
        await at(pace, "b.test", "198.51.100.7")
    assert (caught.value.reason, caught.value.retry_after) == (Reason.RATE_LIMITED, 100)
    assert "198.51.100.7" not in caught.value.sentence
    clock.advance(100)
    for _ in range(2):  # the refused turn of b.test was given back: its burst is whole
        assert await at(pace, "b.test", None) == 0


async def test_so_many_requests_to_one_address_are_under_way_and_no_more():
    clock = StagedClock()
    pace = gate(WIDE, clock, address_concurrency=2, address_rate=1000)
    under_way, most = 0, 0

    async def ask(n):
        nonlocal under_way, most
        async with pace.turn(f"h{n}.test", 10, address="198.51.100.7"):
            under_way += 1
            most = max(most, under_way)
            await clock.sleep(1)
            under_way -= 1

    async with anyio.create_task_group() as tasks:
        for n in range(6):
            tasks.start_soon(ask, n)
        await clock.pass_(10)
    assert most == 2
