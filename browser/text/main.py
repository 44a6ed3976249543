"""Which blocks are the main content: trafilatura judges, its text is aligned back to our blocks.

trafilatura's answer is text without the attributes of the source, so the alignment goes by
words. A block belongs when most of its four-word shingles (single characters for scripts
without spaces) stand in trafilatura's text; a short block belongs when it stands there whole,
as a line of its own, or lies between two blocks that belong.

Left to taste: headings that introduce main blocks belong, and so does the page's first heading
of level one before them; a list or table between two main blocks belongs when it is more than
links, since trafilatura drops many a list that an encyclopedia or a shop is made of; what
stands in navigation, headers, sidebars or footers belongs only as prose. When trafilatura
finds little of a page that has much text, or nothing, everything outside those parts is main:
a listing or a home page has no single main text and folding it would hide what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from browser.text.block import Block

_WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff"
)
_TOKEN = re.compile(f"[{_WIDE}]|[^\\W{_WIDE}]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # dropped by trafilatura, kept by us

SHINGLE = 4  # words
BELONGS = 0.6  # share of a block's shingles that must be found
GAP = 2  # short blocks in a row that are filled in between two main ones
LEAST_SHARE = 0.2  # of the text outside links and chrome; less is no main content
LEAST_TOKENS = 25
MOST_LINKED = 0.6  # of the characters of a list that belongs to the text around it
LEAST_LIST = 150  # characters
THREAD = 5  # gaps in the main content that make it a thread
LISTED = 0.7  # of its blocks that are items, rows or code
PROSE = 12  # words that a main block in navigation, a footer and the like has at least


def mark_main(blocks: Sequence[Block], judged: str | None) -> None:
    """Set ``main`` on each block.

    Args:
        blocks: Of the page, in reading order.
        judged: What trafilatura calls the main text, or ``None``.
    """
    tokens = [_tokens(block) for block in blocks]
    found = _words(judged or "")
    body = sum(len(own) for block, own in zip(blocks, tokens, strict=True) if not block.area)
    if len(found) < LEAST_TOKENS or len(found) < LEAST_SHARE * _prose(blocks, tokens):
        for block in blocks:
            block.main = not block.area or not body
        return
    _align(blocks, tokens, found, judged or "")
    _fill_gaps(blocks, tokens)
    _fill_lists(blocks)
    _fill_inside(blocks)
    _add_tables(blocks)
    _add_headings(blocks)
    _add_blanks(blocks)
    if not any(block.main for block in blocks):
        for block in blocks:
            block.main = not block.area


def _tokens(block: Block) -> list[str]:
    return _words(block.words())


def _words(text: str) -> list[str]:
    return _TOKEN.findall(_UNSEEN.sub("", text.lower()))


def _prose(blocks: Sequence[Block], tokens: Sequence[list[str]]) -> int:
    """Words outside links and chrome."""
    total = 0
    for block, own in zip(blocks, tokens, strict=True):
        if block.area:
            continue
        total += int(len(own) * (1 - block.linked() / (len(block.words()) or 1)))
    return total


def _align(
    blocks: Sequence[Block], tokens: Sequence[list[str]], found: list[str], judged: str
) -> None:
    shingles = {tuple(found[i : i + SHINGLE]) for i in range(len(found) - SHINGLE + 1)}
    lines = {tuple(_words(line)) for line in judged.splitlines()}
    for block, own in zip(blocks, tokens, strict=True):
        if block.area and (len(own) < PROSE or 2 * block.linked() > len(block.words())):
            block.main = False
            continue
        if len(own) < SHINGLE + 1:
            block.main = bool(own) and tuple(own) in lines
            continue
        total = len(own) - SHINGLE + 1
        hits = sum(tuple(own[i : i + SHINGLE]) in shingles for i in range(total))
        block.main = hits >= BELONGS * total


def _fill_gaps(blocks: Sequence[Block], tokens: Sequence[list[str]]) -> None:
    last = None
    for n, block in enumerate(blocks):
        if not block.main:
            continue
        if last is not None and 1 < n - last <= GAP + 1:
            between = range(last + 1, n)
            if all(len(tokens[i]) <= 2 * SHINGLE and not blocks[i].area for i in between):
                for i in between:
                    blocks[i].main = True
        last = n


def _fill_lists(blocks: Sequence[Block]) -> None:
    mains = [n for n, block in enumerate(blocks) if block.main]
    for before, after in pairwise(mains):
        between = blocks[before + 1 : after]
        if not between or any(block.area or block.beside for block in between):
            continue
        size = sum(len(block.words()) for block in between)
        linked = sum(block.linked() for block in between)
        listed = sum(block.role in ("item", "row", "code") for block in between)
        if size >= LEAST_LIST and linked < MOST_LINKED * size and listed > LISTED * len(between):
            for block in between:
                block.main = True


def _fill_inside(blocks: Sequence[Block]) -> None:
    """Join what the judge passed over inside the article, from its title to its last main block.

    A line or two (a byline, a standfirst) always; everything where there are many gaps: that is
    a thread of posts, and one of them left out would give words to the wrong person.
    """
    mains = [n for n, block in enumerate(blocks) if block.main and block.inside]
    if not mains:
        return
    first = next((n for n in range(mains[0], -1, -1) if blocks[n].prefix == "# "), mains[0])
    gaps: list[list[Block]] = [[]]
    for block in blocks[first : mains[-1] + 1]:
        if block.main or not block.inside or block.area or block.beside:
            gaps.append([])
        else:
            gaps[-1].append(block)
    gaps = [gap for gap in gaps if gap]
    thread = len(gaps) >= THREAD
    for gap in gaps:
        size = sum(len(block.words()) for block in gap)
        linked = sum(block.linked() for block in gap)
        if thread or len(gap) <= GAP:
            most = MOST_LINKED if thread else MOST_LINKED / 2
            for block in gap:
                block.main = linked < most * size


def _add_blanks(blocks: Sequence[Block]) -> None:
    """A blank line of code goes with the line before it."""
    for before, block in pairwise(blocks):
        if not block.runs:
            block.main = before.main


def _add_tables(blocks: Sequence[Block]) -> None:
    """Rows inside the article belong with it: trafilatura drops many a table."""
    for block in blocks:
        if block.role == "row" and block.inside and not block.area:
            block.main = True


def _add_headings(blocks: Sequence[Block]) -> None:
    following = False
    for block in reversed(blocks):
        if block.role == "heading" and following and not block.area:
            block.main = True
        elif block.role in ("heading", "text", "item", "row", "code", "quote"):
            following = block.main
    first = next((n for n, block in enumerate(blocks) if block.main), 0)
    for block in reversed(blocks[:first]):
        if block.prefix == "# ":
            block.main = True
            break
