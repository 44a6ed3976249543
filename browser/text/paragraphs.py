"""Lines of print to paragraphs: where one ends is told from the geometry.

Left to taste: a line begins a paragraph when it stands further below the one before than lines
do on its page, when its letters have another size, when it begins with a bullet, when it is
indented, or when its first word would have fitted into the line before
and does not plainly go on with its sentence. A hyphen at the end of a
line goes when the word is known without it, or has two lower-case parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

OTHER_SIZE = 0.12  # share by which letters of one size may differ
FAR = 1.3  # times the usual distance of lines
NEXT_ROW = 4  # sizes of the letters between the base lines of two rows of a table, at most
INDENT = 0.8  # of the size of the letters
BESIDE, LED = 2, 30  # sizes of letters to the next word of a line; and behind leading dots
SAME_LINE = 0.3  # of the size of the letters; closer lines are one
MAX_WORD = 80  # characters at the end of a line that a broken word is looked for in
LEAST_REPEATED = 3  # pages that a running head stands on
MARGIN = 3  # lines at the top and at the bottom that may be running heads

_BULLET = re.compile(r"\s*(?:[•‣◦▪▫●○■□–—*·]\s|\(?(?:\d{1,2}|[a-z])[.)]\s|\d+(?:\.\d+)+\s)")
_LEADER = re.compile(r"(?:\.[ \t]*){3}\Z")
_CLOSED = re.compile(r"[.!?:;。！？][\"'”’)\]]*\s*\Z")
_BROKEN = re.compile(r"([^\W\d_]+)(?:-|\u2010|(\u00ad|\x02|\ufffe))\s*\Z")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b")


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line as it is printed; lengths in points, the origin at the bottom left.

    Attributes:
        text: Its words, with a tab between the cells of a table.
        start: Where it begins in the text of the page.
        left: Left edge; likewise *right*.
        base: Height of its base line.
        size: Size of its letters.
        bold: Whether it begins in bold letters.
    """

    text: str
    start: int
    left: float
    right: float
    base: float
    size: float
    bold: bool = False


def paragraphs(lines: Sequence[PrintLine]) -> list[list[PrintLine]]:
    """Group the lines of a page, in reading order."""
    usual = _usual_distance(lines)
    edges = _right_edges(lines)
    found: list[list[PrintLine]] = []
    for line in lines:
        if found and not _begins(line, found[-1], usual, edges):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _usual_distance(lines: Sequence[PrintLine]) -> float:
    """Distance of lines in a paragraph, in sizes of their letters."""
    distances = []
    for one, two in pairwise(lines):
        distance = (one.base - two.base) / two.size
        if SAME_LINE < distance < 3 and abs(one.size - two.size) <= OTHER_SIZE * two.size:
            distances.append(distance)
    return median(distances) if distances else 1.2


def _right_edges(lines: Sequence[PrintLine]) -> dict[int, float]:
    """The right edge of each column, by `_column`."""
    edges: dict[int, float] = {}
    for line in lines:
        for column in (_column(line) - 1, _column(line), _column(line) + 1):
            edges[column] = max(edges.get(column, 0.0), line.right)
    return edges


def _column(line: PrintLine) -> int:
    return int(line.left // 30)


def _begins(
    line: PrintLine, before: list[PrintLine], usual: float, edges: dict[int, float]
) -> bool:
    """Whether *line* begins a paragraph, or a table, after *before*."""
    last = before[-1]
    cells = "\t" in line.text
    if cells or "\t" in last.text:
        near = 0 < last.base - line.base < NEXT_ROW * line.size
        return not (cells and "\t" in last.text and near)
    other_size = abs(line.size - last.size) > OTHER_SIZE * max(line.size, last.size)
    if other_size or _BULLET.match(line.text):
        return True
    distance = (last.base - line.base) / line.size
    if abs(distance) <= SAME_LINE:
        reach = LED if _LEADER.search(last.text) else BESIDE
        return not 0 <= line.left - last.right < reach * line.size
    if distance < 0:  # the next column
        return _CLOSED.search(last.text) is not None or line.bold != last.bold
    return distance > FAR * usual or _is_set_off(line, before) or _fits(line, last, edges)


def _is_set_off(line: PrintLine, before: list[PrintLine]) -> bool:
    """Whether the left edge of *line* begins a paragraph."""
    last = before[-1]
    step = (line.left - last.left) / line.size
    if step > INDENT:
        hanging = len(before) == 1 and not _CLOSED.search(last.text)
        return not hanging and not _BULLET.match(before[0].text)
    return step < -INDENT and len(before) > 1


def _fits(line: PrintLine, last: PrintLine, edges: dict[int, float]) -> bool:
    """Whether the first word of *line* would have fitted behind *last*."""
    if line.text.lstrip()[:1].islower() and not _CLOSED.search(last.text):
        return False  # it goes on, whatever made the line end
    word = line.text.split(maxsplit=1)[0] if line.text.split() else ""
    width = (last.right - last.left) / max(len(last.text), 1)
    return last.right + (len(word) + 2.5) * width < edges.get(_column(last), last.right)


def joint(before: str, after: str, known: Counter[str]) -> tuple[int, str]:
    """How two lines of a paragraph are joined.

    Args:
        before: The first line.
        after: The second line.
        known: How often each word, in lower case, stands within the lines of the document.

    Returns:
        How many characters at the end of *before* are left out, and what stands between them.
    """
    ending = before[-MAX_WORD:]
    found = _BROKEN.search(ending)
    rest = _WORD.match(after)
    if found is None or rest is None:
        spaceless = before[-1:] > "\u2e7f" and after[:1] > "\u2e7f"
        hangul = "\uac00" <= before[-1:] <= "\ud7a3"
        return 0, "" if spaceless and not hangul else " "
    cut = len(ending) - found.end(1)
    head, tail = found[1].lower(), rest[0].lower()
    kept = (cut, "-") if found[2] else (0, "")
    if ending[: found.start()].endswith("-"):
        return kept
    together, apart = known[head + tail], known[f"{head}-{tail}"]
    if together > apart or (found[2] and not apart):
        return cut, ""
    return (cut, "") if not apart and found[1].islower() and rest[0].islower() else kept


def words_of(lines: Iterable[PrintLine]) -> Counter[str]:
    """How often each word stands within *lines*, in lower case; those at their ends apart."""
    known: Counter[str] = Counter()
    for line in lines:
        known.update(word.lower() for word in _WORD.findall(line.text)[:-1])
    return known


def running(pages: Sequence[Sequence[PrintLine]]) -> frozenset[str]:
    """What stands at the top or at the bottom of many pages, as `stem` writes it."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({stem(line) for line in edge_lines(lines)})
    least = max(LEAST_REPEATED, len(pages) // 4)
    return frozenset(written for written, times in seen.items() if times >= least)


def edge_lines(lines: Sequence[PrintLine]) -> list[PrintLine]:
    """The lines at the top and at the bottom of a page."""
    ordered = sorted(lines, key=lambda line: -line.base)
    return [*ordered[:MARGIN], *ordered[MARGIN:][-MARGIN:]]


def stem(line: PrintLine) -> str:
    """A line without what changes from page to page: numbers."""
    return _DIGITS.sub("#", line.text.strip().lower())
