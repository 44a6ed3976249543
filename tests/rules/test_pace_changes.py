"""Limits that change while turns are owed."""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from browser.rules import pace as rules
from browser.rules.pace import CRAWL_DELAY, HostPace, Rate, Turn

NOW = 1_700_000_000.0
ALMOST = 1e-6  # rescaling divides, so moments are not whole any more

intervals = st.integers(1, 3600).map(float)
limits = st.tuples(
    st.builds(Rate, st.just("pace"), intervals, st.integers(1, 5)),
    st.builds(Rate, st.just("hourly"), intervals, st.integers(1, 30)),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 50), st.integers(0, 100)),  # seconds passed, longest wait
        limits,
    ),
    max_size=60,
)


def of(revision: int, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
    return tuple(replace(rate, revision=revision) for rate in rates)


def holds(moments: list[float], rate: Rate, early: float = 0.0) -> bool:
    return all(
        last - first + 1
        <= rate.burst + (moments[last] - moments[first] + early) / rate.interval + ALMOST
        for first in range(len(moments))
        for last in range(first, len(moments))
    )


@given(limits, steps)
@example(
    (Rate("pace", 10.0), Rate("hourly", 1.0, 30)),
    [(0, 50), (0, 50), (0, 50), (Rate("pace", 1.0), Rate("hourly", 1.0, 30)), (0, 50), (0, 50)],
)
def test_over_any_changes_the_limits_that_hold_are_kept(rates, history):
    now, pace = NOW, rules.NEW
    promised: list[tuple[float, Turn]] = []  # not used yet
    moments: list[float] = []  # under the limits that hold
    for number, step in enumerate(history):
        if isinstance(step[0], Rate):
            waiting = [(due, turn) for due, turn in promised if due > now]
            for due, turn in reversed(waiting):
                pace = rules.give_back(pace, turn)
                moments.remove(due)
            rates, moments, promised = of(number + 1, step), [], []
            asked = [(0, 1000)] * len(waiting)  # those who waited ask anew
        else:
            asked = [step]
        for gap, max_wait in asked:
            now += gap
            pace, turn = rules.reserve(pace, rates, now, max_wait)
            if turn.granted:
                promised.append((now + turn.wait, turn))
                moments.append(now + turn.wait)
    assert moments == sorted(moments)
    assert all(holds(moments, rate) for rate in rates)


@given(limits, limits, st.integers(1, 40))
def test_a_change_gives_nobody_a_new_burst(before, after, turns):
    pace = rules.NEW
    for _ in range(turns):
        pace, _ = rules.reserve(pace, before, NOW, 1e9)
    _, turn = rules.reserve(pace, of(1, after), NOW, 1e9)
    owed = {rate.name: min(turns, rate.burst) for rate in before}
    for rate in after:
        least = (min(owed[rate.name], rate.burst) - rate.burst + 1) * rate.interval
        assert turn.wait >= least - ALMOST


@pytest.mark.parametrize("new", [0.5, 2.0, 20.0])
def test_the_next_turn_comes_after_one_interval_of_the_new_rate(new):
    pace = rules.NEW
    for _ in range(3):
        pace, _ = rules.reserve(pace, (Rate("pace", 4.0, 3),), NOW, 0)
    _, turn = rules.reserve(pace, (Rate("pace", new, 3, revision=1),), NOW, 100)
    assert turn.wait == pytest.approx(new, abs=ALMOST)


def test_a_faster_rate_counts_also_for_who_was_refused():
    slow, fast = (Rate("pace", 100.0),), (Rate("pace", 10.0, revision=1),)
    pace, _ = rules.reserve(rules.NEW, slow, NOW, 0)
    pace, turn = rules.reserve(pace, fast, NOW, 5)
    assert not turn.granted
    assert turn.wait == pytest.approx(10)
    _, turn = rules.reserve(pace, fast, NOW + 6, 5)
    assert turn.granted
    assert turn.wait == pytest.approx(4)


def test_an_hourly_budget_that_is_lowered_does_not_shut_the_host_for_the_day():
    pace = rules.NEW
    for _ in range(100):
        pace, _ = rules.reserve(pace, (Rate("hourly", 24.0, 150),), NOW, 0)
    _, turn = rules.reserve(pace, (Rate("hourly", 720.0, 5, revision=1),), NOW, 1e9)
    assert 720 <= turn.wait <= 3600


def test_a_pause_that_the_site_asked_for_is_not_made_shorter_or_longer():
    pace = rules.back_off(rules.NEW, NOW, 100.0, 429, 0.0)
    pace, turn = rules.reserve(pace, (Rate("pace", 2.0),), NOW, 200)
    assert turn.wait == 100
    for revision, interval in enumerate((0.1, 50.0), 1):
        _, turn = rules.reserve(pace, (Rate("pace", interval, 1, revision),), NOW, 200)
        assert 100 <= turn.wait <= 102


def test_two_crawl_delays_of_one_host_do_not_make_each_other_shorter():
    http, https = (Rate(CRAWL_DELAY, 1.0),), (Rate(CRAWL_DELAY, 10.0, revision=1),)
    pace = rules.NEW
    waits = []
    for rates in (https, https, http, https, http):
        pace, turn = rules.reserve(pace, rates, NOW, 100)
        waits.append(turn.wait)
    assert waits == [0, 10, 20, 21, 31]


def test_the_same_limits_leave_the_memory_as_it_is():
    pace, _ = rules.reserve(rules.NEW, (Rate("pace", 2.0, 3),), NOW, 0)
    assert rules.rescale(pace, (Rate("pace", 2.0, 9),), NOW) is pace
    assert rules.rescale(HostPace({"pace": NOW}), (Rate("pace", 9.0, 1, 1),), NOW).intervals == {}


callers = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0.01, 0.3, 1, 5]),  # seconds passed
        st.booleans(),  # whether by who has heard of the change
        st.sampled_from([0, 0.5, 2, 20]),  # longest wait
        st.sampled_from([0, 0, 0.01, 1.7, 6]),  # seconds by which the turn is used late
    ),
    max_size=50,
)


