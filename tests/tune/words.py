"""Learns what the words in names of containers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import log

from browser.text.score_boxes import ENOUGH_PROSE, MASK, SMALL, Way, survey
from browser.text.score_names import Names, name_words
from tests.tune.pages import Sample

BASE = 0.3  # share of main content that a word says without evidence
PRIOR = 2.0  # pages of it
LEAST_PAGES = 5  # that name a container so
LEAST_WEIGHT = 0.2  # either way; less is not worth a place

Evidence = list[tuple[str, float]]


def name_weights(pages: Sequence[Sample]) -> dict[str, float]:
    """Weights for `browser.text.score_names.Names`."""
    return _odds([_named(page) for page in pages], LEAST_PAGES)


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


def _named(page: Sample) -> Evidence:
    """Of each word in names of small containers, the share of main words in them."""
    found = survey(page.blocks, page.boxes, Names({}))
    whole, main = [0.0] * len(page.boxes), [0.0] * len(page.boxes)
    for block, words, share in zip(page.blocks, page.words, page.main, strict=True):
        whole[block.box] += words
        main[block.box] += words * (share or 0)
    for at in range(len(page.boxes) - 1, 0, -1):
        parent = page.boxes[at].parent
        whole[parent] += whole[at]
        main[parent] += main[at]
    by_prose = found.held[0] >> 64 > ENOUGH_PROSE
    weights = [load >> 64 if by_prose else load & MASK for load in found.held]
    return _shares(
        (word, main[at], whole[at])
        for at, box in enumerate(page.boxes)
        if whole[at] and weights[at] < SMALL * weights[0] and _counts(found.ways[at], at)
        for word in name_words(box.tag, box.names, box.role)
    )


def _counts(way: Way | None, at: int) -> bool:
    """Whether a box is a container by itself: unnamed items and cells are not."""
    return way is not None and way[0] == at
