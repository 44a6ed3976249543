"""Scores the blocks of a page: how likely each is to be main content.

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
    box_row,
    find_core,
    mark_core,
    page_row,
)
from browser.text.score_boxes import BOX_FEATURES, chain, measure
from browser.text.score_model import Model
from browser.text.score_names import Names

GROUPS = (PAGE_FEATURES, BOX_FEATURES, BLOCK_FEATURES)
UNIT = 1000  # a score of so much is one unit of log-odds
NEVER = -20 * UNIT


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        names: Weights of the words in names of containers.
        shorts: Odds of short blocks by their words, from 0 to 63.
        model: The trees.
    """

    names: Names
    shorts: dict[str, int]
    model: Model


@cache
def learned() -> Weights:
    """The weights that come with this package."""
    kept = json.loads(Path(__file__).with_name("main.json").read_text(encoding="utf-8"))
    return Weights(Names(kept["names"]), kept["shorts"], Model(GROUPS, kept["trees"]))


def scores(
    blocks: Sequence[Block], boxes: Sequence[Box], types: frozenset[str], weights: Weights
) -> list[int]:
    """The log-odds of each block to be main content, in thousandths.

    Args:
        blocks: Of the page, in reading order.
        boxes: The containers that the blocks stand in.
        types: schema.org types that the page declares, lower case.
        weights: What was learned.
    """
    sizes = measure(blocks, boxes, weights.names)
    chains = chain(sizes)
    core = find_core(sizes)
    mark_core(sizes, chains, core)
    view, dead = sizes.view, chains.dead
    live = [not dead[view[block.box]] for block in blocks]
    model = weights.model
    narrow, score = model.narrow, model.score
    start = narrow(model.start, 0, page_row(blocks, sizes, core, types))
    narrowed: dict[int, int] = {}
    found = []
    for block, row in zip(blocks, block_rows(blocks, sizes, live, weights.shorts), strict=True):
        if row is None:
            found.append(NEVER)
            continue
        at = view[block.box]
        bits = narrowed.get(at)
        if bits is None:
            bits = narrowed[at] = narrow(start, 1, box_row(at, sizes, chains))
        found.append(score(narrow(bits, 2, row)))
    return found
