"""From blocks to numbered lines: long blocks are cut at sentence ends, nothing is lost.

A line is a block, or a sentence-sized piece of one. A cut falls, in this order of preference,
after the end of a sentence, after a clause or a cell of a table, at white space, between two
characters of a script without spaces; never inside a link marker, and never between a character
and the marks that belong to it. Sentence ends of Chinese and Japanese need no space after them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser.model.page import Line
from browser.text.block import Block, Span
from browser.text.cluster import edge

_CLOSERS = "\"'’”»›)\\]」』〉》）〗】"
# Each begins with one set of characters, which the engine finds at the speed of a scan.
_SENTENCE = re.compile(
    f"[.!?…؟۔।॥。！？．｡](?:(?<=[。！？．｡])[{_CLOSERS}]*\\s*"
    f"|[{_CLOSERS}]*\\s+(?=[^a-zà-öø-ÿ,;:.)\\s]))"
)
_CLAUSE = re.compile(f"[,;:،؛–—|，；：、](?:(?<=[，；：、])[{_CLOSERS}]*\\s*|[{_CLOSERS}]*\\s+)")
_ABBREVIATION = re.compile(
    r"(?:Mrs?|Ms|Dr|Prof|St|Sr|Jr|vs|etc|No|Nr|Sra|ca|bzw|Fig|cf|al|e\.g|i\.e|z\.B|d\.h|U\.S|U\.N"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Rep|Sen|Gov|Gen|Lt|Col|Capt|Rev|Hon|Vol|pp)\Z"
)
_LONGEST_ABBREVIATION = 12  # characters, with what stands in front of it
_GAP = re.compile(r"\s+")

LEAST_ROOM = 20  # characters of text in a line, whatever stands in front
MOST_DIGITS = 2  # of a number with a full stop that is the day of a date
MIN_SHARE = 0.3  # a cut leaves at least this share of the limit before it, if it can


class Piece(NamedTuple):
    """A part of a block: as displayed, in the page's words, and the gap in front of it."""

    text: str
    plain: str
    glue: str


def number(
    blocks: Iterable[Block],
    url: str,
    line_chars: int,
    max_lines: int,
    starts: list[int] | None = None,
) -> tuple[tuple[Line, ...], bool]:
    """Number the lines of a page.

    Args:
        blocks: In reading order.
        url: Stands in line 1.
        line_chars: Longest line, in characters.
        max_lines: Most lines of a page.
        starts: Filled with the number of the first line of each block.

    Returns:
        The lines, 0 and 1 included, and whether text was cut off at *max_lines*.
    """
    lines = [Line(0, "", "", "meta", glue=""), Line(1, f"URL: {url}", "", "meta")]
    for block in blocks:
        if starts is not None:
            starts.append(len(lines))
        if not block.text and block.role != "code":
            continue
        if len(block.text) + len(block.prefix) <= line_chars:
            made: Iterable[Piece] = ((block.prefix + block.text, block.plain, "\n"),)  # type: ignore[assignment]
        else:
            made = cut(block, line_chars)
        role, main, area = block.role, block.main, block.area
        for text, plain, glue in made:
            if len(lines) >= max_lines - 1:
                return (*lines, _rest(len(lines), max_lines)), True
            lines.append(Line(len(lines), text, plain, role, main, glue, area))
    return tuple(lines), False


def _rest(number: int, max_lines: int) -> Line:
    note = f"[The rest of the page is cut: it has more than {max_lines:,} lines.]"
    return Line(number, note, "", "note")


