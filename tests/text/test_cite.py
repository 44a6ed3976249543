from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.text.cite import UNREADABLE, holdback, markers


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
        ("【1†l2】", 1, (2, 2)),
        ("【1†Line 2】", 1, (2, 2)),
        ("【0†lines 2-3】", 0, (2, 3)),
        ("【0†L2 to L3】", 0, (2, 3)),
        ("【0†L2-L3,L5】", 0, (2, 5)),
        ("【1†L2, L4】", 1, (2, 4)),
        ("【1†L7–L8; L2】", 1, (2, 8)),
        ("【1†L2、L4】", 1, (2, 4)),
        ("【1†lines 2, 3, and 7】", 1, (2, 7)),
        ("【1†source†L2, L4】", 1, (2, 4)),
        ("【1†L2, L4†source】", 1, (2, 4)),
        ("【1†L12345678901】", 1, (12345678901, 12345678901)),
        ("【12345678901†L1】", 12345678901, (1, 1)),
        (f"【{'9' * 30}†L1】", int("9" * 30), (1, 1)),
        ("【0†L2-】", 0, UNREADABLE),
        ("【0†L2,】", 0, UNREADABLE),
        ("【0†L3-L2】", 0, UNREADABLE),
        ("【0†L7, L3-L2】", 0, UNREADABLE),
        ("【0†L2-L3-L4】", 0, UNREADABLE),
        ("【0†L2..L4】", 0, UNREADABLE),
        ("【0†L2 cache】", 0, None),
        ("【0†L10n】", 0, None),
        ("【0†Line 6 of Berlin】", 0, None),
        ("【0†L1-L2 regularization】", 0, None),
        ("【0†l" + "l" * 380 + " 2】", 0, None),
    ],
)
def test_a_marker_is_read_in_all_its_forms(text: str, cursor: int, lines: tuple[int, int] | None):
    (found,) = markers(f"a {text} b")
    assert (found.text, found.cursor, found.lines) == (text, cursor, lines)
    assert (found.start, found.end) == (2, 2 + len(text))


@pytest.mark.parametrize(
    "text",
    ["【】", "【†L1】", "【a†L1】", "[6†L1]", "【6 L1】", "【6†L1", "6†L1】", f"【{'1' * 31}†L1】"],
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
        ("so 【" + "1" * 30, 31),
        ("so 【" + "1" * 31, 0),
        ("so 【" + "1" * 30 + "†L2, ", 36),
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