@settings(deadline=None)
@given(intervals, intervals, st.integers(1, 4), st.integers(0, 1), callers)
@example(0.5, 1 / 6, 1, 1, [(0, False, 20, 0)] * 14 + [(0, True, 20, 0), (0, False, 20, 0)] * 12)
@example(2.0, 5.0, 1, 0, [(0.3, True, 20, 1.7), (0.3, False, 20, 0)] * 20)
def test_while_one_has_heard_of_a_change_and_one_has_not_no_one_is_too_fast(
    old, new, burst, revision, history
):
    rates = (Rate("pace", old, burst),), (Rate("pace", new, burst, revision),)
    bound = Rate("pace", min(old, new), burst)
    pace, moments = Sending(), []
    for passed, heard, patience, late in history:
        moments += pace.until(pace.now + passed)
        pace.ask(rates[heard], patience, late)
    moments += pace.until(pace.now + 1e6)
    assert holds(moments, bound, rules.TOLERANCE)
    if revision:
        last = []
        for _ in range(20):
            pace.ask(rates[1], 1e6, 0)
            last += pace.until(pace.now + new)
        assert len(last) >= 20 - 1
        assert holds(last, rates[1][0], rules.TOLERANCE)


class Sending:
    """Those who have a turn use it, maybe late, and ask again for leave until they have it."""

    def __init__(self) -> None:
        self.pace, self.now = rules.NEW, NOW
        self.due: list[tuple[float, int, tuple[Rate, ...]]] = []
        self.numbers = count()

    def ask(self, rates: tuple[Rate, ...], patience: float, late: float) -> None:
        self.pace, turn = rules.reserve(self.pace, rates, self.now, patience)
        if turn.granted:
            heapq.heappush(self.due, (self.now + turn.wait + late, next(self.numbers), rates))

    def until(self, end: float) -> list[float]:
        sent = []
        while self.due and self.due[0][0] <= end:
            self.now, _, rates = heapq.heappop(self.due)
            self.pace, turn = rules.send(self.pace, rates, self.now)
            if turn.granted:
                sent.append(self.now)
            else:
                again = self.now + turn.wait + ALMOST
                heapq.heappush(self.due, (again, next(self.numbers), rates))
        self.now = end
        return sent
