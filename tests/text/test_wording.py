from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from browser.model.page import Line
from browser.text.wording import BLOCK, GAP, squeeze, wording
from tests.text.pages import made, page


def test_the_words_around_a_quote_know_what_stands_before_them():
    made_page = made(
        "One two.",
        Line(0, "| a b | c |", "a b\tc", "row"),
        Line(0, "x  y", "x  y", "code"),
        Line(0, "〖1‡x〗 z", "【1‡x】 z"),
    )
    found = wording(made_page, 3, 3, "a b\tc")
    assert [(word.joint, word.text) for word in found.words] == [
        (BLOCK, "One"), (" ", "two."),
        (BLOCK, "a"), (" ", "b"), (BLOCK, "c"),
        (BLOCK, "x"), (GAP, "y"),
        (GAP, "z"),
    ]  # fmt: skip
    assert [word.text for word in found.words[found.first : found.last]] == ["a", "b", "c"]
    assert [word.loose for word in found.words[:4]] == [False, False, True, True]


def test_every_word_stands_at_its_place_in_the_squeezed_text():
    made_page = page(
        "<p>Zürich “lies” here</p><p>灯台は、岬の先端に建てられ、光る。</p><p>a <img alt=b src=c> d"
    )
    found = wording(made_page, 2, made_page.last, "x" * 1000)
    assert found.first == 0
    assert found.last == len(found.words)
    for word in found.words:
        assert found.squeezed[word.at : word.end] == squeeze(word.text)
    assert [word.joint for word in found.words if word.text == "d"] == [BLOCK]


def test_a_quote_that_ends_inside_a_word_cuts_it():
    found = wording(made("灯台灯台", Line(0, "夜間", "夜間", glue="")), 2, 2, "灯台灯台")
    assert [word.text for word in found.words] == ["灯台灯台", "夜間"]
    assert (found.first, found.last) == (0, 1)
    whole = wording(made("灯台", Line(0, "夜間", "夜間", glue=""), "x"), 3, 3, "夜間")
    assert [(word.text, word.joint) for word in whole.words[:2]] == [("灯台", BLOCK), ("夜間", "")]
    assert (whole.first, whole.last) == (1, 2)


def test_part_of_a_word_that_stands_in_lines_far_away_is_no_word():
    far = [Line(0, "灯", "灯", glue="") for _ in range(40)]
    found = wording(made("a", *far), 30, 30, "灯")
    assert all(word.text != "a" for word in found.words)


@given(st.lists(st.text(max_size=8)))
def test_squeezed_parts_are_as_long_alone_as_together(parts: list[str]):
    assert len(squeeze("".join(parts))) == sum(len(squeeze(part)) for part in parts)


@given(st.text(alphabet="aéÅß“ ﬁİ\u00a0Straße", max_size=12))
def test_case_accents_and_composition_do_not_show_in_squeezed_text(text: str):
    assert squeeze(text.upper()) == squeeze(text)
    assert squeeze(unicodedata.normalize("NFD", text)) == squeeze(text)
    assert not any(char.isspace() for char in squeeze(text))
