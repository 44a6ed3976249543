"""Whole answers, as the models of this door have learned to read them.

What is expected is the format of the reference browser (`KNOWN`), with our stated fixes: lines
without words are left out, so the numbers are smaller; tables keep their cells; what stands low
or high is written without braces; `find` shows the page's own line numbers under the page's own
address and is no page of its own when there is no match; a failure has a second line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from browser.search.index import build as build_index
from tests.gptoss.calling import calling
from tests.service.living import serving
from tests.world import World

HTML = """<!doctype html><html lang=en><title>Page Ti</title><body><main><h1>Head</h1>
<p>See <a href=/rel>relative link</a> and <a href=https://other.example/>other-site</a>. Table:
<table><tr><td>A</td><td>1</td></tr></table>
<p>x<sup>2</sup> H<sub>2</sub>O emoji 𠀀 cjk</p><img src=p.png alt=pic width=90 height=90>
<ul><li>one</li><li>two</li></ul></main>"""
URL = "http://a.example/two"
PAGE = f"""\
[2] Page Ti ({URL})
**viewing lines [0 - 8] of 8**

L0:\x20
L1: URL: {URL}
L2: # Head
L3: See 【0†relative link】 and 【1†other-site†other.example】. Table:
L4: | A | 1 |
L5: x^2 H2O emoji 𠀀 cjk
L6: [Image 0: pic]
L7:   * one
L8:   * two"""
HEAD = """\
[{cursor}] {query}
**viewing lines [0 - 5] of 5**

L0:\x20
L1: URL:\x20
L2: # Search Results
L3: """
RESULT = re.compile(r"L(\d):   \* 【(\d)†\w+ \w+†a\.example】 .+")
# The first words of failures.
KNOWN = {
    "nothing": "No pages to access!",
    "link": "Invalid link id `99`.",
    "cursor": "Cursor `42` is out of range. Available cursor indices: [0 - 0].",
    "kind": "`cursor` should be an integer, not `str`",
    "line": "Invalid location parameter: `999`. Cannot exceed page maximum of 8.",
    "match": "No `find` results for pattern: `q`",
    "fetch": "Error fetching URL `http://fail.example/`: ",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "pages").mkdir()
    for name in ("one", "two"):
        for kind in ("T", "Other"):
            html = f"<title>{kind} {name}</title><p>A snippet about {name} of {kind}.</p>"
            (folder / "pages" / f"{kind}-{name}.html").write_text(html)
    build_index(folder / "pages", "http://a.example/", folder / "index.db")
    with World() as world:
        world.reply("a.example", "/two", body=HTML)
        world.reply("fail.example", "/", 403, "boom")
        hosts = {f"{name}.example": f"127.0.0.1:{world.port}" for name in ("a", "fail")}
        local = {"provider": "local", "local": {"index": str(folder / "index.db")}}
        with serving(world, search=local, egress={"hosts": hosts}) as client:
            yield client


async def test_search_results_are_headed_and_listed_in_the_known_form(service: httpx.Client):
    async with calling(service) as model:
        for cursor, query in enumerate(("one", "two")):
            told = await model.good("search", query=query)
            head = HEAD.format(cursor=cursor, query=query)
            assert told.startswith(f"{head}\n")
            listed = [RESULT.fullmatch(line) for line in told.removeprefix(f"{head}\n").split("\n")]
            assert [found and found.groups() for found in listed] == [("4", "0"), ("5", "1")]


async def test_a_page_is_headed_and_shown_in_the_known_form(service: httpx.Client):
    async with calling(service) as model:
        for query in ("one", "two"):
            await model.good("search", query=query)
        assert await model.good("open", id=URL) == PAGE


async def test_matches_are_shown_under_the_known_mark(service: httpx.Client):
    async with calling(service) as model:
        await model.good("open", id=URL)
        told = (await model.good("find", pattern="link")).split("\n")
    assert told[0] == f"[1] Find results for text: `link` in `Page Ti` ({URL})"
    assert re.fullmatch(r"\*\*viewing lines \[\d - \d\] of \d\*\*", told[1])
    assert [line for line in told if "match at" in line] == ["# 【0†match at L3】"]
    assert "L3: See 【0†relative link】 and 【1†other-site†other.example】. Table:" in told


async def test_failures_begin_with_the_known_words(service: httpx.Client):
    async with calling(service) as model:
        assert (await model.fails("find", pattern="q"))[0] == KNOWN["nothing"]
        await model.good("open", id=URL)
        assert (await model.fails("open", id=99))[0] == KNOWN["link"]
        assert (await model.fails("open", id=0, cursor=42))[0] == KNOWN["cursor"]
        assert (await model.fails("open", id=0, cursor="x"))[0] == KNOWN["kind"]
        assert (await model.fails("open", loc=999))[0] == KNOWN["line"]
        assert (await model.fails("find", pattern="q"))[0] == KNOWN["match"]
        assert (await model.fails("open", id="http://fail.example/"))[0].startswith(KNOWN["fetch"])
