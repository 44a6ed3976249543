"""Sessions of two replicas at a real server: what is sent, who may write, what ends."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.model.session import Session
from browser.state.memory import Lifetimes
from browser.state.valkey.connection import Valkey
from browser.state.valkey.pages import ValkeyPages, lifetime
from browser.state.valkey.sessions import GONE, ValkeySessions
from tests.clock import ManualClock
from tests.late import asked_and_cancelled, late_replies
from tests.state.samples import START, display, full_session, session
from tests.valkey import Server

IDLE, MAX_AGE, MAX_SESSIONS = 3600.0, 86_400.0, 5


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


class Replica(ValkeySessions):
    """One process; keeps what it was sent."""

    def __init__(self, client: Valkey, clock: ManualClock, hot: int = 256) -> None:
        super().__init__(client, Lifetimes(IDLE, MAX_AGE, MAX_SESSIONS, clock), hot)
        self.heard: list[Any] = []
        self.late = anyio.Event()  # what a load brings is held back until then
        self.late.set()
        self.came = anyio.Event()  # a load brought something

    async def _ask(self, act: str, key: str, *args: str | float | bytes) -> Any:
        answer = await super()._ask(act, key, *args)
        if act == "load":
            self.heard.append(answer)
            self.came.set()
            await self.late.wait()
        return answer

    async def open(self, key: str = "key") -> Session:
        found = await self.load(key)
        assert found is not None
        return found


@pytest.fixture
async def client(server: Server, clock: ManualClock):
    client = Valkey(server.url, clock.now)
    yield client
    await client.aclose()


@pytest.fixture
def replicas(client: Valkey, clock: ManualClock) -> tuple[Replica, Replica]:
    return Replica(client, clock), Replica(client, clock)


async def grow(one: ValkeySessions, found: Session) -> None:
    found.displays.append(display(len(found.displays)))
    found.commands += 1
    await one.save(found)


# -- moving between replicas --


async def test_commands_alternate_between_replicas_and_each_sees_all(replicas):
    await replicas[0].save(full_session())
    for turn in range(6):
        one = replicas[(turn + 1) % 2]
        await grow(one, await one.open())
    seen = [await one.open() for one in replicas]
    assert seen[0] == seen[1]
    assert seen[0] is not seen[1]
    assert [shown.cursor for shown in seen[0].displays] == list(range(8))
    assert seen[0].commands == full_session().commands + 6
    assert seen[0].quotes == full_session().quotes


async def test_only_what_a_replica_does_not_know_is_sent(replicas):
    one, other = replicas
    await one.save(full_session())
    await one.open()
    assert len(one.heard[-1]) == 1  # the same state: nothing at all
    assert len((await other.open()).displays) == 2
    assert other.heard[-1][2] == b"0 0 0 0"
    await grow(one, await one.open())
    await other.open()
    assert other.heard[-1][2:4] == [b"2 1 2 2", b"3 1 2 2"]
    assert len(other.heard[-1][4]) == 1


async def test_a_replica_that_missed_many_saves_is_sent_everything(replicas):
    one, other = replicas
    await one.save(session(pages=("a", "b")))
    await other.open()
    for saves, known in (8, b"2 0 0 0"), (9, b"0 0 0 0"):
        for _ in range(saves):
            await grow(one, await one.open())
        assert await other.open() == await one.open()
        assert other.heard[-1][2] == known


async def test_a_session_made_anew_elsewhere_is_not_taken_for_the_old_one(replicas):
    one, other = replicas
    old = full_session()
    await one.save(old)
    await other.open()
    assert await one.delete("key")
    await one.save(session(pages=("new", "newer", "newest")))
    assert await other.open() == session(pages=("new", "newer", "newest"))


async def test_who_looks_on_while_a_command_runs_leaves_its_session_alone(replicas):
    one, other = replicas
    await one.save(session())
    found = await one.open()
    found.displays.append(display(0))
    assert await one.open() is found
    assert (await other.open()).displays == []
    await one.save(found)
    assert await one.open() is found
    assert await other.open() == found


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("cold", [False, True])
async def test_who_looks_on_while_a_session_is_saved_sees_it_before_or_after(
    replicas, moved: bool, cold: bool
):
    one, other = replicas
    await one.save(session(pages=("a",)))
    found = await one.open()
    if moved:
        await grow(other, await other.open())
    if cold:
        one._hot.clear()
    seen: list[Session] = []

    async def look() -> None:
        seen.append(await one.open())

    one.late, one.came = anyio.Event(), anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(look)
        await one.came.wait()
        if moved:
            await grow(other, await other.open())
        else:
            await grow(one, found)
        one.late.set()
    assert len(seen[0].displays) in ((2, 3) if moved else (1, 2))
    assert await one.open() == await other.open()
    assert len((await one.open()).displays) == (3 if moved else 2)


async def test_addresses_that_were_shown_go_along_as_far_as_they_are_known(replicas):
    one, other = replicas
    await one.save(session(pages=("a",)))
    found = await one.open()
    found.shown.displays, found.shown.pages = 1, {"a"}
    await grow(other, await other.open())
    again = await one.open()
    assert (again.shown.displays, again.shown.pages) == (1, {"a"})
    assert again.shown is not found.shown
    again.shown.displays = 5  # of a command that failed
    await grow(other, await other.open())
    assert (await one.open()).shown.displays == 0


async def test_a_session_that_left_memory_while_its_command_ran_is_saved(client, clock):
    one = Replica(client, clock, hot=1)
    await one.save(session("slow"))
    found = await one.open("slow")
    await one.save(session("quick"))
    looked = await one.open("slow")
    assert looked is not found
    await grow(one, found)
    assert await one.open("slow") is found
    assert [shown.cursor for shown in found.displays] == [0]


# -- who may write --


async def test_a_save_on_a_state_that_another_has_left_behind_writes_nothing(replicas):
    one, other = replicas
    await one.save(session())
    mine, theirs = await one.open(), await other.open()
    await grow(other, theirs)
    mine.displays.append(display(7, "mine"))
    mine.share = "mine"
    with pytest.raises(StateUnavailable) as caught:
        await one.save(mine)
    assert caught.value.retry_after == 1
    assert await one.open() == theirs
    assert await one.shared("mine") is None
    await grow(one, await one.open())  # and then it goes on
    assert len((await other.open()).displays) == 2


async def test_two_that_make_the_same_session_do_not_both_succeed(replicas):
    one, other = replicas
    await one.save(session(pages=("a",)))
    with pytest.raises(StateUnavailable):
        await other.save(session(pages=("b",)))
    assert await other.open() == session(pages=("a",))


async def test_of_saves_at_the_same_time_one_is_written(replicas):
    await replicas[0].save(session())
    found = [await one.open() for one in replicas]
    failures = 0

    async def save(n: int) -> None:
        nonlocal failures
        try:
            await grow(replicas[n], found[n])
        except StateUnavailable:
            failures += 1

    async with anyio.create_task_group() as tasks:
        for n in range(2):
            tasks.start_soon(save, n)
    assert failures == 1
    assert len((await replicas[0].open()).displays) == 1


async def test_a_save_whose_answer_was_lost_is_not_taken_for_known(clock, client):
    one = Replica(client, clock)
    await one.save(session())
    found = await one.open()
    found.displays.append(display(0))
    with anyio.CancelScope() as scope:
        scope.cancel()
        await one.save(found)
    assert await one.open() is not found
    looked = await Replica(client, clock).open()
    assert await one.open() == looked


# -- what ends --


async def test_all_of_a_session_has_the_server_s_time_to_live(client, clock):
    one = Replica(client, clock)
    saved = session()
    saved.share = "secret"
    await one.save(saved)
    clock.advance(MAX_AGE - 100)
    saved.used = clock.now()
    await one.save(saved)
    for name in await client.command("KEYS", "pb:1:s[eh][sa]*:*"):
        if not name.startswith(b"pb:1:sessions:"):
            assert 0 < await client.command("PTTL", name) <= 100_000, name


async def test_what_has_ended_leaves_nothing_behind(client, clock):
    one = Replica(client, clock)
    for n in range(4):
        saved = replace(session(f"s{n}", clock.now()), owner=f"o{n % 2}")
        saved.share = f"share {n}"
        await one.save(saved)
    assert await one.delete("s3")
    clock.advance(IDLE + 1)
    await one.save(session("last", clock.now()))
    assert await one.delete("last")
    left = set(await client.command("KEYS", "*"))
    deleted = {b"pb:1:gone:s3", b"pb:1:gone:last"}
    assert left - deleted == {b"pb:1:server", b"pb:1:sessions:uses"}
    assert all([0 < await client.command("TTL", key) <= GONE for key in deleted])


async def test_what_ended_by_the_server_s_clock_is_counted_no_more(client, clock, server):
    """Its key is gone before anybody swept: index and key must not part for good."""
    one = Replica(client, clock)
    for n in range(3):
        await one.save(session(f"s{n}", clock.now()))
    server.say("DEL", "pb:1:session:s0")
    clock.advance(IDLE + 1)
    await one.save(session("last", clock.now()))
    assert await client.command("ZCARD", "pb:1:sessions:ends") == 1
    assert await client.command("ZRANGE", "pb:1:owner:owner", 0, -1) == [b"last"]


async def test_a_session_that_ended_while_its_command_ran_is_saved_whole(replicas):
    one, other = replicas
    await one.save(full_session())
    found = await one.open()
    assert await other._drop("key", "")
    await grow(one, found)
    assert len((await other.open()).displays) == 3
    assert await other.open() == found


async def test_a_session_that_was_deleted_while_its_command_ran_stays_deleted(replicas):
    one, other = replicas
    await one.save(full_session())
    stopped = await one.open()
    assert await other.delete("key")
    for _ in range(2):
        with pytest.raises(StateUnavailable, match="was deleted"):
            await grow(one, stopped)
        assert await other.load("key") is None
    await other.save(session(pages=("new",)))  # somebody begins anew under the same name
    with pytest.raises(StateUnavailable, match="has run meanwhile"):
        await grow(one, stopped)
    assert [shown.title for shown in (await one.open()).displays] == [
        shown.title for shown in session(pages=("new",)).displays
    ]


async def test_an_owner_of_which_all_run_commands_may_have_one_too_many(client, clock):
    one = Replica(client, clock)
    for n in range(130):  # more than are looked at in one step
        await client.command("SET", client.key("lease", f"session:s{n}"), "")
        await one.save(session(f"s{n}", clock.now()))
    assert await client.command("ZCARD", "pb:1:sessions:ends") == 130
    await client.command("DEL", client.key("lease", "session:s100"))
    await one.save(session("last", clock.now()))
    assert await one.load("s100") is None
    assert await client.command("ZCARD", "pb:1:sessions:ends") == 130


# -- what is damaged, or belongs to another --


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("head", ""), ("head", "=null"), ("head", "={}"), ("head", "zz"), ("head", "?")),
        *(("d0", "=[]"), ("d1", "=\\xff"), ("q0", "=7"), ("s1", ""), ("a0", "={}")),
        *(("sizes", "2 1 2 3"), ("sizes", "x"), ("sizes", "1 1 1")),
    ],
)
async def test_a_damaged_session_is_a_fault_and_never_shown(client, clock, name, value, caplog):
    await Replica(client, clock).save(full_session())
    await client.command("HSET", "pb:1:session:key", name, value)
    with pytest.raises(StateUnavailable):
        await Replica(client, clock).load("key")
    assert "damaged" in caplog.text
    assert "чат" not in caplog.text


async def test_a_lost_entry_is_a_fault(client, clock):
    await Replica(client, clock).save(full_session())
    await client.command("HDEL", "pb:1:session:key", "d0")
    with pytest.raises(StateUnavailable):
        await Replica(client, clock).load("key")


async def test_the_session_of_another_is_never_shown(client, clock):
    one = Replica(client, clock)
    for key in ("alice", "bob"):
        await one.save(session(key))
    await client.command("COPY", "pb:1:session:bob", "pb:1:session:alice", "REPLACE")
    for reader in (one, Replica(client, clock)):
        with pytest.raises(StateUnavailable):
            await reader.load("alice")
    with pytest.raises(StateUnavailable):
        await one.delete("alice")


async def test_a_share_that_leads_to_another_session_shows_nothing(client, clock):
    one = Replica(client, clock)
    for key in ("alice", "bob"):
        saved = session(key)
        saved.share = f"share of {key}"
        await one.save(saved)
    names = await client.command("KEYS", "pb:1:share:*")
    for name in names:
        await client.command("SET", name, "bob")
    assert await one.shared("share of alice") is None
    found = await one.shared("share of bob")
    assert found is not None
    assert found.key == "bob"


async def test_no_session_is_shown_to_another_when_questions_are_cancelled(valkey: Server):
    """The fault of March 2023 (`tests.state.valkey.test_race`), with what it would give away."""
    chance, clock = random.Random(20), ManualClock(START)
    async with late_replies(valkey, chance) as url:
        client = Valkey(url)
        sessions = ValkeySessions(client, Lifetimes(IDLE, MAX_AGE, 100, clock), hot=4)
        for n in range(12):
            await sessions.save(session(f"s{n}", pages=(f"p{n}",)))

        async def ask(n: int) -> bool:
            found = await sessions.load(f"s{n % 12}")
            return found == session(f"s{n % 12}", pages=(f"p{n % 12}",))

        cancelled, strange = await asked_and_cancelled(ask, chance)
        await client.aclose()
    assert cancelled > 0
    assert strange == 0


# -- pages that are told to stay --


def put_back(server: Server) -> None:
    """As if 500 seconds were left to the only page."""
    server.say("PEXPIRE", _page(server), "500000")


def left(server: Server) -> float:
    """Seconds that the only page has."""
    return int(server.say("PTTL", _page(server))[1:]) / 1000


def _page(server: Server) -> str:
    _, _, name = server.say("KEYS", "pb:1:pages:at:*").decode().split("\r\n")[:3]
    return name


async def test_pages_of_a_session_in_use_stay(client, clock, server):
    lifetimes = Lifetimes(IDLE, MAX_AGE, MAX_SESSIONS, clock)
    whole = lifetime(lifetimes) - 60
    pages, one = ValkeyPages(client, lifetimes), Replica(client, clock)
    saved = session(pages=("a", "a", "missing"))
    await pages.put("a", b"text")
    await one.save(saved)
    put_back(server)
    clock.advance(IDLE / 2 - 1)
    saved.used = clock.now()
    await one.save(saved)
    assert left(server) <= 500
    clock.advance(1)
    saved.used = clock.now()
    await one.save(saved)
    assert whole < left(server) <= lifetime(lifetimes)
    put_back(server)
    clock.advance(IDLE / 2 - 1)
    await one.save(saved)
    assert left(server) <= 500  # it was just told
    await pages.put("a", b"anything")  # stored again, it counts as new
    assert left(server) > whole
    assert await pages.get("a") == b"text"
    await one.delete(saved.key)
    assert left(server) <= lifetime(lifetimes) - IDLE
