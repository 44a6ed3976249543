"""Learns what words say: those in names of containers, and those of short blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import log

from browser.text.score_blocks import MAX_SHORT, UNKNOWN, short_words
from browser.text.score_boxes import ENOUGH_PROSE, SMALL, TOP, measure
from browser.text.score_names import Names, name_words
from tests.tune.pages import Sample

BASE = 0.3  # share of main content that a word says without evidence
PRIOR = 2.0  # pages of it
LEAST_PAGES = 5  # that name a container so
LEAST_SHORT = 4  # pages that hold a short block
LEAST_WEIGHT = 0.2  # either way; less is not worth a place
SHORT_STEPS = 8  # values for one unit of log-odds

Evidence = list[tuple[str, float]]


def name_weights(pages: Sequence[Sample]) -> dict[str, float]:
    """Weights for `browser.text.score_names.Names`."""
    return _odds([_named(page) for page in pages], LEAST_PAGES)


def short_weights(pages: Sequence[Sample]) -> dict[str, int]:
    """Weights for `browser.text.score_blocks.block_rows`."""
    found = _odds([_short(page) for page in pages], LEAST_SHORT)
    return {
        word: max(0, min(TOP, round(SHORT_STEPS * weight) + UNKNOWN))
        for word, weight in found.items()
    }


def _odds(pages: Sequence[Evidence], least: int) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    for page in pages:
        for word, share in page:
            total[word] += share
            count[word] += 1
    base = log(BASE / (1 - BASE))
    found = {}
    for word, pages_with in count.items():
        main = total[word] + PRIOR * BASE
        other = pages_with - total[word] + PRIOR * (1 - BASE)
        weight = round(log(main / other) - base, 2)
        if pages_with >= least and abs(weight) >= LEAST_WEIGHT:
            found[word] = weight
    return found


def _shares(pairs: Iterator[tuple[str, float, float]]) -> Evidence:
    main: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = defaultdict(float)
    for word, part, size in pairs:
        main[word] += part
        whole[word] += size
    return [(word, main[word] / whole[word]) for word in whole]


def _short(page: Sample) -> Evidence:
    return _shares(
        (short_words(block.plain), main, 1.0)
        for block, main in zip(page.blocks, page.main, strict=True)
        if main is not None and len(block.plain) <= MAX_SHORT
    )


def _named(page: Sample) -> Evidence:
    """Of each word in names of small containers, the share of main words in them."""
    sizes = measure(page.blocks, page.boxes, Names({}))
    whole, main = [0.0] * len(page.boxes), [0.0] * len(page.boxes)
    for block, words, share in zip(page.blocks, page.words, page.main, strict=True):
        whole[block.box] += words
        main[block.box] += words * (share or 0)
    for at in range(len(page.boxes) - 1, 0, -1):
        parent = page.boxes[at].parent
        whole[parent] += whole[at]
        main[parent] += main[at]
    weighed = sizes.held_prose if sizes.held_prose[0] > ENOUGH_PROSE else sizes.held
    small: Callable[[int], bool] = lambda at: weighed[sizes.view[at]] < SMALL * weighed[0]  # noqa: E731
    return _shares(
        (word, main[at], whole[at])
        for at, box in enumerate(page.boxes)
        if whole[at] and small(at)
        for word in name_words(box.tag, box.names, box.role)
    )
