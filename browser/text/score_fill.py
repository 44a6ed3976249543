"""Completes a judgement on blocks: what belongs to main blocks by where it stands.

Left to taste: short blocks between two main ones belong, and so do headings; rows between main
rows of one table belong, and all of its rows when half of them do; a blank line of code goes with
the line before it. A heading above the first main block is judged like any other block: the
display shows it (`browser.text.display`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from browser.text.block import Block

GAP = 2  # short blocks in a row that are filled in between two main ones
SHORT = 60  # characters
LEAST_REPEATED_LINE = 20  # characters of the first line of what is repeated
LEAST_REPEATED_ROWS, LEAST_REPEATED = 2, 200  # blocks and characters
MOST_LINKED = 0.5  # of the characters of what is filled in


def fill(blocks: Sequence[Block]) -> None:
    """Set ``main`` where the blocks around ask for it."""
    _fill_gaps(blocks)
    _fill_tables(blocks)
    _complete_tables(blocks)
    _add_headings(blocks)
    _add_blanks(blocks)
    _fold_repeats(blocks)


def _fill_gaps(blocks: Sequence[Block]) -> None:
    for before, after in pairwise([n for n, block in enumerate(blocks) if block.main]):
        if 1 < after - before <= GAP + 1:
            between = blocks[before + 1 : after]
            if all(map(_is_filling, between)):
                for block in between:
                    block.main = True


def _is_filling(block: Block) -> bool:
    size = len(block.plain)
    return size <= SHORT and not block.area and block.linked <= MOST_LINKED * size


def _fill_tables(blocks: Sequence[Block]) -> None:
    rows = [n for n, block in enumerate(blocks) if block.main and block.role == "row"]
    for before, after in pairwise(rows):
        if after - before > 1:
            box = blocks[before].box
            between = blocks[before + 1 : after]
            if all(block.role == "row" and block.box == box for block in between):
                for block in between:
                    block.main = True


def _complete_tables(blocks: Sequence[Block]) -> None:
    tables: dict[int, list[Block]] = {}
    for block in blocks:
        if block.role == "row":
            tables.setdefault(block.box, []).append(block)
    for rows in tables.values():
        if len(rows) > 1 and 2 * sum(block.main for block in rows) >= len(rows):
            for block in rows:
                block.main = True


def _add_headings(blocks: Sequence[Block]) -> None:
    after_main = False
    between: list[Block] = []
    for block in blocks:
        if block.role == "heading":
            if after_main and not block.area:
                between.append(block)
        elif block.plain:
            after_main = block.main
            if between:
                for heading in between if after_main else ():
                    heading.main = True
                between = []


def _add_blanks(blocks: Sequence[Block]) -> None:
    for n, block in enumerate(blocks):
        if not block.plain and n:
            block.main = blocks[n - 1].main


def _fold_repeats(blocks: Sequence[Block]) -> None:
    """What stands in two places of a page, as for a narrow and a wide screen, is main once.

    A refrain stands in the same place as what it repeats.
    """
    seen: dict[str, int] = {}
    n = 0
    while n < len(blocks):
        text = blocks[n].plain
        before = seen.setdefault(text, n) if len(text) >= LEAST_REPEATED_LINE else n
        size = _repeated(blocks, before, n) if before < n and blocks[n].main else 0
        for block in blocks[n : n + size]:
            block.main = False
        n += max(size, 1)


def _repeated(blocks: Sequence[Block], first: int, again: int) -> int:
    """How many blocks from *again* on repeat those from *first* on; 0 when it is not much."""
    rows = letters = 0
    while first + rows < again and again + rows < len(blocks):
        one = blocks[again + rows]
        before = blocks[first + rows]
        if one.plain != before.plain or one.box == before.box:
            break
        rows += 1
        letters += len(one.plain)
    return rows if rows >= LEAST_REPEATED_ROWS and letters >= LEAST_REPEATED else 0
