from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser.text.block import Block, Run
from browser.text.number import cut, number
from tests.text.pages import MARKER, block

ENGLISH = "The ferry leaves at nine. It comes back at ten! Does it? Yes, every day. "


def pieces(text: str, limit: int = 200, *, role: str = "text", prefix: str = "") -> list[str]:
    return [
        piece.text for piece in cut(block(Run(text), role=role, prefix=prefix, limit=limit), limit)
    ]


def joined(made_of: Block, limit: int = 200) -> str:
    made = [piece for piece in cut(made_of, limit) if piece.plain]
    return "".join(piece.glue + piece.plain for piece in made).removeprefix("\n")


def test_a_short_block_is_one_line():
    assert pieces("  Hello  there ", prefix="# ") == ["# Hello there"]


def test_a_long_block_is_cut_at_sentence_ends():
    made = pieces(ENGLISH * 10)
    assert len(made) > 3
    assert all(line[-1] in ".!?" for line in made)
    assert all(len(line) <= 200 for line in made)


def test_the_prefix_stands_once_and_on_every_line_of_a_quote():
    made = pieces(ENGLISH * 10, role="item", prefix="  * ")
    assert [line.startswith("  * ") for line in made] == [True] + [False] * (len(made) - 1)
    made = pieces(ENGLISH * 10, role="quote", prefix="> ")
    assert all(line.startswith("> ") for line in made)
    assert all(len(line) <= 200 for line in made)


@pytest.mark.parametrize(
    "short", ["Dr.", "Mrs.", "St.", "No.", "e.g.", "J.", "U.S.", "z.B.", "vs.", "Prof."]
)
def test_an_abbreviation_ends_no_sentence(short: str):
    filler = "word " * 32
    made = pieces(f"{filler}{short} Watson came in and sat down by the fire with him for hours")
    assert not made[0].endswith(short)


def test_a_lower_case_letter_begins_no_sentence():
    made = pieces(
        "word " * 30 + "approx. three tons of it were found there and brought to the yard"
    )
    assert not made[0].endswith("approx.")


def test_closing_quotation_marks_belong_to_the_sentence():
    made = pieces("He said “no.” " * 40)
    assert all(line.endswith(".”") for line in made)


@pytest.mark.parametrize(
    "sentence", ["灯台は岬の先端に建てられる。", "灯塔建在海岬的尽头！", "「はい。」"]
)
def test_chinese_and_japanese_sentences_end_without_a_space(sentence: str):
    made = pieces(sentence * 60)
    assert all(line.endswith(sentence[-1]) for line in made)
    assert all(len(line) <= 200 for line in made)
    assert "".join(made) == sentence * 60


def test_without_sentences_clauses_end_a_line_and_then_spaces():
    made = pieces("one two three four five six, " * 40)
    assert all(line.endswith(",") for line in made)
    made = pieces("abcdefghi " * 100)
    assert all(line.endswith("abcdefghi") for line in made)
    made = pieces("灯台と港、" * 100)
    assert all(line.endswith("、") for line in made)


def test_arabic_sentences_end_at_their_own_marks():
    made = pieces("هل وصلت السفينة إلى الميناء؟ نعم وصلت السفينة في الصباح. " * 10)
    assert all(line[-1] in "؟." for line in made)


@pytest.mark.parametrize(
    "text",
    ["ภาษาไทยไม่มีช่องว่างระหว่างคำ" * 30, "ខ្មែរ" * 100, "x" * 20_000, "é" * 5000, "e\u0301" * 5000],
)
def test_text_without_any_place_to_cut_is_cut_between_characters(text: str):
    made = pieces(text)
    assert "".join(made) == text
    assert all(len(line) <= 200 for line in made)
    assert not any(unicodedata.category(line[0]) in ("Mn", "Mc") for line in made)


def test_a_marker_is_never_cut():
    runs = [Run("word " * 30)]
    for n in range(30):
        runs += [Run("a link. With, stops " * 3, "link", n), Run(" x ")]
    made = [piece.text for piece in cut(block(*runs, hosts={5: "other.example"}), 200)]
    assert all(len(line) <= 200 for line in made)
    assert all(line.count("【") == line.count("】") == len(MARKER.findall(line)) for line in made)


def test_a_marker_goes_to_the_next_line_rather_than_being_cut():
    runs = [Run("x" * 190 + " "), Run("long link text here", "link", 0)]
    assert [piece.text for piece in cut(block(*runs), 200)] == [
        "x" * 190,
        "【0†long link text here】",
    ]


def test_a_combining_mark_after_a_marker_does_not_open_it():
    runs = [Run("x" * 170), Run("abc def", "link", 0), Run("\u0301" * 6 + "y" * 60)]
    made = [piece.text for piece in cut(block(*runs, limit=181), 181)]
    assert sum(len(MARKER.findall(line)) for line in made) == 1


