"""A page of which only a part may be shown."""

from __future__ import annotations

import pytest

from browser.text import codec, render
from browser.text.withheld import is_cut, withheld

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
    assert len(words) >= limit - 8
    rest = WORDS[len(words) :]
    assert not (words and words[-1].isalnum() and rest[0].isalnum()), "a word is shown whole"


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


def line_and_rest(limit: int) -> tuple[str, bool]:
    page = withheld(PAGE, limit, "max-snippet")
    return page.lines[-2].plain, is_cut(page, page.last - 1)


def test_a_page_knows_whether_its_last_words_are_a_part_of_a_line():
    assert line_and_rest(len("Head\nOne two")) == ("One two", True)
    assert line_and_rest(len("Head\nOne two thr")) == ("One two", True)
    assert line_and_rest(len("Head\nOne two three.")) == ("One two three.", False)
    assert line_and_rest(len("Head\nOne two three.\nFo")) == ("One two three.", False)
    page = withheld(PAGE, 12, "max-snippet")
    assert not is_cut(page, 2), "the lines before it are whole"
    assert is_cut(page, page.last), "who quotes the note as well quotes the line"
    assert not is_cut(PAGE, PAGE.last)
    assert not is_cut(withheld(PAGE, 0, "nosnippet"), 2)


def test_a_script_without_spaces_is_cut_between_characters_and_known_as_cut():
    words = "漢字" * 30
    page = render(
        f"<title>T</title><p>{words}".encode(), "text/html; charset=utf-8", "https://e.test/"
    )
    short = withheld(page, 7, "max-snippet:7")
    assert short.lines[2].plain == words[:7]
    assert is_cut(codec.decode(codec.encode(short)), 2)
