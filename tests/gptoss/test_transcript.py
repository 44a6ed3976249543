"""Beside the reference browser's own output, wherever no fix of ours is stated.

Stated fixes: lines without words are left out, so the numbers are smaller; tables keep their
cells; what stands low or high is written without braces; `find` shows the page's own line numbers
under the page's own address and is no page of its own when there is no match; a failure has a
second line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from browser.search.index import build as build_index
from tests.gptoss.calling import calling
from tests.service.living import serving
from tests.world import World

TRANSCRIPT = Path(__file__).parents[2].parent / "shared" / "data" / "gptoss_transcript.txt"
HTML = """<!doctype html><html lang=en><title>Page Ti</title><body><main><h1>Head</h1>
<p>See <a href=/rel>relative link</a> and <a href=https://other.example/>other-site</a>. Table:
<table><tr><td>A</td><td>1</td></tr></table>
<p>x<sup>2</sup> H<sub>2</sub>O emoji 𠀀 cjk</p><img src=p.png alt=pic width=90 height=90>
<ul><li>one</li><li>two</li></ul></main>"""


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    """By call, what the reference browser answered; addresses with http, as in our world."""
    if not TRANSCRIPT.exists():
        pytest.skip("the reference browser's transcript is not here")
    found = {}
    for block in TRANSCRIPT.read_text().split("\n>>> ")[1:]:
        call, _, said = block.partition("\n")
        said = said.strip("\n").partition("\nstack [")[0]
        said = ast.literal_eval(said.split("\n")[0]) if said.startswith("'") else said
        found[call] = said.replace("https://", "http://")
    return found


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
        world.reply("q.example", "/p", body=HTML)
        world.reply("fail.example", "/", 403, "boom")
        hosts = {f"{name}.example": f"127.0.0.1:{world.port}" for name in ("a", "q", "fail")}
        local = {"provider": "local", "local": {"index": str(folder / "index.db")}}
        with serving(world, search=local, egress={"hosts": hosts}) as client:
            yield client


async def test_search_results_are_headed_and_listed_alike(
    service: httpx.Client, reference: dict[str, str]
):
    async with calling(service) as model:
        for query in ("one", "two"):
            theirs = reference[f"search {{'query': '{query}'}}"].split("\n")
            ours = (await model.good("search", query=query)).split("\n")
            assert ours[:7] == theirs[:7]
            assert len(ours) == len(theirs)
            for line in ours[7:] + theirs[7:]:
                assert re.fullmatch(r"L\d:   \* 【\d†\w+( \w+)?†\w\.example】 .+", line), line


async def test_a_page_is_headed_and_shown_alike(service: httpx.Client, reference: dict[str, str]):
    theirs = reference["open {'id': 0, 'cursor': 0}"].split("\n")
    async with calling(service) as model:
        for query in ("one", "two"):
            await model.good("search", query=query)
        ours = (await model.good("open", id="http://a.example/two")).split("\n")
    numbers = re.compile(r"(?<=^\*\*viewing lines \[0 - )(\d+)\] of \1(?=\*\*$)")
    assert [numbers.sub("", line) for line in ours[:5]] == [
        numbers.sub("", line) for line in theirs[:5]
    ]
    label = re.compile(r"^L\d+: ")
    words = [label.sub("", line).rstrip() for line in theirs[5:]]
    fixed = {"A 1": "| A | 1 |", "x^{2} H_{2}O emoji 𠀀 cjk": "x^2 H2O emoji 𠀀 cjk"}
    assert [label.sub("", line) for line in ours[5:]] == [
        fixed.get(line, line) for line in words if line
    ]


async def test_matches_are_shown_under_the_known_mark(
    service: httpx.Client, reference: dict[str, str]
):
    theirs = reference["find {'pattern': 'link'}"]
    async with calling(service) as model:
        await model.good("open", id="http://a.example/two")
        ours = await model.good("find", pattern="link")
    title = re.compile(
        r"^\[\d\] (Find results for text: `link` in `Page Ti`) \(http:", re.MULTILINE
    )
    mark = re.compile(r"^(?:L0: )?(# 【0†match at )L\d+】$", re.MULTILINE)
    assert title.findall(ours) == title.findall(theirs) != []
    assert mark.findall(ours) == mark.findall(theirs) != []


async def test_failures_begin_with_the_known_words(
    service: httpx.Client, reference: dict[str, str]
):
    async with calling(service) as model:
        page = await model.good("open", id="http://a.example/two")
        last = re.search(r"of (\d+)\*\*", page)
        assert last
        for _ in range(2):
            await model.good("open")
        assert (await model.fails("open", id=99))[0] == reference["open {'id': 99}"]
        wrong = await model.fails("open", id=0, cursor=42)
        assert wrong[0] == reference["open {'id': 0, 'cursor': 42}"]
        wrong = await model.fails("open", id=0, cursor="x")
        assert wrong[0] == reference["open {'id': 0, 'cursor': 'x'}"]
        wrong = await model.fails("open", loc=999)
        assert wrong[0] == reference["open {'loc': 999}"].replace("13", last[1])
        wrong = await model.fails("open", id="http://fail.example/")
        known = reference["open {'id': 'https://fail.example/'}"]
        assert wrong[0].startswith(known.removesuffix("boom 403"))
        wrong = await model.fails("find", pattern="q", cursor=0)
        assert reference["find {'pattern': 'q', 'cursor': 0}"].endswith(f"L0: {wrong[0]}")


@pytest.mark.usefixtures("reference")
async def test_nothing_open_is_told_in_the_known_words(service: httpx.Client):
    assert "\n'No pages to access!'" in TRANSCRIPT.read_text()
    async with calling(service) as model:
        assert (await model.fails("find", pattern="q"))[0] == "No pages to access!"