def cut(block: Block, limit: int) -> Iterator[Piece]:
    """Yield the pieces of *block*, each at most *limit* characters as displayed.

    The plain texts of the pieces, joined with their glue, are the plain text of the block.
    """
    prefix = block.prefix[-(limit // 3) :]
    room = max(limit - len(prefix), LEAST_ROOM)
    if len(block.text) <= room:
        yield Piece(prefix + block.text, block.plain, "\n")
        return
    under = " " * len(prefix) if block.role == "item" else ""
    text, plain = block.text, block.plain
    cuts = _Cuts(text, block.spans, room)
    start = told = 0  # displayed; and how much of the page's words stands in pieces
    while start < len(text):
        end = len(text) if len(text) - start <= room else cuts.best(start)
        shown = text[start:end]
        reached = cuts.plain_offset(end, len(plain))
        first = not told
        words, glue = plain[told:reached], ""
        if not block.verbatim:
            shown = shown.strip(" ")
            if not first and words.strip(" \t"):
                rest = words.lstrip(" \t")
                glue, words = words[: len(words) - len(rest)], rest
            if end < len(text):
                words = words.rstrip(" \t")
            reached = told + len(glue) + len(words)
        front = prefix if start == 0 or block.role == "quote" else under
        yield Piece(front + shown, words, "\n" if first else glue)
        if words:
            told = reached
        start = end
        while not block.verbatim and text[start : start + 1] == " ":
            start += 1


class _Cuts:
    """Where one long text may be cut."""

    def __init__(self, text: str, spans: list[Span] | None, room: int) -> None:
        self._text = text
        self._spans = spans
        self._room = room
        self._mask = _mask(text, spans) if spans else text
        self._ends = [found.end() for found in _SENTENCE.finditer(self._mask)]

    def plain_offset(self, offset: int, size: int) -> int:
        """The place in the page's words that corresponds to *offset* in the text displayed."""
        if self._spans is None:
            return offset
        if offset >= len(self._text):
            return size
        span = self._span_at(self._spans, offset)
        if span.solid and offset > span.start:
            return span.plain_end
        return min(span.plain_start + offset - span.start, span.plain_end)

    def best(self, start: int) -> int:
        """Where the line that begins at *start* ends; the rest is longer than a line."""
        stop, least = start + self._room, start + int(self._room * MIN_SHARE)
        at = bisect_right(self._ends, stop + 1)
        best = 0
        while at > 0 and self._ends[at - 1] > start:
            at -= 1
            end = self._ends[at]
            if not _is_abbreviation(self._mask[max(start, end - _LONGEST_ABBREVIATION) : end]):
                best = end
                break
        if best > least:
            return self._settle(start, min(best, stop))
        window = self._mask[start : stop + 1]
        for pattern, minimum in ((_CLAUSE, start + self._room // 2), (_GAP, start)):
            ends = [start + found.end() for found in pattern.finditer(window)]
            usable = [end for end in ends if minimum < end <= stop + 1]
            if usable:
                return self._settle(start, min(usable[-1], stop))
        return self._settle(start, best or stop)

    def _settle(self, start: int, at: int) -> int:
        """Move a cut out of markers and combining sequences."""
        at = edge(self._text, at, start)
        if self._spans is None or at >= len(self._text):
            return at
        span = self._span_at(self._spans, at)
        if span.solid and span.start < at:
            # A marker that does not fit goes to the next line; one that fills a line stays whole.
            return span.start if span.start > start else span.end
        return at

    @staticmethod
    def _span_at(spans: list[Span], offset: int) -> Span:
        return spans[bisect_right(spans, offset, key=_start) - 1]


def _is_abbreviation(end: str) -> bool:
    """Whether the full stop at the *end* of what seems a sentence belongs to a short form."""
    end = end.rstrip()
    if not end or end[-1] != ".":
        return False
    word = end[end.rfind(" ") + 1 : -1].lstrip("([\"'“‘«")
    if word.isdigit():
        return len(word) <= MOST_DIGITS
    if word[-1:].isupper() and (len(word) == 1 or word[-2] in ".-"):
        return True
    return _ABBREVIATION.match(word) is not None


def _start(span: Span) -> int:
    return span.start


def _mask(text: str, spans: list[Span]) -> str:
    """The display text with the insides of solid spans made unbreakable."""
    return "".join(
        "_" * (span.end - span.start) if span.solid else text[span.start : span.end]
        for span in spans
    )
