"""What models write for a number, a link or nothing at all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from browser.api.bounds import FAR
from browser.api.gptoss import args
from tests.gptoss.calling import Model, calling, cursor_of

PAGE = "http://page.test/two"
LONG = "http://long.test/"
HUGE = 10**30


async def lines(model: Model, **arguments: Any) -> list[str]:
    return (await model.good("open", **arguments)).split("\n")[3:]


@pytest.mark.parametrize("three", [3, 3.0, "3", " 3 ", "3.0", "+3"], ids=repr)
async def test_a_number_is_one_however_it_is_written(service: httpx.Client, three: Any):
    async with calling(service) as model:
        await model.good("open", id=LONG)
        shown = await lines(model, loc=three, num_lines=three, cursor="0")
        assert [line.partition(":")[0] for line in shown] == ["L3", "L4", "L5"]


ONE = [1, 1.0, "1", "1.0", "【1†other-site†other.test】", "1†other-site"]


@pytest.mark.parametrize("one", ONE, ids=repr)
async def test_a_bare_number_is_a_link_also_as_a_string(service: httpx.Client, one: Any):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        assert (await model.good("open", id=one)).startswith("[1] Other (http://other.test/)")


@pytest.mark.parametrize(
    "nothing",
    [
        {},
        {"id": -1, "cursor": -1, "loc": -1, "num_lines": -1, "view_source": False, "source": None},
        {"id": "-1", "cursor": "-1", "loc": "-1", "num_lines": 0},
        {"id": None, "cursor": None, "loc": None, "num_lines": None, "source": "web"},
        {"id": "", "cursor": "", "loc": "", "num_lines": ""},
        {"view_source": True, "reason": "to look", "nested": {"a": [1]}},
    ],
)
async def test_what_is_left_out_is_the_top_of_the_newest_page(
    service: httpx.Client, nothing: dict[str, Any]
):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        await model.good("open", id=LONG, loc=100)
        shown = await model.good("open", **nothing)
        assert shown.startswith("[2] Long (http://long.test/)\n**viewing lines [0 - ")


async def test_open_without_an_id_scrolls_the_page_that_the_cursor_shows(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=LONG)
        await model.good("open", id=PAGE)
        assert (await lines(model, cursor=0, loc=50))[0] == "L50: Paragraph 48 of a long page."
        found = cursor_of(await model.good("find", pattern="paragraph 77 ", cursor=0))
        again = await model.good("open", cursor=found)
        assert again.startswith(f"[{found + 1}] Long (http://long.test/)\n**viewing lines [0 - ")


async def test_a_link_of_a_page_is_valid_on_its_matches_too(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        await model.good("find", pattern="emoji")
        assert (await model.good("open", id=0)).startswith("[2] Rel (http://page.test/rel)")


async def test_a_page_opens_at_the_line_that_is_asked_for(service: httpx.Client):
    async with calling(service) as model:
        shown = await lines(model, id=LONG, loc=200, num_lines=2)
        assert shown == [
            "L200: Paragraph 198 of a long page.",
            "L201: Paragraph 199 of a long page.",
        ]
        assert (await lines(model, url=LONG, loc=7, num_lines=1)) == [
            "L7: Paragraph 5 of a long page."
        ]


@pytest.mark.parametrize("wanted", [{"topn": "1"}, {"top_n": 1}, {"top_n": "1.0", "topn": None}])
async def test_as_many_results_as_are_asked_for(service: httpx.Client, wanted: dict[str, Any]):
    async with calling(service) as model:
        shown = await model.good("search", query="harvest", **wanted)
        assert "【0†" in shown
        assert "【1†" not in shown
        assert "【1†" in await model.good("search", query="harvest", topn=-1)


@pytest.mark.parametrize("prefix", ["browser.", "functions.", "functions.browser."])
async def test_a_tool_may_be_called_by_its_whole_name(service: httpx.Client, prefix: str):
    async with calling(service) as model:
        assert cursor_of(await model.good(f"{prefix}search", query="pears")) == 0
        assert cursor_of(await model.good(f"{prefix}open", id=0)) == 1
        assert cursor_of(await model.good(f"{prefix}find", pattern="pears")) == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("search", {}, "`query` should be a string, not `NoneType`"),
        ("search", {"query": ["a"]}, "`query` should be a string, not `list`"),
        ("search", {"query": "a", "topn": "ten"}, "`topn` should be an integer, not `str`"),
        ("search", {"query": "a" * 2001}, "`query` is too long"),
        ("open", {"cursor": "x"}, "`cursor` should be an integer, not `str`"),
        ("open", {"cursor": True}, "`cursor` should be an integer, not `bool`"),
        ("open", {"cursor": {"n": 1}}, "`cursor` should be an integer, not `dict`"),
        ("open", {"loc": 2.5}, "`loc` should be an integer, not `float`"),
        ("open", {"num_lines": [3]}, "`num_lines` should be an integer, not `list`"),
        ("open", {"id": [3]}, "`id` should be an integer, not `list`"),
        ("open", {"id": "http://a.test/" + "a" * 8192}, "`id` is too long"),
        ("find", {}, "`pattern` should be a string, not `NoneType`"),
        ("find", {"pattern": False}, "`pattern` should be a string, not `bool`"),
        ("find", {"pattern": "a" * 1001}, "`pattern` is too long"),
        ("find", {"pattern": "a", "cursor": "[2]"}, "`cursor` should be an integer, not `str`"),
    ],
)
async def test_what_cannot_be_read_is_told_and_changes_nothing(
    service: httpx.Client, tool: str, arguments: dict[str, Any], says: str
):
    async with calling(service) as model:
        await model.good("open", id=PAGE)
        assert (await model.fails(tool, **arguments))[0] == says
        assert cursor_of(await model.good("open")) == 1


def test_a_number_that_nothing_has_is_as_good_as_the_largest():
    for huge in (HUGE, float(HUGE), "9" * 5000, 1e308):
        assert args.open_({"id": huge}).args["id"] == FAR
    assert args.open_({"cursor": "-" + "9" * 5000}).args["cursor"] == -FAR
    assert args.open_({"loc": "0" * 5000 + "7"}).args["line"] == 7


@pytest.mark.parametrize("odd", [float("nan"), "٣", "3x", "0x3", "1e3", object()])
def test_what_only_looks_like_a_number_is_none(odd: object):
    with pytest.raises(args.BadArgument, match="`loc` should be an integer"):
        args.open_({"loc": odd})


def test_a_word_to_find_may_be_a_number():
    assert args.find({"pattern": 42}).args["pattern"] == "42"
    assert args.search({"query": 2026}).args["query"] == "2026"
