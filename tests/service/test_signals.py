"""Publishers' signals as a site sends them, from its socket to the model's reply."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.living import Talk, serving
from tests.world import World

_hosts = itertools.count(1)
WORDS = "<p>Quinces ripen late. The zephyrine orchard keeps them.</p><p>Second paragraph.</p>"


class Site:
    """One host of the world with what it sends beside its pages."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.host = f"signal-{next(_hosts)}.test"

    def page(self, path: str = "/p", *fields: str, head: str = "", body: str = WORDS) -> str:
        """Put a page there; *fields* are whole header lines. Returns its URL."""
        html = (
            f"<!doctype html><html lang=en><head><title>Fruit</title>{head}</head>"
            f"<body><main>{body}</main></body></html>"
        ).encode()
        lines = ["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *fields]
        lines.append(f"Content-Length: {len(html)}")
        self.world.raw(self.host, path, "\r\n".join(lines).encode() + b"\r\n\r\n" + html)
        return f"http://{self.host}{path}"

    def robots(self, *lines: str) -> None:
        self.world.robots(self.host, "\n".join(lines) + "\n")

    @property
    def asked(self) -> list[str]:
        return self.world.targets(self.host)


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


@pytest.fixture(scope="module")
def strict_service(world: World) -> Iterator[httpx.Client]:
    with serving(world, signals={"mode": "strict"}) as client:
        yield client


@pytest.fixture
def strict(strict_service: httpx.Client) -> Talk:
    return Talk(strict_service)


def signals(reply: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = reply["page"]["signals"]
    return found


def test_a_page_without_signals_says_so(site: Site, talk: Talk):
    nothing: dict[str, Any] = {
        "obeyed": [],
        "reported": [],
        "quote_max": None,
        "keep": True,
        "license": None,
    }
    reply = talk.open(site.page())
    assert signals(reply) == nothing
    assert talk.whole(0)["page"]["signals"] == nothing


def test_nosnippet_is_read_and_not_quoted(site: Site, talk: Talk):
    url = site.page("/p", "X-Robots-Tag: nosnippet")
    reply = talk.open(url)
    assert "zephyrine" in reply["text"]
    assert signals(reply)["obeyed"] == ["X-Robots-Tag: nosnippet"]
    assert signals(reply)["quote_max"] == 0
    failure = talk.fails("quote_refused", "quote", start=2, end=2)
    assert failure["rule"] == "X-Robots-Tag: nosnippet"
    assert failure["url"] == url
    assert "(X-Robots-Tag: nosnippet)" in failure["message"]
    assert talk.transcript()["quotes"] == []


def test_what_may_not_be_quoted_is_not_cited_word_for_word_either(site: Site, talk: Talk):
    url = site.page("/p", "X-Robots-Tag: nosnippet")
    talk.open(url)
    talk.good("find", pattern="quinces")
    for marker in ("【0†L2】", "【1†L2】", "【0†Fruit】"):
        done = talk.resolve(f"Quinces are late {marker}")
        assert [source["url"] for source in done["sources"]] == [url]
        assert all(note["cited_text"] == "" for note in done["annotations"])
        assert "text=" not in json.dumps(done["sources"])


def test_cited_words_of_one_answer_stay_within_the_site_s_limit(site: Site, talk: Talk):
    talk.open(site.page("/p", "X-Robots-Tag: max-snippet:25"))
    done = talk.resolve("One 【0†L2】 and two 【0†L3】.")
    cited = [note["cited_text"] for note in done["annotations"]]
    assert 0 < len("".join(cited)) <= 25


def test_a_field_for_another_robot_does_not_reach_into_the_next(site: Site, talk: Talk):
    url = site.page(
        "/p", "X-Robots-Tag: otherbot: noindex, nosnippet", "X-Robots-Tag: max-snippet:21"
    )
    assert signals(talk.open(url))["quote_max"] == 21
    quote = talk.good("quote", start=2, end=3)
    assert quote["quote"]["text"] == "Quinces ripen late."
    assert quote["quote"]["truncated"]
    assert "the 21 characters that the site allows" in quote["text"]


def test_quotes_of_a_page_add_up_to_the_site_s_limit(site: Site, talk: Talk):
    url = site.page(head='<meta name="ROBOTS" content="Max-Snippet:60">')
    talk.open(url)
    first = talk.good("quote", start=2, end=2)["quote"]
    assert not first["truncated"]
    left = 60 - len(first["text"])
    talk.open(url + "#again")
    second = talk.good("quote", start=3, end=3)["quote"]
    assert second["truncated"]
    assert 0 < len(second["text"]) <= left
    failure = talk.fails("quote_refused", "quote", start=2, end=2)
    assert "60 characters" in failure["message"]
    assert sum(len(quote["text"]) for quote in talk.transcript()["quotes"]) <= 60


def test_another_conversation_has_its_own_sum(site: Site, service: httpx.Client):
    url = site.page("/p", "X-Robots-Tag: max-snippet:53")
    for _ in range(2):
        fresh = Talk(service)
        fresh.open(url)
        fresh.good("quote", start=2, end=2)


def test_marked_lines_are_read_and_not_quoted(site: Site, talk: Talk):
    body = "<p>Free words.</p><div data-nosnippet><p>Kept words.</p></div><p>More.</p><p>End.</p>"
    reply = talk.open(site.page(body=body))
    assert "Kept words." in reply["text"]
    assert signals(reply)["obeyed"] == ["data-nosnippet"]
    failure = talk.fails("quote_refused", "quote", start=2, end=5)
    assert "line 3 is marked data-nosnippet" in failure["message"]
    assert "Quote lines 4 to 5." in failure["message"]
    assert talk.good("quote", start=4, end=5)["quote"]["text"] == "More.\nEnd."
    assert "Cite the page" in talk.fails("quote_refused", "quote", start=3, end=3)["message"]
    done = talk.resolve("See 【0†L3】.")
    assert done["annotations"][0]["cited_text"] == ""


def test_a_site_that_gives_nothing_to_answers_is_not_asked_for_the_page(site: Site, talk: Talk):
    url = site.page()
    site.robots("User-agent: *", "Content-Signal: search=yes, ai-input=no", "Allow: /")
    failure = talk.fails("site_declined", "open_url", url=url)
    assert failure["rule"] == "robots.txt Content-Signal: ai-input=no"
    assert failure["url"] == url
    assert "choose another source" in failure["message"]
    assert site.asked == ["/robots.txt"]


def test_a_redirect_leads_to_no_site_that_declines(site: Site, world: World, talk: Talk):
    other = Site(world)
    other.robots("User-agent: *", "Content-Signal: ai-input=no")
    world.reply(site.host, "/go", 302, headers={"Location": other.page()})
    failure = talk.fails("site_declined", "open_url", url=f"http://{site.host}/go")
    assert failure["url"] == f"http://{other.host}/p"
    assert other.asked == ["/robots.txt"]


def test_a_reply_that_declines_is_not_delivered(site: Site, talk: Talk):
    failure = talk.fails(
        "site_declined", "open_url", url=site.page("/p", "Content-Signal: ai-input=no")
    )
    assert failure["rule"] == "Content-Signal: ai-input=no"
    assert "zephyrine" not in failure["message"]
    talk.fails("no_page", "find", pattern="quinces")


def test_immediate_use_is_shown_and_not_quoted(site: Site, talk: Talk):
    site.robots("User-agent: *", "Content-Signal: use=immediate", "Allow: /")
    reply = talk.open(site.page())
    assert signals(reply)["keep"] is False
    assert signals(reply)["reported"] == ["use=immediate"]
    talk.good("find", pattern="orchard")
    talk.good("scroll", line=2)
    talk.fails("quote_refused", "quote", start=2, end=2)


def test_flags_and_terms_are_passed_on(site: Site, talk: Talk):
    site.robots(
        "License: /license.xml", "User-agent: *", "Content-Usage: /p train-ai=n", "Allow: /"
    )
    url = site.page(
        "/p",
        "TDM-Reservation: 1",
        "Content-Signal: use=reference",
        head="<meta name=robots content=noai>",
    )
    found = signals(talk.open(url))
    assert set(found["reported"]) == {"no-train", "tdm-reserved", "use=reference", "noai", "rsl"}
    assert found["obeyed"] == []
    assert found["license"] == f"http://{site.host}/license.xml"
    assert talk.good("quote", start=2, end=2)["quote"]["text"]
    assert "/license.xml" not in site.asked, "terms are named, never fetched"


def test_strict_shows_title_and_address_of_a_page_without_snippets(site: Site, strict: Talk):
    url = site.page(
        head='<meta name="robots" content="nosnippet">', body=WORDS + "<a href=/x>y</a>"
    )
    reply = strict.open(url)
    assert reply["text"].startswith(f"[0] Fruit ({url})\n**viewing lines [0 - 2] of 2**\n\nL0: \n")
    assert "(meta robots: nosnippet)" in reply["text"]
    assert reply["links"] == []
    for text in (reply["text"], json.dumps(strict.whole(0))):
        assert not re.search("(?i)quince|zephyrine|second", text)
    strict.fails("not_found", "find", pattern="quinces")
    strict.good("scroll", line=2)
    strict.fails("quote_refused", "quote", start=2, end=2)
    assert strict.resolve("So 【0†L2】")["annotations"][0]["cited_text"] == ""
    assert strict.good("sources")["text"].count(url) == 1


def test_strict_shows_and_quotes_no_more_than_a_max_snippet(site: Site, strict: Talk):
    strict.open(site.page("/p", "X-Robots-Tag: max-snippet:19"))
    whole = strict.whole(0)
    assert [line["text"] for line in whole["lines"][2:-1]] == ["Quinces ripen late."]
    assert "19 characters" in whole["lines"][-1]["text"]
    end = len(whole["lines"]) - 1
    assert strict.good("quote", start=2, end=end)["quote"]["text"] == "Quinces ripen late."


def test_strict_cuts_at_a_word_and_a_quote_of_the_cut_line_says_that_it_is_a_part(
    site: Site, strict: Talk
):
    strict.open(site.page("/p", "X-Robots-Tag: max-snippet:15"))
    assert [line["text"] for line in strict.whole(0)["lines"][2:-1]] == ["Quinces ripen"]
    done = strict.good("quote", start=2, end=2)
    assert (done["quote"]["text"], done["quote"]["truncated"]) == ("Quinces ripen", True)
    assert "(cut at the 15 characters that the site lets be shown)" in done["text"]
    assert done["quote"]["source_url"].endswith("#:~:text=Quinces%20ripen")


def test_strict_quotes_a_line_that_is_shown_whole_as_a_whole(site: Site, strict: Talk):
    strict.open(site.page("/p", "X-Robots-Tag: max-snippet:62"))
    assert strict.good("quote", start=2, end=2)["quote"]["truncated"] is False


def test_metas_for_many_robots_and_a_pixel_in_the_head_hide_no_meta_for_all(site: Site, talk: Talk):
    bots = "".join(f'<meta name="bot{n}" content="noindex, noai">' for n in range(3000))
    reply = talk.open(
        site.page("/p", head=f"{bots}<img src=/x><meta name=robots content=nosnippet>")
    )
    assert signals(reply)["obeyed"] == ["meta robots: nosnippet"]
    reply = talk.open(site.page("/q", head=f"{bots}<meta name=robots content=nosnippet>"))
    assert signals(reply)["obeyed"] == ["meta robots: nosnippet"]


def test_our_own_meta_counts_beside_words_that_nobody_knows(site: Site, talk: Talk):
    bots = "".join(f'<meta name="bot{n}" content="noindex, noai">' for n in range(50))
    head = (
        f'{bots}<meta name="ChatGPT-User" content="noindex max-snippet: 20 chars, noai-training">'
    )
    reply = talk.open(site.page(head=head))
    assert signals(reply)["obeyed"] == ["meta chatgpt-user: max-snippet: 20"]


def test_a_content_signal_of_no_group_is_passed_on(site: Site, talk: Talk):
    site.robots("Content-Signal: ai-input=no", "User-agent: *", "Disallow: /x")
    reply = talk.open(site.page())
    assert signals(reply)["obeyed"] == []
    assert signals(reply)["reported"] == ["robots.txt Content-Signal: ai-input=no"]


@pytest.mark.parametrize(
    ("fields", "head", "robots"),
    [
        (["X-Robots-Tag: noarchive"], "", []),
        ([], "<meta name=robots content=noarchive>", []),
        ([], "", ["License: https://e.test/license.xml"]),
        ([], '<link rel=license type="application/rsl+xml" href=/l.xml>', []),
    ],
)
def test_strict_refuses_what_is_not_given_freely(
    site: Site, strict: Talk, fields: list[str], head: str, robots: list[str]
):
    if robots:
        site.robots(*robots)
    strict.fails("site_declined", "open_url", url=site.page("/p", *fields, head=head))
    assert site.asked[1:] == ([] if robots else ["/p"])


def test_off_obeys_nothing_beyond_robots_txt_and_passes_it_on(site: Site, world: World):
    site.robots("User-agent: *", "Content-Signal: ai-input=no", "Disallow: /private")
    url = site.page(
        "/p", "X-Robots-Tag: nosnippet", body="<p data-x>A.</p><div data-nosnippet>B.</div>"
    )
    with serving(world, signals={"mode": "off"}) as client:
        free = Talk(client)
        found = signals(free.open(url))
        assert free.good("quote", start=2, end=3)["quote"]["text"] == "A.\nB."
        free.fails("robots_disallowed", "open_url", url=f"http://{site.host}/private")
    assert (found["obeyed"], found["quote_max"], found["keep"]) == ([], None, True)
    assert set(found["reported"]) == {
        "X-Robots-Tag: nosnippet", "robots.txt Content-Signal: ai-input=no", "data-nosnippet",
    }  # fmt: skip


def test_a_token_that_is_obeyed_besides_counts_in_all_places(site: Site, world: World):
    url = site.page(
        "/p",
        "X-Robots-Tag: chatgpt-user: max-snippet:3",
        head="<meta name=mybot content=max-snippet:5>",
    )
    with serving(world, agent={"token": "MyBot", "also_obey": ["ChatGPT-User"]}) as client:
        assert signals(Talk(client).open(url))["quote_max"] == 3
        site.robots("User-agent: ChatGPT-User", "Content-Signal: ai-input=no")
        other = Site(world)
        other.robots("User-agent: ChatGPT-User", "Content-Signal: ai-input=no")
        Talk(client).fails("site_declined", "open_url", url=other.page())


def on_disk(folder: Path) -> bytes:
    """All octets of all files, and the stored pages, which are compressed, in clear."""
    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    db = sqlite3.connect(folder / "state.db")
    try:
        pages = [zlib.decompress(blob) for (blob,) in db.execute("SELECT blob FROM pages")]
    finally:
        db.close()
    return b"".join((*files, *pages))


@pytest.mark.parametrize("keep", [False, True])
def test_a_page_that_may_not_be_kept_never_reaches_the_disk(
    site: Site, world: World, tmp_path: Path, keep: bool
):
    body = "".join(f"<p>Line {n} of the zephyrine orchard.</p>" for n in range(80))
    url = site.page("/p", *([] if keep else ["X-Robots-Tag: noarchive"]), body=body)
    store = {"url": f"sqlite:///{tmp_path / 'state.db'}"}
    with serving(world, store=store, page={"workers": 1, "window_chars": 400}) as client:
        talk = Talk(client)
        assert "zephyrine" in talk.open(url)["text"]
        assert "zephyrine" in talk.good("scroll")["text"]
        assert "zephyrine" in talk.good("find", pattern="Line 7")["text"]
        assert "zephyrine" in talk.good("back")["text"]
        assert "zephyrine" in json.dumps(talk.whole(0))
        talk.open(site.page("/other", body="<p>Ordinary words.</p>"))
        while_open = on_disk(tmp_path)
    assert url.encode() in while_open, "the session is there"
    assert while_open.count(b"Ordinary words.") >= 2, "the display and the page of another URL"
    for octets in (while_open, on_disk(tmp_path)):
        assert (b"zephyrine" in octets) is keep
    with serving(world, store=store) as client:
        again = Talk(client, talk.session)
        if keep:
            assert "zephyrine" in again.good("scroll", line=2, cursor=0)["text"]
            return
        failure = again.fails("unknown_cursor", "scroll", line=2, cursor=0)
        assert "no longer kept. Open it again." in failure["message"]
        assert again.resolve("So 【0†L2】")["unresolved"][0]["reason"] == "unknown_cursor"
        assert again.open(url)["cursor"] == 5


@pytest.mark.parametrize(
    ("fields", "head", "times"),
    [
        ([], "", 1),
        (["X-Robots-Tag: noarchive"], "", 2),
        ([], "<meta name=robots content=nocache>", 2),
        (["X-Robots-Tag: unavailable_after: 2020-01-01"], "", 2),
        (["Content-Signal: use=immediate"], "", 2),
    ],
)
def test_a_page_that_may_not_be_kept_is_asked_for_each_time(
    site: Site, talk: Talk, fields: list[str], head: str, times: int
):
    url = site.page("/p", "Cache-Control: max-age=600", *fields, head=head)
    talk.open(url)
    talk.open(url)
    assert site.asked.count("/p") == times


def test_a_kept_copy_says_what_the_reply_said_though_it_named_the_field_in_connection(
    site: Site, service: httpx.Client
):
    url = site.page(
        "/p",
        "X-Robots-Tag: max-snippet:20",
        "Cache-Control: max-age=600",
        "Connection: keep-alive, x-robots-tag",
    )
    first, second = Talk(service).open(url), Talk(service).open(url)
    assert second["politeness"]["cache"] == "hit"
    assert first["page"]["signals"] == second["page"]["signals"]
    assert "max-snippet:20" in json.dumps(second["page"]["signals"])
