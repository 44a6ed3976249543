"""Citation markers in a model's answer: find them, and know an unfinished one.

Forms read: ``【6†L9-L11】``, ``【6†L9】``, ``【6†title】``, ``【6†source†L3】``. What stands
between the daggers matters only when it names lines, which it does when it consists of nothing
else: ``L2 cache`` is a title. Of several (``L2-L3, L5``; ``lines 2 and 5``) the marker cites
all from the first to the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from browser.text import fenced

MARKER = re.compile(r"【(?P<cursor>\d{1,30})†(?P<rest>[^【】]{0,400})】")
MAX_MARKER = 500  # characters; more than any marker has
MASK = "\x01"
UNREADABLE = (1, 0)  # no lines at all: what is meant as lines, but says not which
_NUMBER = r"(?:(?:lines?|ln|ll?)\.?\s*)?(\d+)"
_RANGE = re.compile(rf"{_NUMBER}(?:\s*(?:[-‐‑‒–—−~〜～]|to)\s*{_NUMBER})?", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[,;，、；&+]|and)\s*(?:and\s*)?", re.IGNORECASE)
_NAMES_LINES = re.compile(
    r"(?:lines?|ln|ll?)\.?\s*\d(?:[\d\W_]|(?<![^\W\d_])(?:lines?|ln|ll?|and|to)(?![^\W\d_]))*\Z",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"【(?:\d{1,30}(?:†[^【】]{0,400})?)?\Z")


class Marker(NamedTuple):
    """One citation in an answer.

    Attributes:
        start: Offset of its first character, in code points.
        end: Offset behind its last.
        text: The marker itself.
        cursor: Display it names.
        lines: First and last line, when it names any; maybe `UNREADABLE`.
    """

    start: int
    end: int
    text: str
    cursor: int
    lines: tuple[int, int] | None


def markers(text: str) -> Iterator[Marker]:
    """Every citation marker of *text*, in order."""
    for found in MARKER.finditer(text):
        lines = None
        for part in reversed(found["rest"].split("†")):
            if _NAMES_LINES.match(part.strip()):
                lines = _lines(part.strip())
                break
        yield Marker(found.start(), found.end(), found.group(), int(found["cursor"]), lines)


def _lines(part: str) -> tuple[int, int]:
    """First and last of the lines that *part* names."""
    first, last = UNREADABLE
    at = 0
    while found := _RANGE.match(part, at):
        start, end = int(found[1]), int(found[2] or found[1])
        if end < start:
            return UNREADABLE
        first, last = (min(first, start), max(last, end)) if at else (start, end)
        if found.end() == len(part):
            return first, last
        between = _AND.match(part, found.end())
        if between is None:
            break
        at = between.end()
    return UNREADABLE


def holdback(text: str) -> int:
    """How many characters at the end may begin a marker that is still being written."""
    found = _UNFINISHED.search(text, max(0, len(text) - MAX_MARKER))
    return len(text) - found.start() if found else 0


def held(text: str, *, linked: bool) -> int:
    """How many characters at the end of an unfinished answer cannot be shown yet.

    An unfinished marker, and the blanks before it or at the end: they go with a marker that
    leads nowhere. Where markers become links, also what follows a marker that may turn out to
    stand in code.

    Args:
        text: The answer so far.
        linked: Whether markers become links of Markdown.
    """
    cut = len(text) - holdback(text)
    if linked:
        masked = mask(text[:cut])
        since = fenced.code(masked).open
        lone = MARKER.search(text, since, cut)
        cut = lone.start() if lone else cut
    return len(text) - len(text[:cut].rstrip(" "))


def mask(text: str) -> str:
    """*text* with each marker covered: what stands in one is no mark of anything else."""
    return MARKER.sub(lambda marker: MASK * len(marker.group()), text)
