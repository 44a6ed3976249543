"""Turns at a real server: the same answers as the rule, and what a server's memory is worth."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browser.errors import StateUnavailable
from browser.rules import pace as rules
from browser.rules.pace import Rate, Turn
from browser.state.memory import MemoryTurns
from browser.state.valkey.connection import Valkey
from browser.state.valkey.turns import ValkeyTurns
from tests.clock import ManualClock
from tests.valkey import PROGRAMS, Server, Servers

HOSTS = ("a.example", "b.example")
PACE = Rate("pace", 2.0, 3)
HOURLY = Rate("hourly", 24.0, 150)
CRAWL = Rate("crawl-delay", 30.0)

intervals = st.sampled_from([0.1, 0.5, 2.0, 1 / 3, 24.0]) | st.floats(1e-3, 1e4)
rates = st.lists(
    st.builds(
        Rate,
        st.sampled_from(["pace", "hourly", "crawl-delay"]),
        intervals,
        st.integers(1, 150),
        st.integers(0, 3),
    ),
    max_size=3,
    unique_by=lambda rate: rate.name,
).map(tuple)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.floats(0, 1e4) | st.sampled_from([0.1, 2.0, 7200.0, 7201.0])),
        st.tuples(
            st.just("reserve"), st.sampled_from(HOSTS), rates, st.floats(0, 100) | st.just(0.0)
        ),
        st.tuples(st.just("go"), rates, st.none() | rates),
        st.tuples(st.just("give_back"), st.sampled_from(HOSTS), st.integers(0, 5)),
        st.tuples(
            st.just("back_off"),
            st.sampled_from(HOSTS),
            st.none() | st.floats(0, 5000),
            st.sampled_from([429, 503]),
            st.floats(0, 1),
        ),
        st.tuples(st.just("relax"), st.sampled_from(HOSTS)),
    ),
    max_size=25,
)


class Both:
    """Does everything twice: by the rule in memory, and at the server."""

    def __init__(self, server: Valkey, clock: ManualClock) -> None:
        self.clock = clock
        self.jitter = 0.0
        self.rule = MemoryTurns(lambda: self.jitter)
        self.shared = ValkeyTurns(server, clock, lambda: self.jitter)
        self.taken: list[Turn] = []

    async def do(self, step: tuple[Any, ...]) -> tuple[Any, Any]:
        name, now = step[0], self.clock.now()
        if name == "pass":
            self.clock.advance(step[1])
            return None, None
        if name == "reserve":
            _, host, wanted, patience = step
            one = await self.rule.reserve(host, wanted, now, patience)
            other = await self.shared.reserve(host, wanted, now, patience)
            self.taken.append(one)
            return (one, one.receipt), (other, other.receipt)
        if name == "go":
            wanted = dict(zip(HOSTS, (each for each in step[1:] if each is not None), strict=False))
            return await self.rule.go(wanted, now), await self.shared.go(wanted, now)
        if name == "give_back":
            turn = self.taken[step[2] % len(self.taken)] if self.taken else Turn(False, 1)
            await self.rule.give_back(step[1], turn)
            await self.shared.give_back(step[1], turn)
            return None, None
        if name == "back_off":
            _, host, asked, status, self.jitter = step
            return (
                await self.rule.back_off(host, now, asked, status),
                await self.shared.back_off(host, now, asked, status),
            )
        await self.rule.relax(step[1])
        await self.shared.relax(step[1])
        return None, None


@pytest.mark.parametrize("program", PROGRAMS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=steps)
async def test_any_history_has_the_same_answers_as_by_the_rule(
    program: str, servers: Servers, history: list[tuple[Any, ...]]
):
    clock = ManualClock()
    server = Valkey(servers(program).url, clock.now)
    both = Both(server, clock)
    try:
        for step in history:
            one, other = await both.do(step)
            assert one == other, step
        assert await both.shared.look(HOSTS) == await both.rule.look(HOSTS)
    finally:
        await server.aclose()


@pytest.fixture
async def turns(server: Server):
    """On the server's own clock."""
    client = Valkey(server.url)
    yield ValkeyTurns(client, ManualClock())
    await client.aclose()


