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
    assert "Paragraph 7 of a story" in (judge(PAGE) or "")
    assert "Home" not in (judge(PAGE) or "")


@pytest.mark.parametrize(
    "reference", ["&#12;", "&#11", "&#1;", "&#x8;", "&#xFFFE;", "&#65535;", "&#0;", "\x0c", "\x01"]
)
def test_a_control_character_does_not_empty_the_answer(reference: str):
    text = PAGE.replace("Paragraph 3", reference + "Paragraph 3")
    assert "of a story about" in (judge(text) or "")


@pytest.mark.parametrize(
    ("reference", "char"),
    [("&#8217;", "’"), ("&#275;", "ē"), ("&#x2019;", "’"), ("&#x1F600;", "😀"), ("&#39;", "'")],
)
def test_a_reference_to_a_letter_is_that_letter(reference: str, char: str):
    text = PAGE.replace("Paragraph 3", f"Paragraph{reference}s 3")
    assert f"Paragraph{char}s 3" in (judge(text) or "")


@pytest.mark.parametrize(
    "text",
    ["", "<", "<html></html>", "\x00", "<!-- x -->", "<head><title>x</title></head>"],
)
def test_what_has_no_main_text_has_no_opinion_and_no_error(text: str):
    assert judge(text) is None


def test_a_flood_of_tags_is_not_judged():
    assert judge(PAGE + "<b>x</b>" * (MAX_TAGS // 2)) is None
