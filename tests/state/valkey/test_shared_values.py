"""Pages, copies of robots.txt and replies at a real server: what is checked, and what goes when."""

from __future__ import annotations

import random

import pytest

from browser.errors import StateUnavailable
from browser.model.fetch import RobotsCopy
from browser.model.response import StoredReply
from browser.state.memory import Lifetimes
from browser.state.rows import ROBOTS_KEPT
from browser.state.valkey.connection import Valkey
from browser.state.valkey.packed import LARGE
from browser.state.valkey.pages import ValkeyPages, lifetime
from browser.state.valkey.responses import ValkeyResponses
from browser.state.valkey.robots import ValkeyRobots
from tests.clock import ManualClock
from tests.state.samples import START
from tests.valkey import Server

REPLY = StoredReply(200, (), (), b"text", (), 0.0, 0.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def client(server: Server, clock: ManualClock):
    client = Valkey(server.url, clock.now)
    yield client
    await client.aclose()


@pytest.fixture
def lifetimes(clock: ManualClock) -> Lifetimes:
    return Lifetimes(100.0, 1000.0, 10, clock)


async def test_a_page_has_a_time_to_live_which_covers_the_sessions_that_show_it(client, lifetimes):
    await ValkeyPages(client, lifetimes).put("page", b"text")
    left = await client.command("PTTL", "pb:1:page:page")
    assert 2.5 * lifetimes.idle <= left / 1000 <= lifetime(lifetimes)


@pytest.mark.parametrize("octets", [0, 1, 200, 5 * LARGE])
async def test_pages_of_all_sizes_come_back_and_take_little_room(client, lifetimes, octets):
    pages, blob = ValkeyPages(client, lifetimes), b"of a page" * (octets // 9) + b"."
    await pages.put("page", blob)
    assert await pages.get("page") == blob
    assert await client.command("STRLEN", "pb:1:page:page") <= 8 + len(blob) // 3 + 100


@pytest.mark.parametrize("what", ["of another", "cut short", "empty", "not compressed", "strange"])
async def test_a_value_that_is_not_the_one_asked_for_is_a_fault_and_never_shown(
    client, lifetimes, what, caplog
):
    pages = ValkeyPages(client, lifetimes)
    for key in ("page", "secret"):
        await pages.put(key, f"{key} of somebody ".encode() * 100)
    good = await client.command("GET", "pb:1:page:page")
    bad = {
        "of another": await client.command("GET", "pb:1:page:secret"),
        "cut short": good[:-9],
        "empty": b"",
        "not compressed": good.replace(b"\nz", b"\nz\0"),
        "strange": good.replace(b"\nz", b"\n?"),
    }[what]
    await client.command("SET", "pb:1:page:page", bad)
    with pytest.raises(StateUnavailable):
        await pages.get("page")
    assert "damaged or belongs elsewhere" in caplog.text
    assert "page:page" not in caplog.text


async def test_robots_txt_of_another_authority_is_a_fault_and_never_obeyed(client):
    robots = ValkeyRobots(client)
    await robots.put("https://a.test", RobotsCopy("allow"))
    await robots.put("https://b.test", RobotsCopy("deny"))
    one, other = await client.command("KEYS", "pb:1:robots:at:*")
    await client.command("COPY", one, other, "REPLACE")
    answers = []
    for host in "ab":
        try:
            found = await robots.get(f"https://{host}.test")
            assert found is not None
            answers.append((host, found.kind))
        except StateUnavailable:
            continue
    assert answers in ([("a", "allow")], [("b", "deny")])


@pytest.mark.parametrize("value", [b"null\n", b"{}\n", b"not JSON", b'{"kind": 1, "more": 2}\n'])
async def test_a_damaged_copy_or_reply_is_a_fault(client, value):
    robots, replies = ValkeyRobots(client), ValkeyResponses(client, 10**6)
    await robots._shelf.put("https://a.test", value)
    await replies._shelf.put("key", value)
    with pytest.raises(StateUnavailable):
        await robots.get("https://a.test")
    with pytest.raises(StateUnavailable):
        await replies.get("key")


async def test_no_address_is_told_by_the_names_of_keys(client):
    await ValkeyRobots(client).put("https://private.test", RobotsCopy("allow"))
    await ValkeyResponses(client, 10**6).put("page http://private.test/?q=secret", REPLY)
    for key in await client.command("KEYS", "*"):
        assert b"private" not in key


async def test_what_nobody_asked_for_in_a_month_goes(client, clock):
    robots = ValkeyRobots(client)
    for host in "ab":
        await robots.put(host, RobotsCopy("allow"))
    clock.advance(ROBOTS_KEPT - 1)
    assert await robots.get("a")
    clock.advance(2)
    await robots.put("c", RobotsCopy("allow"))
    assert [host for host in "abc" if await robots.get(host)] == ["a", "c"]
    assert await client.command("ZCARD", "pb:1:robots:used") == 2


async def test_many_files_of_robots_txt_take_no_more_than_their_room(client, clock):
    robots, chance = ValkeyRobots(client, max_bytes=100_000), random.Random(4)
    for n in range(30):
        clock.advance(1)
        await robots.put(f"https://h{n}.test", RobotsCopy("rules", chance.randbytes(9_000)))
    kept = [n for n in range(30) if await robots.get(f"https://h{n}.test")]
    assert kept == list(range(20, 30))