def test_a_page_with_a_hundred_thousand_links_in_a_paragraph_is_numbered_in_linear_time():
    runs = [run for n in range(50_000) for run in (Run("a", "link", n), Run(" "))]
    lines, truncated = number([block(*runs)], "u", 200, 50_000)
    assert not truncated
    assert sum(line.text.count("【") for line in lines) == 50_000


def test_code_is_cut_without_losing_a_space():
    text = "    " + "x = [1, 2,  3]  " * 40
    code = block(Run(text), role="code", is_code=True)
    assert joined(code) == text
    assert all(len(piece.text) <= 200 for piece in cut(code, 200))


def test_a_line_without_words_of_the_page_does_not_glue_its_neighbours_together():
    image = Run("[Image 0: " + "a" * 70 + "]", "image")
    images = block(image, Run(" "), image, Run(" "), image, Run(" first words"), limit=100)
    made = list(cut(images, 100))
    assert [piece.plain for piece in made] == ["", "", "first words"]
    assert [piece.glue for piece in made] == ["\n", "\n", "\n"]


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab .,!?。、 灯台กำ\u0301\u200d👍🇩🇪é\n\t【】†<|>"),
        st.characters(codec="utf-8", exclude_categories=["Cs", "Co", "Cn"]),
    ),
    max_size=300,
)
RUNS = st.lists(
    st.tuples(TEXTS, st.sampled_from(["text", "text", "link", "image", "cell", "deco"])),
    min_size=1,
    max_size=6,
)


def block_of(
    runs: list[tuple[str, str]], limit: int, *, verbatim: bool, hosts: dict[int, str] | None = None
) -> Block:
    made = []
    for n, (text, kind) in enumerate(runs):
        if kind == "text":
            made.append(Run(text))
        elif kind == "link":
            made.append(Run(text, "link", n))
        elif kind == "image":
            made.append(Run(f"[Image {n}: {' '.join(text.split())[:60]}]", "image", n - 1))
        elif kind == "cell" and not verbatim:
            made.append(Run("", "cell"))
        elif kind == "deco":
            made.append(Run("^", "deco"))
    return block(*made, prefix="  * ", is_code=verbatim, limit=limit, hosts=hosts)


@settings(max_examples=120, deadline=None)
@given(RUNS, st.booleans(), st.sampled_from([60, 160, 200]))
def test_the_pieces_and_their_glue_are_the_text_of_the_block(
    runs: list[tuple[str, str]], verbatim: bool, limit: int
):
    whole = block_of(runs, limit, verbatim=verbatim)
    assert joined(whole, limit).strip("\t") == whole.plain.strip("\t")  # cells without any words


@settings(max_examples=120, deadline=None)
@given(RUNS, st.booleans(), st.sampled_from([80, 160, 200]))
def test_no_line_is_too_long_and_no_marker_is_broken(
    runs: list[tuple[str, str]], verbatim: bool, limit: int
):
    hosts = {1: "a-rather-long-host-name.of-a-site.example"}
    for piece in cut(block_of(runs, limit, verbatim=verbatim, hosts=hosts), limit):
        assert len(piece.text) <= limit
        assert "\n" not in piece.text or verbatim
        assert piece.text.count("【") == piece.text.count("】") == len(MARKER.findall(piece.text))


def test_lines_are_numbered_and_the_address_is_line_one():
    lines, truncated = number(
        [Block("a", "a"), Block("b", "b", area="footer", main=False)], "u:x", 200, 9
    )
    assert [(line.n, line.text, line.main, line.area) for line in lines] == [
        (0, "", True, ""),
        (1, "URL: u:x", True, ""),
        (2, "a", True, ""),
        (3, "b", False, "footer"),
    ]
    assert not truncated


def test_blocks_of_nothing_visible_take_no_number():
    lines, _ = number([block(Run("\u200b\u2060")), block(Run("  ")), block(Run("a"))], "u", 200, 9)
    assert [line.text for line in lines[2:]] == ["a"]


def test_the_note_about_a_cut_page_is_the_last_line():
    lines, truncated = number([Block(str(n), str(n)) for n in range(20)], "u", 200, 10)
    assert truncated
    assert len(lines) == 10
    assert re.fullmatch(r"\[The rest of the page is cut: .* 10 lines\.\]", lines[-1].text)
    assert lines[-2].text == "6"


def test_a_line_does_not_end_behind_the_day_of_a_date():
    text = "Die Fähre fuhr am Abend des 12. März 2023 zum ersten Mal. " * 8
    assert not [piece for piece in pieces(text) if piece.endswith("12.")]
