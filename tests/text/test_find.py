from __future__ import annotations

import re
import unicodedata
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser.model.page import Line, Page
from browser.text import folded
from browser.text.clean import clean
from browser.text.find import AROUND, MAX_MARKS, MAX_MATCHES, apart, find, show
from browser.text.marks import MARKER
from tests.text.pages import made, page

TEXT = made(
    "The Dolby  Theatre", "Don’t use “smart quotes” – or do", "naïve café", "STRASSE 灯台", "Ünï"
)


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        ("dolby", (2,)),
        ("DOLBY theatre", (2,)),
        ("dolby \n theatre", (2,)),
        ("don't", (3,)),
        ('"smart QUOTES" - or', (3,)),
        ("don’t", (3,)),
        (unicodedata.normalize("NFD", "naïve café"), (4,)),
        ("straße", (5,)),
        ("灯台", (5,)),
        ("üNÏ", (6,)),
        ("caf\u200bé", (4,)),
        ("do", (2, 3)),
        ("theatre don't", (2,)),
        ("absent", ()),
        ("d.lby", ()),
        ("site.example", ()),
    ],
)
def test_a_pattern_is_found_as_a_reader_would(pattern: str, lines: tuple[int, ...]):
    assert find(TEXT, pattern) == lines


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("Zürich", "zurich"),
        ("Zurich", "Zürich"),
        ("Łódź nad Nerem", "lodz nad"),
        ("smørrebrød", "SMORREBROD"),
        ("кофе ещё", "еще"),
        ("كِتَاب", "كتاب"),
        ("cœur", "coeur"),
    ],
)
def test_accents_count_only_where_they_decide(line: str, pattern: str):
    assert find(made("a", line), pattern) == (3,)
    exact = made(line, pattern)
    assert find(exact, pattern) == (3,)
    assert find(exact, line) == (2,)


def test_an_accent_alone_is_not_every_place():
    assert find(made("a", "b"), "\u0301") == ()


def test_words_that_stand_apart_are_told():
    made_page = made(
        "apples", "pears", *["filler"] * 9, "apples", "plums", "Plums", "plums", "apples"
    )
    assert find(made_page, "apples plums kiwi") == ()
    assert apart(made_page, "apples plums kiwi") == (
        "Its words stand apart: `apples` on lines 2, 13, 17, `plums` on lines 14, 15, 16."
    )
    assert apart(made_page, "Pears, PEARS") == ""
    assert apart(made_page, "pears kiwi") == "Its words stand apart: `pears` on line 3."
    assert apart(made_page, "kiwi") == apart(made_page, "kiwi melon") == ""


def test_words_that_stand_everywhere_are_not_named():
    made_page = made(*["the sea"] * 20, "a tide")
    assert apart(made_page, "the tide") == "Its words stand apart: `tide` on line 22."


@pytest.mark.parametrize("pattern", ["", "  \n ", "\u200b"])
def test_an_empty_pattern_is_a_mistake(pattern: str):
    with pytest.raises(ValueError, match="empty"):
        find(TEXT, pattern)


def test_decomposed_text_is_found_by_composed_patterns():
    assert find(made(unicodedata.normalize("NFD", "Ünïcödé")), "ünïcödé") == (2,)


def test_a_phrase_over_the_cut_of_a_line_counts_for_the_line_it_begins_in():
    sentence = "The quick brown fox jumps over the lazy dog. "
    made_page = page("<p>" + sentence * 20)
    assert len(made_page.lines) > 4
    over = find(made_page, "lazy dog. The quick")
    assert over[0] == 2
    assert len(over) == len(made_page.lines) - 2 - (
        made_page.lines[-1].plain.count("dog. The") == 0
    )


def test_a_word_cut_in_the_middle_is_found():
    made_page = page("<p>" + "灯台" * 150 + "needle" + "港" * 20)
    assert len(find(made_page, "灯台needle港")) == 1


def test_brackets_can_be_written_as_in_the_display():
    made_page = made(Line(0, "〖お知らせ〗 a‡b <¦x¦>", "【お知らせ】 a†b <|x|>"))
    for pattern in ("〖お知らせ〗", "【お知らせ】", "a‡b", "a†b", "<¦x¦>", "<|x|>"):
        assert find(made_page, pattern) == (2,)


def test_folded_lines_are_searched_too():
    aside = Line(0, "contact us", "contact us", main=False, area="footer")
    assert find(made("text", aside), "contact") == (3,)


def test_link_markers_do_not_stand_in_the_way():
    made_page = page("<p>at the <a href=/d>Dolby</a> Theatre")
    assert find(made_page, "the dolby theatre") == (2,)


