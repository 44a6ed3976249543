"""Exact words of a run of lines, and the address that opens at them."""

from __future__ import annotations

from typing import NamedTuple

from browser.model.page import Page
from browser.text import fragment
from browser.text.cluster import edge

LONGEST_WORD = 40  # characters; longer ones are in scripts without spaces, or no words


class Words(NamedTuple):
    """The text of a quote.

    Attributes:
        text: The page's own words.
        end: Last line it reaches.
        truncated: Whether the cap cut it.
    """

    text: str
    end: int
    truncated: bool


def words(page: Page, start: int, end: int, max_chars: int) -> Words:
    """The exact words of lines *start* to *end*, at most *max_chars* characters of them."""
    parts: list[str] = []
    size = 0
    for line in page.lines[start : end + 1]:
        if not line.plain:
            continue
        glue = line.glue if parts else ""
        room = max_chars - size - len(glue)
        if len(line.plain) > room:
            rest = _cut(line.plain, room)
            if rest:
                parts.append(glue + rest)
            return Words("".join(parts), line.n if rest else max(line.n - 1, start), truncated=True)
        parts.append(glue + line.plain)
        size += len(glue) + len(line.plain)
    return Words("".join(parts), end, truncated=False)


def _cut(text: str, room: int) -> str:
    """The whole words of *text* that *room* characters hold; cut words only where it has none."""
    if room <= 0:
        return ""
    if text[room : room + 1].isspace():
        return text[:room].rstrip()
    cut = max(text.rfind(" ", 0, room), text.rfind("\t", 0, room))
    near = cut > 0 and room - cut <= LONGEST_WORD
    return text[: cut if near else edge(text, room)].rstrip()


def source_url(page: Page, start: int, end: int, text: str) -> str:
    """The page's URL with a text directive that opens at *text*, quoted from *start* to *end*.

    A fragment that the URL has already names an element of the page; it stays in front of the
    directive, for a browser that does not find the words.

    Args:
        page: With the words.
        start: First line of the quote.
        end: Last line it reaches.
        text: What `words` gave for these lines.
    """
    base, _, element = page.url.partition("#")
    element = element.partition(":~:")[0]
    address = f"{base}#{element}" if element else base
    directive = fragment.directive(page, start, end, text) if base else ""
    if not directive:
        return address
    return f"{base}#{element}:~:{directive}"
