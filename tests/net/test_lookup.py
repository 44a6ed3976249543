"""Look-ups that hang: whose they are, and what they cost the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import anyio
import anyio.lowlevel
import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.net.lookup import PATIENCE, SHARE, SILENCE, THREADS, Silent, SystemLookup, domain_of
from browser.net.resolver import Resolver
from browser.rules.own_hosts import HostMap
from tests.clock import ManualClock

PUBLIC = "93.184.215.14"


class NameServers:
    """The system's resolver, to which names below ``hang.*`` domains are never answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.under_way = 0
        self._changed = threading.Condition()
        self._answering = False

    def __call__(self, name: str, _port: int) -> Sequence[str]:
        with self._changed:
            self.asked.append(name)
            self.under_way += 1
            self._changed.notify_all()
            if "hang" in name:
                assert self._changed.wait_for(lambda: self._answering, 20)
            self.under_way -= 1
            self._changed.notify_all()
        return [PUBLIC]

    async def wait_for(self, number: int) -> None:
        """Wait until *number* look-ups are under way."""
        await anyio.to_thread.run_sync(self._wait_for, number)

    def _wait_for(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.under_way == number, 20)

    def answer(self) -> None:
        """From now on, answer."""
        with self._changed:
            self._answering = True
            self._changed.notify_all()


@pytest.fixture
def servers() -> Iterator[NameServers]:
    servers = NameServers()
    yield servers
    servers.answer()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def lookup(servers: NameServers, clock: ManualClock) -> SystemLookup:
    return SystemLookup(ask=servers, clock=clock.now)


async def hang(lookup: SystemLookup, servers: NameServers, *names: str) -> None:
    """Ask for *names* and give up when the look-ups are under way."""
    before = servers.under_way

    async def ask(name: str) -> None:
        await lookup(name, 80)

    async with anyio.create_task_group() as tasks:
        for name in names:
            tasks.start_soon(ask, name)
        await servers.wait_for(before + len(names))
        tasks.cancel_scope.cancel()


async def test_a_domain_that_does_not_answer_leaves_threads_to_the_others(lookup, servers):
    async def ask(name: str) -> None:
        await lookup(name, 80)

    async with anyio.create_task_group() as tasks:
        for n in range(2 * THREADS):
            tasks.start_soon(ask, f"n{n}.hang.example.")
        await servers.wait_for(SHARE)
        for n in range(SHARE):
            assert await lookup(f"www.honest{n}.example.", 80) == [PUBLIC]
        assert servers.under_way == SHARE
        tasks.cancel_scope.cancel()
    assert len(servers.asked) == 2 * SHARE


async def test_those_who_wait_for_their_domain_are_asked_for_when_it_answers(lookup, servers):
    found: list[Sequence[str]] = []

    async def ask(name: str) -> None:
        found.append(await lookup(name, 80))

    async with anyio.create_task_group() as tasks:
        for n in range(3 * SHARE):
            tasks.start_soon(ask, f"n{n}.hang.example.")
        await servers.wait_for(SHARE)
        servers.answer()
    assert found == [[PUBLIC]] * 3 * SHARE


async def test_look_ups_that_were_given_up_count_until_they_end(lookup, servers):
    await hang(lookup, servers, *(f"n{n}.hang.example." for n in range(SHARE)))
    with pytest.raises(TimeoutError), anyio.fail_after(0.05):
        await lookup("other.hang.example.", 80)
    assert "other.hang.example." not in servers.asked


async def test_names_of_a_domain_whose_look_ups_hang_fail_at_once(lookup, servers, clock):
    await hang(lookup, servers, "a.hang.example.")
    clock.advance(PATIENCE)
    with pytest.raises(FetchFailed) as error:
        await Resolver(HostMap(), lookup=lookup).resolve("b.hang.example", 80)
    assert error.value.reason is Reason.DNS_FAILED
    assert "b.hang.example" in error.value.sentence
    assert "do not answer" in error.value.sentence
    assert await lookup("www.example.", 80) == [PUBLIC]
    assert servers.asked == ["a.hang.example.", "www.example."]


async def test_a_slow_look_up_alone_refuses_nobody_before_callers_would_give_up(
    lookup, servers, clock
):
    await hang(lookup, servers, "a.hang.example.")
    clock.advance(PATIENCE - 0.1)
    await hang(lookup, servers, "b.hang.example.")
    assert servers.asked == ["a.hang.example.", "b.hang.example."]


async def test_a_domain_is_asked_again_when_its_look_ups_have_ended(lookup, servers, clock):
    await hang(lookup, servers, "a.hang.example.")
    clock.advance(PATIENCE)
    servers.answer()
    while lookup._domains:
        await anyio.lowlevel.checkpoint()
    assert await lookup("b.hang.example.", 80) == [PUBLIC]


async def test_a_look_up_that_never_ends_does_not_shut_its_domain_for_ever(lookup, servers, clock):
    await hang(lookup, servers, "a.hang.example.")
    clock.advance(PATIENCE + SILENCE)
    await hang(lookup, servers, "b.hang.example.")
    clock.advance(PATIENCE)
    with pytest.raises(Silent):
        await lookup("c.hang.example.", 80)


async def test_nothing_is_remembered_of_domains_that_have_answered(lookup, servers):
    for n in range(100):
        await lookup(f"www.site{n}.example.", 80)
    await hang(lookup, servers, "a.hang.example.")
    while len(lookup._domains) > 1:
        await anyio.lowlevel.checkpoint()
    assert list(lookup._domains) == ["hang.example"]
    servers.answer()
    while lookup._domains:
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("www.example.com.", "example.com"),
        ("a.b.c.example.com", "example.com"),
        ("example.com", "example.com"),
        ("A.Example.COM.", "example.com"),
        ("a.b.example.co.uk.", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("www.example.com.au", "example.com.au"),
        ("n1.x1z.io.", "x1z.io"),
        ("n1.abc.de.", "abc.de"),
        ("www.co.com", "co.com"),
        ("localhost", "localhost"),
        ("", ""),
        (".", ""),
    ],
)
def test_the_domain_of_a_name_is_what_one_holder_registers(name, domain):
    assert domain_of(name) == domain
