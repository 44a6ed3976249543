"""The list of what a conversation has read: the display of ``sources``.

A list too long for one reply leaves out pages that nothing was quoted from, the earliest first,
then the earliest of the others, and says how many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from browser.text import marks
from browser.text.clean import one_line
from browser.text.display import MAX_TITLE
from browser.text.weight import MAX_SHOWN, weight

HEAD = "Sources of this conversation:"


class Read(NamedTuple):
    """A page that was read.

    Attributes:
        title: As the page has it.
        url: Its address.
        cursors: Of the displays that show it, in order.
        citations: Of what was quoted from it, in order.
    """

    title: str
    url: str
    cursors: list[int]
    citations: list[str]


def reading_list(pages: Iterable[Read]) -> str:
    """The display; *pages* in the order in which they were first read."""
    read = list(pages)
    rows = [_row(page) for page in read]
    newest_first = range(len(read) - 1, -1, -1)
    left, kept = MAX_SHOWN, set[int]()
    for at in sorted(newest_first, key=lambda at: not read[at].citations):
        left -= weight(rows[at])
        if left < 0:
            break
        kept.add(at)
    shown = [rows[at] for at in sorted(kept)]
    if missing := len(rows) - len(shown):
        shown.append(f"  ({missing} more, read earlier, are not listed)")
    return "\n".join([HEAD, *(shown or ["  (none yet)"])])


def _row(page: Read) -> str:
    title = marks.for_display(one_line(page.title, MAX_TITLE))
    cursors = ", ".join(map(str, page.cursors))
    quoted = f"; quoted {' '.join(page.citations)}" if page.citations else ""
    return f"  * {title} ({page.url}): read in display {cursors}{quoted}"
