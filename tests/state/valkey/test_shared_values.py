"""Pages, copies of robots.txt and replies at a real server: what is checked, and what goes when."""

from __future__ import annotations

import random
from dataclasses import replace

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
from browser.state.valkey.shelf import MOST, OVERHEAD
from tests.clock import ManualClock
from tests.state.samples import START
from tests.valkey import PROGRAMS, Server

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
    (stored,) = await client.command("KEYS", "pb:1:pages:at:*")
    left = await client.command("PTTL", stored)
    assert 2.5 * lifetimes.idle <= left / 1000 <= lifetime(lifetimes)


@pytest.mark.parametrize("octets", [0, 1, 200, 5 * LARGE])
async def test_pages_of_all_sizes_come_back_and_take_little_room(client, lifetimes, octets):
    pages, blob = ValkeyPages(client, lifetimes), b"of a page" * (octets // 9) + b"."
    await pages.put("page", blob)
    assert await pages.get("page") == blob
    taken = int(await client.command("GET", "pb:1:pages:total"))
    assert taken <= OVERHEAD + 33 + len(blob) // 3 + 100


@pytest.mark.parametrize("what", ["of another", "cut short", "empty", "not compressed", "strange"])
async def test_a_value_that_is_not_the_one_asked_for_is_a_fault_and_never_shown(
    client, lifetimes, what, caplog
):
    pages = ValkeyPages(client, lifetimes)
    stored: dict[str, bytes] = {}
    for key in ("page", "secret"):
        await pages.put(key, f"{key} of somebody ".encode() * 100)
        found = await client.command("KEYS", "pb:1:pages:at:*")
        stored[key] = next(name for name in found if name not in stored.values())
    variant = await client.command("HGET", stored["page"], "order")
    good = await client.command("HGET", stored["page"], variant)
    bad = {
        "of another": await client.command("HGET", stored["secret"], variant),
        "cut short": good[:-9],
        "empty": b"",
        "not compressed": good.replace(b"\nz", b"\nz\0"),
        "strange": good.replace(b"\nz", b"\n?"),
    }[what]
    await client.command("HSET", stored["page"], variant, bad)
    with pytest.raises(StateUnavailable):
        await pages.get("page")
    assert "damaged or belongs elsewhere" in caplog.text
    assert stored["page"].decode() not in caplog.text


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


async def test_no_address_is_told_by_what_is_asked_for(client):
    await ValkeyRobots(client).put("https://private.test", RobotsCopy("allow"))
    await ValkeyResponses(client, 10**6).put("page http://private.test/?q=secret", REPLY)
    for key in await client.command("KEYS", "*"):
        assert b"private" not in key
        assert b"private" not in await client.command("DUMP", key)


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


@pytest.fixture(params=PROGRAMS)
async def small(request, servers, clock):
    """A server with 16 MiB in all."""
    options = ("--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
    client = Valkey(servers(request.param, *options, own=True).url, clock.now)
    yield client
    await client.aclose()


async def test_pages_take_half_of_the_server_and_the_rest_keeps_its_room(small, lifetimes, clock):
    pages, chance = ValkeyPages(small, lifetimes), random.Random(5)
    for n in range(60):  # 30 MB of what cannot be compressed
        clock.advance(1)
        await pages.put(f"page{n}", chance.randbytes(500_000))
        assert await pages.get("page0")  # which is read again and again
    kept = [n for n in range(60) if await pages.get(f"page{n}")]
    assert kept == [0, *range(45, 60)]
    assert int(await small.command("GET", "pb:1:pages:total")) <= 8 * 2**20
    replies = ValkeyResponses(small, 10**9)
    for n in range(20):
        clock.advance(1)
        await replies.put(f"reply{n}", replace(REPLY, body=chance.randbytes(250_000)))
    assert int(await small.command("GET", "pb:1:replies:total")) <= 2 * 2**20
    await small.command("SET", "what an operator orders", b"." * 2**20)


async def test_pages_have_a_bound_where_the_server_has_none(client, lifetimes):
    await client.ping()
    assert client.maxmemory == 0
    assert ValkeyPages(client, lifetimes)._shelf._room() == MOST


async def test_pages_of_a_deleted_session_go_early_unless_another_shows_them(client, lifetimes):
    pages, kept = ValkeyPages(client, lifetimes), lifetime(lifetimes)

    async def left() -> float:
        (stored,) = await client.command("KEYS", "pb:1:pages:at:*")
        return float(await client.command("PTTL", stored)) / 1000

    await pages.put("page", b"text")
    await pages.leave(["page", "missing"])
    assert await left() <= kept - lifetimes.idle
    await pages.leave(["page"])
    await pages.stay(["page", "missing"])
    assert await left() > kept - 60
