"""The form a model reads: header, window of numbered lines, fold marks.

    [2] Title (https://host/path)
    **viewing lines [0 - 37] of 120**

    L0:
    L1: URL: https://host/path
    L2: [23 lines folded: navigation; open at line 2 to read]
    L25: # Heading

A run of lines outside the main content is folded to one mark, under the number of its first
line; every line keeps its number and none is thrown away. A window that begins inside a folded
run, or at its first line, shows the rest of that run plain.

Lines that tell what one reads (`browser.text.kept`) are not folded: the title, headings of main
lines, the writers of posts. A folded run ends before such a line.

Left to taste: a run that is shorter than its mark is not folded, nor is a short one that has no
name (the price under a product, the author of a post); a window that would end just before a
mark holds the mark too, so that reading on does not open what was folded; a step by a number of
lines that would end inside a folded run ends at its mark, or behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from browser.model.page import Line, Page
from browser.model.url import Url
from browser.text import marks
from browser.text.clean import one_line
from browser.text.kept import kept
from browser.text.weight import MAX_SHOWN, weight

MAX_URL = 1024  # characters of the address in the header
MAX_TITLE = 400  # characters; a find display has the pattern and the page's title in its title
WIDER = 4  # times as many characters as a window has, when a number of lines is asked for
LEAST_FOLD = 300  # characters of a run without a name that is folded


class Window(NamedTuple):
    """A run of lines shown at once.

    Attributes:
        first: First line shown.
        last: Last line shown; a fold mark shows all it stands for.
        text: The lines, each ``L{n}: …``, joined by newlines.
        shown: Numbers of the lines that are shown word for word.
    """

    first: int
    last: int
    text: str
    shown: tuple[int, ...]


def header(cursor: int, title: str, url: str, first: int, last: int, end: int) -> str:
    """The two lines above a window and the blank line under them."""
    where = f" ({marks.for_display(url[:MAX_URL])})" if url else ""
    name = marks.for_display(one_line(title, MAX_TITLE))
    return f"[{cursor}] {name}{where}\n**viewing lines [{first} - {last}] of {end}**\n\n"


def window(
    page: Page,
    start: int,
    window_chars: int,
    *,
    folded: bool = False,
    rows_wanted: int | None = None,
) -> Window:
    """Show *page* from line *start*, about *window_chars* characters of it, at least one line.

    It weighs no more than `MAX_SHOWN`, so that a reply with it is not too long for any caller.

    A run outside the main content that *start* stands in is shown plain, unless *folded*. With
    *rows_wanted* that many rows are shown, as long as they hold no more than `WIDER` times
    *window_chars* characters.
    """
    most = window_chars * WIDER if rows_wanted else window_chars
    lines = page.lines
    rows: list[str] = []
    shown: list[int] = []
    open_lines = kept(page)
    plain_until = start - 1 if folded else _end(lines, start, open_lines)
    size, heavy, n = 0, 0, start
    while n <= page.last:
        mark, stop = "", n
        if not lines[n].main and n > plain_until and n not in open_lines:
            plain_until = _end(lines, n, open_lines)
            mark = _fold_mark(lines[n : plain_until + 1])
            stop = plain_until if mark else n
        row = f"L{n}: {mark or lines[n].text}"
        heavy += weight(row)
        full = size + len(row) > most or heavy > MAX_SHOWN
        if (rows and not mark and full) or len(rows) == rows_wanted:
            break
        rows.append(row)
        size += len(row) + 1
        if not mark:
            shown.append(n)
        n = stop + 1
    return Window(start, n - 1, "\n".join(rows), tuple(shown))


def place(page: Page) -> int:
    """The line that the fragment of the page's address leads to (HTML Standard 7.4.6.3)."""
    fragment = Url(page.url).fragment.partition(":~:")[0] if "#" in page.url else ""
    return page.anchors.get(fragment, page.anchors.get(unquote(fragment), 0))


def step(page: Page, first: int, amount: int, shown: str) -> tuple[int, bool]:
    """Where a step of *amount* lines on (or back) from line *first* leads; never inside a fold.

    Args:
        page: That is read.
        first: First line that is shown now.
        amount: Lines to go; may be negative.
        shown: The text of the display, to see whether a run was opened.

    Returns:
        A line, 0 at least, greater than the page's last when the step leads beyond it; and
        whether a window from there begins with the mark of a folded run.
    """
    wanted = max(first + amount, 0)
    run = fold_at(page, wanted)
    if run is None or (run[0] <= first <= run[1] and not is_folded(page, first, shown)):
        return wanted, False
    start, end = run
    return (end + 1, False) if start <= first and amount > 0 else (start, True)


def fold_at(page: Page, n: int) -> tuple[int, int] | None:
    """First and last line of the run around line *n* that a window folds, if it folds any."""
    lines, open_lines = page.lines, kept(page)
    if not n <= page.last or lines[n].main or n in open_lines:
        return None
    start, end = n, _end(lines, n, open_lines)
    while not lines[start - 1].main and start - 1 not in open_lines:
        start -= 1
    return (start, end) if _fold_mark(lines[start : end + 1]) else None


def is_folded(page: Page, first: int, shown: str) -> bool:
    """Whether a display that begins at line *first*, with the text *shown*, begins with a mark."""
    run = fold_at(page, first)
    if run is None or run[0] != first:
        return False
    return f"\nL{first}: {_fold_mark(page.lines[first : run[1] + 1])}" in shown


def _end(lines: Sequence[Line], n: int, open_lines: frozenset[int]) -> int:
    """Where the run that may be folded ends; it begins at line *n*, or is empty there."""
    stop = n
    while stop < len(lines) and not lines[stop].main and stop not in open_lines:
        stop += 1
    return stop - 1


def _fold_mark(run: Sequence[Line]) -> str:
    """The mark for *run*, or nothing when the run is as short as its mark."""
    kinds = dict.fromkeys(line.area or "beside the main text" for line in run)
    what = ", ".join(list(kinds)[:3])
    noun = "line" if len(run) == 1 else "lines"
    mark = f"[{len(run)} {noun} folded: {what}; open at line {run[0].n} to read]"
    least = len(mark) if any(line.area for line in run) else LEAST_FOLD
    return mark if sum(len(line.text) + 6 for line in run) > least else ""
