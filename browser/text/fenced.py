"""Code in a Markdown text: where a link would be shown as it is written.

Governing text: CommonMark 0.31, 4.5 (fenced code blocks) and 6.1 (code spans). Lines that are
code because of their indent are not told from those of a list and count as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*\Z)|~{3,})")
_CLOSING = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*\Z")
_NEW_BLOCK = re.compile(r"[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|[>|])")
_TICKS = re.compile(r"`+")


class Code(NamedTuple):
    """Code of a text.

    Attributes:
        spans: Where it begins and ends, in order.
        open: Where code may begin that more of the text would have to end, such as behind a
            lone backtick; the length of the text when there is no such place.
    """

    spans: list[tuple[int, int]]
    open: int


def code(text: str) -> Code:
    """The code of *text*, which may not be written to its end."""
    spans: list[tuple[int, int]] = []
    undecided = len(text)
    begun = at = 0  # of the paragraph, of the line
    fence, since = "", 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        whole = bare != line
        if fence:
            closing = _CLOSING.match(bare)
            if closing and closing[1].startswith(fence):
                spans.append((since, at + len(line)))
                fence, begun = "", at + len(line)
        elif opening := _FENCE.match(bare):
            spans += _inline(text, begun, at)[0]
            fence, since = opening[1], at
            if not whole:
                undecided = min(undecided, at)
        elif _NEW_BLOCK.match(bare) or (whole and not bare.strip()):
            spans += _inline(text, begun, at)[0]
            begun = at
        at += len(line)
    if fence:
        spans.append((since, len(text)))
    else:
        last, lone = _inline(text, begun, len(text))
        spans += last
        undecided = min(undecided, lone)
    return Code(spans, undecided)


def _inline(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """Code spans of a paragraph, and where one may be open at its end."""
    runs = list(_runs(text, start, end))
    later: dict[int, list[int]] = {}  # by length, indices of the runs, the last first
    for n in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[n][1] - runs[n][0], []).append(n)
    spans: list[tuple[int, int]] = []
    lone, n = len(text), 0
    closing = 0
    while n < len(runs):
        opening, behind, opens = runs[n]
        n += 1
        if not opens:
            continue
        same = later[behind - opening]
        while same and same[-1] < n:
            same.pop()
        if same:
            closing = runs[same[-1]][1]
            spans.append((opening, closing))
            n = same[-1] + 1
        if not same or closing == len(text):  # which may grow
            lone = min(lone, opening)
    return spans, lone


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Runs of backticks, and whether each may open a span: one behind a backslash does not."""
    for run in _TICKS.finditer(text, start, end):
        before = text[max(start, run.start() - 64) : run.start()]
        slashes = len(before) - len(before.rstrip("\\"))
        yield run.start(), run.end(), slashes % 2 == 0
