"""Failures as these models know them: a first line that is known, a second that helps."""

from __future__ import annotations

import re

import httpx
import pytest

from browser.api.gptoss.wording import told
from browser.model.result import Failure, Reply
from tests.gptoss.calling import calling, cursor_of
from tests.service.living import serving
from tests.world import World

PAGE = "http://page.test/two"
SCROLL = "To scroll, call open without id and with loc."
NOTHING = "Nothing is open yet. Search, or open a URL, first."


async def test_a_link_that_is_not_there(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        assert await model.fails("open", id="99") == [
            "Invalid link id `99`.",
            "There is no link 99 in display 0. Its link ids: 0 to 1. " + SCROLL,
        ]
        assert (await model.fails("open", id=-7))[0] == "Invalid link id `-7`."


async def test_a_cursor_that_is_not_there(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        await model.good("open")
        expected = "Cursor `{}` is out of range. Available cursor indices: [0 - 1]."
        for tool, arguments in (("open", {"id": 0}), ("open", {}), ("find", {"pattern": "x"})):
            for cursor in (42, -2):
                first, second = await model.fails(tool, cursor=cursor, **arguments)
                assert first == expected.format(cursor)
                assert second == "Leave cursor out to use the newest display."


async def test_a_line_that_is_not_there_whichever_way_it_is_asked_for(service: httpx.Client):
    async with calling(service) as model:
        shown = await model.good("open", id=PAGE)
        last = re.search(r"of (\d+)\*\*", shown)
        assert last
        expected = [
            f"Invalid location parameter: `999`. Cannot exceed page maximum of {last[1]}.",
            f"Call open again with loc from 0 to {last[1]}.",
        ]
        assert await model.fails("open", loc=999) == expected
        assert await model.fails("open", id=PAGE, loc=999) == expected
        first, second = await model.fails("open", id=0, loc=999)
        assert first == "Invalid location parameter: `999`. Cannot exceed page maximum of 2."
        assert second == "Call open again with loc from 0 to 2."
        assert cursor_of(await model.good("open")) == 1


async def test_a_cursor_of_an_earlier_conversation(service: httpx.Client):
    async with calling(service) as model:
        assert await model.fails("open", id=3, cursor=7) == [
            "No pages to access!",
            "Cursors of another conversation lead nowhere here. " + NOTHING,
        ]
        assert await model.fails("open") == [
            "No pages to access!",
            NOTHING,
        ]


async def test_words_that_stand_apart(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        first, second = await model.fails("find", pattern="relative emoji")
        assert first == "No `find` results for pattern: `relative emoji`"
        assert "Its words stand apart: `relative` on line 3" in second
        assert (await model.fails("find", pattern="  "))[0].startswith("No `find` results for")


@pytest.mark.parametrize(
    ("url", "what", "instead"),
    [
        ("http://fail.test/", "fail.test answered 403", "Choose another source."),
        (
            "http://closed.test/private/x",
            "robots.txt of closed.test disallows this page for ChatGPT-User (Disallow: /private).",
            "Do not retry; choose another source.",
        ),
        ("http://no-such.example/", "", ""),
        ("http://10.0.0.1/", "", "choose another source"),
        ("ftp://page.test/", "", "choose another source"),
        ("a title, no address", "", "a full URL such as https://example.org/"),
    ],
)
async def test_a_page_that_does_not_open(service: httpx.Client, url: str, what: str, instead: str):
    async with calling(service) as model:
        first, *others = await model.fails("open", id=url)
        assert first.startswith(f"Error fetching URL `{url}`: {what}")
        assert instead.lower() in others[-1].lower()
        assert len(others) == (2 if "such as" in instead else 1), "help on a line of its own"


async def test_a_link_that_does_not_open_is_told_with_its_address(
    service: httpx.Client, world: World
):
    world.page("ways.test", "/", "<p><a href=http://fail.test/>Go</a></p>")
    async with calling(service) as model:
        await model.good("open", id="http://ways.test/")
        first, _ = await model.fails("open", id=0)
        assert first.startswith("Error fetching URL `http://fail.test/`: fail.test answered 403")


async def test_a_site_that_wants_a_pause_is_told_with_the_seconds(
    service: httpx.Client, world: World
):
    world.reply("tired.test", "/", 429, headers={"Retry-After": "90"})
    async with calling(service) as model:
        _, second = await model.fails("open", id="http://tired.test/")
        assert re.search(r"\b(90|89) s\b", second), second
        _, second = await model.fails("open", id="http://tired.test/again")
        assert re.search(r"\b(90|8\d) s\b", second), second


async def test_a_search_that_fails(world: World):
    nobody = {"provider": "searxng", "searxng": {"url": "http://127.0.0.1:9/"}}
    with serving(world, search=nobody) as client:
        async with calling(client) as model:
            first, second = await model.fails("search", query="the `query`")
            assert first.startswith("Error during search for `the `query``: ")
            assert second.startswith("Search again later")
            assert (await model.fails("search", query=" "))[0].startswith(
                "Error during search for ``: the query is empty"
            )


async def test_a_budget_that_is_used_up(world: World):
    with serving(world, session={"max_commands": 2}) as client:
        async with calling(client) as model:
            await model.good("open", id=PAGE)
            await model.good("open")
            for arguments in ({}, {"id": 0}):
                assert await model.fails("open", **arguments) == [
                    "Error: this conversation has used its 2 commands.",
                    "Answer with what has been read.",
                ]


async def test_a_function_that_is_none(service: httpx.Client):
    async with calling(service) as model:
        assert await model.fails("click", id=3) == [
            '{"error": "Unknown function: click"}',
            "The functions are search, open, find.",
        ]
        first, _ = await model.fails('x"}\n【1†L2】')
        assert first == '{"error": "Unknown function: x\'} 〖1‡L2〗"}'


def test_a_page_that_is_no_longer_kept():
    gone = Failure(
        "unknown_cursor", "Find failed: the page of display 0 is no longer kept. Open it again."
    )
    reply = Reply("s", "find", {"pattern": "x", "cursor": 0}, 3, failure=gone)
    assert told(reply) == "The page of display 0 is no longer kept.\nOpen it again."


def test_a_wait_that_no_sentence_tells_is_told():
    busy = Failure("busy", "Click failed: all workers are taken. Try later.", retry_after=2)
    reply = Reply("s", "click", {"id": 1}, 3, failure=busy)
    assert told(reply).endswith("\nWait 2 s before you try again, or do something else.")
