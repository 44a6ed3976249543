from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from browser.rules import pace as rules
from browser.rules.pace import HostPace, Rate
from tests.clock import ManualClock

NOW = 1_700_000_000.0
HALF = (Rate("pace", 2.0, 3),)  # 0.5 requests a second after a burst of 3

# Whole seconds throughout: such floats add and subtract exactly, so nothing below is "almost".
rates_of_a_host = st.lists(
    st.tuples(st.integers(1, 20), st.integers(1, 5)), min_size=1, max_size=3
).map(lambda pairs: tuple(Rate(f"r{n}", float(i), b) for n, (i, b) in enumerate(pairs)))
askings = st.lists(
    st.tuples(
        st.integers(0, 15),  # seconds since the asking before
        st.integers(0, 40),  # longest acceptable wait
        st.none() | st.integers(1, 60),  # a Retry-After that came first
    ),
    max_size=40,
)


def holds(moments: list[float], rate: Rate) -> bool:
    """Whether no window, closed at both ends, holds more turns than the rate allows."""
    return all(
        last - first + 1 <= rate.burst + (moments[last] - moments[first]) / rate.interval
        for first in range(len(moments))
        for last in range(first, len(moments))
    )


def first_moment(moments: list[float], rates: tuple[Rate, ...], earliest: float) -> float:
    """Ask second after second: slow, and without an idea in common with the rule."""
    moment = max([earliest, *moments[-1:]])
    while not all(holds([*moments, moment], rate) for rate in rates):
        moment += 1
    return moment


@given(rates_of_a_host, askings)
@example((Rate("pace", 2.0, 3), Rate("hourly", 12.0, 5)), [(0, 40, None)] * 12)
@example((Rate("pace", 2.0, 3),), [(0, 0, None), (0, 40, 10), (0, 40, None), (0, 40, None)])
def test_each_turn_comes_at_the_first_moment_that_breaks_no_limit(rates, asked):
    clock = ManualClock(NOW)
    pace, blocked = rules.NEW, 0.0
    moments: list[float] = []
    for gap, max_wait, pause in asked:
        clock.advance(gap)
        now = clock.now()
        if pause is not None:
            pace = rules.back_off(pace, now, float(pause), 429, 0.0)
            blocked = max(blocked, now + pause)
        expected = first_moment(moments, rates, max(now, blocked)) - now
        before = pace
        pace, turn = rules.reserve(pace, rates, now, float(max_wait))
        assert turn.wait == expected
        assert turn.granted == (expected <= max_wait)
        if turn.granted:
            moments.append(now + turn.wait)
        else:
            assert pace is before
    assert all(holds(moments, rate) for rate in rates)


@given(rates_of_a_host, st.integers(1, 30))
def test_callers_that_wait_their_turn_are_evenly_spaced_after_the_burst(rates, callers):
    pace, moments = rules.NEW, []
    for _ in range(callers):
        pace, turn = rules.reserve(pace, rates, NOW, 1e9)
        moments.append(turn.wait)
    slowest = max(rate.interval for rate in rates)
    assert moments == sorted(moments)
    assert moments[0] == 0
    assert all(later - earlier <= slowest for earlier, later in pairwise(moments))


def test_a_burst_is_free_and_the_next_turns_come_at_the_rate():
    pace, waits = rules.NEW, []
    for _ in range(5):
        pace, turn = rules.reserve(pace, HALF, NOW, 10)
        waits.append(turn.wait)
    assert waits == [0, 0, 0, 2, 4]


def test_a_wait_of_exactly_the_longest_acceptable_one_is_granted_and_more_is_not():
    pace = HostPace({"pace": NOW + 14})  # with a burst of 3 the turn comes 4 s earlier
    assert rules.reserve(pace, HALF, NOW, 10)[1].granted
    assert not rules.reserve(pace, HALF, NOW, 9.999)[1].granted


def test_a_refused_turn_takes_from_no_limit_and_names_the_one_that_held_it():
    rates = (*HALF, Rate("hourly", 12.0, 1))
    pace, first = rules.reserve(rules.NEW, rates, NOW, 0)
    after, second = rules.reserve(pace, rates, NOW, 10)
    assert first.granted
    assert first.held_by == ""
    assert not second.granted
    assert (second.wait, second.held_by, second.status) == (12, "hourly", 0)
    assert after is pace
    assert after.arrivals == {"pace": NOW + 2, "hourly": NOW + 12}


