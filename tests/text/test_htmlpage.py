from __future__ import annotations

import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from tests.text.pages import page, plain, shown

WORDS = "A post in the forum that is long enough to be worth reading without scripts. " * 6


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> A \n title </title><p>x", "A title"),
        ("<title>A &lt;b&gt; &amp; c</title><p>x", "A <b> & c"),
        ("<p>x<h2>Second</h2><h1>First</h1>", "Second"),
        ("<p>x", ""),
        ("<svg><title>Icon</title></svg><p>x", ""),
        ("<svg><title>Icon</title></svg><title>Late</title><p>x", "Late"),
        ("<title>" + "long " * 100 + "</title><p>x", ("long " * 40).strip()[:199] + "…"),
        ("<title>a\u202eb\u200bc</title><p>x", "abc"),
    ],
)
def test_the_title_is_one_clean_line(html: str, title: str):
    assert page(html).title == title


@pytest.mark.parametrize(
    ("lang", "language"),
    [
        ("en", "en"),
        ("de-AT", "de-AT"),
        ("zh_Hant_TW", "zh-Hant-TW"),
        (" fr ", "fr"),
        ("", None),
        ("x y", None),
        ("【1†x】", None),
        ("e", None),
    ],
)
def test_the_language_is_a_tag_or_nothing(lang: str, language: str | None):
    assert page(f"<html lang='{lang}'><p>x").language == language


def test_text_for_readers_without_scripts_is_read_when_there_is_no_other():
    hushed = f"<noscript><h1>Thread</h1><p>{WORDS}</p></noscript>"
    html = f"<div id=app></div>{hushed}<script src=a></script>"
    assert plain(html)[0] == "Thread"


def test_text_for_readers_without_scripts_is_left_out_of_a_page_that_shows_text():
    assert not any(
        "forum" in line for line in plain(f"<p>{'visible ' * 100}<noscript>{WORDS}</noscript>")
    )


def test_a_page_that_asks_for_scripts_has_no_text():
    with pytest.raises(FetchFailed) as caught:
        page("<noscript>Please enable JavaScript.</noscript><body><noscript>Please!</noscript>")
    assert caught.value.reason is Reason.NO_TEXT


def test_content_that_is_streamed_into_its_place_is_shown():
    html = (
        '<p>Head</p><template id="B:0"></template><div hidden id="S:0"><p>Streamed words</div>'
        '<div hidden id="S:9">SECRET</div>'
    )
    assert plain(html) == ["Head", "Streamed words"]


def test_a_body_that_its_script_unveils_is_shown():
    assert plain("<html><body style='display:none'><p>words") == ["words"]


def test_a_page_of_pictures_has_no_text():
    with pytest.raises(FetchFailed) as caught:
        page("<img alt=one><a href=/x><img alt=two></a>")
    assert caught.value.reason is Reason.NO_TEXT


def test_a_document_without_a_body_is_read():
    assert shown("just words") == ["just words"]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "html",
    [
        "<p>x" * 40_000,
        "<li><a href=/x>y" * 20_000,
        "<br>x" * 50_000,
        "<span>x " * 400,
        "x<b>y</b>" * 30_000,
        "<table>" + "<tr><td>a<td>b" * 10_000,
        "<p>" + "word " * 200_000,
        "<pre>" + "a\n" * 60_000,
        "<p>" + "&amp;" * 200_000,
        "<a href=/x>" + "y " * 100_000,
        "<p>" + "<img alt=x>" * 20_000 + "z",
        "<a href=/x title=t></a>" * 20_000 + "z",
    ],
    ids=lambda html: html[:14],
)
def test_a_flood_that_the_guard_lets_pass_is_read_in_time(html: str):
    assert len(page(html).lines) > 2
