"""Pages that only one conversation may have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from browser.displays import Displays
from browser.errors import UsageError
from browser.model.session import Display
from browser.model.signals import Signals
from browser.model.url import Url
from browser.rules import ledger
from browser.state.memory import MemoryPages
from browser.state.volatile import VolatilePages
from browser.text import codec, render
from tests.clock import ManualClock
from tests.state.samples import display, session

PAGE = render(b"<p>Words.</p>", "text/html", "https://e.test/")
BLOB = codec.encode(PAGE)


def shown_of(key: str) -> Display:
    return replace(display(0, key), signals=Signals(keep=False))


async def test_a_page_that_may_not_be_kept_is_not_in_the_store():
    clock = ManualClock()
    store = MemoryPages(clock)
    displays = Displays(store, VolatilePages(clock), 400)
    key = await displays.keep(BLOB, PAGE, session("alone"))
    assert await store.get(key) is None
    assert await store.get(codec.key(BLOB)) is None
    assert await displays.page(shown_of(key)) == PAGE
    kept = await displays.keep(BLOB, PAGE)
    assert await store.get(kept) == BLOB


async def test_a_conversation_that_is_forgotten_takes_its_own_pages_along_and_no_others():
    clock = ManualClock()
    displays = Displays(MemoryPages(clock), VolatilePages(clock), 400)
    one, other = session("one"), session("other")
    for talk in (one, other):
        talk.displays.append(shown_of(await displays.keep(BLOB, PAGE, talk)))
    await displays.forget(one)
    with pytest.raises(UsageError, match="no longer kept"):
        await displays.page(one.displays[0])
    assert await displays.page(other.displays[0]) == PAGE


async def test_a_page_that_is_no_longer_kept_may_still_be_opened_again():
    clock = ManualClock()
    displays = Displays(MemoryPages(clock), VolatilePages(clock), 400)
    talk = session("one")
    talk.displays[:] = [replace(display(0, "lost"), url="https://e.test/lost#part")]
    await displays.note(talk)
    assert ledger.holds(talk, Url.parse("https://e.test/lost"))
    assert not ledger.holds(talk, Url.parse("https://e.test/other"))
