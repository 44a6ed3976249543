from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.page import Line, Page
from browser.model.url import Url
from browser.text.quote import MOST_WORDS, Words, source_url, words
from tests.text.pages import URL, made, page

POEM = made(
    Line(0, "The ferry leaves at nine.", "The ferry leaves at nine."),
    Line(0, "It comes back.", "It comes back.", glue=" "),
    Line(0, "# Prices", "Prices", "heading"),
    Line(0, "[Image 0: x]", "", "text"),
    Line(0, "| A | 28 |", "A\t28", "row"),
)


def fragment(page: Page, text: str) -> str:
    address, mark, directive = source_url(page, text).partition("#:~:text=")
    assert address == URL
    assert mark
    return directive


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


def test_a_short_quote_is_named_whole():
    assert fragment(POEM, "It comes back.") == "It%20comes%20back."


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a-b, c & d", "a%2Db%2C%20c%20%26%20d"),
        ("50% of #1", "50%25%20of%20%231"),
        ("naïve 灯台", "na%C3%AFve%20%E7%81%AF%E5%8F%B0"),
        ("“x” = y?", "%E2%80%9Cx%E2%80%9D%20%3D%20y%3F"),
    ],
)
def test_every_character_with_a_meaning_in_the_directive_is_encoded(text: str, encoded: str):
    assert fragment(made(text), text) == encoded
    assert Url.parse(source_url(made(text), text)).href == source_url(made(text), text)


def test_a_long_quote_is_named_by_its_first_and_last_words():
    text = (
        "One two three four five six seven eight nine ten eleven twelve "
        "thirteen fourteen fifteen sixteen"
    )
    assert (
        fragment(made(text), text)
        == "One%20two%20three%20four,thirteen%20fourteen%20fifteen%20sixteen"
    )


def test_a_quote_of_several_lines_is_named_by_its_first_and_last_line():
    assert fragment(POEM, "It comes back.\nPrices\nA\t28") == "It%20comes%20back.,28"


def test_words_that_stand_on_the_page_twice_are_told_apart_by_more_of_them():
    text = (
        "In the beginning there was a lighthouse and " + "x" * 50 + " it was so for all of the time"
    )
    other = "In the beginning there was a lighthouse keeper. It was so for all of the time"
    start, end = fragment(made(text, other), text).split(",")
    assert start == "In%20the%20beginning%20there%20was%20a%20lighthouse%20and"
    assert end.startswith("x" * 50)


def test_words_that_cannot_be_told_apart_are_not_named_at_more_length():
    text = "word " * 60
    start, end = fragment(made(text.strip(), text.strip()), text).split(",")
    assert start.count("%20") + 1 == end.count("%20") + 1 == MOST_WORDS


def test_a_long_quote_without_spaces_is_named_by_its_first_and_last_clause():
    text = (
        "灯台は、岬の先端や港の入口などに建てられ、"
        + "夜間に強い光を放って船に位置を知らせる、" * 5
        + "塔状の施設である。"
    )
    start, end = fragment(made(text), text).split(",")
    assert Url.parse(URL).href in source_url(made(text), text)
    assert start != end
    assert "、" in bytes.fromhex("".join(re.findall("%(..)", start))).decode()


def test_the_address_of_a_page_keeps_its_query_and_loses_its_fragment():
    address = "https://site.example/p?a=1&b=2"
    assert source_url(made("words", url=address + "#part"), "words") == address + "#:~:text=words"


def test_without_words_or_without_an_address_there_is_nothing_to_name():
    assert source_url(made("words"), " \n\t ") == URL
    assert source_url(made("words", url=""), "words") == ""


def test_what_is_named_stands_on_the_page():
    sentence = "The tide, as they say, waits - for no-one & never did; "
    made_page = page("<p>" + sentence * 3 + "<p>Another paragraph that ends the story of the sea.")
    quoted = words(made_page, 2, made_page.last, 1000).text
    folded = " ".join(quoted.split())
    for part in fragment(made_page, quoted).split(","):
        text = bytes(re.sub("%(..)", lambda m: chr(int(m[1], 16)), part), "latin-1").decode()
        assert text in folded
