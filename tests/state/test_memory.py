from __future__ import annotations

import pytest

from browser.model.fetch import RobotsCopy
from browser.rules.pace import Rate
from browser.state import memory
from browser.state.memory import (
    PAGE_GRACE,
    SWEEP_EVERY,
    Lifetimes,
    MemoryPages,
    MemoryRobots,
    MemorySessions,
    MemoryTurns,
)
from tests.clock import ManualClock
from tests.state.samples import START, session

ONE = (Rate("pace", 2.0, 1),)


async def test_only_hosts_to_which_nothing_is_owed_are_forgotten():
    turns = MemoryTurns(jitter=lambda: 0.0, capacity=10)
    await turns.back_off("striking.example", START, 1, 429)
    await turns.reserve("hourly.example", (Rate("hourly", 9999.0, 1),), START, 0)
    for n in range(500):
        await turns.reserve(f"h{n}.example", ONE, START + 3 * n, 0)
    assert len(turns._hosts) <= 12
    later = START + 1500
    turn = await turns.reserve("hourly.example", (Rate("hourly", 9999.0, 1),), later, 0)
    assert (turn.granted, turn.wait) == (False, 8499)
    assert await turns.back_off("striking.example", later, None, 429) == 15  # the second strike


async def test_a_flood_of_busy_hosts_is_remembered_and_shrinks_when_they_rest():
    turns = MemoryTurns(capacity=10)
    for n in range(100):
        await turns.reserve(f"h{n}.example", ONE, START, 0)
    assert len(turns._hosts) == 100
    assert not (await turns.reserve("h0.example", ONE, START, 0)).granted
    for n in range(20):
        await turns.reserve(f"later{n}.example", ONE, START + 60, 0)
    assert len(turns._hosts) <= 20


async def test_a_refused_turn_of_an_unknown_host_leaves_nothing_behind():
    turns = MemoryTurns()
    await turns.back_off("a.example", START, 100, 429)
    await turns.reserve("a.example", ONE, START, 0)
    assert list(turns._hosts) == ["a.example"]
    assert turns.pace("a.example").arrivals == {}


async def test_the_jitter_given_decides_a_pause_of_our_own():
    assert await MemoryTurns(lambda: 0.0).back_off("a", START, None, 429) == 7.5
    assert await MemoryTurns(lambda: 1.0).back_off("a", START, None, 429) == 15


async def test_copies_of_robots_txt_stay_within_their_bytes_and_the_oldest_goes_first():
    robots = MemoryRobots(max_bytes=1000)
    for name in ("a", "b"):
        await robots.put(name, RobotsCopy("rules", b"x" * 400))
    assert await robots.get("a")
    await robots.put("c", RobotsCopy("rules", b"x" * 400))
    assert await robots.get("b") is None
    assert await robots.get("a")
    await robots.put("a", RobotsCopy("rules", b"x" * 10))
    await robots.put("d", RobotsCopy("rules", b"x" * 500))
    assert [bool(await robots.get(name)) for name in "abcd"] == [True, False, True, True]


async def test_nothing_stays_in_memory_when_all_sessions_have_ended():
    clock = ManualClock(START)
    pages = MemoryPages(clock)
    sessions = MemorySessions(Lifetimes(100, 1000, 50, clock), pages)
    for n in range(300):
        clock.advance(1)
        await pages.put(f"p{n % 90}", b"page")
        await pages.put(f"orphan{n}", b"page")
        await sessions.save(session(f"s{n}", clock.now(), pages=(f"p{n % 90}",)))
    assert len(sessions._sessions) == 50
    clock.advance(PAGE_GRACE + SWEEP_EVERY)
    await sessions.save(session("last", clock.now()))
    assert set(sessions._sessions) == set(sessions._pinned) == {"last"}
    assert (pages._pages, pages._uses, pages._loose) == ({}, {}, {})


async def test_a_flood_of_sessions_does_not_leave_its_pages_behind(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "MAX_LOOSE", 20)
    clock = ManualClock(START)
    pages = MemoryPages(clock)
    sessions = MemorySessions(Lifetimes(100, 1000, 50, clock), pages)
    for n in range(300):
        await pages.put(f"p{n}", b"page")
        await sessions.save(session(f"s{n}", clock.now(), pages=(f"p{n}",)))
        assert await pages.get(f"p{n}")
    assert len(pages._pages) == 50 + 20
    assert await pages.get("p250"), "a page of a session that is there has gone"
