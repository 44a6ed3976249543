from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browser.errors import FetchFailed
from browser.model.page import Line, Page
from browser.model.url import Url
from browser.text import render
from browser.text.quote import Words, barred, source_url, words
from tests.text.pages import URL, made, page
from tests.text.test_properties import HTML

POEM = made(
    Line(0, "The ferry leaves at nine.", "The ferry leaves at nine."),
    Line(0, "It comes back.", "It comes back.", glue=" "),
    Line(0, "# Prices", "Prices", "heading"),
    Line(0, "[Image 0: x]", "", "text"),
    Line(0, "| A | 28 |", "A\t28", "row"),
)


def test_a_quote_is_the_words_of_its_lines_with_what_stands_between_them():
    assert words(POEM, 2, 6, 1000) == Words(
        "The ferry leaves at nine. It comes back.\nPrices\nA\t28", 6, truncated=False
    )


def test_a_quote_begins_without_what_stands_before_it():
    assert words(POEM, 3, 4, 1000).text == "It comes back.\nPrices"


def test_a_line_without_words_adds_nothing():
    assert words(POEM, 5, 5, 1000) == Words("", 5, truncated=False)
    assert words(POEM, 5, 6, 1000).text == "A\t28"
    assert words(POEM, 0, 1, 1000).text == ""


def test_a_quote_is_cut_at_a_word():
    assert words(POEM, 2, 6, 20) == Words("The ferry leaves at", 2, truncated=True)
    assert words(POEM, 2, 6, 19) == Words("The ferry leaves at", 2, truncated=True)
    assert words(POEM, 2, 6, 18) == Words("The ferry leaves", 2, truncated=True)


def test_the_end_is_the_last_line_that_the_quote_reaches():
    assert words(POEM, 2, 6, 30) == Words("The ferry leaves at nine. It", 3, truncated=True)
    assert words(POEM, 2, 6, 26) == Words("The ferry leaves at nine.", 2, truncated=True)
    assert words(POEM, 2, 6, 25).text == "The ferry leaves at nine."


def test_a_quote_that_just_fits_is_whole():
    assert not words(POEM, 2, 3, 40).truncated
    assert words(POEM, 2, 3, 39).truncated


def test_words_without_spaces_are_cut_between_characters():
    assert words(made("灯台" * 50), 2, 2, 10).text == "灯台" * 5
    assert words(made("a\u0301" * 50), 2, 2, 5).text == "a\u0301" * 2


def test_no_room_is_an_empty_quote():
    assert words(POEM, 2, 6, 0) == Words("", 2, truncated=True)


@given(st.integers(0, 80), st.integers(2, 6), st.integers(0, 4))
def test_a_quote_is_never_longer_than_its_cap_and_always_words_of_the_page(
    cap: int, start: int, more: int
):
    end = min(start + more, 6)
    quoted = words(POEM, start, end, cap)
    whole = words(POEM, start, end, 10**6).text
    assert len(quoted.text) <= cap or not quoted.truncated
    assert whole.startswith(quoted.text)
    assert quoted.truncated == (len(whole) > cap)
    assert start <= quoted.end <= end


def opens(page: Page, start: int, end: int | None = None) -> str:
    said = words(page, start, start if end is None else end, 1000)
    return source_url(page, start, said.end, said.text)


def test_the_address_opens_at_the_words_of_the_quote():
    assert opens(POEM, 3) == f"{URL}#:~:text=It%20comes%20back."
    assert opens(POEM, 3, 6) == f"{URL}#:~:text=It%20comes%20back.,28"
    twice = made("Open daily.", "Winter hours", "Open daily.")
    assert opens(twice, 2) == f"{URL}#:~:text=Open%20daily."
    assert opens(twice, 4) == f"{URL}#:~:text=hours-,Open%20daily."


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://site.example/p?a=1&b=2", "https://site.example/p?a=1&b=2#:~:text=words"),
        ("https://site.example/p#part", "https://site.example/p#part:~:text=words"),
        ("https://site.example/p#", "https://site.example/p#:~:text=words"),
        ("https://site.example/p#:~:text=x", "https://site.example/p#:~:text=words"),
        ("https://site.example/p#a:~:text=x", "https://site.example/p#a:~:text=words"),
        ("https://site.example/#/route", "https://site.example/#/route:~:text=words"),
    ],
)
def test_the_address_keeps_its_query_and_the_element_it_names(address: str, expected: str):
    assert opens(made("words", url=address), 2) == expected
    assert Url.parse(expected).href == expected


