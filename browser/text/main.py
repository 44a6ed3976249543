"""Which blocks are the main content: the structure of the page judges, with learned weights.

Names of containers, shares of text and links, series of like siblings and what stands around a
block are scored by small boosted trees (`browser.text.score`). trafilatura is asked only about
articles whose scores are unsure, and about pages where next to nothing scores: asked about all
unsure pages it made threads and listings worse.

Figures: F1 of four-word shingles on 905 pages, cross-validated in five parts by site, the mean of
two trainings, all rules below included; trafilatura 2.3.1 on the same pages. It was asked about
9 % of them.

    ==================  ====  ===========
    pages               here  trafilatura
    ==================  ====  ===========
    news articles       .951  .952
    newspaper           .953  .951
    readability         .969  .938
    Chinese articles    .895  .875
    forums              .775  .719
    defuddle            .849  .823
    mixed, first part   .714  .699
    mixed, second part  .876  .858
    ==================  ====  ===========

By kind of mixed page: articles .946 (.938), documentation .923 (.922), forums .782 (.744),
listings .659 (.661), products .686 (.691), collections .609 (.543), services .818 (.778).

Left to taste: what stands in navigation or a footer belongs only as prose; when next to nothing
is main, everything outside the frame is, since a listing or a home page has no single main text
and folding it would hide what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp

from browser.text.block import Block
from browser.text.box import Box
from browser.text.score import UNIT, Weights, learned, scores
from browser.text.score_align import align
from browser.text.score_fill import fill

BELONGS = -400  # thousandths of log-odds that a main block has at least
ARTICLE_BELONGS = 0  # idem, of an article, which has more around it that reads like it
LEAST_ANSWER = 25  # words of the other judge that count as an answer
LEAST_SHARE = 0.05  # of the text outside links and frame; less is no main content
PROSE = 80  # characters outside links that a main block of the frame has at least
DOUBTFUL = 0.3  # doubt at which the other judge is asked about an article
ARTICLE = frozenset(("article", "newsarticle", "blogposting", "reportagenewsarticle"))
OTHER = frozenset(("discussionforumposting", "qapage", "question", "product"))
_SURE = 6 * UNIT
_FRAME = ("navigation", "footer")

Found = Sequence[tuple[int, int]]  # blocks that were scored, and their scores


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
    for block in blocks:
        block.main = False
    found = scores(blocks, boxes, types, weights or learned())
    is_article = not types.isdisjoint(ARTICLE) and types.isdisjoint(OTHER)
    least = ARTICLE_BELONGS if is_article else BELONGS
    for n, score in found:
        if score >= least:
            block = blocks[n]
            block.main = not block.area or block.area not in _FRAME or _is_prose(block)
    if is_article and doubt(blocks, found) >= DOUBTFUL:
        _ask(blocks, found, judge)
    if _is_little(blocks, found) and not _ask(blocks, found, judge):
        _fold_frame(blocks, found)
    fill(blocks)


def doubt(blocks: Sequence[Block], found: Found) -> float:
    """How unsure scores are: text expected on the wrong side, by the text that is likely main."""
    wrong = likely = 0.0
    for n, score in found:
        if score > -_SURE:
            size = len(blocks[n].plain)
            if score < _SURE:
                chance = 1 / (1 + exp(-score / UNIT))
                likely += size * chance
                wrong += size * (chance if score < 0 else 1 - chance)
            else:
                likely += size
    return wrong / likely if likely else 1.0


def _is_prose(block: Block) -> bool:
    """Whether a block is more than a line in a menu."""
    free = len(block.plain) - block.linked
    return free >= PROSE and free > block.linked


def _ask(blocks: Sequence[Block], found: Found, judge: Callable[[], str | None]) -> bool:
    """Take the other judge's answer, if it has one that is more than a line or two."""
    answer = judge()
    if not answer:
        return False
    return align(blocks, answer) >= LEAST_ANSWER and not _is_little(blocks, found)


def _is_little(blocks: Sequence[Block], found: Found) -> bool:
    """Whether what is main is next to nothing of what the page says outside its frame."""
    main = sum([len(block.plain) - block.linked for block in blocks if block.main])
    rest = sum(
        [
            len(block.plain) - block.linked
            for block in [blocks[n] for n, _ in found]
            if not block.main and not block.area
        ]
    )
    return main <= LEAST_SHARE * (main + rest) or all(block.area for block in blocks)


def _fold_frame(blocks: Sequence[Block], found: Found) -> None:
    """Without a main text everything outside the frame is main; of a mere frame, all of it."""
    outside = [block for n, _ in found if not (block := blocks[n]).area]
    outside = outside or [block for block in blocks if not block.area] or list(blocks)
    for block in blocks:
        block.main = False
    for block in outside:
        block.main = True