async def test_turns_go_by_the_server_s_clock_whatever_the_callers_have(turns: ValkeyTurns):
    moments = (0.0, 1e12, -5.0, math.pi, 7.0)
    waits = [(await turns.reserve("a.example", (PACE,), now, 10)).wait for now in moments]
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] <= 2
    assert waits[3] < waits[4] <= 4


async def test_what_is_seen_is_told_by_the_callers_clock(server: Server):
    clock = ManualClock(1000.0)
    client = Valkey(server.url)
    turns = ValkeyTurns(client, clock)
    await turns.back_off("a.example", 0, 40, 503)
    seen = await turns.look(["a.example", "never.example", *(f"h{n}" for n in range(600))])
    assert list(seen) == ["a.example"]
    assert 1000 < seen["a.example"].blocked_until <= 1040
    await client.aclose()


async def test_a_host_is_forgotten_when_that_changes_nothing(turns: ValkeyTurns, server: Server):
    await turns.reserve("a.example", (Rate("pace", 100.0, 1),), 0, 0)
    left = int(server.say("PTTL", "pb:1:pace:a.example")[1:])
    assert 100_000 < left <= 160_000
    await turns.back_off("b.example", 0, 10, 429)
    left = int(server.say("PTTL", "pb:1:pace:b.example")[1:])
    assert (10 + rules.DECAY) * 1000 < left <= (10 + rules.DECAY + 60) * 1000


async def test_asking_for_no_rate_leaves_nothing_behind(turns: ValkeyTurns, server: Server):
    assert (await turns.reserve("a.example", (), 0, 0)).granted
    await turns.relax("a.example")
    await turns.give_back("a.example", Turn(True, 0, receipt={"pace": (2.0, 1.0)}))
    assert server.say("EXISTS", "pb:1:pace:a.example") == b":0\r\n"


@pytest.mark.parametrize("host", ["ü.example", "a b\r\nSET x", "", "@[::1]", "x" * 300, "\x00"])
async def test_a_host_may_have_any_name(turns: ValkeyTurns, host: str):
    await turns.reserve(host, (PACE,), 0, 0)
    assert list(await turns.look([host, "x"])) == [host]


async def test_two_replicas_share_one_pace(server: Server):
    clients = [Valkey(server.url) for _ in range(2)]
    replicas = [ValkeyTurns(client, ManualClock()) for client in clients]
    rate = (Rate("pace", 1000.0, 3),)
    taken: list[Turn] = []

    async def ask(turns: ValkeyTurns) -> None:
        taken.append(await turns.reserve("a.example", rate, 0, 1e6))

    async with anyio.create_task_group() as tasks:
        for n in range(20):
            tasks.start_soon(ask, replicas[n % 2])
    waits = sorted(turn.wait for turn in taken)
    assert waits[:3] == [0, 0, 0]
    assert [round(wait / 1000) for wait in waits[3:]] == list(range(1, 18))
    for client in clients:
        await client.aclose()


# -- a server that lost its memory --


@pytest.fixture
def mortal(servers: Servers):
    """A server that the test may kill, which keeps nothing on disk."""
    server = servers("valkey", own=True)
    yield server
    server.stop()


@pytest.fixture
async def client(mortal: Server, clock: ManualClock):
    client = Valkey(mortal.url, clock.now)
    yield client
    await client.aclose()


@pytest.fixture
def clock():
    return ManualClock()


async def test_a_server_that_is_away_grants_nothing_and_serves_again_when_it_is_back(
    mortal: Server, client: Valkey, clock: ManualClock
):
    turns = ValkeyTurns(client, clock)
    assert (await turns.reserve("a.example", (PACE,), 0, 0)).granted
    mortal.kill()
    for _ in range(2):
        with pytest.raises(StateUnavailable) as caught:
            await turns.reserve("a.example", (PACE,), 0, 1e9)
        assert caught.value.retry_after
        with pytest.raises(StateUnavailable):
            await client.ping()
    mortal.start()
    await client.ping()
    assert (await turns.reserve("a.example", (PACE,), 0, 10)).granted


