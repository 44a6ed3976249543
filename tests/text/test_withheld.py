"""A page of which only a part may be shown."""

from __future__ import annotations

import pytest

from browser.text import codec, render
from browser.text.withheld import withheld

HTML = (
    "<!doctype html><title>T</title><main><h1 id=top>Head</h1><p>One <a href=/1>two</a> three.</p>"
    "<p id=end>Four <a href=/2>five</a> 【1†six】.</p></main>"
)
PAGE = render(HTML.encode(), "text/html", "https://e.test/p")
WORDS = "Head\nOne two three.\nFour five 【1‡six】."


def told(max_chars: int) -> tuple[str, str]:
    *lines, note = withheld(PAGE, max_chars, "nosnippet").lines[2:]
    words = "".join((line.glue if n else "") + line.plain for n, line in enumerate(lines))
    return words, note.text


def test_with_no_characters_only_title_and_address_are_left():
    page = withheld(PAGE, 0, "X-Robots-Tag: nosnippet")
    assert (page.title, page.url, page.digest) == (PAGE.title, PAGE.url, PAGE.digest)
    assert [line.n for line in page.lines] == [0, 1, 2]
    assert page.lines[:2] == PAGE.lines[:2]
    assert "(X-Robots-Tag: nosnippet)" in page.lines[2].text
    assert (page.lines[2].plain, page.links, page.anchors) == ("", (), {"top": 2})
    assert page.truncated


@pytest.mark.parametrize("limit", range(len(WORDS)))
def test_never_more_than_the_limit_is_shown_and_what_is_shown_is_the_beginning(limit):
    words, note = told(limit)
    assert len(words) <= limit
    assert WORDS.startswith(words)
    assert "Cite its title" in note
    assert len(words) > limit - 6


def test_a_page_within_the_limit_stays_as_it_is():
    assert withheld(PAGE, len(WORDS), "nosnippet") is PAGE


def test_links_and_markers_behind_the_limit_are_gone():
    page = withheld(PAGE, 25, "nosnippet")
    assert [link.url for link in page.links] == ["https://e.test/1"]
    assert "【0†two】" in page.lines[3].text
    assert not any("/2" in line.text for line in page.lines)
    cut = withheld(PAGE, len(WORDS) - 1, "nosnippet").lines[4]
    assert "【" not in cut.text
    assert "end" not in withheld(PAGE, 5, "nosnippet").anchors


def test_it_can_be_stored():
    page = withheld(PAGE, 9, "nosnippet")
    assert codec.decode(codec.encode(page)) == page
