from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.text.clean import clean, one_line

UNSEEN = [
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u180e",
    "\u200e",
    "\u200f",
    "\u202e",
    "\u2066",
    "\u034f",
    "\u3164",
    "\u115f",
    "\u1160",
    "\uffa0",
    "\u2800",
    "\ue200",
    "\uf8ff",
    "\U000f0001",
    "\U000e0041",
    "\U000e0100",
    "\ufe00",
    "\ufdd0",
    "\uffff",
    "\x00",
    "\x08",
    "\x1b",
    "\x7f",
    "\x9f",
    "\ud800",
]


@pytest.mark.parametrize("char", UNSEEN, ids=[f"U+{ord(char):04X}" for char in UNSEEN])
def test_a_character_that_nobody_sees_is_removed(char: str):
    assert clean(f"a{char}b") == "ab"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_terminator_becomes_a_newline(end: str):
    assert clean(f"a{end}b") == "a\nb"


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم",
        "ക്‍ഷ",
        "👩‍👩‍👧",
        "❤️",
        "1️⃣",
        "naïve",
        "e\u0301",
        "ฤทธิ์",
        "한글",
        "tab\tand\nline",
        "𠀀",
    ],
)
def test_what_a_language_needs_is_kept(text: str):
    assert clean(text) == text


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_a_joiner_between_latin_letters_hides_something_and_goes(joiner: str):
    assert clean(f"pass{joiner}word") == "password"


def test_a_variation_selector_after_a_letter_goes():
    assert clean("a\ufe0fb") == "ab"


def test_a_tower_of_combining_marks_is_cut_to_eight():
    assert clean("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 8 + "b"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str):
    once = clean(text)
    assert clean(once) == once


@given(st.text())
def test_nothing_unseen_is_left_but_joiners(text: str):
    left = {char for char in clean(text) if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs")}
    prepended = {char for char in left if unicodedata.category(char) == "Cf" and ord(char) > 0x5FF}
    assert left - prepended <= {"\t", "\n", "\u200c", "\u200d"}


def test_one_line_folds_white_space_and_marks_what_it_cuts():
    assert one_line("  a\n\n b\u2028c ") == "a b c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"
    assert len(one_line("word " * 100)) <= 200
