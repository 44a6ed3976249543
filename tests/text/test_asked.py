from __future__ import annotations

import pytest

from browser.text import codec, render
from browser.text.asked import (
    MAX_CONTENT,
    MAX_FOR_ALL,
    MAX_KEPT,
    MOST_FOR_ALL,
    MOST_LOOKED_AT,
    MOST_NAMED,
)
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
        "<meta name=license content='all rights reserved'>",
        "<meta name=rights content='none'>",
        "<meta name=bot content='a no-index, nosnippets and max-snippets list'>",
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
    many = "".join(f"<meta name=bot{n} content=none>" for n in range(MOST_NAMED + 9))
    assert [name for name, _ in asked(many)] == [f"bot{n}" for n in range(MOST_NAMED)]
    many = "".join(f"<meta name=robots content=max-snippet:{n}>" for n in range(MOST_FOR_ALL + 9))
    assert [int(content[12:]) for _, content in asked(many)] == list(range(MOST_FOR_ALL))
    ((_, content),) = asked(f"<meta name=robots content='{'x' * 10_000}'>")
    assert len(content) == MAX_FOR_ALL
    ((_, content),) = asked(f"<meta name=bot content='none {'x' * 10_000}'>")
    assert len(content) == MAX_CONTENT


def test_the_largest_requests_still_fit_into_a_page_that_can_be_stored():
    large = "".join(
        f"<meta name={name} content='none {n} {chr(0x1D400) * 5000}'>"
        for n in range(600)
        for name in ("robots", f"{'b' * 90}{n}")
    )
    told = page(f"<title>T</title>{large}<p>Words.")
    everyone = sum(len(content) for name, content in told.directives if name == "robots")
    named = sum(len(content) for name, content in told.directives if name != "robots")
    assert MAX_KEPT - MAX_FOR_ALL < everyone <= MAX_KEPT
    assert 2 * MAX_KEPT - MAX_CONTENT < named <= 2 * MAX_KEPT
    assert codec.decode(codec.encode(told)).directives == told.directives


@pytest.mark.parametrize("count", [34, MOST_NAMED + 1, MOST_LOOKED_AT + 1])
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("<meta name=robots content=nosnippet>", ("robots", "nosnippet")),
        ("<meta name=' Robots ' content=nosnippet>", ("robots", "nosnippet")),
        ("<meta name=TDM-Reservation content=1>", ("tdm-reservation", "1")),
        ("<link rel=License type='application/rsl+xml' href='/l'>", ("license", "/l")),
    ],
)
def test_no_number_of_metas_for_single_robots_hides_one_for_all(
    count: int, last: str, expected: tuple[str, str]
):
    bots = "".join(f"<meta name=bot{n} content='noindex, noai'>" for n in range(count))
    assert asked(bots + last)[0] == expected


def test_what_is_repeated_counts_once():
    again = "<meta name=a content=none>" * MOST_NAMED + "<meta name=b content=nosnippet>"
    again += "<meta name=robots content=all>" * MOST_FOR_ALL + "<meta name=robots content=none>"
    assert asked(again) == (
        ("robots", "all"),
        ("robots", "none"),
        ("a", "none"),
        ("b", "nosnippet"),
    )


@pytest.mark.parametrize(
    "content",
    [
        "nosnippet, noai-training",
        "noindex nosnippet",
        "max-snippet=20",
        "max-snippet 20",
        "max-snippet: 20 chars",
        "please, noarchive!",
        "unavailable_after: whenever | it suits",
    ],
)
def test_one_known_word_makes_a_request_of_a_meta_for_one_robot(content: str):
    assert asked(f"<meta name=ChatGPT-User content='{content}'>") == (("chatgpt-user", content),)


ROBOTS = "<meta name=robots content=none>"


@pytest.mark.parametrize(
    "between",
    [
        "<img src=/pixel.gif height=1>",
        "<noscript><img src=/pixel.gif></noscript>",
        "<noscript><iframe src=/tags></iframe></noscript>",
        "<div></div>",
        "<div><div><!-- ad --><img src=/x></div></div>",
        "<my-el></my-el>",
        "<my-el>",
        "<div><div>",
        ";",
        "\ufeff\ufeff",
        "<svg><title>Logo</title><path d=M0 /></svg>",
        "<div><script>words()</script><style>p { color: red }</style></div>",
        "<div><div><div><div><div><div></div></div></div></div></div></div>",
        "<iframe src=/x>Your browser has no frames</iframe>",
        "<div>\u00a0 — </div>" * 100,
        "</head></head><body><body>",
    ],
)
def test_a_head_that_the_parser_ended_early_still_asks(between: str):
    assert asked(f"{between}{ROBOTS}") == (("robots", "none"),)
    assert page(
        f"{between}<!doctype html><html><head><title>T</title>{ROBOTS}</head><p>x"
    ).directives
    html = f"<title>T</title>{between}<link rel=license type=application/rsl+xml href=/l><p>Words."
    assert page(html).directives == (("license", "/l"),)


@pytest.mark.parametrize(
    "body",
    [
        f"<p>Words.</p>{ROBOTS}",
        f"<p>{ROBOTS}Words.",
        f"<div>Words</div>{ROBOTS}",
        f"<div><div><div><div><div>Words</div></div></div></div></div>{ROBOTS}",
        f"<div><div><div><div><div>{ROBOTS}</div></div></div></div></div><p>Words.",
        f"<main>{ROBOTS}<p>Words.</main>",
        f"<article>{ROBOTS}<p>Words.</article>",
        f"<div><section>{ROBOTS}<p>Words.</section></div>",
        f"<ul><li>{ROBOTS}Words.</ul>",
        f"<main></main>{ROBOTS}<p>Words.",
        f"<div><template>{ROBOTS}</template></div><p>Words.",
        f"<div></div><!-- {ROBOTS} --><p>Words.",
        f"1{ROBOTS}<p>Words.",
        f"{'<br>' * MOST_LOOKED_AT}{ROBOTS}<p>Words.",
    ],
)
def test_what_stands_in_or_behind_the_content_of_a_page_asks_nothing(body: str):
    told = page(f"<!doctype html><html><head><title>T</title></head><body>{body}")
    assert told.directives == ()


def test_no_request_holds_what_a_person_would_not_see():
    ((_, content),) = asked("<meta name=robots content='no\u200bsnip\U000e0041pet\n\u2028,none'>")
    assert content == "nosnippet ,none"


def test_a_request_built_to_be_slow_is_cut():
    ((_, content),) = asked(f"<meta name=bot content='{'index,' * 5000} {'all ,' * 5000}x'>")
    assert len(content) == MAX_CONTENT
    assert asked(f"<meta name=bot content='{'no' * 50_000}'>") == ()


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
