"""Which blocks are the main content: the structure of the page judges, with learned weights.

Names of containers, shares of text and links, series of like siblings and what stands around a
block are scored by small boosted trees (`browser.text.score`). trafilatura is asked only about
articles whose scores are unsure, and about pages where next to nothing scores: asked about all
unsure pages it made threads and listings worse.

Figures: F1 of four-word shingles, cross-validated in five parts by site, all rules below
included, beside trafilatura 2.3.1 on the same 905 pages: news articles .932 (.952), readability
.970 (.938), Chinese articles .883 (.875), forums .798 (.719), newspaper .946 (.951), defuddle
.852 (.823), mixed pages .872 (.858) and .719 (.699). It was asked about 8.5 % of them. The titles
that are kept here, and that some of those collections leave out, cost about .01 on news.

Left to taste: what stands in navigation or a footer belongs only as prose; when next to nothing
is main, everything outside the frame is, since a listing or a home page has no single main text
and folding it would hide what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp

from browser.text.block import Block
from browser.text.box import Box
from browser.text.score import NEVER, UNIT, Weights, learned, scores
from browser.text.score_align import align
from browser.text.score_fill import fill

BELONGS = -300  # thousandths of log-odds that a main block has at least
LEAST_ANSWER = 25  # words of the other judge that count as an answer
LEAST_SHARE = 0.05  # of the text outside links and frame; less is no main content
PROSE = 80  # characters outside links that a main block of the frame has at least
DOUBTFUL = 0.3  # doubt at which the other judge is asked about an article
ARTICLE = frozenset(("article", "newsarticle", "blogposting", "reportagenewsarticle"))
OTHER = frozenset(("discussionforumposting", "qapage", "question", "product"))
_SURE = 6 * UNIT
_FRAME = ("navigation", "footer")


def mark_main(
    blocks: Sequence[Block],
    boxes: Sequence[Box],
    types: frozenset[str],
    judge: Callable[[], str | None],
    weights: Weights | None = None,
) -> None:
    """Set ``main`` on each block.

    Args:
        blocks: Of the page, in reading order.
        boxes: The containers that the blocks stand in; the first one is the body.
        types: schema.org types that the page declares, and its ``og:type``, lower case.
        judge: Another judge's main text of the page, or ``None``; slow, so seldom asked.
        weights: What was learned; what comes with this package unless given.
    """
    found = scores(blocks, boxes, types, weights or learned())
    for block, score in zip(blocks, found, strict=True):
        block.main = score >= BELONGS and _may_be_main(block)
    if types & ARTICLE and not types & OTHER and doubt(blocks, found) >= DOUBTFUL:
        _ask(blocks, found, judge)
    if _is_little(blocks, found) and not _ask(blocks, found, judge):
        _fold_frame(blocks, found)
    fill(blocks)


def doubt(blocks: Sequence[Block], found: Sequence[int]) -> float:
    """How unsure scores are: text expected on the wrong side, by the text that is likely main."""
    wrong = likely = 0.0
    for block, score in zip(blocks, found, strict=True):
        if score <= -_SURE:
            continue
        size = len(block.plain)
        chance = 1 / (1 + exp(-score / UNIT)) if score < _SURE else 1.0
        likely += size * chance
        wrong += size * min(chance, 1 - chance)
    return wrong / likely if likely else 1.0


def _may_be_main(block: Block) -> bool:
    """Whether a block stands outside the frame of the page, or is prose all the same."""
    if block.area not in _FRAME:
        return True
    free = len(block.plain) - block.linked
    return free >= PROSE and free > block.linked


def _ask(blocks: Sequence[Block], found: Sequence[int], judge: Callable[[], str | None]) -> bool:
    """Take the other judge's answer, if it has one that is more than a line or two."""
    answer = judge()
    if not answer:
        return False
    return align(blocks, answer) >= LEAST_ANSWER and not _is_little(blocks, found)


def _is_little(blocks: Sequence[Block], found: Sequence[int]) -> bool:
    """Whether what is main is next to nothing of what the page says outside its frame."""
    if all(block.area for block in blocks):
        return True
    main = total = 0
    for block, score in zip(blocks, found, strict=True):
        free = len(block.plain) - block.linked
        if block.main:
            main += free
        elif score > NEVER and not block.area:
            total += free
    return main <= LEAST_SHARE * (main + total)


def _fold_frame(blocks: Sequence[Block], found: Sequence[int]) -> None:
    """Without a main text everything outside the frame is main; of a mere frame, all of it."""
    framed = [
        bool(block.area) or score == NEVER for block, score in zip(blocks, found, strict=True)
    ]
    if all(framed):
        framed = [bool(block.area) for block in blocks]
    every = all(framed)
    for block, outside in zip(blocks, framed, strict=True):
        block.main = every or not outside
