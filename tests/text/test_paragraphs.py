from __future__ import annotations

from collections import Counter

import pytest

from browser.text.paragraphs import PrintLine, joint, paragraphs, running, words_of

KNOWN = Counter({"well-known": 2, "harbour": 3, "international": 1})


def line(text: str, base: float, *, left: float = 72, size: float = 10) -> PrintLine:
    return PrintLine(text, 0, left, left + 6 * len(text), base, size)


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("the har-", "bour wall", "the harbour wall"),
        ("the light-", "house wall", "the lighthouse wall"),
        ("a well-", "known reef", "a well-known reef"),
        ("a well\ufffe", "known reef", "a well-known reef"),
        ("the light\ufffe", "house wall", "the lighthouse wall"),
        ("the light\u00ad", "house wall", "the lighthouse wall"),
        ("state-of-the-", "art report", "state-of-the-art report"),
        ("Jean-", "Paul went", "Jean-Paul went"),
        ("in 1871-", "1875 they", "in 1871- 1875 they"),
        ("the sea -", "and the land", "the sea - and the land"),
        ("the sea", "and the land", "the sea and the land"),
        ("人人生而自由，在尊严", "和权利上一律平等。", "人人生而自由，在尊严和权利上一律平等。"),
        ("모든 인간은", "태어날 때부터", "모든 인간은 태어날 때부터"),
        ("x" * 50_000, "y", "x" * 50_000 + " y"),
    ],
)
def test_two_lines_are_joined_as_they_are_read(before: str, after: str, joined: str):
    cut, between = joint(before, after, KNOWN)
    assert before[: len(before) - cut] + between + after == joined


def test_a_wider_gap_begins_a_paragraph():
    lines = [line("a" * 60, 700 - 12 * n) for n in range(3)]
    lines += [line("b" * 60, 650 - 12 * n) for n in range(3)]
    assert [len(group) for group in paragraphs(lines)] == [3, 3]


def test_double_spacing_is_no_gap():
    lines = [line("a" * 60, 700 - 24 * n) for n in range(5)]
    assert [len(group) for group in paragraphs(lines)] == [5]


def test_other_letters_begin_a_paragraph():
    lines = [line("a" * 60, 700), line("b" * 60, 688, size=14), line("c" * 60, 676)]
    assert [len(group) for group in paragraphs(lines)] == [1, 1, 1]


def test_a_hanging_indent_belongs_to_its_entry():
    lines = [
        line("Quay, Ann. The tides of Saltmere and of the places that", 700),
        line("lie around it. Harbour Office, 1871, with four maps and", 688, left=90),
        line("a list of wrecks known to the pilots of the time.", 676, left=90),
        line("Vik, Hanne. Forty years of one gauge, and what they tell", 664),
        line("of the sea. Lantern Head, 2019.", 652, left=90),
    ]
    assert [len(group) for group in paragraphs(lines)] == [3, 2]


def test_words_on_one_base_line_are_one_line():
    lines = [line("left part", 700), line("of a line", 700.4, left=130)]
    assert len(paragraphs(lines)) == 1


def test_what_stands_at_the_edge_of_many_pages_runs():
    pages = [
        [
            line("Annual report", 800),
            *(line(f"{'abcdef'[n]}{k}x", 700 - k) for k in range(9)),
            line(f"{n} of 6", 30),
        ]
        for n in range(6)
    ]
    assert running(pages) == {"annual report", "# of #"}
    assert running(pages[:2]) == frozenset()


def test_words_at_the_end_of_a_line_are_no_witnesses():
    assert words_of([line("a well-known reef is well-", 700)]) == Counter(
        {"a": 1, "well-known": 1, "reef": 1, "is": 1}
    )


def test_nothing_is_no_paragraph():
    assert paragraphs([]) == []