@pytest.mark.parametrize("text", ["a-b, c & d", "50% of #1", "naïve 灯台", "“x” = y?", "<|x|>`"])
def test_the_address_is_one_that_the_url_parser_leaves_as_it_is(text: str):
    address = opens(made(text), 2)
    assert Url.parse(address).href == address
    assert unquote(address.partition("text=")[2]) == text


def test_without_words_or_without_an_address_there_is_nothing_to_name():
    assert source_url(made("words"), 2, 2, "") == URL
    assert source_url(made("words", url=URL + "#part"), 2, 2, "") == URL + "#part"
    assert source_url(made("words", url=""), 2, 2, "words") == ""


def test_nothing_of_ours_is_in_a_quote():
    made_page = page(
        "<nav>" + "".join(f"<a href=/{n}>Entry {n} of the menu</a> " for n in range(9)) + "</nav>"
        "<main><h1>The <a href=//other.example/>lamp</a></h1><ul><li>one<li>two</ul>"
        "<blockquote>said</blockquote><p>see <img src=x alt=tower> it</p>"
        "<table><tr><td>a<td>1</table><hr><p>" + "Words that go on and on. " * 30 + "</main>"
    )
    quoted = words(made_page, 2, made_page.last, 10**6).text
    assert not set("【】†‡〖〗¦|*#>") & set(quoted)
    assert "[Image" not in quoted
    assert "L2:" not in quoted
    assert "folded" not in quoted
    assert "Entry 7 of the menu" in quoted
    assert "The lamp\none\ntwo\nsaid\nsee it\na\t1\nWords that go on and on. Words" in quoted


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.data())
def test_every_quote_stands_in_the_page_to_the_letter(html: str, data: st.DataObject):
    try:
        made_page = page(f"<body>{html}")
    except FetchFailed:
        return
    start = data.draw(st.integers(2, made_page.last))
    end = data.draw(st.integers(start, made_page.last))
    cap = data.draw(st.sampled_from([10**6, 100, 30]))
    quoted = words(made_page, start, end, cap)
    whole = "".join(line.glue + line.plain for line in made_page.lines[2:] if line.plain)
    assert quoted.text in whole
    assert all(part in whole for part in quoted.text.split("\n"))
    if not quoted.truncated:
        folded = "".join(quoted.text.split())
        lines = made_page.lines[start : end + 1]
        assert folded == "".join("".join(line.plain.split()) for line in lines)
    address = source_url(made_page, start, quoted.end, quoted.text)
    assert address.isascii()
    assert len(address) < len(URL) + 700


MARKED = replace(
    render(b"<p>a</p><p>b</p><p>c</p><p>d</p><p>e</p>", "text/html", "https://e.test/"),
    unquotable=frozenset({4}),
)

LAST_RESORT = (
    "line 4 is marked data-nosnippet by the site. Cite the page by its title and address instead."
)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (2, 3, ""),
        (5, 6, ""),
        (2, 6, "line 4 is marked data-nosnippet by the site. Quote lines 2 to 3."),
        (4, 6, "line 4 is marked data-nosnippet by the site. Quote lines 5 to 6."),
        (3, 5, "line 4 is marked data-nosnippet by the site. Quote line 3."),
        (
            4,
            4,
            LAST_RESORT,
        ),
    ],
)
def test_marked_lines_are_named_and_the_longest_run_of_others(start, end, said):
    assert barred(MARKED, start, end) == said


def test_many_marked_lines_are_not_all_named():
    many = replace(MARKED, unquotable=frozenset(range(2, 5000)))
    said = barred(many, 2, 4999)
    assert said.startswith("lines 2, 3, 4, 5, 6, 7, 8, 9 … are marked")
    assert len(said) < 200


@pytest.mark.parametrize(
    ("text", "room", "left"),
    [
        ("Quinces ripen late.", 6, ""),
        ("Quinces ripen late.", 7, "Quinces"),
        ("Quinces ripen late.", 9, "Quinces"),
        ("Ἀνθρώπους ἔφυ", 4, ""),
        ("映画は面白い", 3, "映画は"),
        ("ภาษาไทย", 4, "ภาษา"),
        ("x" * 100, 30, "x" * 30),
    ],
)
def test_a_quote_is_cut_at_a_word_where_the_script_has_them(text, room, left):
    short = render(f"<p>{text}</p>".encode(), "text/html; charset=utf-8", "https://e.test/")
    assert words(short, 2, 2, room).text == left
