from __future__ import annotations

import hashlib

import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text import render
from browser.text.codec import decode, encode
from browser.text.display import header, window
from tests.text.pages import URL, page, shown

ARTICLE = (
    "The tide tables were revised after the survey, and pilots plan around a later high water. "
)


def failure(body: bytes, content_type: str = "text/html") -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        render(body, content_type, URL)
    return caught.value


def test_a_page_begins_with_an_empty_line_and_its_address():
    lines = page("<p>Hello").lines
    assert [(line.n, line.text, line.plain) for line in lines[:2]] == [
        (0, "", ""),
        (1, f"URL: {URL}", ""),
    ]
    assert (lines[2].n, lines[2].text) == (2, "Hello")


def test_a_display_has_exactly_the_form_the_models_know():
    made = page(
        "<title>Page Ti</title><h1>Head</h1><p>See <a href=/a>one</a> and <a href='https://o.example/'>two</a>."
    )
    seen = window(made, 0, 4000)
    assert header(2, made.title, made.url, seen.first, seen.last, made.last) + seen.text == (
        f"[2] Page Ti ({URL})\n"
        "**viewing lines [0 - 3] of 3**\n"
        "\n"
        "L0: \n"
        f"L1: URL: {URL}\n"
        "L2: # Head\n"
        "L3: See 【0†one】 and 【1†two†o.example】."
    )


def test_the_reference_display_of_the_trained_tool_reads_alike():
    html = (
        "<title>Page Ti</title><h1>Head</h1><p>See <a href=/rel>relative link</a> and "
        "<a href=https://other.example/>other-site</a>. Table:<table><tr><td>A<td>1</table>"
        "<p>x<sup>2</sup> emoji 𠀀 cjk<p><img src=x alt=pic><ul><li>one<li>two</ul>"
    )
    assert shown(html, "https://a.example/two") == [
        "# Head",
        "See 【0†relative link】 and 【1†other-site†other.example】. Table:",
        "| A | 1 |",
        "x^2 emoji 𠀀 cjk",
        "[Image 0: pic]",
        "  * one",
        "  * two",
    ]


def test_every_line_carries_its_own_number():
    lines = page("<p>a<p>b<p>c").lines
    assert [line.n for line in lines] == list(range(len(lines)))


def test_the_digest_is_that_of_the_bytes():
    body = "<p>é".encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    assert render(body, "text/html", URL).digest == digest


def test_the_address_is_written_in_its_normal_form():
    assert page("<p>x", "HTTPS://Site.Example:443/a/../b c").url == "https://site.example/b%20c"


def test_an_address_that_is_none_is_the_callers_mistake():
    with pytest.raises(ValueError, match="not a URL"):
        render(b"<p>x", "text/html", "http://[::")


def test_a_page_without_an_address_can_be_read():
    made = render(b"<p>x <a href=/rel>y</a> <a href=https://z.example/>z</a>", "text/html", "")
    assert made.lines[2].text == "x y 【0†z†z.example】"


def test_an_empty_body_has_no_text():
    assert failure(b"").reason is Reason.NO_TEXT
    assert failure(b" \n\t ").reason is Reason.NO_TEXT
    assert failure(b"").sentence.endswith("empty page. Choose another source.")


@pytest.mark.parametrize(
    "body", [b"<html></html>", b"<p></p>", b"<p>&nbsp;</p>", b"<p>\xe2\x80\x8b</p>"]
)
def test_a_document_without_words_has_no_text(body: bytes):
    assert failure(body).reason is Reason.NO_TEXT


def test_a_script_shell_has_no_text_and_says_why():
    shell = (
        b"<div id=root></div><noscript>You need to enable JavaScript.</noscript>"
        b"<script src=a.js></script>"
    )
    error = failure(shell)
    assert error.reason is Reason.NO_TEXT
    assert "scripts" in error.sentence


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"PK\x03\x04....", "application/zip"),
    ],
)
def test_a_file_labelled_as_a_page_is_refused_by_its_real_name(body: bytes, kind: str):
    error = failure(body, "text/html")
    assert error.reason is Reason.UNSUPPORTED_TYPE
    assert kind in error.sentence


def test_a_type_that_is_not_text_is_refused_by_its_label():
    error = failure(b"\0\1\2", "Application/X-Thing; a=b")
    assert error.reason is Reason.UNSUPPORTED_TYPE
    assert "application/x-thing" in error.sentence


def test_binary_bytes_under_a_text_label_are_unreadable():
    assert failure(bytes(range(256)) * 8, "text/plain").reason is Reason.UNREADABLE


def test_a_page_with_too_many_lines_is_cut_and_says_so_in_its_last_line():
    made = page("<p>x" * 50, max_lines=20)
    assert made.truncated
    assert len(made.lines) == 20
    assert made.lines[-1].text == "[The rest of the page is cut: it has more than 20 lines.]"
    assert (made.lines[-1].plain, made.lines[-1].role) == ("", "note")


def test_a_page_that_just_fits_is_whole():
    made = page("<p>x" * 17, max_lines=20)
    assert not made.truncated
    assert len(made.lines) == 19


def test_what_the_page_says_of_itself_is_kept():
    html = (
        "<html lang=de-AT><head><title>Der &amp; Titel\n zwei</title>"
        "<meta name=author content='Ida Berg'>"
        "<meta property=article:published_time content=2024-05-06T07:08:09Z></head><body><p>Kurz."
    )
    made = page(html)
    assert (made.title, made.language) == ("Der & Titel zwei", "de-AT")
    assert (made.author, made.published) == ("Ida Berg", "2024-05-06")
    assert made.media_type == "text/html"


def test_a_short_page_keeps_its_date_and_author():
    # A text this short has no main content in trafilatura's eyes.
    made = page(
        '<script type=application/ld+json>{"@context":"https://schema.org","@type":"NewsArticle",'
        '"datePublished":"2023-03-13","author":{"@type":"Person","name":"Ines Calloway"}}</script>'
        "<p>Tiny."
    )
    assert (made.author, made.published) == ("Ines Calloway", "2023-03-13")


def test_rendering_the_same_bytes_twice_gives_the_same_page():
    html = f"<nav><a href=/>Home</a></nav><article><h1>T</h1>{'<p>' + ARTICLE * 3}</article>"
    assert page(html) == page(html)


def test_it_is_known_where_the_elements_with_an_id_begin():
    html = "<p id=a>One<p>two <b id=b>three</b><div id=c><p>four</div><a name=d></a><p id=e>five"
    made = page(html)
    assert {place: made.lines[line].plain for place, line in made.anchors.items()} == {
        "a": "One",
        "b": "two three",
        "c": "four",
        "d": "five",
        "e": "five",
    }
    assert decode(encode(made)).anchors == made.anchors
