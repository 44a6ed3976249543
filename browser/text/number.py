"""From blocks to numbered lines: long blocks are cut at sentence ends, nothing is lost.

A line is a block, or a sentence-sized piece of one. A cut falls, in this order of preference,
after the end of a sentence, after a clause, at white space, between two characters of a script
without spaces; never inside a link marker, and never between a character and the marks that
belong to it. Sentence ends of Chinese and Japanese need no space after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser.model.page import Line
from browser.text.block import Block, Composed, compose
from browser.text.cluster import edge

_CLOSERS = "\"'’”»›)\\]」』〉》）〗】"
_SENTENCE = re.compile(
    f"[.!?…؟۔।॥][{_CLOSERS}]*\\s+(?=[^a-zà-öø-ÿ,;:.)\\s])|[。！？．｡][{_CLOSERS}]*\\s*"
)
_CLAUSE = re.compile(f"[,;:،؛–—][{_CLOSERS}]*\\s+|[，；：、][{_CLOSERS}]*\\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|No|Nr|Sra|ca|bzw|Fig|cf|al|e\.g|i\.e|z\.B|d\.h|U\.S)|\b[A-Z]|(?<!\S)\d{1,2})\.\s+\Z"
)
_GAP = re.compile(r"\s+")
_HIDDEN_IN_SPAN = str.maketrans(dict.fromkeys(" .!?…؟۔।॥。！？．｡,;:،؛–—，；：、", "_"))

LEAST_ROOM = 20  # characters of text in a line, whatever stands in front
MIN_SHARE = 0.3  # a cut leaves at least this share of the limit before it, if it can


class Piece(NamedTuple):
    """A part of a composed block: offsets into its two texts and the gap in front of it."""

    text: str
    plain: str
    glue: str


def number(
    blocks: Iterable[Block],
    url: str,
    hosts: dict[int, str],
    line_chars: int,
    max_lines: int,
) -> tuple[tuple[Line, ...], bool]:
    """Number the lines of a page.

    Args:
        blocks: In reading order.
        url: Stands in line 1.
        hosts: By link id, the host to show.
        line_chars: Longest line, in characters.
        max_lines: Most lines of a page.

    Returns:
        The lines, 0 and 1 included, and whether text was cut off at *max_lines*.
    """
    lines = [
        Line(0, "", "", "meta", main=True, glue="", area=""),
        Line(1, f"URL: {url}", "", "meta", main=True, glue="\n", area=""),
    ]
    for block in blocks:
        for piece in cut(block, hosts, line_chars):
            if len(lines) >= max_lines - 1:
                note = f"[The rest of the page is cut: it has more than {max_lines:,} lines.]"
                return (*lines, Line(len(lines), note, "", "note")), True
            lines.append(
                Line(
                    len(lines),
                    piece.text,
                    piece.plain,
                    block.role,
                    block.main,
                    piece.glue,
                    block.area,
                )
            )
    return tuple(lines), False


def cut(block: Block, hosts: dict[int, str], limit: int) -> Iterator[Piece]:
    """Yield the pieces of *block*, each at most *limit* characters as displayed.

    The plain texts of the pieces, joined with their glue, are the plain text of the block.
    """
    prefix = block.prefix[-(limit // 3) :]
    room = max(limit - len(prefix), LEAST_ROOM)
    composed = compose(block, hosts, room)
    if not composed.text.strip():
        if block.role == "code" and not block.runs:
            yield Piece("", "", "\n")  # a blank line between lines of code
        return
    if len(composed.text) <= room:
        yield Piece(prefix + composed.text, composed.plain, "\n")
        return
    yield from _cut_long(composed, block, prefix, room)


def _cut_long(composed: Composed, block: Block, prefix: str, room: int) -> Iterator[Piece]:
    text, plain, mask = composed.text, composed.plain, _mask(composed)
    start = told = 0  # displayed; and how much of the page's words stands in pieces
    while start < len(text):
        end = len(text) if len(text) - start <= room else _best_cut(mask, composed, start, room)
        shown = text[start:end]
        reached = composed.plain_offset(end)
        first = start == 0 or not told
        words, glue = plain[told:reached], ""
        if not block.verbatim:
            shown = shown.strip(" ")
            if not first and words.strip(" \t"):
                glue, words = _split(words)
            if end < len(text):
                words = words.rstrip(" \t")
            reached = told + len(glue) + len(words)
        front = prefix if start == 0 or block.role == "quote" else ""
        yield Piece(front + shown, words, "\n" if first else glue)
        if words:
            told = reached
        start = end
        while not block.verbatim and text[start : start + 1] == " ":
            start += 1


def _split(words: str) -> tuple[str, str]:
    """The white space in front of *words*, and the rest."""
    rest = words.lstrip(" \t")
    return words[: len(words) - len(rest)], rest


def _mask(composed: Composed) -> str:
    """The display text with the insides of solid spans made unbreakable."""
    parts = []
    for span in composed.spans:
        part = composed.text[span.start : span.end]
        parts.append(part.translate(_HIDDEN_IN_SPAN) if span.solid else part)
    return "".join(parts)


def _best_cut(mask: str, composed: Composed, start: int, room: int) -> int:
    stop, least = start + room, start + int(room * MIN_SHARE)
    window = mask[start : stop + 1]
    best = 0
    for found in _SENTENCE.finditer(window):
        end = start + found.end()
        if end <= stop + 1 and not _ABBREVIATION.search(mask[max(start, end - 12) : end]):
            best = end
    if best > least:
        return _settle(composed, start, min(best, stop))
    for pattern, minimum in ((_CLAUSE, start + room // 2), (_GAP, start)):
        ends = [start + found.end() for found in pattern.finditer(window)]
        usable = [end for end in ends if minimum < end <= stop + 1]
        if usable:
            return _settle(composed, start, min(usable[-1], stop))
    return _settle(composed, start, best or stop)


def _settle(composed: Composed, start: int, at: int) -> int:
    """Move a cut out of markers and combining sequences."""
    at = edge(composed.text, at, start)
    span = composed.span_at(at) if at < len(composed.text) else None
    if span is not None and span.solid and span.start < at:
        # A marker that does not fit goes to the next line; one that fills a line stays whole.
        return span.start if span.start > start else span.end
    return at
