"""The eight bugs of the reference browser (A1.6): this one does not have them."""

from __future__ import annotations

import re

import httpx

from tests.gptoss.calling import calling, cursor_of
from tests.service.living import Talk
from tests.world import World


def header(session: str) -> dict[str, str]:
    return {"x-session-id": session}


async def test_1_a_link_of_an_earlier_search_opens_what_that_search_showed(service: httpx.Client):
    async with calling(service) as model:
        first = await model.good("search", query="pears")
        second = await model.good("search", query="walnuts")
        assert "【0†Pears†library.test】" in first
        assert "【0†Pears†library.test】" not in second
        shown = await model.good("open", id=0, cursor=cursor_of(first))
    assert shown.startswith("[2] Pears (http://library.test/pears)")


async def test_2_a_citation_of_search_results_leads_to_the_result(service: httpx.Client):
    async with calling(service, header("bug-2")) as model:
        shown = await model.good("search", query="pears")
    line = re.search(r"^L(\d+):   \* 【0†", shown, re.MULTILINE)
    assert line
    resolved = Talk(service, "bug-2").resolve(f"They ripen late.【0†L{line[1]}】")
    assert resolved["unresolved"] == []
    assert [item["url"] for item in resolved["annotations"]] == ["http://library.test/pears"]


async def test_3_a_citation_of_matches_leads_to_the_page(service: httpx.Client):
    async with calling(service, header("bug-3")) as model:
        await model.good("open", id="http://page.test/two")
        shown = await model.good("find", pattern="emoji")
    line = re.search(r"match at L(\d+)】", shown)
    assert line
    assert "find?pattern" not in shown
    resolved = Talk(service, "bug-3").resolve(f"So it says.【1†L{line[1]}】")
    assert [item["url"] for item in resolved["annotations"]] == ["http://page.test/two"]
    assert "emoji" in resolved["annotations"][0]["cited_text"]


async def test_4_a_match_has_the_number_that_its_line_has_on_the_page(
    service: httpx.Client, world: World
):
    name = "A link text that is long enough to be cut when lines are wrapped somewhere"
    links = " ".join(f"<a href=http://far-away-{n}.test/>{name} {n}</a>" for n in range(40))
    world.page("drift.test", "/", f"<p>{links}</p><p>Here is the needle.</p>")
    async with calling(service) as model:
        await model.good("open", id="http://drift.test/")
        found = re.search(r"match at L(\d+)】", await model.good("find", pattern="needle"))
        assert found
        shown = await model.good("open", loc=int(found[1]), num_lines=1)
    assert shown.endswith(f"\n\nL{found[1]}: Here is the needle.")


async def test_5_after_a_find_without_a_match_the_page_is_still_the_page(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id="http://page.test/two")
        first = await model.fails("find", pattern="zzz")
        second = await model.fails("find", pattern="yyy")
        assert first[0] == "No `find` results for pattern: `zzz`"
        assert second[0] == "No `find` results for pattern: `yyy`"
        assert cursor_of(await model.good("find", pattern="link")) == 1


async def test_6_emoji_tables_and_long_links_are_whole(service: httpx.Client, world: World):
    host = "a-long-host-name-that-nearly-fills-a-line-of-eighty.test"
    world.page(
        "whole.test",
        "/",
        "<p>A fox 🦊 and 𠀀.</p><table><tr><th>Name<th>Sum<tr><td>Ann<td>12</table>"
        f"<p>Words before it, many of them. <a href=http://{host}/>A link of some length</a></p>",
    )
    async with calling(service) as model:
        shown = await model.good("open", id="http://whole.test/")
    assert "A fox 🦊 and 𠀀." in shown
    assert "| Ann | 12 |" in shown
    assert f"【0†A link of some length†{host}】" in shown


async def test_7_find_works_on_search_results_and_on_matches(service: httpx.Client):
    async with calling(service) as model:
        await model.good("search", query="walnuts")
        found = await model.good("find", pattern="hedge")
        assert found.startswith("[1] Find results for text: `hedge` in `walnuts`")
        again = await model.good("find", pattern="ladder")
        assert again.startswith("[2] Find results for text: `ladder` in `walnuts`")
        number = re.search(r"【(\d)†Hazels†library\.test】", again + found)
        assert number
        opened = await model.good("open", id=int(number[1]), cursor=2)
    assert opened.startswith("[3] Hazels (http://library.test/hazels)")


async def test_8_a_page_opened_anew_leaves_older_cursors_as_they_were(
    service: httpx.Client, world: World
):
    fresh = {"Cache-Control": "no-store"}
    world.reply("news.test", "/", body="<title>N</title><p>The old words.</p>", headers=fresh)
    async with calling(service, header("bug-8")) as model:
        assert "The old words." in await model.good("open", id="http://news.test/")
        world.reply("news.test", "/", body="<title>N</title><p>The new words.</p>", headers=fresh)
        assert "The new words." in await model.good("open", id="http://news.test/")
        assert "The old words." in await model.good("open", cursor=0)
        found = await model.fails("find", pattern="new words", cursor=0)
        assert found[0] == "No `find` results for pattern: `new words`"
    resolved = Talk(service, "bug-8").resolve("【0†L2】 【1†L2】")
    cited = [item["cited_text"] for item in resolved["annotations"]]
    assert cited == ["The old words.", "The new words."]