def test_an_image_is_found_by_its_mark():
    assert find(page("<p>x</p><img alt='A cat'>"), "a cat") == (3,)


@given(
    st.lists(st.text(alphabet="abß İ\u0301", max_size=12), max_size=12),
    st.text(alphabet="abß İ\u0301", min_size=1, max_size=4),
)
def test_numbers_are_true(lines: list[str], pattern: str):
    made_page = made(*lines)
    if not pattern.split():
        return
    found = find(made_page, pattern)
    assert list(found) == sorted(set(found))
    assert all(2 <= n <= made_page.last for n in found)
    if len(pattern.split()) == 1 and not pattern[0].isspace() and not pattern[-1].isspace():
        simple = {n for n, line in enumerate(lines, 2) if pattern in line}
        assert simple <= set(found) or "\u0301" in pattern or "\u0301" in "".join(lines)


def test_the_display_shows_each_match_under_its_mark_with_the_lines_around_it():
    made_page = made("a", "b", "needle", "d", "e", "f", "g", "h", "i needle", "j")
    seen = show(made_page, find(made_page, "needle"), 4000)
    assert seen.text.split("\n") == [
        "# 【0†match at L4】",
        "L2: a",
        "L3: b",
        "L4: needle",
        "L5: d",
        "L6: e",
        "",
        "# 【1†match at L10】",
        "L8: g",
        "L9: h",
        "L10: i needle",
        "L11: j",
    ]
    assert (seen.first, seen.last) == (2, 11)
    assert seen.shown == (2, 3, 4, 5, 6, 8, 9, 10, 11)


def test_matches_near_each_other_are_shown_together_under_the_marks_of_all():
    made_page = made("a", "needle", "b", "c", "needle", "d", "needle", "e", "f", "g", "h", "needle")
    seen = show(made_page, find(made_page, "needle"), 4000)
    assert seen.text.split("\n") == [
        *[f"# 【{n}†match at L{line}】" for n, line in enumerate((3, 6, 8, 13))],
        *[f"L{n}: {made_page.lines[n].text}" for n in range(2, 14)],
    ]
    assert seen.shown == tuple(range(2, 14))


def test_surroundings_that_do_not_meet_are_apart():
    made_page = made("needle", "a", "b", "c", "d", "e", "needle")
    seen = show(made_page, find(made_page, "needle"), 4000)
    assert seen.text.split("\n")[:6] == [
        "# 【0†match at L2】",
        "L2: needle",
        "L3: a",
        "L4: b",
        "",
        "# 【1†match at L8】",
    ]


def test_a_heap_of_marks_does_not_grow_without_end():
    made_page = made(*["needle"] * 30)
    rows = show(made_page, tuple(range(2, 32)), 4000).text.split("\n")
    kinds = [len(list(run)) for mark, run in groupby(rows, lambda row: row[:1]) if mark == "#"]
    assert kinds == [MAX_MARKS, MAX_MARKS, MAX_MARKS, 30 - 3 * MAX_MARKS]


def test_one_match_more_is_told_as_one():
    made_page = made(*["needle", "a", "b", "c", "d", "e"] * 51)
    seen = show(made_page, find(made_page, "needle"), 10**6)
    assert seen.text.endswith(f"[1 more match, at line {2 + 6 * MAX_MATCHES}]")


@given(
    st.lists(st.sampled_from(["needle", "x" * 40, ""]), min_size=1, max_size=40),
    st.integers(10, 900),
)
def test_what_is_shown_of_a_find_is_true(lines: list[str], chars: int):
    made_page = made(*lines)
    found = find(made_page, "needle")
    if not found:
        return
    seen = show(made_page, found, chars)
    rows = seen.text.split("\n")
    told = [row for row in rows if row.startswith("L")]
    assert told == [f"L{n}: {made_page.lines[n].text}" for n in seen.shown]
    assert list(seen.shown) == sorted(set(seen.shown))
    named = [int(n) for n in re.findall(r"match at L(\d+)】", seen.text)]
    assert tuple(named) == found[: len(named)]
    assert named
    assert {m for n in named for m in range(n - AROUND, n + AROUND + 1)} & set(
        range(2, made_page.last + 1)
    ) == set(seen.shown)
    assert len(seen.text) <= chars + 120 or len(named) == 1


def test_the_top_of_the_page_is_no_context():
    seen = show(TEXT, (2,), 4000)
    assert seen.shown == (2, 3, 4)


def test_matches_beyond_the_window_are_counted():
    made_page = made(*[f"needle {'x' * 150}"] * 40)
    seen = show(made_page, find(made_page, "needle"), 1000)
    last = seen.text.split("\n")[-1]
    done = seen.text.count("match at")
    assert last == f"[{40 - done} more matches, the next at line {2 + done}]"
    assert done > 2
    assert len(seen.text) < 1300


