"""Scores the blocks of a page: how likely each is to be main content.

A container is scored first, by what is known of it and of the page, and its blocks are only
looked at when that leaves a chance.
The weights in ``main.json`` were learned from pages with known main text (``tests/tune``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from browser.text.block import Block
from browser.text.box import Box
from browser.text.score_blocks import (
    BLOCK_FEATURES,
    PAGE_FEATURES,
    block_rows,
    page_row,
)
from browser.text.score_boxes import BOX_FEATURES, box_row, survey
from browser.text.score_model import Model
from browser.text.score_names import Names

GROUPS = (PAGE_FEATURES, BOX_FEATURES, BLOCK_FEATURES)
HOPELESS = -2000  # score of a container whose blocks are not looked at
UNIT = 1000  # a score of so much is one unit of log-odds


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        names: Weights of the words in names of containers.
        outer: The trees that ask about the page and a container only.
        inner: The trees that also ask about a block.
    """

    names: Names
    outer: Model
    inner: Model


@cache
def learned() -> Weights:
    """The weights that come with this package."""
    kept = json.loads(Path(__file__).with_name("main.json").read_text(encoding="utf-8"))
    return Weights(
        Names(kept["names"]), Model(GROUPS[:2], kept["outer"]), Model(GROUPS, kept["inner"])
    )


def scores(
    blocks: Sequence[Block], boxes: Sequence[Box], types: frozenset[str], weights: Weights
) -> list[tuple[int, int]]:
    """The blocks that may be main content, in order, and their log-odds to be, in thousandths.

    Args:
        blocks: Of the page, in reading order.
        boxes: The containers that the blocks stand in.
        types: schema.org types that the page declares, lower case.
        weights: What was learned.
    """
    page = survey(blocks, boxes, weights.names)
    row = page_row(blocks, page, types)
    outer, inner, live = weights.outer, weights.inner, page.live
    outer_start, inner_start = (model.narrow(model.start, 0, row) for model in (outer, inner))
    base: dict[int, int] = {}
    bits: dict[int, int] = {}
    for _, way in live:
        at = way[0]
        if at not in base:
            row = box_row(way, page)
            base[at] = outer.score(outer.narrow(outer_start, 1, row))
            if base[at] > HOPELESS:
                bits[at] = inner.narrow(inner_start, 1, row)
    narrow, score = inner.narrow, inner.score
    rows = block_rows(blocks, page, [n for n, way in live if way[0] in bits])
    return [
        (n, base[at] + (score(narrow(bits[at], 2, next(rows))) if at in bits else 0))
        for n, at in [(n, way[0]) for n, way in live]
    ]
