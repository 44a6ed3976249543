"""Boosted regression trees, evaluated with a few look-ups for each block.

The method is QuickScorer (Lucchese and others, "QuickScorer: a fast algorithm to rank documents
with additive ensembles of regression trees", SIGIR 2015), with Python's long integers as bit
vectors. A tree has at most eight leaves, a byte of bits, from left to right. A condition that
is false rules out the leaves on its left; so each value of each measure has one long integer
with a byte for each tree, all of them are combined by ``and``, and the lowest bit that is left
in a byte is the leaf that the tree ends in. Measures of the page and of a container are
combined once for all blocks in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, getitem
from typing import Any

LEAVES = 8
VALUES = 64  # of a measure

Row = Sequence[int]


class Model:
    """Trees ready to be evaluated.

    Args:
        features: Names of the measures, in three groups: of the page, of containers, of blocks.
        trees: Each with ``nodes``, triples of the measure's name, the highest value that goes
            left and the bits of the leaves on the left, and ``leaves``, their values.

    Attributes:
        start: A bit for every leaf of every tree.
    """

    def __init__(
        self, features: Sequence[Sequence[str]], trees: Sequence[Mapping[str, Any]]
    ) -> None:
        self._bytes = len(trees)
        self.start = (1 << LEAVES * len(trees)) - 1
        tables = {name: [self.start] * VALUES for group in features for name in group}
        for number, tree in enumerate(trees):
            for name, most, left in tree["nodes"]:
                rest = ~(left << LEAVES * number)
                table = tables[name]
                for value in range(most + 1, VALUES):
                    table[value] &= rest
        self._groups = [[tables[name] for name in group] for group in features]
        self._leaves = [_by_byte(tree["leaves"]) for tree in trees]

    def narrow(self, bits: int, group: int, row: Row) -> int:
        """The leaves of *bits* that the measures *row* of a *group* leave possible."""
        return reduce(and_, map(getitem, self._groups[group], row), bits)

    def score(self, bits: int) -> int:
        """The sum of the trees' leaves, once the measures of all groups are known."""
        return sum(map(getitem, self._leaves, bits.to_bytes(self._bytes, "little")))


def _by_byte(leaves: Sequence[int]) -> list[int]:
    """The value of the lowest leaf by the byte of bits that are left."""
    return [0] + [leaves[(byte & -byte).bit_length() - 1] for byte in range(1, 1 << LEAVES)]
