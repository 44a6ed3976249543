"""What is left out of a reply that would be too long for other reasons than its display."""

from __future__ import annotations

from browser.api.reply import reply_json
from browser.model.page import Link, Page
from browser.model.result import Reply, Result
from browser.model.session import Display, Quote
from browser.model.signals import Signals
from browser.text.weight import MAX_QUOTED, MAX_REPLY, MAX_SHOWN, fitting, weight

LONG = "🙂" * 4096  # as long as a worker that a document has taken over may say
ADDRESS = "https://long.test/" + "x" * 4000


def reply(text: str, quote: Quote | None = None, links: int = 0) -> Reply:
    page = Page(ADDRESS, LONG, (), (), "d", LONG, LONG, LONG, LONG)
    signals = Signals(obeyed=(LONG,) * 16, reported=(LONG,) * 16, license=ADDRESS)
    shown = Display(
        cursor=0, kind="page", page_key="k", first=0, last=1, text=text, title=LONG, url=ADDRESS,
        fetched_at=0.0, link_ids=(), signals=signals,
    )  # fmt: skip
    followed = tuple(Link(n, LONG[:200], f"{ADDRESS}/{n}", "long.test") for n in range(links))
    return Reply("s", "quote", {}, 0, Result(text, shown, page, followed, quote))


def test_a_page_that_says_far_too_much_of_itself_is_still_answered():
    text = "x" * (MAX_SHOWN + 6000)
    told = reply_json(reply(text, links=50))
    assert weight(told) <= MAX_REPLY
    assert told["text"] == text
    assert told["links"] == []
    assert told["links_left_out"] == 50
    assert told["page"]["url"] == ADDRESS
    assert LONG.startswith(told["page"]["title"])
    assert len(told["page"]["title"]) > 20
    assert len(told["page"]["signals"]["obeyed"]) == 16


def test_a_quote_stays_whole():
    words = "🙂" * fitting(LONG, MAX_QUOTED)
    quote = Quote(
        id="q1", cursor=0, start=2, end=3, text=words, citation="【0†L2-L3】", url=ADDRESS,
        title=LONG, domain="long.test", fetched_at="", digest="d", source_url=ADDRESS,
        truncated=True,
    )  # fmt: skip
    told = reply_json(reply(f"Quoted {words} {ADDRESS}", quote))
    assert weight(told) <= MAX_REPLY
    assert told["quote"]["text"] == words
    assert told["quote"]["source_url"] == ADDRESS
    assert words in told["text"]


def test_what_fits_is_told_to_the_letter():
    told = reply_json(Reply("s", "back", {}, None))
    assert weight(told) <= MAX_REPLY
    assert "links_left_out" not in told


def test_a_text_is_measured_as_the_strictest_caller_counts_it():
    assert weight("a") == 3
    assert weight('"\\\n') == 8
    assert weight("é漢") == 14
    assert weight("🙂") == 14


def test_the_longest_beginning_that_fits_is_found():
    text = 'plain "quoted" é漢🙂 and so on'
    for most in range(2, weight(text) + 2):
        held = fitting(text, most)
        assert weight(text[:held]) <= most
        assert held == len(text) or weight(text[: held + 1]) > most
    assert fitting("🙂", 3) == 0
