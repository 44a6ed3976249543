from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.text.cite import holdback, markers


@pytest.mark.parametrize(
    ("text", "cursor", "lines"),
    [
        ("【6†L9-L11】", 6, (9, 11)),
        ("【6†L9】", 6, (9, 9)),
        ("【6†L9-11】", 6, (9, 11)),
        ("【6†L9–L11】", 6, (9, 11)),
        ("【6† L9 - L11 】", 6, (9, 11)),
        ("【6†title】", 6, None),
        ("【6†Some title†host.example】", 6, None),
        ("【6†source†L3】", 6, (3, 3)),
        ("【6†L3†source】", 6, (3, 3)),
        ("【0†】", 0, None),
    ],
)
def test_a_marker_is_read_in_all_its_forms(text: str, cursor: int, lines: tuple[int, int] | None):
    (found,) = markers(f"a {text} b")
    assert (found.text, found.cursor, found.lines) == (text, cursor, lines)
    assert (found.start, found.end) == (2, 2 + len(text))


@pytest.mark.parametrize(
    "text",
    ["【】", "【†L1】", "【a†L1】", "[6†L1]", "【6 L1】", "【6†L1", "6†L1】", "【12345678901†L1】"],
)
def test_what_is_no_marker_is_text(text: str):
    assert not list(markers(text))


def test_offsets_count_code_points():
    (one, two) = markers("😀【1†L2】 灯【2†x】")
    assert (one.start, one.end, two.start) == (1, 7, 9)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("done.", 0),
        ("done 【1†L2】", 0),
        ("so 【", 1),
        ("so 【1", 2),
        ("so 【12†L3-", 7),
        ("so 【1†a†b", 6),
        ("【1†L2】【", 1),
        ("so 【x", 0),
        ("so 【1†" + "y" * 500, 0),
    ],
)
def test_an_unfinished_marker_is_held_back(text: str, held: int):
    assert holdback(text) == held


@given(st.text(alphabet="a【1†L-】", max_size=30), st.integers(0, 30))
def test_a_text_that_comes_in_two_parts_holds_the_same_markers(text: str, at: int):
    first = text[:at]
    told = first[: len(first) - holdback(first)]
    assert [marker for marker in markers(text) if marker.end <= len(told)] == list(markers(told))
    assert not [marker for marker in markers(text) if marker.start < len(told) < marker.end]
