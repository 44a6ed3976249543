"""Learns ``browser/text/main.json``: ``python -m tests.tune.learn PAGES_FOLDER``.

Needs numpy and lightgbm, which the browser itself does not. The words that names and short
blocks are weighed by are learned first; then trees are boosted on the measures of each block,
where the words' weights of a page come from the other seven parts of the pages, so that the
trees do not trust them more than they deserve. The target of a block is the share of its words
that is main; the loss is cross entropy.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from browser.text import score
from browser.text.score_blocks import block_rows, box_row, find_core, mark_core, page_row
from browser.text.score_boxes import chain, measure
from browser.text.score_names import Names
from tests.tune.pages import Sample, samples
from tests.tune.words import name_weights, short_weights

PARTS = 8
TREES = 80
SETTINGS = {
    "objective": "cross_entropy",
    "num_leaves": 8,
    "learning_rate": 0.18,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 60,
    "min_sum_hessian_in_leaf": 100,
    "lambda_l2": 2,
    "max_bin": 63,
    "min_data_in_bin": 1,
    "verbosity": -1,
    "num_threads": 2,
    "deterministic": True,
    "seed": 1,
}
WEIGHT = 1000  # of a page, in the units of the least sum in a leaf

Row = tuple[int, ...]


def rows(page: Sample, names: Names, shorts: dict[str, int]) -> list[Row | None]:
    """The measures of each block; none of one that is not scored."""
    sizes = measure(page.blocks, page.boxes, names)
    chains = chain(sizes)
    core = find_core(sizes)
    mark_core(sizes, chains, core)
    start = page_row(page.blocks, sizes, core, page.types)
    live = [not chains.dead[sizes.view[block.box]] for block in page.blocks]
    found: list[Row | None] = []
    made = block_rows(page.blocks, sizes, live, shorts)
    for block, row in zip(page.blocks, made, strict=True):
        at = sizes.view[block.box]
        found.append(None if row is None else start + box_row(at, sizes, chains) + row)
    return found


def learn(pages: Sequence[Sample]) -> dict[str, Any]:
    """All that `browser.text.score.Weights` is made of."""
    table, target, weight = [], [], []
    for part in range(PARTS):
        others = [page for page in pages if page.fold(PARTS, "x") != part]
        names, shorts = Names(name_weights(others)), short_weights(others)
        for page in pages:
            if page.fold(PARTS, "x") != part:
                continue
            lines = zip(rows(page, names, shorts), page.main, page.weights(), strict=True)
            for row, main, weighs in lines:
                if row is not None and main is not None:
                    table.append(row)
                    target.append(main)
                    weight.append(WEIGHT * weighs)
    return {
        "names": name_weights(pages),
        "shorts": short_weights(pages),
        "trees": boost(table, target, weight),
    }


def boost(
    table: Sequence[Row], target: Sequence[float], weight: Sequence[float]
) -> list[dict[str, Any]]:
    """Trees in the form of `browser.text.score_model.Model`."""
    import lightgbm  # type: ignore[import-not-found,unused-ignore]
    import numpy as np  # type: ignore[import-not-found,unused-ignore]

    data = lightgbm.Dataset(np.array(table, dtype=np.float32), np.array(target), weight=weight)
    dumped = lightgbm.train(SETTINGS, data, TREES).dump_model()
    features = [name for group in score.GROUPS for name in group]
    return [_tree(tree["tree_structure"], features) for tree in dumped["tree_info"]]


def _tree(root: dict[str, Any], features: Sequence[str]) -> dict[str, Any]:
    nodes: list[list[Any]] = []
    leaves: list[int] = []

    def read(node: dict[str, Any]) -> int:
        """Add what is below *node*; returns the bits of its leaves, from left to right."""
        if "leaf_value" in node:
            leaves.append(round(score.UNIT * node["leaf_value"]))
            return 1 << len(leaves) - 1
        kept: list[Any] = [features[node["split_feature"]], int(node["threshold"]), 0]
        nodes.append(kept)
        kept[2] = left = read(node["left_child"])
        return left | read(node["right_child"])

    read(root)
    return {"nodes": nodes, "leaves": leaves}


def main() -> None:
    """Learn from the folder on the command line and write the weights into the package."""
    kept = learn(list(samples(Path(sys.argv[1]))))
    text = json.dumps(kept, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    Path(score.__file__).with_name("main.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
