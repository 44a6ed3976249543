"""A kept copy is not read again."""

from __future__ import annotations

from typing import Literal

from browser.displays import Displays
from browser.model.fetch import Fetched, Politeness
from browser.model.url import Url
from browser.reading import KNOWN, Reading
from browser.state.memory import MemoryPages
from browser.state.volatile import VolatilePages
from browser.text import codec, render
from tests.clock import ManualClock
from tests.state.samples import session

BODY = b"<title>T</title><main><p>Some words of a page.</p></main>"


class Workers:
    """Reads in this process, and counts."""

    def __init__(self) -> None:
        self.read = 0

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        self.read += 1
        return codec.encode(render(body, content_type, url))


def reading(workers: Workers) -> Reading:
    clock = ManualClock()

    async def forget(_: Url) -> None:
        pass

    displays = Displays(MemoryPages(clock), VolatilePages(clock), 4000)
    return Reading(
        render=workers, displays=displays, forget=forget, clock=clock, mode="default", tokens=()
    )


def fetched(
    cache: Literal["miss", "hit", "revalidated", "stale"],
    body: bytes = BODY,
    url: str = "https://e.test/",
    kind: str = "text/html",
    robots: str = "",
) -> Fetched:
    headers = {"content-type": kind, "x-robots-tag": robots}
    politeness = Politeness(robots="allowed", cache=cache)
    return Fetched(url, 200, headers, body, 0.0, politeness, tuple(headers.items()))


async def test_a_kept_copy_is_read_once():
    workers = Workers()
    reader = reading(workers)
    first = await reader.read(session(), fetched("miss"))
    for how in ("hit", "revalidated", "stale"):
        assert await reader.read(session(), fetched(how)) == first
    assert workers.read == 1


async def test_what_came_anew_is_read_anew():
    workers = Workers()
    reader = reading(workers)
    await reader.read(session(), fetched("miss"))
    await reader.read(session(), fetched("miss"))
    assert workers.read == 2


async def test_other_octets_another_address_or_another_type_are_another_page():
    workers = Workers()
    reader = reading(workers)
    await reader.read(session(), fetched("miss"))
    other = await reader.read(session(), fetched("hit", body=BODY.replace(b"words", b"deeds")))
    assert other.page.lines[2].plain == "Some deeds of a page."
    await reader.read(session(), fetched("hit", url="https://e.test/#part"))
    await reader.read(session(), fetched("hit", kind="text/plain"))
    assert workers.read == 4


async def test_a_page_that_may_not_be_kept_is_not_at_hand():
    workers = Workers()
    reader = reading(workers)
    for _ in range(2):
        await reader.read(session(), fetched("hit", robots="noarchive"))
    assert workers.read == 2


async def test_a_page_that_may_no_longer_be_kept_is_dropped():
    workers = Workers()
    reader = reading(workers)
    await reader.read(session(), fetched("miss"))
    await reader.read(session(), fetched("miss", robots="noarchive"))
    await reader.read(session(), fetched("hit"))
    assert workers.read == 3


async def test_pages_at_hand_are_bounded():
    workers = Workers()
    reader = reading(workers)
    large = [b"%d %s" % (n, b"word " * (KNOWN // 20)) for n in range(6)]
    for body in large:
        await reader.read(session(), fetched("miss", body=body, kind="text/plain"))
    await reader.read(session(), fetched("hit", body=large[-1], kind="text/plain"))
    assert workers.read == 6
    await reader.read(session(), fetched("hit", body=large[0], kind="text/plain"))
    assert workers.read == 7
