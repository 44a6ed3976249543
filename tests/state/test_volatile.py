"""Pages in memory alone: how many, how much, how long."""

from __future__ import annotations

from browser.state.volatile import IDLE, VolatilePages
from tests.clock import ManualClock


async def test_what_is_put_there_is_there_until_it_is_dropped():
    pages = VolatilePages(ManualClock())
    await pages.put("a", b"first")
    await pages.put("a", b"second")
    assert await pages.get("a") == b"second"
    await pages.drop("a")
    await pages.drop("a")
    assert await pages.get("a") is None


async def test_the_page_used_least_recently_goes_when_there_are_too_many():
    pages = VolatilePages(ManualClock(), max_pages=2)
    await pages.put("a", b"1")
    await pages.put("b", b"2")
    await pages.get("a")
    await pages.put("c", b"3")
    assert [await pages.get(key) for key in "abc"] == [b"1", None, b"3"]


async def test_octets_are_bounded_and_the_newest_page_stays_however_large():
    pages = VolatilePages(ManualClock(), max_bytes=10)
    for key in "abc":
        await pages.put(key, b"xxxx")
    assert [await pages.get(key) for key in "abc"] == [None, b"xxxx", b"xxxx"]
    await pages.put("d", b"x" * 50)
    assert [await pages.get(key) for key in "bcd"] == [None, None, b"x" * 50]
    await pages.put("e", b"x" * 10)
    assert [await pages.get(key) for key in "de"] == [None, b"x" * 10]


async def test_a_page_that_nobody_reads_goes():
    clock = ManualClock()
    pages = VolatilePages(clock)
    await pages.put("read", b"1")
    await pages.put("unread", b"2")
    clock.advance(IDLE - 1)
    await pages.get("read")
    clock.advance(1)
    assert await pages.get("unread") is None
    assert await pages.get("read") == b"1"
    assert pages._bytes == 1
