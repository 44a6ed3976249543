"""Exact words of a run of lines, and the address that opens at them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from browser.model.page import Page
from browser.text import fragment
from browser.text.cluster import edge

LONGEST_WORD = 40  # characters; longer ones are in scripts without spaces, or no words
MAX_KNOWN = 500  # addresses of a page kept at hand: a streamed answer is resolved many times
MAX_NAMED = 8  # lines that a refusal names

# Of scripts that part words by spaces: those before Thai, and accented Latin and Greek.
_WORD = re.compile("[0-9A-Za-z_'\u00aa-\u0dff\u1e00-\u1fff\u2019-]+")


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
            rest = beginning(line.plain, room)
            if rest:
                parts.append(glue + rest)
            return Words("".join(parts), line.n if rest else max(line.n - 1, start), truncated=True)
        parts.append(glue + line.plain)
        size += len(glue) + len(line.plain)
    return Words("".join(parts), end, truncated=False)


def barred(page: Page, start: int, end: int) -> str:
    """Which of the lines *start* to *end* the publisher keeps from being quoted.

    Returns:
        A sentence for the model that also names the longest run of other lines among them; empty
        when all of them may be quoted.
    """
    marked = [n for n in range(start, end + 1) if n in page.unquotable]
    if not marked:
        return ""
    runs = [(before + 1, after - 1) for before, after in pairwise([start - 1, *marked, end + 1])]
    first, last = max(runs, key=lambda run: run[1] - run[0])
    one = len(marked) == 1
    named = ", ".join(map(str, marked[:MAX_NAMED])) + (" …" if len(marked) > MAX_NAMED else "")
    if last < first:
        advice = "Cite the page by its title and address instead."
    else:
        advice = f"Quote line {first}." if first == last else f"Quote lines {first} to {last}."
    what = f"line {named} is" if one else f"lines {named} are"
    return f"{what} marked data-nosnippet by the site. {advice}"


def beginning(text: str, room: int) -> str:
    """The whole words of *text* that *room* characters hold; cut words only where it has none.

    A first word of ordinary length that does not fit leaves nothing.
    """
    first = _WORD.match(text)
    if room <= 0 or (first and room < first.end() <= LONGEST_WORD):
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
    made = page.memo.setdefault(source_url, {})
    known = made if isinstance(made, dict) else {}
    if (start, end, text) not in known:
        if len(known) >= MAX_KNOWN:
            known.clear()
        known[start, end, text] = _source_url(page, start, end, text)
    return str(known[start, end, text])


def _source_url(page: Page, start: int, end: int, text: str) -> str:
    base, _, element = page.url.partition("#")
    element = element.partition(":~:")[0]
    address = f"{base}#{element}" if element else base
    directive = fragment.directive(page, start, end, text) if base else ""
    if not directive:
        return address
    return f"{base}#{element}:~:{directive}"
