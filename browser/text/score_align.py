"""Takes over another judge's main text: which blocks it names, told by their words.

The judge's answer has lost the elements it came from, so the alignment goes by words. A block
is named when most of its four-word shingles (single characters for scripts without spaces)
stand in the answer; a short block when it stands there whole, as a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from browser.text.block import Block

_WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff"
)
_TOKEN = re.compile(f"[{_WIDE}]|[^\\W{_WIDE}]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # kept by one side only

SHINGLE = 4  # words
NAMED = 0.6  # share of a block's shingles that must be found
PROSE = 12  # words that a named block in navigation, a footer and the like has at least


def align(blocks: Sequence[Block], answer: str) -> int:
    """Set ``main`` to what *answer* names; returns how many words that is."""
    found = _words(answer)
    shingles = {tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1)}
    lines = {tuple(_words(line)) for line in answer.splitlines()}
    total = 0
    for block in blocks:
        own = _words(block.plain)
        framed = block.area and (len(own) < PROSE or 2 * block.linked > len(block.plain))
        block.main = not framed and _is_named(own, shingles, lines)
        total += len(own) * block.main
    return total


def _words(text: str) -> list[str]:
    return _TOKEN.findall(_UNSEEN.sub("", text.lower()))


def _is_named(own: list[str], shingles: set[tuple[str, ...]], lines: set[tuple[str, ...]]) -> bool:
    if len(own) <= SHINGLE:
        return bool(own) and tuple(own) in lines
    count = len(own) - SHINGLE + 1
    hits = sum(tuple(own[at : at + SHINGLE]) in shingles for at in range(count))
    return hits >= NAMED * count
