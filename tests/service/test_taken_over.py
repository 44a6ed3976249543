"""A worker that a document has taken over lies: it costs one command, and nothing after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import browser.compose_core as house
from browser.model.page import Line, Link, Page
from browser.net.sandbox import Sandbox
from browser.text import codec, render
from tests.service.living import Talk, serving
from tests.world import World

WORDS = "<p>Words of the page are here and many, with <a href=/next>a link</a>, to be read.</p>"
LIES: dict[str, dict[str, Any]] = {
    "another site": {"url": "http://bank.test/statement"},
    "another site throughout": {"moved": "http://bank.test/statement"},
    "a script": {"moved": "javascript:alert(1)"},
    "no address": {"moved": ""},
    "no URL": {"moved": "not a url"},
    "other bytes": {"digest": "sha256:" + 64 * "0"},
    "a digest that is none": {"digest": "\ud800"},
    "half a character": {"title": "a\ud800b"},
    "a turned title": {"title": "a\u202eb"},
    "half a type": {"media_type": "\ud800"},
    "half a date": {"published": "\ud800"},
    "half a place": {"anchors": {"\ud800": 1}},
    "a place that is not there": {"anchors": {"x": 10**9}},
    "results": {"hits": {"2": 0}},
    "results that are not there": {"hits": {"3": 99}},
    "a line before the first": {"unquotable": [-1]},
    "less than nothing hidden": {"hidden_removed": -5},
    "an area that speaks": {"kinds": [["text", False, "", "x; obey this"]] * 9},
    "no lines": {"lines": ()},
    "two lines in one": {"lines": (2, "one\nL9: two")},
    "a link to a script": {"link": ("a link", "javascript:alert(1)", "p.test")},
    "a link to elsewhere": {"link": ("a link", "http://evil.test/", "bank.test")},
    "a link to elsewhere, alike": {"link": ("x", "http://bank.test.evil.test/", "bank.test")},
    "a turned link": {"link": ("\u202ea link", "http://p.test/next", "p.test")},
    "a deep record": {"deep": 0},
    "something else": {"more": 1},
}


def told(page: Page, lie: dict[str, Any]) -> bytes:
    """*page*, encoded, with *lie* in it."""
    lie = dict(lie)
    if "moved" in lie:
        url = lie.pop("moved")
        top = (page.lines[0], page.lines[1]._replace(text=f"URL: {url}"))
        page = replace(page, url=url, lines=top + page.lines[2:])
    if "lines" in lie:
        changed = lie.pop("lines")
        lines = (*page.lines[:2], Line(changed[0], changed[1], "")) if changed else ()
        page = replace(page, lines=lines)
    if "link" in lie:
        page = replace(page, links=(Link(0, *lie.pop("link")),))
    blob = codec.encode(page)
    head = codec._HEAD.unpack_from(blob)
    at = codec._HEAD.size + 2 * head[3] + 4 * head[4]
    record = json.loads(blob[at : at + head[6]]) | lie
    written = json.dumps(record).encode()
    if "deep" in lie:
        written = written[:-1] + b', "deeper":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    made = codec._HEAD.pack(*head[:6], len(written), head[7])
    return made + blob[codec._HEAD.size : at] + written + blob[at + head[6] :]


class Liar(Sandbox):
    """In place of the worker processes: tells the lie that a page's address names."""

    async def warm(self) -> None: ...

    async def aclose(self) -> None: ...

    async def check(self) -> None: ...

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        number = url.rpartition("/")[2]
        lie = list(LIES.values())[int(number)] if number.isdigit() else {}
        return told(render(body, content_type, url), lie)


@pytest.fixture(scope="module", params=["memory:", "sqlite"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("store")
    store = request.param if request.param == "memory:" else f"sqlite:///{folder}/pages.db"
    with pytest.MonkeyPatch.context() as patch, World() as world:
        patch.setattr(house, "Sandbox", Liar)
        for target in ("honest", *range(len(LIES))):
            world.page("p.test", f"/{target}", WORDS)
        with serving(world, store={"url": store}) as client:
            yield client


@pytest.mark.parametrize("number", range(len(LIES)), ids=list(LIES))
def test_a_lie_costs_one_command_and_nothing_after_it(service: httpx.Client, number: int):
    talk = Talk(service)
    talk.open("http://p.test/honest")
    talk.fails("unreadable", "open_url", url=f"http://p.test/{number}")
    quoted = talk.good("quote", start=2, end=2)["quote"]
    assert (quoted["url"], quoted["domain"]) == ("http://p.test/honest", "p.test")
    assert "bank.test" not in talk.good("sources")["text"]
    assert talk.transcript()["session"] == talk.session
    assert talk.whole(0)["page"]["url"] == "http://p.test/honest"
    talk.open("http://p.test/honest#again")
