from __future__ import annotations

import random
import tracemalloc

import pytest

from browser.model.response import StoredReply
from browser.state.ports import Responses
from browser.state.responses import LARGEST, MAX_VARIANTS, MemoryResponses
from browser.state.valkey.connection import Valkey
from browser.state.valkey.responses import ValkeyResponses
from tests.valkey import PROGRAMS

KIB = 1024


def reply(
    body: bytes = b"", language: str | None = None, fields: tuple[tuple[str, str], ...] = ()
) -> StoredReply:
    varied = () if language is None else (("accept-language", language),)
    return StoredReply(200, fields, (), body, varied, 0.0, 0.0)


def noise(octets: int) -> bytes:
    """A body that takes as much room when it is compressed."""
    return random.Random(octets).randbytes(octets)


@pytest.fixture(params=["memory", *PROGRAMS])
async def responses(request, servers):
    if request.param == "memory":
        yield MemoryResponses(800 * KIB)
        return
    server = Valkey(servers(request.param).url)
    yield ValkeyResponses(server, 800 * KIB)
    await server.aclose()


async def room(responses: Responses) -> tuple[int, int]:
    """Keys and octets that are counted."""
    if isinstance(responses, MemoryResponses):
        return len(responses), responses.octets
    assert isinstance(responses, ValkeyResponses)
    ask = responses._shelf._server.command
    total = int(await ask("GET", "pb:1:replies:total") or 0)
    octets = await ask("HVALS", "pb:1:replies:octets")
    assert total == sum(map(int, octets))
    assert len(octets) == await ask("ZCARD", "pb:1:replies:used")
    assert len(octets) == len(await ask("KEYS", "pb:1:replies:at:*"))
    return len(octets), total


async def test_a_reply_comes_back(responses):
    await responses.put("a", reply(b"text"))
    assert await responses.get("a") == (reply(b"text"),)
    assert await responses.get("b") == ()


async def test_a_reply_takes_the_place_of_the_one_that_varies_in_the_same_way(responses):
    for language, body in [("en", b"1"), ("de", b"2"), ("en", b"3")]:
        await responses.put("a", reply(body, language))
    assert [kept.body for kept in await responses.get("a")] == [b"3", b"2"]


async def test_a_key_has_few_variants_and_the_oldest_goes(responses):
    for number in range(50):
        await responses.put("a", reply(language=str(number)))
    kept = [variant.varied[0][1] for variant in await responses.get("a")]
    assert kept == [str(number) for number in range(49, 49 - MAX_VARIANTS, -1)]


async def test_what_is_forgotten_is_gone_with_its_octets(responses):
    await responses.put("a", reply(b"1", "en"))
    await responses.put("a", reply(b"2", "de"))
    await responses.forget("a")
    await responses.forget("never there")
    assert await responses.get("a") == ()
    assert await room(responses) == (0, 0)


async def test_the_one_used_least_recently_goes_first(responses):
    large = noise(90 * KIB)
    for key in "abcdefgh":
        await responses.put(key, reply(large))
    await responses.get("a")
    await responses.put("i", reply(large))
    assert [key for key in "abcdefghi" if await responses.get(key)] == list("acdefghi")


async def test_a_reply_that_would_drive_out_many_is_not_kept_nor_what_it_replaces(responses):
    await responses.put("a", reply(b"old", "en"))
    await responses.put("a", reply(b"old", "de"))
    await responses.put("a", reply(noise(800 * KIB // LARGEST), "en"))
    assert await responses.get("a") == ()
    assert await room(responses) == (0, 0)


async def test_header_fields_count():
    responses = MemoryResponses(800 * KIB)  # a server keeps them as they are sent
    await responses.put("a", reply(fields=(("x-long", "v" * 200 * KIB),)))
    await responses.put("b", reply(fields=tuple((f"x-{n}", "") for n in range(1000))))
    await responses.put("c" * 200 * KIB, reply())
    assert len(responses) == 0


@pytest.mark.parametrize(
    "responses", [MemoryResponses(0), ValkeyResponses(Valkey("valkey://nowhere.test"), 0)]
)
async def test_without_room_nothing_is_kept(responses):
    await responses.put("a", reply())
    assert await responses.get("a") == ()


async def test_what_is_counted_is_what_is_there_whatever_came_and_went(responses):
    chance = random.Random(9)
    for _ in range(200):
        key = f"k{chance.randrange(20)}"
        if chance.random() < 0.1:
            await responses.forget(key)
        else:
            size = chance.choice([0, 100, 20_000, 90_000, 200_000])
            await responses.put(key, reply(noise(size), str(chance.randrange(6))))
        assert (await room(responses))[1] <= 800 * KIB
    assert (await room(responses))[0] > 3


async def test_every_field_comes_back(responses):
    kept = StoredReply(
        status=404,
        fields=(("content-type", "text/html"), ("x-odd", "\xff\x85 ü"), ("vary", "accept")),
        locations=("/a", "b"),
        body=b"\x00\xff\n" * 100,
        varied=(("accept", None), ("accept-language", "en")),
        request_time=1.25,
        response_time=1_700_000_000.123456,
        set_cookie=True,
    )
    await responses.put("page http://a.test/?q=\u00fc", kept)
    assert await responses.get("page http://a.test/?q=\u00fc") == (kept,)


@pytest.mark.parametrize(
    ("urls", "octets", "count"),
    [(10_000, 0, 0), (1000, 0, 60), (3000, 9000, 10)],
    ids=["empty", "many fields", "pages"],
)
async def test_a_site_with_endless_urls_does_not_push_memory_over_the_ceiling(urls, octets, count):
    ceiling = 4 * KIB * KIB
    responses = MemoryResponses(ceiling)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(urls):
            key = f"page https://hostile.test/?{number}"
            fields = tuple((f"x-{n}-{number}", f"{n}.{number}") for n in range(count))
            await responses.put(key, reply(bytes(octets), str(number), fields))
            for kept in await responses.get(key):
                assert len(kept.headers) == count
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert responses.octets <= ceiling
    assert after - before <= ceiling
    assert len(responses) > 100
