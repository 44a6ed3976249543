"""What is measured of the page and of one block.

Every measure is a whole number from 0 to 63 for the look-ups of `score_model`. The learning
under ``tests/tune`` measures with these same functions.
"""

# ruff: noqa: FURB136 - calls of min and max cost more than what is measured here
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from browser.text.block import Block
from browser.text.score_boxes import LOG, MASK, TOP, Survey

BEHIND = 10  # blocks before a place that are told apart

PAGE_FEATURES = (
    "page_size",
    "page_prose",
    "page_linked",
    "page_blocks",
    "page_longest",
    "page_kind",
    "page_comments",
)
BLOCK_FEATURES = (
    "length",
    "links",
    "kind",
    "stop",
    "at",
    "after_title",
    "to_end",
    "heading",
    "level",
)

_ARTICLE = frozenset(
    (
        "article",
        "newsarticle",
        "blogposting",
        "reportagenewsarticle",
        "techarticle",
        "scholarlyarticle",
    )
)
_THREAD = frozenset(("discussionforumposting", "qapage", "question", "socialmediaposting"))
_PRODUCT = frozenset(("product", "productgroup", "og:product"))
_KINDS = {"text": 0, "quote": 1, "code": 2, "row": 3, "item": 4}
_STOPS = frozenset('.!?。！？؟।…:”»"）)')
_EDGE = 4095


def page_row(blocks: Sequence[Block], page: Survey, types: frozenset[str]) -> tuple[int, ...]:
    """The page's measures, in the order of `PAGE_FEATURES`."""
    load = page.held[0]
    whole, prose = load & MASK or 1, load >> 64
    kind = 4 * (not types.isdisjoint(_THREAD)) + 2 * (not types.isdisjoint(_PRODUCT))
    return (
        _wide_log(whole),
        _wide_log(prose),
        TOP * (load >> 32 & MASK) // whole,
        LOG[min(len(blocks), _EDGE)],
        min(TOP, TOP * max([own >> 64 for own in page.own.values()], default=0) // (prose or 1)),
        kind + (not types.isdisjoint(_ARTICLE)),
        LOG[min(page.comments, _EDGE)],
    )


def _wide_log(size: int) -> int:
    """Logarithm of a size of a page, at most some megabytes."""
    return min(TOP, 3 * size.bit_length() - (size < 3 * (1 << size.bit_length()) // 4))


def block_rows(
    blocks: Sequence[Block], page: Survey, live: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """The measures of the blocks *live*, in the order of `BLOCK_FEATURES`."""
    loads = page.loads
    heads = [n for n, block in enumerate(blocks) if block.role == "heading"]
    title = next((n for n in heads if blocks[n].prefix == "# "), -1)
    last = next((n for n, _ in reversed(page.live) if loads[n] >> 64), 0) + BEHIND
    first = title - BEHIND
    whole = page.held[0] & MASK or 1
    told = list(accumulate(loads))
    heads.append(len(blocks))
    head, coming, level = -1, 0, 0
    log, kinds, stops = LOG, _KINDS.get, _STOPS
    for n in live:
        block = blocks[n]
        if heads[coming] <= n:
            coming = bisect_right(heads, n, coming)
            head = heads[coming - 1]
            level = len(blocks[head].prefix)
        text, role = block.plain, block.role
        load = loads[n]
        size = load & MASK
        since, after, before = n - head, n - first, last - n
        yield (
            log[size] if size < _EDGE else TOP,
            TOP * (load >> 32 & MASK) // size,
            kinds(role, 0) if role != "heading" else 3 + level,
            (text[-1] in stops) + 2 * ("," in text or "，" in text or ". " in text),
            TOP * (told[n] & MASK) // whole,
            TOP if after > TOP or title < 0 else after if after > 0 else 0,
            TOP if before > TOP else before if before > 0 else 0,
            since if since < TOP else TOP,
            level,
        )
