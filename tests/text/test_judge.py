from __future__ import annotations

import pytest

from browser.text.judge import MAX_TAGS, judge

STORY = "".join(
    f"<p>Paragraph {n} of a story about the tide, which comes in twice a day and goes out again, "
    "and takes with it whatever was left on the sand by those who did not read the tables.</p>"
    for n in range(8)
)
PAGE = (
    "<html><head><title>T</title></head><body><nav><a href=/>Home</a></nav>"
    f"<article><h1>T</h1>{STORY}</article></body></html>"
)


def test_the_main_text_is_named():
    assert "Paragraph 7 of a story" in (judge(PAGE, 30).main or "")
    assert "Home" not in (judge(PAGE, 30).main or "")


@pytest.mark.parametrize(
    "reference", ["&#12;", "&#11", "&#1;", "&#x8;", "&#xFFFE;", "&#65535;", "&#0;", "\x0c", "\x01"]
)
def test_a_control_character_does_not_empty_the_answer(reference: str):
    text = PAGE.replace("Paragraph 3", reference + "Paragraph 3")
    assert "of a story about" in (judge(text, 30).main or "")


@pytest.mark.parametrize(
    ("reference", "char"),
    [("&#8217;", "’"), ("&#275;", "ē"), ("&#x2019;", "’"), ("&#x1F600;", "😀"), ("&#39;", "'")],
)
def test_a_reference_to_a_letter_is_that_letter(reference: str, char: str):
    text = PAGE.replace("Paragraph 3", f"Paragraph{reference}s 3")
    assert f"Paragraph{char}s 3" in (judge(text, 30).main or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>x",
        "<",
        "words",
        "<html></html>",
        "\x00",
        "<?xml version='1.0' encoding='utf-8'?><p>x",
    ],
)
def test_what_has_no_main_text_has_no_opinion_and_no_error(text: str):
    assert not (judge(text, 1).main or "").strip() or text


def test_a_flood_of_tags_is_not_judged_but_its_head_is_read():
    text = PAGE.replace("<title>", "<meta name=author content='Ida Berg'><title>")
    opinion = judge(text, MAX_TAGS + 1)
    assert opinion.main is None
    assert opinion.about.author == "Ida Berg"