def test_no_more_than_fifty_matches_are_shown():
    made_page = made(*["needle", "a", "b", "c", "d", "e"] * 80)
    seen = show(made_page, find(made_page, "needle"), 10**6)
    assert seen.text.count("match at") == MAX_MATCHES
    assert seen.text.endswith(f"[30 more matches, the next at line {2 + 6 * MAX_MATCHES}]")


def test_the_first_match_is_shown_however_small_the_window():
    made_page = made("x" * 200, "y" * 200, "needle" + "z" * 190, "w" * 200)
    seen = show(made_page, (4,), 100)
    assert seen.shown == tuple(range(4 - AROUND, 6))


def test_folded_lines_are_shown_word_for_word():
    asides = [Line(0, f"aside {n}", f"aside {n}", main=False, area="footer") for n in range(9)]
    made_page = made("text", *asides)
    assert "L7: aside 4" in show(made_page, find(made_page, "aside 4"), 4000).text


def test_text_copied_from_the_display_is_found_where_it_differs_from_the_page_s_words():
    japanese = page("<p><ruby>漢字<rt>かんじ</rt></ruby>の表</p><table><tr><td>a<td>b</table>")
    assert find(japanese, "漢字(かんじ)の表") == (2,)
    assert find(japanese, "漢字かんじ") == (2,)
    assert find(japanese, "| a | b |") == (3,)


def test_a_page_is_prepared_once_and_each_page_for_itself():
    one, other = page("<p>apples</p>"), page("<p>pears</p>")
    assert find(one, "apples") == (2,)
    assert len(one.memo) == 1
    assert find(one, "pears") == ()
    assert find(other, "pears") == (2,)


LETTERS = (
    "a",
    "b",
    "ab",
    "é",
    "e\u0301",
    "が",
    "か\u3099",
    "İ",
    "ß",
    "ø",
    "|",
    "<|",
    "【",
    "†",
    "】",
)
MARKS = ("\u0301", "\u0316", "\u05b0\u05bc", "\u0e38")
BLANKS = (" ", "  ", "\t", "\n", "\u00a0", "\u2003")
SCRAPS = st.sampled_from((*LETTERS, *MARKS, *BLANKS))
SCRAWL = st.lists(SCRAPS, max_size=6).map("".join)
PIECES = st.tuples(SCRAWL, st.none() | SCRAWL, st.sampled_from(["", " ", "\n"]))


def reference(page: Page, pattern: str) -> tuple[int, ...]:
    """Every place in turn, by an expression over the lines as they are."""
    words = folded.fold(clean(pattern)).split()
    bare = folded.bare(" ".join(words)).split()
    own = [folded.fold(line.plain or line.text) for line in page.lines[2:]]
    shown = [
        words if line.text == line.plain else folded.fold(MARKER.sub(r"\1", line.text))
        for line, words in zip(page.lines[2:], own, strict=True)
    ]
    looks = (words, own), (words, shown), (bare, [folded.bare(text) for text in own])
    return next(filter(None, (expression(page, *look) for look in looks)), ())


def expression(page: Page, words: list[str], texts: list[str]) -> tuple[int, ...]:
    whole, owners = "", []
    for line, text in zip(page.lines[2:], texts, strict=True):
        owners += [line.n] * len(line.glue + text)
        whole += line.glue + text
    if not words:
        return ()
    wanted = re.compile("(?=" + r"\s+".join(map(re.escape, words)) + ")")
    return tuple(sorted({owners[at.start()] for at in wanted.finditer(whole)}))


@settings(max_examples=120)
@given(st.lists(PIECES, min_size=1, max_size=8), st.data())
def test_the_lines_found_are_those_in_which_the_words_begin(
    pieces: list[tuple[str, str | None, str]], data: st.DataObject
):
    lines = [Line(0, plain if text is None else text, plain, glue=g) for plain, text, g in pieces]
    made_page = made(*lines)
    whole = "".join(line.glue + line.plain for line in lines)
    start = data.draw(st.integers(0, len(whole)))
    copied = whole[start : start + data.draw(st.integers(1, 8))]
    pattern = data.draw(st.one_of(st.just(copied), SCRAWL))
    if clean(pattern).split():
        assert find(made_page, pattern) == reference(made_page, pattern)


def test_a_phrase_that_overlaps_itself_is_found_in_each_line_it_begins_in():
    lines = [Line(0, text, text, glue=" ") for text in ("la la", "la", "la la")]
    assert find(made(*lines), "la la la") == (2, 3)
