"""What is counted of hosts, how much is kept, and what replicas tell one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.model.fetch import FetchRecord, RobotsCopy
from browser.model.limits import HostLimits, Limits
from browser.model.url import Url
from browser.model.verdict import Allow
from browser.net.judged import Judged
from browser.net.limits import CurrentLimits
from browser.net.lines import Lines
from browser.sights import keeper
from browser.sights.keeper import MAX_RULE, REFUSALS, Sights
from browser.sights.seen import AUTHORITIES
from browser.sights.view import View
from browser.state.open import Store, open_store
from browser.state.ports import Boards
from tests.clock import ManualClock
from tests.until import PATIENCE

MOST = 20


class Board:
    """What replicas in one process say."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, bytes]] = {}

    async def post(
        self, replica: str, changed: Mapping[str, bytes], gone: Collection[str] = ()
    ) -> None:
        mine = self._said.setdefault(replica, {})
        mine.update(changed)
        for name in gone:
            mine.pop(name, None)

    async def read(self) -> Mapping[str, Mapping[str, bytes]]:
        return self._said


class Process:
    """One process of a service, as far as its operator sees it."""

    def __init__(self, clock: ManualClock, boards: Boards | None = None) -> None:
        self.clock = clock
        self.store: Store = open_store("memory:", idle=60, max_age=60, max_sessions=10, clock=clock)
        self.lines = Lines()
        self.ends: dict[str, float] = {}
        self.sights = Sights(
            self.lines, lambda host: self.ends.get(host, 0.0), self.store.turns, boards, clock, MOST
        )
        limits = Limits(hosts={"shut.test": HostLimits(blocked=True)})
        self.view = View(
            self.sights,
            self.store.turns,
            boards,
            self.store.sessions,
            CurrentLimits(limits, {}),
            clock,
        )

    def fetch(self, host: str, outcome: str = "ok", **more: Any) -> None:
        url = f"http://{host}/"
        given: dict[str, Any] = {"asked": (host,), "octets": 10, **more}
        self.sights(FetchRecord(host, url, url, outcome, at=self.clock.now(), **given))


async def test_a_host_that_redirects_was_asked_and_the_one_behind_it_answered():
    one = Process(ManualClock())
    one.sights(
        FetchRecord(
            "old.test",
            "http://old.test/",
            "http://new.test/",
            "timeout",
            hops=1,
            asked=("old.test", "new.test"),
            at=one.clock.now(),
        )
    )
    rows = (await one.view.look()).rows
    old, new = rows["old.test"].said.seen, rows["new.test"].said.seen
    assert (old.requests, old.outcomes) == (1, {})
    assert (new.requests, new.outcomes) == (1, {"timeout": 1})
    assert one.sights.totals.requests == 2
    assert one.sights.totals.failures == 1


async def test_who_gave_up_is_no_failure():
    one = Process(ManualClock())
    one.fetch("a.test", "cancelled")
    one.fetch("a.test", "no_text")
    row = (await one.view.look()).rows["a.test"]
    assert row.said.seen.failures == one.sights.totals.failures == 1


async def test_of_many_hosts_those_seen_longest_ago_are_forgotten_first():
    one = Process(ManualClock())
    one.fetch("busy.test")
    one.fetch("tired.test")
    one.lines.comes("busy.test")
    await one.store.turns.back_off("tired.test", one.clock.now(), 600, 429)
    for number in range(MOST + 5):
        one.fetch(f"n{number}.test")
    await one.sights.tick()
    assert len(one.sights.hosts) == MOST
    assert {"busy.test", "tired.test"} <= one.sights.hosts.keys()
    assert "n6.test" not in one.sights.hosts
    assert f"n{MOST + 4}.test" in one.sights.hosts
    assert one.sights.totals.requests == MOST + 7, "what was counted is lost with the host"


def test_a_flood_of_hosts_does_not_wait_to_be_forgotten():
    one = Process(ManualClock())
    for number in range(10 * MOST):
        one.fetch(f"n{number}.test")
    assert len(one.sights.hosts) == 2 * MOST


def test_nothing_grows_with_what_strangers_write():
    one = Process(ManualClock())
    for number in range(REFUSALS + 10):
        one.fetch("a.test", "robots_disallowed", rule="Disallow: /" + "x" * 10_000, asked=())
        url = Url.parse(f"http://a.test:{number + 1}/")
        one.sights.judged(url.authority, Judged(Allow(), copy=RobotsCopy("allow")))
    one.fetch("x" * 10_000, "bad_url", asked=())
    assert len(one.sights.refusals) == REFUSALS
    assert max(len(refusal.rule or "") for refusal in one.sights.refusals) == MAX_RULE
    assert len(one.sights.hosts["a.test"].robots) == AUTHORITIES
    assert one.sights.hosts.keys() == {"a.test"}