def test_to_ask_whether_a_pause_runs_takes_no_turn_and_leaves_nothing_behind():
    quiet, paused = HostPace({"pace": NOW + 9}), HostPace({}, NOW + 5, 1, 503)
    assert rules.reserve(quiet, (), NOW, 0) == (quiet, rules.Turn(granted=True, wait=0))
    after, held = rules.reserve(paused, (), NOW, 0)
    assert after is paused
    assert (held.granted, held.wait, held.held_by, held.status) == (False, 5, "site", 503)
    assert rules.reserve(rules.NEW, (), NOW, 0)[0] is rules.NEW


def test_a_pause_of_the_site_outlasts_our_own_pace_and_carries_its_status():
    pace = rules.back_off(rules.NEW, NOW, 30, 503, 0)
    _, turn = rules.reserve(pace, HALF, NOW + 10, 5)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (False, 20, "site", 503)
    _, turn = rules.reserve(pace, HALF, NOW + 30, 0)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (True, 0, "", 0)


def test_a_burst_saved_up_before_a_pause_is_not_more_than_a_burst_after_it():
    pace = rules.back_off(rules.NEW, NOW, 1000, 429, 0)
    waits = []
    for _ in range(5):
        pace, turn = rules.reserve(pace, HALF, NOW + 999, 100)
        waits.append(turn.wait)
    assert waits == [1, 1, 1, 3, 5]


def test_a_pause_of_our_own_doubles_from_15_seconds_to_an_hour():
    pace, pauses = rules.NEW, []
    for _ in range(14):
        pace = rules.back_off(HostPace({}, NOW, pace.strikes), NOW, None, 429, 1.0)
        pauses.append(pace.blocked_until - NOW)
    assert pauses == [15, 30, 60, 120, 240, 480, 960, 1920, *[3600] * 6]


@given(st.floats(0, 1), st.integers(0, 10_000))
def test_at_least_half_of_a_pause_of_our_own_is_certain(jitter, strikes):
    pace = rules.back_off(HostPace({}, strikes=strikes), 0.0, None, 429, jitter)
    longest = rules.back_off(HostPace({}, strikes=strikes), 0.0, None, 429, 1.0).blocked_until
    assert longest / 2 <= pace.blocked_until <= longest <= 3600


@pytest.mark.parametrize(
    ("asked", "pause"), [(0, 1), (0.5, 1), (1, 1), (120, 120), (3600, 3600), (1e11, 3600)]
)
def test_a_retry_after_is_obeyed_between_a_second_and_an_hour(asked, pause):
    assert rules.back_off(rules.NEW, NOW, asked, 429, 0.5).blocked_until == NOW + pause


def test_a_shorter_pause_never_cuts_a_longer_one_short():
    pace = rules.back_off(rules.NEW, NOW, 600, 429, 0)
    pace = rules.back_off(pace, NOW + 1, 5, 503, 0)
    assert (pace.blocked_until, pace.strikes, pace.status) == (NOW + 600, 2, 503)


def test_a_good_answer_forgets_the_strikes_but_not_the_pause_nor_the_pace():
    pace, _ = rules.reserve(rules.NEW, HALF, NOW, 0)
    pace = rules.back_off(pace, NOW, 60, 429, 0)
    relaxed = rules.relax(pace)
    assert relaxed.strikes == 0
    assert relaxed.blocked_until == NOW + 60
    assert relaxed.arrivals == pace.arrivals
    assert rules.relax(relaxed) is relaxed


def test_a_host_is_idle_only_when_forgetting_it_changes_nothing():
    assert rules.idle(rules.NEW, NOW)
    asked, _ = rules.reserve(rules.NEW, HALF, NOW, 0)
    assert not rules.idle(asked, NOW + 1.999)
    assert rules.idle(asked, NOW + 2)
    held = rules.back_off(rules.NEW, NOW, 60, 429, 0)
    assert not rules.idle(held, NOW + 1000)
    assert not rules.idle(rules.relax(held), NOW + 59)
    assert rules.idle(rules.relax(held), NOW + 60)


@given(rates_of_a_host, askings)
def test_a_host_called_idle_answers_like_one_never_seen(rates, asked):
    clock, pace = ManualClock(NOW), rules.NEW
    for gap, max_wait, _ in asked:
        clock.advance(gap)
        if rules.idle(pace, clock.now()):
            known, new = pace, rules.NEW
            for _ in range(8):
                known, turn = rules.reserve(known, rates, clock.now(), 1e9)
                new, other = rules.reserve(new, rates, clock.now(), 1e9)
                assert turn == other
        pace, _ = rules.reserve(pace, rates, clock.now(), float(max_wait))


def test_the_jitter_stays_between_0_and_1():
    drawn = {rules.random_jitter() for _ in range(100)}
    assert len(drawn) > 1
    assert all(0 <= number <= 1 for number in drawn)