async def test_after_a_loss_no_host_has_more_than_was_left_at_most(
    mortal: Server, client: Valkey, clock: ManualClock
):
    """The burst was used up, is forgotten, and is not there a second time."""
    turns = ValkeyTurns(client, clock)
    wanted = (PACE, HOURLY, CRAWL)
    moments = []
    for n in range(40):
        if n == 20:
            mortal.kill()
            with pytest.raises(StateUnavailable):
                await client.ping()
            mortal.start()
        turn = await turns.reserve("a.example", wanted[: 2 if n % 10 else 3], 0, 0)
        if turn.granted:
            moments.append(clock.now())
        clock.advance(0.7)
    assert len(moments) > 10
    for first, moment in enumerate(moments):
        for last in range(first, len(moments)):
            most = PACE.burst + (moments[last] - moment) / PACE.interval
            assert last - first + 1 <= most + 1e-9
    fresh = ValkeyTurns(client, clock)
    one = await fresh.reserve("never.example", (replace(CRAWL, interval=300.0),), 0, 0)
    assert (one.granted, one.held_by) == (False, "crawl-delay")
    assert (await fresh.reserve("never.example", (HOURLY,), 0, 0)).granted


async def test_pauses_that_sites_asked_for_are_told_again_to_a_server_that_forgot_them(
    mortal: Server, client: Valkey, clock: ManualClock
):
    turns = ValkeyTurns(client, clock)
    await turns.back_off("a.example", 0, 600, 503)
    await turns.back_off("over.example", 0, 5, 429)
    await turns.back_off("well.example", 0, 5, 429)
    await turns.relax("well.example")
    clock.advance(60)
    mortal.kill()
    mortal.start()
    other = Valkey(mortal.url, clock.now)  # a process that is new, and is there first
    await other.ping()
    await client.ping()
    seen = await ValkeyTurns(other, clock).look(["a.example", "over.example", "well.example"])
    assert list(seen) == ["a.example"]
    turn = await ValkeyTurns(other, clock).reserve("a.example", (PACE,), 0, 10)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (False, 540, "site", 503)
    late = await ValkeyTurns(other, clock).reserve("b.example", (PACE,), 0, 10)
    assert late.wait == 2, "the new process could not know that something was lost; the old one did"
    await other.aclose()


async def test_a_pause_that_a_site_asks_for_while_the_server_is_away_is_told_when_it_is_back(
    mortal: Server, client: Valkey, clock: ManualClock
):
    turns = ValkeyTurns(client, clock)
    turn = await turns.reserve("a.example", (PACE,), 0, 0)
    mortal.kill()
    with pytest.raises(StateUnavailable):
        await turns.back_off("a.example", clock.now(), 600, 503)
    await turns.give_back("a.example", turn)  # nothing to give it back to, and no error
    mortal.start()
    await client.ping()
    other = Valkey(mortal.url, clock.now)
    turn = await ValkeyTurns(other, clock).reserve("a.example", (PACE,), 0, 10)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (False, 600, "site", 503)
    await other.aclose()


async def test_a_server_that_is_emptied_under_us_is_taken_to_have_forgotten(
    valkey: Server, clock: ManualClock
):
    client = Valkey(valkey.url, clock.now)
    turns = ValkeyTurns(client, clock)
    for _ in range(3):
        assert (await turns.reserve("a.example", (PACE,), 0, 0)).granted
    valkey.say("FLUSHALL")
    assert not (await turns.reserve("a.example", (PACE,), 0, 0)).granted
    await client.aclose()


async def test_a_server_that_starts_with_us_owes_nobody_anything(
    client: Valkey, clock: ManualClock
):
    turns = ValkeyTurns(client, clock)
    waits = [(await turns.reserve("a.example", (PACE,), 0, 10)).wait for _ in range(5)]
    assert waits == [0, 0, 0, 2, 4]
