"""What holds of every page, whatever it was made from."""

from __future__ import annotations

import unicodedata

from browser.model.page import Page
from browser.text import codec
from browser.text.display import window
from browser.text.find import find
from browser.text.quote import source_url, words
from tests.text.pages import MARKER

WINDOW = 8_000  # characters of a display
TITLE = 200
_SEEN_AS = {"Cc", "Co", "Cs"}  # general categories that no display holds


def check(page: Page, line_chars: int) -> None:
    """Look at a page from every side.

    Raises:
        AssertionError: something does not hold; the text says what.
    """
    assert [line.n for line in page.lines] == list(range(len(page.lines))), "numbers with gaps"
    assert (page.lines[0].text, page.lines[1].text) == ("", f"URL: {page.url}"), (
        "the two at the top"
    )
    assert len(page.lines) > 2, "a page without text is no page"
    assert [link.id for link in page.links] == list(range(len(page.links))), "ids with gaps"
    for link in page.links:
        assert link.url.startswith(("http://", "https://")), f"a link to {link.url!r}"
        _one_line(link.text, "the text of a link")
    for line in page.lines:
        _line(line.text, line.n, line_chars, len(page.links))
        assert "\n" not in line.plain, f"L{line.n} is two lines in a quote"
    _one_line(page.title, "the title")
    assert len(page.title) <= TITLE, "a title without end"
    assert all(0 <= n <= page.last for n in page.anchors.values()), "an anchor leads nowhere"
    assert all(0 <= n <= page.last for n in page.unquotable), (
        "a line that is not there is unquotable"
    )
    assert codec.decode(codec.encode(page)) == page, "it comes back otherwise than it was stored"
    _use(page)


def _line(text: str, n: int, line_chars: int, links: int) -> None:
    _one_line(text, f"L{n}")
    assert n < 2 or len(text) <= line_chars, f"L{n} has {len(text)} characters"
    assert "<|" not in text, f"L{n} opens a chat template"
    assert "|>" not in text, f"L{n} closes a chat template"
    if not text.isascii():
        ids = [int(number) for number, _, _ in MARKER.findall(text)]
        left = MARKER.sub("", text)
        assert not set("【】†") & set(left), f"L{n} holds a marker that is not ours: {text!r}"
        assert all(number < links for number in ids), f"L{n} marks a link that is not there"


def _one_line(text: str, what: str) -> None:
    if text.isprintable():
        return
    for character in text:
        odd = unicodedata.category(character) in _SEEN_AS and character != "\t"
        assert not odd, f"{what} holds {character!r}"
    assert len(text.splitlines()) <= 1, f"{what} is more than one line"


def _use(page: Page) -> None:
    """Show, find and quote: none of them fails on a page that is one."""
    shown = window(page, 0, WINDOW)
    assert shown.first == 0, "a window that begins elsewhere"
    assert shown.last <= page.last, "a window beyond the page"
    middle = (2 + page.last) // 2
    quoted = words(page, middle, min(middle + 3, page.last), 500)
    assert middle <= quoted.end <= page.last, "a quote beyond its lines"
    source_url(page, middle, quoted.end, quoted.text)
    # A picture's words are searched where it has none to quote: a match does not run over it.
    if quoted.text.strip() and all(line.plain for line in page.lines[middle : quoted.end + 1]):
        assert find(page, quoted.text), f"L{middle}: what is quoted is not found"
