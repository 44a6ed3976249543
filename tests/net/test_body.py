import gzip
import random
import tracemalloc
import zlib

import anyio
import anyio.lowlevel
import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.net.body import (
    CHUNKS_A_TURN,
    FREE,
    MAX_CRUMBS,
    MAX_MEMBERS,
    PIECE,
    RATIO,
    SMALL,
    read_body,
)

TEXT = random.Random(1).randbytes(5000) + b"words " * 5000
CAP = 100_000


async def stream(*chunks):
    for chunk in chunks:
        yield chunk


async def endless(chunk):
    while True:
        yield chunk


def raw_deflate(data):
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


CODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT, mtime=0),
    "X-GZIP ": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
}


async def refusal(chunks, coding="", max_bytes=CAP, **options):
    with pytest.raises(FetchFailed) as caught:
        await read_body(chunks, coding, max_bytes, **options)
    return caught.value.reason


@pytest.mark.parametrize("coding", CODED)
async def test_a_body_is_decoded_whole(coding):
    assert await read_body(stream(CODED[coding]), coding, CAP) == (TEXT, False)


async def test_deflate_without_its_zlib_wrapping_is_understood():
    assert await read_body(stream(raw_deflate(TEXT)), "deflate", CAP) == (TEXT, False)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)),
        ("deflate", zlib.compress(b"one two")),
        ("deflate", raw_deflate(b"one two")),
        ("gzip", gzip.compress(b"one two", mtime=0) + b"\0" * 9),
    ],
)
async def test_it_does_not_matter_where_the_network_cuts_a_body(coding, data):
    for place in range(len(data) + 1):
        body, _ = await read_body(stream(data[:place], data[place:]), coding, CAP)
        assert body == b"one two", place
    single = [data[place : place + 1] for place in range(len(data))]
    assert await read_body(stream(*single), coding, CAP) == (b"one two", False)


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 258])
async def test_nothing_is_left_inside_the_engine_when_a_piece_is_full(size):
    for compress in (raw_deflate, zlib.compress):
        data = compress(bytes(size))
        assert await read_body(stream(data), "deflate", 10 * PIECE) == (bytes(size), False)


async def test_what_follows_the_last_gzip_member_is_not_part_of_the_body():
    data = gzip.compress(b"page") + b"junk" + gzip.compress(b"more")
    assert await read_body(stream(data), "gzip", CAP) == (b"page", False)
    assert await read_body(stream(data[:-30], data[-30:]), "gzip", CAP) == (b"page", False)


async def test_an_empty_body_needs_no_coding_to_be_right():
    for coding in ("gzip", "deflate", ""):
        assert await read_body(stream(), coding, CAP) == (b"", False)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_compressed_data_that_breaks_off_is_a_bad_response(coding):
    whole = CODED[coding]
    for length in (1, 2, 3, 10, len(whole) // 2, len(whole) - 1):
        assert await refusal(stream(whole[:length]), coding) is Reason.BAD_RESPONSE, length
    second = gzip.compress(b"one") + gzip.compress(b"two")[:-3]
    assert await refusal(stream(second), "gzip") is Reason.BAD_RESPONSE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_is_not_compressed_as_it_says_is_a_bad_response(coding):
    assert await refusal(stream(b"\xff\xfenot compressed"), coding) is Reason.BAD_RESPONSE
    spoilt = bytearray(CODED[coding])
    spoilt[200:220] = bytes(20)
    assert await refusal(stream(bytes(spoilt)), coding) is Reason.BAD_RESPONSE


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "gzip,br", "deflate, gzip", "none", "gzip;q"]
)
async def test_a_coding_that_was_not_asked_for_is_refused_before_any_octet_is_read(coding):
    read = []

    async def chunks():
        read.append(1)
        yield b"x"

    assert await refusal(chunks(), coding) is Reason.BAD_RESPONSE
    assert not read


async def test_a_body_may_be_exactly_as_long_as_the_cap():
    assert await read_body(stream(b"x" * 10), "", 10) == (b"x" * 10, False)
    assert await read_body(stream(gzip.compress(b"x" * 90)), "gzip", 90) == (b"x" * 90, False)
    assert await refusal(stream(b"x" * 6, b"x" * 5), max_bytes=10) is Reason.TOO_LARGE
    assert await refusal(stream(gzip.compress(b"x" * 91)), "gzip", 90) is Reason.TOO_LARGE


