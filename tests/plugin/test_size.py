r"""No reply has 100,000 characters, whatever the page and the settings, however they are counted.

Some callers count characters of the body, some octets, some of JSON with ``\ud83d\ude00``. Nothing
that a model reads is lost for it: a display that is too heavy shows fewer lines, and reading on
shows the others; links that are not listed are followed by their number.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from browser.text.weight import MAX_REPLY
from tests.service.living import Talk, serving
from tests.world import World

LIMIT = 100_000
_numbers = itertools.count()


@pytest.fixture(scope="module")
def widest(world: World) -> Iterator[httpx.Client]:
    """Every setting that makes replies long at its greatest."""
    with serving(
        world,
        page={"workers": 1, "window_chars": 50_000, "line_chars": 2000},
        quotes={"max_chars": 20_000},
        signals={"mode": "off"},
    ) as client:
        yield client


class Counted(Talk):
    """A conversation in which every reply is counted in every way."""

    def do(self, command: str, **parameters: Any) -> dict[str, Any]:
        given = {key: value for key, value in parameters.items() if value is not None}
        given["session"] = self.session
        response = self.client.get(f"/v1/{command}", params=given)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        assert len(response.content) < LIMIT
        assert len(response.text.encode("utf-16-le")) // 2 < LIMIT
        assert len(json.dumps(reply)) < LIMIT, "in ASCII, with spaces"
        assert len(json.dumps(reply, separators=(",", ":"))) <= MAX_REPLY
        return reply

    def read_on(self) -> list[dict[str, Any]]:
        """Every window of the page that is open, as a model scrolls through it."""
        seen = [self.good("scroll", line=0)]
        while seen[-1]["page"]["lines"][1] < seen[-1]["page"]["lines"][2]:
            seen.append(self.good("scroll"))
            assert seen[-1]["page"]["lines"][0] == seen[-2]["page"]["lines"][1] + 1
        return seen


def publish(world: World, body: str, title: str = "T", **headers: str) -> str:
    path = f"/heavy/{next(_numbers)}"
    head = f"<!doctype html><html lang=en><title>{title}</title><body><main>"
    world.reply("heavy.test", path, body=f"{head}{body}</main>", headers=headers)
    return f"http://heavy.test{path}"


def through(talk: Counted, address: str, pattern: str) -> None:
    """Every command on a page, from its beginning to its end."""
    assert talk.do("open_url", url=address)["ok"]
    windows = talk.read_on()
    end = windows[-1]["page"]["lines"][2]
    talk.do("find", pattern=pattern, cursor=0)
    talk.do("quote", start=2, end=end, cursor=0)
    talk.do("quote", start=end, end=end, cursor=0)
    talk.do("click", id=10**9, cursor=0)
    talk.do("open_url", url=address + "?" + "é" * 2000)
    talk.do("open_url", url=address + "#" + "🙂" * 400)
    talk.do("back")
    talk.do("sources")


def links(count: int, text: str, tail: str) -> str:
    return " ".join(f'<a href="http://away.test/{n}/{tail}">{text}{n}</a>' for n in range(count))


HEAVY = ["🙂", "漢", '"', "\\", "é", "a", "'", "<b>b</b>", "𐌰", "【1†x】", "&amp;", "word "]
PIECES = st.one_of(
    st.builds(
        lambda unit, n: f"<p>{unit * n}</p>",
        st.sampled_from([unit for unit in HEAVY if unit]),
        st.integers(1, 20_000),
    ),
    st.builds(
        lambda n, text, tail: f"<p>{links(n, text, tail)}</p>",
        st.integers(1, 600),
        st.sampled_from(["l", "🙂" * 60, "漢字" * 40, "read more "]),
        st.sampled_from(["", "x" * 1900, "%F0%9F%99%82" * 150, "é" * 300]),
    ),
    st.builds(
        lambda unit, rows: (
            "<table>" + f"<tr><td>{unit * 40}<td>{unit * 40}</tr>" * rows + "</table>"
        ),
        st.sampled_from(HEAVY),
        st.integers(1, 200),
    ),
    st.builds(
        lambda unit, rows: "<pre>" + f"{unit * 500}\n" * rows + "</pre>",
        st.sampled_from(HEAVY),
        st.integers(1, 60),
    ),
)


@given(
    body=st.lists(PIECES, min_size=1, max_size=5).map("".join),
    title=st.builds(lambda unit, n: unit * n, st.sampled_from(HEAVY), st.integers(1, 3000)),
    pattern=st.sampled_from(["🙂", "漢", "word", "a", "l1"]),
    signal=st.sampled_from(["", "noai", "nosnippet, " * 700, "max-snippet:" + "9" * 8000]),
)
@example(body=f"<p>{links(600, 'l', 'x' * 1900)}</p>", title="T", pattern="l", signal="")
@example(body="<p>" + "🙂" * 40_000 + "</p>", title="🙂" * 3000, pattern="🙂", signal="")
@example(
    body="".join(f"<p>{'🙂' * 1990} needle</p>" for _ in range(9)),
    title="T", pattern="needle", signal="",
)  # fmt: skip
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_reply_is_too_long_for_a_chat(
    world: World, widest: httpx.Client, body: str, title: str, pattern: str, signal: str
):
    headers = {"X-Robots-Tag": signal} if signal else {}
    through(Counted(widest), publish(world, body, title, **headers), pattern)


def test_links_that_are_not_listed_are_counted_and_followed(world: World, widest: httpx.Client):
    last = "http://heavy.test/target/" + "x" * 1900
    world.page("heavy.test", last.removeprefix("http://heavy.test"), "<p>Arrived.</p>")
    body = links(300, "l", "x" * 1500) + f' <a href="{last}">the longest</a> <a href="/s">short</a>'
    talk = Counted(widest)
    reply = talk.open(publish(world, f"<p>{body}</p>"))
    shown = {int(number) for number in re.findall(r"【(\d+)†", reply["text"])}
    listed = {link["id"] for link in reply["links"]}
    assert len(shown) == 302
    assert listed < shown
    assert reply["links_left_out"] == len(shown) - len(listed)
    longest = next(int(n) for n in re.findall(r"【(\d+)†the longest", reply["text"]))
    short = next(int(n) for n in re.findall(r"【(\d+)†short", reply["text"]))
    assert longest not in listed
    assert short in listed
    assert len(json.dumps(reply)) > MAX_REPLY - 5000, "more are left out than need be"
    assert "Arrived." in talk.good("click", id=longest, cursor=0)["text"]
    whole = {link["id"] for link in talk.whole(0)["links"]}
    assert shown <= whole


def test_a_reply_of_ordinary_length_lists_every_link(world: World, widest: httpx.Client):
    reply = Counted(widest).open(publish(world, f"<p>{links(200, 'l', 'x' * 50)}</p>"))
    assert len(reply["links"]) == 200
    assert "links_left_out" not in reply


def test_a_page_of_heavy_letters_is_read_to_its_end(world: World, widest: httpx.Client):
    talk = Counted(widest)
    talk.open(publish(world, "".join(f"<p>{'🙂' * 900} end{n}.</p>" for n in range(40))))
    seen = talk.read_on()
    assert len(seen) > 4
    text = "".join(window["text"] for window in seen)
    assert all(f" end{n}." in text for n in range(40))


def test_a_heavy_quote_is_cut_and_says_so(world: World, widest: httpx.Client):
    talk = Counted(widest)
    talk.open(publish(world, "".join(f"<p>{'🙂 ' * 500}</p>" for _ in range(20))))
    reply = talk.good("quote", start=2, end=21)
    assert reply["quote"]["truncated"]
    assert " (cut at what one reply holds) from T " in reply["text"]
    assert 1500 < len(reply["quote"]["text"]) < 5000
    plain = talk.open(publish(world, "".join(f"<p>{'plain ' * 300}</p>" for _ in range(20))))
    told = talk.good("quote", start=2, end=11, cursor=plain["cursor"])
    assert len(told["quote"]["text"]) > 15_000
    assert not told["quote"]["truncated"]


def test_a_long_list_of_sources_keeps_what_was_quoted(world: World, widest: httpx.Client):
    talk = Counted(widest)
    world.page("heavy.test", "/quoted", "<p>Words that matter.</p>", "Kept")
    talk.open("http://heavy.test/quoted")
    talk.good("quote", start=2, end=2)
    for n in range(40):
        tail = f"/long/{n}?" + "x" * 1950
        world.page("heavy.test", tail, "<p>Words.</p>", f"Page {n}")
        talk.open(f"http://heavy.test{tail}")
    rows = talk.good("sources")["text"].split("\n")
    assert rows[1] == "  * Kept (http://heavy.test/quoted): read in display 0; quoted 【0†L2】"
    assert rows[-2].startswith("  * Page 39 ")
    assert re.fullmatch(r"  \(1\d more, read earlier, are not listed\)", rows[-1])


def test_an_address_that_only_its_fragment_makes_long_is_refused(
    world: World, widest: httpx.Client
):
    address = publish(world, "<p>Words.</p>")
    talk = Counted(widest)
    failure = talk.do("open_url", url=address + "#" + "🙂" * 400)["failure"]
    assert failure["code"] == "bad_url"
    assert "longer than 4,096 characters" in failure["message"]
    assert talk.do("open_url", url=address + "#" + "x" * 3000)["ok"]
