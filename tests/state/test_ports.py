"""What every adapter does: one suite, so that a setting can choose between them."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
import pytest

from browser.model.fetch import RobotsCopy
from browser.model.session import Session
from browser.rules.pace import Rate
from browser.state.memory import PAGE_GRACE, SWEEP_EVERY, Lifetimes
from browser.state.open import Store, open_store
from browser.state.responses import MAX_OCTETS
from browser.state.valkey.store import open_valkey
from tests.clock import ManualClock
from tests.state.samples import START, display, full_session, session
from tests.valkey import PROGRAMS

IDLE, MAX_AGE, MAX_SESSIONS = 3600.0, 86_400.0, 5
HALF = (Rate("pace", 2.0, 3),)
# A shared store counts nobody: its pages have a time to live, which no test can make pass
# (tests/state/valkey/test_pages.py).
ALONE = pytest.mark.parametrize("store", ["memory:", "sqlite"], indirect=True)


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def running() -> set[str]:
    """Keys of sessions that run a command."""
    return set()


@pytest.fixture(params=["memory:", "sqlite", *PROGRAMS])
async def store(request, tmp_path, clock, running, servers):
    if request.param in PROGRAMS:
        lifetimes = Lifetimes(IDLE, MAX_AGE, MAX_SESSIONS, clock, running.__contains__)
        opened = open_valkey(servers(request.param).url, lifetimes, MAX_OCTETS, clock.now)
        yield opened
        await opened.aclose()
        return
    url = f"sqlite:///{tmp_path / 'state.db'}" if request.param == "sqlite" else request.param
    opened = open_store(
        url,
        idle=IDLE,
        max_age=MAX_AGE,
        max_sessions=MAX_SESSIONS,
        clock=clock,
        busy=running.__contains__,
    )
    yield opened
    await opened.aclose()


async def test_a_session_comes_back_with_every_field(store: Store):
    saved = full_session()
    await store.sessions.save(saved)
    assert await store.sessions.load("key") == full_session()


async def test_a_session_grows_from_save_to_save(store: Store):
    saved = full_session()
    await store.sessions.save(saved)
    for cursor in range(2, 5):
        saved.displays.append(display(cursor))
        saved.commands += 1
        await store.sessions.save(saved)
    loaded = await store.sessions.load("key")
    assert loaded is not None
    assert [shown.cursor for shown in loaded.displays] == [0, 1, 2, 3, 4]
    assert loaded.commands == 5


async def test_two_loads_give_the_same_object_also_at_the_same_time(store: Store):
    await store.sessions.save(session())
    found = []

    async def load():
        found.append(await store.sessions.load("key"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(load)
        tasks.start_soon(load)
    assert found[0] is not None
    assert found[0] is found[1]


async def test_an_unknown_session_is_none(store: Store):
    assert await store.sessions.load("nobody") is None


async def test_sessions_under_different_keys_do_not_meet(store: Store):
    await store.sessions.save(session("alice", pages=("a",)))
    await store.sessions.save(session("bob"))
    alice, bob = await store.sessions.load("alice"), await store.sessions.load("bob")
    assert alice == session("alice", pages=("a",))
    assert bob == session("bob")


async def test_a_session_is_found_by_its_share_as_long_as_it_is_there(store: Store, clock):
    one, other, old = session("one"), session("other"), session("old")
    one.share, other.share = "secret", "Secret"
    for saved in (one, other, old):
        await store.sessions.save(saved)
    assert await store.sessions.shared("secret") is await store.sessions.load("one")
    assert await store.sessions.shared("Secret") is await store.sessions.load("other")
    for wrong in ("", "secre", "secrets", "sec%", "one", "\ud800", "\0"):
        assert await store.sessions.shared(wrong) is None
    old.share = "late"
    await store.sessions.save(old)
    assert await store.sessions.shared("late") == old
    await store.sessions.delete("one")
    assert await store.sessions.shared("secret") is None
    anew = session("one")
    anew.share = "another"
    await store.sessions.save(anew)
    assert await store.sessions.shared("secret") is None
    assert await store.sessions.shared("another") == anew
    clock.advance(IDLE + 1)
    assert await store.sessions.shared("another") is None


async def test_a_session_that_made_room_is_not_found_by_its_share(store: Store, clock):
    for n in range(MAX_SESSIONS + 1):
        clock.advance(1)
        one = session(f"s{n}", at=clock.now())
        one.share = f"share {n}"
        await store.sessions.save(one)
    found = [await store.sessions.shared(f"share {n}") for n in range(MAX_SESSIONS + 1)]
    assert [each and each.key for each in found] == [None, *(f"s{n}" for n in range(1, n + 1))]


async def test_a_deleted_session_is_gone_and_can_be_made_anew(store: Store):
    await store.sessions.save(full_session())
    assert await store.sessions.delete("key")
    assert await store.sessions.load("key") is None
    assert not await store.sessions.delete("key")
    await store.sessions.save(session())
    assert await store.sessions.load("key") == session()


async def test_a_session_ends_when_it_was_idle_too_long(store: Store, clock):
    await store.sessions.save(session())
    clock.advance(IDLE)
    assert await store.sessions.load("key") is not None
    clock.advance(0.5)
    assert await store.sessions.load("key") is None
    assert not await store.sessions.delete("key")


async def test_a_session_in_use_ends_at_its_greatest_age(store: Store, clock):
    saved = session()
    await store.sessions.save(saved)
    while clock.now() - START <= MAX_AGE - IDLE:
        clock.advance(IDLE)
        saved.used = clock.now()
        await store.sessions.save(saved)
    clock.moment = START + MAX_AGE
    assert await store.sessions.load("key") is not None
    clock.advance(0.5)
    assert await store.sessions.load("key") is None


async def test_deleting_a_session_that_has_ended_says_there_was_none(store: Store, clock):
    await store.sessions.save(session())
    clock.advance(IDLE + 1)
    assert not await store.sessions.delete("key")


async def test_the_session_idle_longest_makes_room(store: Store, clock):
    sessions = [session(f"s{n}") for n in range(MAX_SESSIONS)]
    for one in sessions:
        clock.advance(1)
        one.used = clock.now()
        await store.sessions.save(one)
    clock.advance(1)
    sessions[0].used = clock.now()
    await store.sessions.save(sessions[0])
    clock.advance(1)
    await store.sessions.save(session("new", clock.now()))
    alive = {
        key for key in [*(one.key for one in sessions), "new"] if await store.sessions.load(key)
    }
    assert alive == {"s0", "s2", "s3", "s4", "new"}


async def test_a_session_that_made_room_while_its_command_ran_is_kept_whole(store: Store, clock):
    slow = session("slow", pages=("a", "b"))
    await store.sessions.save(slow)
    for n in range(MAX_SESSIONS):
        clock.advance(1)
        await store.sessions.save(session(f"s{n}", clock.now()))
    slow.displays.append(display(2))
    slow.used = clock.now() + 1
    await store.sessions.save(slow)
    loaded = await store.sessions.load("slow")
    assert loaded is not None
    assert [shown.cursor for shown in loaded.displays] == [0, 1, 2]


async def test_many_sessions_saved_at_once_are_all_there(store: Store):
    async with anyio.create_task_group() as tasks:
        for n in range(MAX_SESSIONS):
            tasks.start_soon(store.sessions.save, session(f"s{n}", pages=(f"p{n}",)))
    for n in range(MAX_SESSIONS):
        assert await store.sessions.load(f"s{n}") == session(f"s{n}", pages=(f"p{n}",))


async def test_a_page_comes_back_and_its_first_bytes_stay(store: Store, clock):
    blob = bytes(range(256)) * 100
    await store.pages.put("page", blob)
    clock.advance(PAGE_GRACE)
    await store.pages.put("page", b"other")
    assert await store.pages.get("page") == blob
    assert await store.pages.get("unknown") is None


@ALONE
async def test_a_page_lives_as_long_as_one_session_shows_it(store: Store, clock):
    await store.pages.put("shared", b"1")
    await store.pages.put("alone", b"2")
    await store.sessions.save(session("a", pages=("shared", "alone", "shared")))
    await store.sessions.save(session("b", pages=("shared",)))
    clock.advance(PAGE_GRACE)
    await store.sessions.delete("a")
    assert await store.pages.get("alone") is None
    assert await store.pages.get("shared") == b"1"
    await store.sessions.delete("b")
    assert await store.pages.get("shared") is None


@ALONE
async def test_a_page_of_an_expired_session_goes_with_the_next_sweep(store: Store, clock):
    await store.pages.put("page", b"1")
    await store.sessions.save(session("old", pages=("page",)))
    clock.advance(IDLE + SWEEP_EVERY)
    await store.sessions.save(session("new", clock.now()))
    assert await store.pages.get("page") is None


@ALONE
async def test_a_page_that_no_display_ever_showed_is_swept_after_its_grace(store: Store, clock):
    saved = session()
    await store.pages.put("orphan", b"1")
    await store.sessions.save(saved)
    clock.advance(PAGE_GRACE - 1)
    await store.sessions.save(saved)
    assert await store.pages.get("orphan") == b"1"
    clock.advance(SWEEP_EVERY + 1)
    await store.sessions.save(saved)
    assert await store.pages.get("orphan") is None


async def test_a_page_stored_again_outlives_the_session_that_showed_it_first(store: Store, clock):
    await store.pages.put("page", b"1")
    await store.sessions.save(session("first", pages=("page",)))
    clock.advance(PAGE_GRACE + 1)
    await store.pages.put("page", b"1")  # a command of another session has just opened it
    await store.sessions.delete("first")
    second = session("second", clock.now(), pages=("page",))
    await store.sessions.save(second)
    for _ in range(3):
        clock.advance(PAGE_GRACE)
        second.used = clock.now()
        await store.sessions.save(second)
    assert await store.pages.get("page") == b"1"


@ALONE
async def test_a_page_of_a_young_session_deleted_is_swept_later(store: Store, clock):
    await store.pages.put("page", b"1")
    await store.sessions.save(session(pages=("page",)))
    await store.sessions.delete("key")
    clock.advance(PAGE_GRACE + SWEEP_EVERY)
    await store.sessions.save(session("other", clock.now()))
    assert await store.pages.get("page") is None


async def test_a_display_of_a_page_that_was_never_stored_does_no_harm(store: Store, clock):
    await store.sessions.save(session(pages=("missing",)))
    clock.advance(PAGE_GRACE + SWEEP_EVERY)
    assert await store.sessions.delete("key")
    await store.sessions.save(session("other", clock.now()))
    assert await store.pages.get("missing") is None


async def test_a_copy_of_robots_txt_comes_back_and_is_replaced(store: Store):
    first = RobotsCopy("deny", fetched_at=START, expires_at=START + 600, failures=2, why="503 ü")
    second = RobotsCopy(
        "rules", b"User-agent: *\n\xff\x00", 1.5, 2.5, 3.5, 0, "fetched", '"v1"', "Sun, 22 Nov 2026"
    )
    assert await store.robots.get("https://a.example") is None
    await store.robots.put("https://a.example", first)
    assert await store.robots.get("https://a.example") == first
    await store.robots.put("https://a.example", second)
    assert await store.robots.get("https://a.example") == second
    assert await store.robots.get("http://a.example") is None


async def test_an_expired_copy_of_robots_txt_is_still_given(store: Store, clock):
    await store.robots.put("https://a.example", RobotsCopy("allow", expires_at=START + 1))
    clock.advance(86_400)
    await store.sessions.save(session("any", clock.now()))
    assert await store.robots.get("https://a.example") is not None


async def test_turns_of_one_host_are_given_out_once_each_however_many_ask(store: Store):
    waits = []

    async def ask():
        turn = await store.turns.reserve("a.example", HALF, START, 10)
        if turn.granted:
            waits.append(turn.wait)

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(ask)
    assert sorted(waits) == [0, 0, 0, 2, 4, 6, 8, 10]
    assert (await store.turns.reserve("b.example", HALF, START, 0)).granted


async def test_a_pause_holds_turns_back_and_strikes_are_forgotten(store: Store, clock):
    assert await store.turns.back_off("a.example", clock.now(), 40, 503) == 40
    clock.advance(10)
    turn = await store.turns.reserve("a.example", HALF, clock.now(), 5)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (False, 30, "site", 503)
    for _ in range(3):
        await store.turns.back_off("b.example", clock.now(), None, 429)
    clock.advance(500)
    third = await store.turns.back_off("b.example", clock.now(), None, 429)
    assert 60 <= third <= 120
    await store.turns.relax("b.example")
    clock.advance(9000)
    assert 7.5 <= await store.turns.back_off("b.example", clock.now(), None, 429) <= 15


async def test_two_hours_without_a_new_429_take_one_strike_away(store: Store, clock):
    for _ in range(3):
        await store.turns.back_off("a.example", clock.now(), 1, 429)
    clock.advance(3 * 7200 + 2)
    fourth = await store.turns.back_off("a.example", clock.now(), None, 429)
    assert 7.5 <= fourth <= 15


async def test_a_turn_that_was_not_used_is_free_again(store: Store):
    await store.turns.reserve("a.example", HALF, START, 0)
    for _ in range(3):
        await store.turns.reserve("a.example", HALF, START, 10)
    last = await store.turns.reserve("a.example", HALF, START, 10)
    await store.turns.give_back("a.example", last)
    await store.turns.give_back("a.example", last)  # twice is once
    again = await store.turns.reserve("a.example", HALF, START, 10)
    assert (again.granted, again.wait) == (True, last.wait)


async def test_a_turn_that_others_come_after_stays_taken(store: Store):
    first = await store.turns.reserve("a.example", HALF, START, 10)
    second = await store.turns.reserve("a.example", HALF, START, 10)
    await store.turns.give_back("a.example", first)
    third = await store.turns.reserve("a.example", HALF, START, 10)
    assert third.wait >= second.wait
    await store.turns.give_back("never.example", first)


async def test_relaxing_a_host_never_asked_is_harmless(store: Store):
    await store.turns.relax("a.example")
    assert (await store.turns.reserve("a.example", HALF, START, 0)).granted


async def test_a_session_that_is_saved_later_was_not_changed_by_the_store(store: Store):
    saved = full_session()
    before = copy.deepcopy(saved)
    await store.sessions.save(saved)
    await store.ping()
    assert saved == before


async def alive(store: Store, *names: str) -> list[str]:
    return [name for name in names if await store.sessions.load(name)]


def of(owner: str, key: str, at: float, **more: Any) -> Session:
    return replace(session(key, at, **more), owner=owner)


async def test_who_makes_sessions_without_end_only_ends_its_own(store: Store, clock):
    await store.sessions.save(of("bob", "mine", clock.now()))
    for n in range(3 * MAX_SESSIONS):
        clock.advance(1)
        await store.sessions.save(of("alice", f"s{n}", clock.now()))
    last = [f"s{n}" for n in range(3 * MAX_SESSIONS - MAX_SESSIONS + 1, 3 * MAX_SESSIONS)]
    assert await alive(store, "mine", *(f"s{n}" for n in range(3 * MAX_SESSIONS))) == [
        "mine",
        *last,
    ]


async def test_room_is_made_by_the_owner_with_most_even_for_another_s_new_session(
    store: Store, clock
):
    for owner, key in ("bob", "b0"), ("alice", "a0"), ("alice", "a1"), ("alice", "a2"):
        clock.advance(1)
        await store.sessions.save(of(owner, key, clock.now()))
    for key in ("b1", "b2"):
        clock.advance(1)
        await store.sessions.save(of("bob", key, clock.now()))
    # Three of each: now the one idle longest of all makes room, whoever's it is.
    assert await alive(store, "a0", "a1", "a2", "b0", "b1", "b2") == ["a0", "a1", "a2", "b1", "b2"]
    clock.advance(1)
    await store.sessions.save(of("carol", "c0", clock.now()))
    assert await alive(store, "a0", "a1", "a2", "b1", "b2", "c0") == ["a1", "a2", "b1", "b2", "c0"]


async def test_of_owners_with_as_many_sessions_the_one_idle_longest_loses_one(store: Store, clock):
    saved = {name: of(name, name, clock.now()) for name in "abcde"}
    for one in saved.values():
        clock.advance(1)
        one.used = clock.now()
        await store.sessions.save(one)
    clock.advance(1)
    saved["a"].used = clock.now()
    await store.sessions.save(saved["a"])
    clock.advance(1)
    await store.sessions.save(of("f", "f", clock.now()))
    assert await alive(store, *"abcdef") == [*"acdef"]


async def test_a_session_that_ended_itself_counts_for_its_owner_no_more(store: Store, clock):
    for owner, key in (
        ("alice", "a0"),
        ("alice", "a1"),
        ("alice", "a2"),
        ("bob", "b0"),
        ("bob", "b1"),
    ):
        clock.advance(1)
        await store.sessions.save(of(owner, key, clock.now()))
    clock.advance(1)
    await store.sessions.save(of("carol", "c0", clock.now()))  # a0 goes
    assert await store.sessions.delete("a1")
    for key in ("c1", "c2"):
        clock.advance(1)
        await store.sessions.save(of("carol", key, clock.now()))
    left = await alive(store, "a0", "a1", "a2", "b0", "b1", "c0", "c1", "c2")
    assert left == ["a2", "b0", "b1", "c1", "c2"]


@asynccontextmanager
async def commands(store: Store, running: set[str], *keys: str) -> AsyncIterator[None]:
    """Commands of these sessions, as a process and as other replicas know of them."""
    async with AsyncExitStack() as leases:
        for key in keys:
            assert await leases.enter_async_context(store.leases.hold(f"session:{key}", 0))
        running |= set(keys)
        yield
        running -= set(keys)


async def test_a_session_that_runs_a_command_is_passed_over(store: Store, clock, running):
    for n in range(MAX_SESSIONS):
        clock.advance(1)
        await store.sessions.save(session(f"s{n}", clock.now()))
    async with commands(store, running, "s0", "s1"):
        clock.advance(1)
        await store.sessions.save(session("new", clock.now()))
        left = await alive(store, "s0", "s1", "s2", "s3", "s4", "new")
        assert left == ["s0", "s1", "s3", "s4", "new"]
        async with commands(store, running, "s3", "s4", "new", "more"):
            clock.advance(1)
            await store.sessions.save(session("more", clock.now()))
            left = await alive(store, "s0", "s1", "s3", "s4", "new", "more")
            assert left == ["s0", "s1", "s3", "s4", "new", "more"]
    clock.advance(1)
    await store.sessions.save(session("last", clock.now()))
    left = await alive(store, "s0", "s1", "s3", "s4", "new", "more", "last")
    assert left == ["s3", "s4", "new", "more", "last"]


async def test_the_fate_of_sessions_is_what_counting_them_anew_each_time_would_say(
    store: Store, clock
):
    """Against the rule written down plainly, over a few hundred chosen steps."""
    chance, there = random.Random(7), dict[str, tuple[str, float]]()
    for step in range(400):
        clock.advance(1)
        key = f"k{chance.randrange(14)}"
        owner = "abc"[int(key[1:]) % 3]
        if chance.random() < 0.2:
            assert await store.sessions.delete(key) is (there.pop(key, None) is not None)
            continue
        one = await store.sessions.load(key) or of(owner, key, clock.now())
        one.used = clock.now()
        await store.sessions.save(one)
        there[key] = (owner, clock.now())
        if len(there) > MAX_SESSIONS:
            counts = Counter(owner for owner, _ in there.values())
            del there[min(there, key=lambda k: (-counts[there[k][0]], there[k][1]))]
        if step % 5 == 0:  # a wrong one that ended does not come back by itself
            left = await alive(store, *(f"k{n}" for n in range(14)))
            assert left == sorted(there, key=lambda k: int(k[1:]))
