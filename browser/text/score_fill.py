"""Completes a judgement on blocks: what belongs to main blocks by where it stands.

Left to taste: headings that introduce main blocks belong, and so does the page's first heading
of level one before them; short blocks between two main ones belong; rows between main rows of
one table belong; a blank line of code goes with the line before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from browser.text.block import Block

GAP = 2  # short blocks in a row that are filled in between two main ones
SHORT = 60  # characters
MOST_LINKED = 0.5  # of the characters of what is filled in


def fill(blocks: Sequence[Block]) -> None:
    """Set ``main`` where the blocks around ask for it."""
    _add_headings(blocks)
    _fill_gaps(blocks)
    _fill_tables(blocks)
    _add_blanks(blocks)


def _fill_gaps(blocks: Sequence[Block]) -> None:
    last = None
    for n, block in enumerate(blocks):
        if not block.main:
            continue
        if last is not None and 1 < n - last <= GAP + 1:
            between = blocks[last + 1 : n]
            if all(_is_filling(one) for one in between):
                for one in between:
                    one.main = True
        last = n


def _is_filling(block: Block) -> bool:
    size = len(block.plain)
    return size <= SHORT and not block.area and block.linked <= MOST_LINKED * size


def _fill_tables(blocks: Sequence[Block]) -> None:
    rows = [n for n, block in enumerate(blocks) if block.main and block.role == "row"]
    for before, after in pairwise(rows):
        between = blocks[before + 1 : after]
        if all(one.role == "row" and one.box == blocks[before].box for one in between):
            for one in between:
                one.main = True


def _add_headings(blocks: Sequence[Block]) -> None:
    following = False
    for block in reversed(blocks):
        if block.role == "heading" and following and not block.area:
            block.main = True
        elif block.plain:
            following = block.main
    first = next((n for n, block in enumerate(blocks) if block.main), 0)
    for block in reversed(blocks[:first]):
        if block.prefix == "# ":
            block.main = True
            break


def _add_blanks(blocks: Sequence[Block]) -> None:
    for before, block in pairwise(blocks):
        if not block.plain:
            block.main = before.main
