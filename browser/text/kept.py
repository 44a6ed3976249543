"""Lines that are shown although they stand outside the main content: they tell what one reads.

Those are the page's title (the last heading of level one before the first main line) and a few
lines below it (a standfirst, the writer, the date), headings directly before a main line (outside
navigation and the like), and in a thread the lines that say who wrote the post below them, and
when: without them a reader takes one person's words for another's.

Left to taste: a page is a thread when such lines stand in front of at least three parts of its
main content; they are known by a link to a person and a date near it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from browser.model.page import Line, Page
from browser.text import marks

THREAD = 3  # posts with a writer and a date
MOST_LINES, MOST_CHARS = 10, 500  # of what stands above a post, or below the title
MOST_BELOW = 3  # lines below the title
_PERSON = re.compile(
    r"/(?:members?|users?|profiles?|people|authors?|u|space)[/.?=-]"
    r"|[?&;](?:uid|user|userid|member|showuser|u)=|/@\w|user-?profile|(?:space|uid)-\d",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:./-]\d{1,2}\b|\bago\b|\b(?:today|yesterday)\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d|[前天]\b|\d ?[dhm]\b",
    re.IGNORECASE,
)


def kept(page: Page) -> frozenset[int]:
    """Numbers of the lines outside the main content that are shown all the same."""
    known = page.memo.get(kept)
    if not isinstance(known, frozenset):
        lines = page.lines
        found = _headings(lines) | _heads_of_posts(page)
        known = page.memo[kept] = frozenset(n for n in found if not lines[n].main)
    return known


def _headings(lines: Sequence[Line]) -> set[int]:
    found: set[int] = set()
    title, is_before_main = -1, False
    for line in reversed(lines):
        if line.main:
            is_before_main = True
        elif line.role == "heading" and is_before_main and not line.area:
            found.add(line.n)
        else:
            is_before_main = False
    for line in lines:
        if line.role == "heading" and line.text.startswith("# "):
            title = line.n
        if line.main and line.role != "meta":
            break
    if title >= 0:
        found |= {title, *_below_title(lines, title)}
    return found


def _below_title(lines: Sequence[Line], title: int) -> Iterator[int]:
    """The lines of text directly below the title, outside lists, navigation and the like."""
    letters = 0
    for line in lines[title + 1 : title + 1 + MOST_BELOW]:
        letters += len(line.text)
        is_link = line.text.startswith("【") and line.text.endswith("】")
        if line.main or line.role != "text" or line.area or is_link or letters > MOST_CHARS:
            return
        yield line.n


def _heads_of_posts(page: Page) -> set[int]:
    """The lines above posts that name their writers, where there are enough of them."""
    heads = [
        head
        for stop in range(3, len(page.lines))
        if page.lines[stop].main and not page.lines[stop - 1].main
        if (head := _head(page, stop))
    ]
    return set().union(*heads) if len(heads) >= THREAD else set()


def _head(page: Page, stop: int) -> range | None:
    """The lines before line *stop* that name a writer and a date, ``None`` without both."""
    lines = page.lines
    first = stop
    while first > max(2, stop - MOST_LINES) and not lines[first - 1].main:
        first -= 1
    persons = [n for n in range(first, stop) if _names_a_person(page, lines[n])]
    dates = [n for n in range(first, stop) if _DATE.search(lines[n].plain)]
    if not persons or not dates:
        return None
    start = min(persons[-1], max((n for n in dates if n <= persons[-1]), default=persons[-1]))
    if sum(len(line.text) for line in lines[start:stop]) > MOST_CHARS:
        return None
    return range(start, stop)


def _names_a_person(page: Page, line: Line) -> bool:
    return any(
        _PERSON.search(page.links[number].url)
        for number in marks.link_ids(line.text)
        if number < len(page.links)
    )