async def test_states_and_what_is_listed_without_a_request():
    one = Process(ManualClock())
    for host in ("waiting.test", "under.test"):
        one.lines.comes(host)
    one.lines.goes("under.test")
    one.ends["waiting.test"] = one.clock.now() + 7
    one.fetch("idle.test")
    look = await one.view.look()
    states = {host: row.state for host, row in look.rows.items()}
    assert states == {
        "idle.test": "idle",
        "shut.test": "blocked",
        "under.test": "under_way",
        "waiting.test": "waiting",
    }
    assert look.rows["shut.test"].source == "settings"
    assert look.rows["waiting.test"].said.ends == one.ends["waiting.test"]
    assert look.counts == {
        "hosts": 4, "waiting": 1, "under_way": 1, "backing_off": 0, "blocked": 1,
    }  # fmt: skip


async def test_replicas_are_added_up():
    clock, board = ManualClock(), Board()
    one, other = Process(clock, board), Process(clock, board)
    one.fetch("both.test")
    clock.advance(5)
    other.fetch("both.test")
    other.fetch("both.test", "timeout")
    other.fetch("far.test", "robots_disallowed", rule="Disallow: /", asked=())
    other.lines.comes("both.test")
    other.ends["both.test"] = clock.now() + 9
    robots = Url.parse("https://both.test/").authority
    copy = RobotsCopy("allow", fetched_at=clock.now(), expires_at=clock.now() + 60)
    other.sights.judged(robots, Judged(Allow(), crawl_delay=3, copy=copy))
    await other.sights.tick()
    look = await one.view.look()
    assert look.replicas == 2
    both = look.rows["both.test"].said
    assert both.seen.outcomes == {"ok": 2, "timeout": 1}
    assert (both.seen.requests, both.seen.octets, both.seen.last) == (3, 30, clock.now())
    assert (both.waiting, both.ends) == (1, clock.now() + 9)
    assert both.seen.robots["https://both.test"].crawl_delay == 3
    assert look.totals.requests == 3
    assert look.totals.since == clock.now() - 5
    assert [refusal.host for refusal in look.refusals] == ["far.test"]

    other.lines.leaves("both.test", waits=True)  # nothing else has changed
    await other.sights.tick()
    clock.advance(1)
    assert (await one.view.look()).rows["both.test"].said.waiting == 0


async def test_a_host_that_a_replica_forgot_is_gone_from_its_board():
    board = Board()
    one = Process(ManualClock(), board)
    one.fetch("old.test")
    await one.sights.tick()
    for number in range(MOST):
        one.fetch(f"n{number}.test")
    await one.sights.tick()
    posted = (await board.read())[one.sights.replica]
    assert "old.test" not in posted
    assert len(posted) == MOST + 2  # the totals and the refusals


async def test_what_another_version_says_is_left_out():
    board = Board()
    one = Process(ManualClock(), board)
    one.fetch("a.test")
    told = {"b.test": b"{}", "c.test": b"\xff", "": b"[]", "!": b"1", "d.test": b"[[1],[],[]]"}
    await board.post("newer", told)
    look = await one.view.look()
    assert look.rows.keys() == {"a.test", "shut.test"}
    assert look.totals.requests == 1


async def test_a_store_that_lost_its_memory_is_told_of_every_host_again(
    monkeypatch: pytest.MonkeyPatch,
):
    class Losing(Board):
        is_away, is_told = False, anyio.Event()

        async def post(self, *told: Any) -> None:
            if self.is_away:
                self.is_away = False
                self._said.clear()
                raise StateUnavailable("away")
            await super().post(*told)
            if not self.is_away:
                self.is_told.set()

    monkeypatch.setattr(keeper, "EVERY", 0.001)
    board = Losing()
    one = Process(ManualClock(), board)
    one.fetch("a.test")
    await one.sights.tick()
    assert "a.test" in (await board.read())[one.sights.replica]
    board.is_away, board.is_told = True, anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.sights.run)
        with anyio.fail_after(PATIENCE):
            await board.is_told.wait()
        tasks.cancel_scope.cancel()
    assert "a.test" in (await board.read())[one.sights.replica]


async def test_only_what_changed_is_posted_again():
    posts: list[set[str]] = []

    class Counting(Board):
        async def post(self, replica: str, changed: Any, gone: Any = ()) -> None:
            posts.append(set(changed) - {"", "!"})
            await super().post(replica, changed, gone)

    board = Counting()
    one = Process(ManualClock(), board)
    one.fetch("a.test")
    one.fetch("b.test")
    await one.sights.tick()
    one.fetch("b.test")
    await one.sights.tick()
    await one.sights.tick()
    assert posts == [{"a.test", "b.test"}, {"b.test"}, set()]
