from __future__ import annotations

import pytest

from browser.text.cluster import MAX_BACK, edge


@pytest.mark.parametrize(
    ("text", "at", "place"),
    [
        ("abcd", 2, 2),
        ("abcd", 9, 9),
        ("ae\u0301b", 2, 1),  # a combining accent
        ("กำปั่น", 4, 2),  # Thai vowel and tone marks
        ("क्षि", 3, 2),  # Devanagari vowel sign
        ("a👩\u200d👧", 3, 1),  # a family of two
        ("a👍\U0001f3fd", 2, 1),  # skin tone
        ("a❤\ufe0f", 2, 1),
        ("🇩🇪🇫🇷", 1, 0),
        ("🇩🇪🇫🇷", 2, 2),
        ("🇩🇪🇫🇷", 3, 2),
        ("ア。イ", 1, 0),  # no line begins with a full stop
        ("キャラ", 1, 0),
        ("灯台守", 2, 2),
    ],
)
def test_a_cut_falls_between_what_a_reader_sees_as_one(text: str, at: int, place: int):
    assert edge(text, at, -1) == place


def test_without_any_place_the_cut_stays():
    hostile = "a" + "\u0301" * 500
    assert edge(hostile, 300) == 300
    assert edge("\u0301\u0301\u0301", 2, 0) == 2


def test_the_search_goes_back_a_little_way_only():
    text = "a" + "\u0301" * MAX_BACK
    assert edge(text, MAX_BACK) == MAX_BACK


def test_a_cut_stays_behind_the_least_place():
    assert edge("ab\u0301\u0301c", 3, 1) == 3
