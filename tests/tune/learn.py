"""Learns ``browser/text/main.json``: ``python -m tests.tune.learn PAGES_FOLDER``.

Needs numpy and lightgbm, which the browser itself does not. The words that names are weighed by
are learned first; then trees are boosted on the measures of each block, where the words' weights
of a page come from the other seven parts of the pages, so that the trees do not trust them more
than they deserve. The outer trees know the page and the container only; the inner ones go on
from there with all measures. The target of a block is the share of its words that is main; the
loss is cross entropy.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from browser.text import score
from browser.text.score_blocks import block_rows, page_row
from browser.text.score_boxes import box_row, survey
from browser.text.score_names import Names
from tests.tune.pages import Sample, samples
from tests.tune.words import name_weights

PARTS = 8
OUTER = (16, 0.25)  # trees and how much each learns
INNER = (48, 0.2)
SETTINGS = {
    "objective": "cross_entropy",
    "num_leaves": 8,
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


def rows(page: Sample, names: Names) -> list[Row | None]:
    """The measures of each block; none of one that is not scored."""
    found = survey(page.blocks, page.boxes, names)
    start = page_row(page.blocks, found, page.types)
    made = block_rows(page.blocks, found, [n for n, _ in found.live])
    table: list[Row | None] = [None] * len(page.blocks)
    for (n, way), row in zip(found.live, made, strict=True):
        table[n] = start + box_row(way, found) + row
    return table


def learn(pages: Sequence[Sample]) -> dict[str, Any]:
    """All that `browser.text.score.Weights` is made of."""
    table, target, weight = [], [], []
    for part in range(PARTS):
        names = Names(name_weights([page for page in pages if page.fold(PARTS, "x") != part]))
        for page in pages:
            if page.fold(PARTS, "x") != part:
                continue
            lines = zip(rows(page, names), page.main, page.weights(), strict=True)
            for row, main, weighs in lines:
                if row is not None and main is not None:
                    table.append(row)
                    target.append(main)
                    weight.append(WEIGHT * weighs)
    return {"names": name_weights(pages), **boost(table, target, weight)}


def boost(
    table: Sequence[Row], target: Sequence[float], weight: Sequence[float]
) -> dict[str, list[dict[str, Any]]]:
    """The outer and the inner trees in the form of `browser.text.score_model.Model`."""
    import lightgbm  # type: ignore[import-not-found,unused-ignore]
    import numpy as np  # type: ignore[import-not-found,unused-ignore]

    features = [name for group in score.GROUPS for name in group]
    inner = np.array(table, dtype=np.float32)
    outer = np.ascontiguousarray(inner[:, : len(features) - len(score.GROUPS[2])])
    told = np.array(target)
    made: dict[str, list[dict[str, Any]]] = {}
    start = None
    for name, known, count, rate in (("outer", outer, *OUTER), ("inner", inner, *INNER)):
        data = lightgbm.Dataset(known, told, weight=weight, init_score=start)
        model = lightgbm.train({**SETTINGS, "learning_rate": rate}, data, count)
        start = model.predict(known, raw_score=True)
        dumped = model.dump_model()["tree_info"]
        made[name] = [_tree(tree["tree_structure"], features) for tree in dumped]
    return made


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
