from __future__ import annotations

import pytest

from browser.text import render
from browser.text.asked import MAX_CONTENT, MOST_DIRECTIVES
from tests.text.pages import page


def asked(head: str) -> tuple[tuple[str, str], ...]:
    return page(f"<!doctype html><html><head><title>T</title>{head}</head><p>Words.").directives


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta name=robots content=nosnippet>", ("robots", "nosnippet")),
        ("<META NAME=ROBOTS CONTENT='NoSnippet, noarchive'>", ("robots", "NoSnippet, noarchive")),
        ("<meta name=' robots ' content='max-snippet:20'>", ("robots", "max-snippet:20")),
        ("<meta name=robots content='what nobody knows'>", ("robots", "what nobody knows")),
        (
            "<meta name=chatgpt-user content='noindex,nofollow'>",
            ("chatgpt-user", "noindex,nofollow"),
        ),
        ("<meta name=GPTBot content='noai, noimageai'>", ("gptbot", "noai, noimageai")),
        ("<meta name=my_bot content='max-snippet: -1'>", ("my_bot", "max-snippet: -1")),
        (
            "<meta name=googlebot content='unavailable_after: Wed, 25 Jun 2031 15:00 PST, none'>",
            ("googlebot", "unavailable_after: Wed, 25 Jun 2031 15:00 PST, none"),
        ),
        ("<meta name=tdm-reservation content=1>", ("tdm-reservation", "1")),
        ("<meta name=tdm-policy content='/policy.json'>", ("tdm-policy", "/policy.json")),
        ("<link rel=license type='application/rsl+xml' href='/l.xml'>", ("license", "/l.xml")),
        (
            "<link rel='License x' type='Application/RSL+XML; v=1' href=' https://a.example/l '>",
            ("license", "https://a.example/l"),
        ),
    ],
)
def test_the_head_says_what_a_page_asks(head: str, expected: tuple[str, str]):
    assert asked(head) == (expected,)


@pytest.mark.parametrize(
    "head",
    [
        "<meta name=viewport content='width=device-width'>",
        "<meta name=description content='noindex is a directive for robots'>",
        "<meta name=keywords content='index, cards'>",
        "<meta name='a bot' content=nosnippet>",
        "<meta property=robots content=nosnippet>",
        "<meta name=robots>",
        "<link rel=license href=/licence>",
        "<link rel=alternate type=application/rsl+xml href=/l.xml>",
        "<template><meta name=robots content=nosnippet></template>",
        "<script>'<meta name=robots content=nosnippet>'</script>",
        "<!-- <meta name=robots content=nosnippet> -->",
        "<svg><meta name=robots content=nosnippet></svg>",
    ],
)
def test_what_is_no_request_to_robots_is_none(head: str):
    assert asked(head) == ()


def test_only_the_head_asks():
    told = page(
        "<title>T</title><p>Words of a reader: <meta name=robots content=nosnippet>"
        "<link rel=license type=application/rsl+xml href=/l><head><meta name=tdm-policy content=x>"
    )
    assert told.directives == ()


def test_a_head_that_is_not_written_is_a_head_all_the_same():
    assert page("<meta name=robots content=none><p>Words.").directives == (("robots", "none"),)


def test_what_stands_between_head_and_body_belongs_to_the_head():
    html = "<head></head><meta name=robots content=none><body><p>Words."
    assert page(html).directives == (("robots", "none"),)


def test_requests_are_kept_in_order_and_only_so_many_and_so_long():
    many = "".join(f"<meta name=bot{n} content=none>" for n in range(2 * MOST_DIRECTIVES))
    assert [name for name, _ in asked(many)] == [f"bot{n}" for n in range(MOST_DIRECTIVES)]
    ((_, content),) = asked(f"<meta name=robots content='{'x' * 10_000}'>")
    assert len(content) == MAX_CONTENT


def test_no_request_holds_what_a_person_would_not_see():
    ((_, content),) = asked("<meta name=robots content='no\u200bsnip\U000e0041pet\n\u2028,none'>")
    assert content == "nosnippet ,none"


def test_a_request_built_to_be_slow_is_no_request():
    assert asked(f"<meta name=bot content='{'index,' * 5000} {'all ,' * 5000}x'>") == ()
    assert asked(f"<meta name=bot content='unavailable_after:{'a ' * 5000}|'>") == ()


def unquotable(html: str) -> list[str]:
    told = page(html)
    return [line.plain for line in told.lines if line.n in told.unquotable]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>one<p>two", []),
        ("<p>one <span data-nosnippet>two</span> three<p>four", ["one two three"]),
        ("<p>one<div data-nosnippet>two</div><p>three", ["two"]),
        ("<p>one<div DATA-NOSNIPPET=false><p>two<ul><li>three</ul></div>four", ["two", "three"]),
        ("<p>one<section data-nosnippet><div>two</div></section>three", ["two"]),
        ("<p data-nosnippet>one</p><a data-nosnippet href=/x>two</a>", []),
        ("<table><tr><td>a<td><span data-nosnippet>b</span><tr><td>c<td>d</table>", ["a\tb"]),
        ("<pre>one\n<span data-nosnippet>two\nthree</span>\nfour</pre>", ["two", "three"]),
        ("<p>one<span data-nosnippet></span><p>two", []),
        ("<div data-nosnippet></div><p>one", []),
        ("<div data-nosnippet>a<span data-nosnippet>b</span>c<p>d</div>e", ["abc", "d"]),
        ("<a href=/x><span data-nosnippet>one</span></a><p>two", ["one"]),
        ("<ul><li data-nosnippet>one<li><div data-nosnippet>two</div></ul>", ["two"]),
    ],
)
def test_lines_with_words_marked_nosnippet_are_known(html: str, lines: list[str]):
    assert unquotable(html) == lines


def test_every_line_of_a_long_block_is_unquotable():
    words = " ".join(f"word{n}." for n in range(200))
    told = page(f"<p>before<p><span data-nosnippet>{words}</span><p>after")
    assert told.unquotable == frozenset(range(3, told.last))
    assert len(told.unquotable) > 5


def test_words_that_are_cut_off_within_a_marked_element_leave_no_number_behind():
    body = b"<p>a<div data-nosnippet>" + b"<p>line" * 400
    told = render(body, "text/html", "https://a.example/", max_lines=100)
    assert told.unquotable == frozenset(range(3, 99))


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p>seen", 0),
        ("<p>seen<p hidden>four more words", 13),
        ("<p>seen<div style=display:none><p>one<script>not words</script></div>", 3),
        ("<p>seen<span class=sr-only>abc</span><dialog>def</dialog>", 6),
        ("<p>seen<span class=mw-editsection>[edit]</span>", 0),
        ("<p>seen<select><option>one</select><template>two</template><noscript>x</noscript>", 0),
        ("<table><tr><td>a<td>b<dialog>cd</dialog></table>", 2),
    ],
)
def test_a_page_counts_the_characters_of_words_that_nobody_sees(html: str, count: int):
    assert page(html).hidden_removed == count