async def test_raw_octets_count_against_the_cap_even_when_they_decode_to_nothing():
    remark = b"\x1f\x8b\x08\x10" + bytes(6) + b"a comment for nobody" * 1000 + b"\0"
    nothing = remark + gzip.compress(b"")[10:]
    assert await read_body(stream(nothing), "gzip", CAP) == (b"", False)
    assert await refusal(endless(nothing), "gzip") is Reason.TOO_LARGE
    padding = stream(gzip.compress(b"x"), b"\0" * (CAP + 1))
    assert await refusal(padding, "gzip") is Reason.TOO_LARGE


async def test_a_body_can_be_cut_at_the_cap_and_says_so():
    assert await read_body(endless(b"abc"), "", 10, cut=True) == (b"abcabcabca", True)
    assert await read_body(stream(b"x" * 10), "", 10, cut=True) == (b"x" * 10, False)
    assert await read_body(stream(gzip.compress(b"x" * 99)), "gzip", 10, cut=True) == (
        b"x" * 10,
        True,
    )
    body, cut = await read_body(endless(gzip.compress(b"x")), "gzip", 1000, cut=True)
    assert cut
    assert 0 < len(body) < 1000


@pytest.mark.parametrize(("size", "passes"), [(FREE, True), (FREE + 1, False)])
async def test_beyond_a_mebibyte_a_body_may_be_a_hundred_times_what_was_sent(size, passes):
    data = gzip.compress(bytes(size))
    assert len(data) * RATIO < size
    if passes:
        assert await read_body(stream(data), "gzip", 10 * FREE) == (bytes(size), False)
    else:
        assert await refusal(stream(data), "gzip", 10 * FREE) is Reason.TOO_LARGE


async def test_a_long_page_that_shrinks_well_is_no_bomb():
    """The ratio is taken over all that has come, however it came."""
    words = random.Random(2)
    row = "<tr><td>{:05}</td><td class=number></td><td class=number>none</td></tr>\n"
    page = "".join(row.format(words.randrange(10**5)) for _ in range(40_000)).encode()
    data = gzip.compress(page, 9)
    assert len(page) > 2 * FREE
    assert len(page) > 15 * len(data)
    pieces = [data[place : place + 1000] for place in range(0, len(data), 1000)]
    assert await read_body(stream(*pieces), "gzip", 10 * FREE) == (page, False)


@pytest.mark.parametrize(
    ("size", "count", "passes"),
    [(SMALL - 1, MAX_CRUMBS, True), (SMALL - 1, MAX_CRUMBS + 1, False), (SMALL, 25_000, True)],
)
async def test_a_page_does_not_come_in_more_than_twenty_thousand_crumbs(size, count, passes):
    async def chunks():
        for _ in range(count):
            yield b"x" * size

    if passes:
        assert await read_body(chunks(), "", 10**9) == (b"x" * size * count, False)
    else:
        assert await refusal(chunks(), max_bytes=10**9) is Reason.BAD_RESPONSE


async def test_a_body_does_not_have_more_than_a_thousand_gzip_members():
    members = gzip.compress(b"x")
    body, _ = await read_body(stream(members * MAX_MEMBERS), "gzip", CAP)
    assert body == b"x" * MAX_MEMBERS
    assert await refusal(stream(members * (MAX_MEMBERS + 1)), "gzip") is Reason.BAD_RESPONSE


async def test_empty_pieces_are_crumbs_too():
    assert await refusal(endless(b"")) is Reason.BAD_RESPONSE


async def test_a_gzip_bomb_of_a_gibibyte_ends_within_the_cap_and_a_little_memory():
    engine = zlib.compressobj(9, wbits=-15)
    mebibyte = engine.compress(bytes(2**20)) + engine.flush(zlib.Z_FULL_FLUSH)
    bomb = gzip.compress(b"")[:10] + mebibyte * 1024
    assert len(zlib.decompressobj(31).decompress(bomb, 2**21)) == 2**21
    assert len(bomb) < 2 * 2**20
    tracemalloc.start()
    try:
        assert await refusal(stream(bomb), "gzip", 5_000_000) is Reason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


async def test_others_get_their_turn_while_crumbs_that_came_together_are_read():
    turns, read = 0, anyio.Event()

    async def other():
        nonlocal turns
        while not read.is_set():
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        await read_body(stream(*[b"x"] * 100 * CHUNKS_A_TURN), "", 10**6)
        read.set()
    assert CHUNKS_A_TURN <= 16
    assert turns >= 100
