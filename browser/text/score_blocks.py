"""What is measured of one block, of the container it stands in, and of the page.

Every measure is a whole number from 0 to 63 for the look-ups of `score_model`. The learning
under ``tests/tune`` measures with these same functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from browser.text.block import Block
from browser.text.score_boxes import ENOUGH_PROSE, LOG, TOP, Chains, Sizes

MAX_SHORT = 40  # characters of a block whose words are looked up whole
UNKNOWN = 32  # what a block weighs whose words are not known
BEHIND = 10  # blocks before a place that are told apart
CORE = 0.75  # share of the page's text that the smallest container of its kind holds

PAGE_FEATURES = (
    "page_size",
    "page_prose",
    "page_linked",
    "page_blocks",
    "page_longest",
    "page_series",
    "page_core",
    "page_items",
    "page_kind",
    "page_comments",
    "page_alike",
)
BLOCK_FEATURES = (
    "length",
    "links",
    "kind",
    "stop",
    "at",
    "after_title",
    "to_end",
    "next",
    "before",
    "next_links",
    "before_links",
    "heading",
    "level",
    "digits",
    "short",
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
_DIGITS = re.compile(r"\d+")
_EDGE = 4095


def short_words(text: str) -> str:
    """The form in which a short block is looked up: lower case, numbers alike."""
    return _DIGITS.sub("0", text.lower())


def page_row(
    blocks: Sequence[Block], sizes: Sizes, core: int, types: frozenset[str]
) -> tuple[int, ...]:
    """The page's measures, in the order of `PAGE_FEATURES`."""
    whole = sizes.held[0] or 1
    prose = sizes.held_prose[0]
    items = sum(
        size
        for size, block in zip(sizes.size, blocks, strict=True)
        if block.role in ("item", "row")
    )
    repeated = max((found[1] for found in sizes.series.values() if found[0] >= 3), default=0)
    kind = 4 * (not types.isdisjoint(_THREAD)) + 2 * (not types.isdisjoint(_PRODUCT))
    return (
        _wide_log(whole),
        _wide_log(prose),
        TOP * sizes.held_linked[0] // whole,
        LOG[min(len(blocks), _EDGE)],
        TOP * max(sizes.own_prose) // (prose or 1),
        TOP * repeated // whole,
        TOP * sizes.held[core] // whole,
        TOP * items // whole,
        kind + (not types.isdisjoint(_ARTICLE)),
        LOG[min(sum(look.comment for look in sizes.looks), _EDGE)],
        LOG[min(max((found[0] for found in sizes.series.values()), default=0), _EDGE)],
    )


def _wide_log(size: int) -> int:
    """Logarithm of a size of a page, at most some megabytes."""
    return min(TOP, 3 * size.bit_length() - (size < 3 * (1 << size.bit_length()) // 4))


def find_core(sizes: Sizes) -> int:
    """The smallest container that holds most of the page's prose, or of its text."""
    weighed = sizes.held_prose if sizes.held_prose[0] > ENOUGH_PROSE else sizes.held
    least = CORE * weighed[0]
    core = 0
    for at in range(1, len(weighed)):
        if weighed[at] >= least and sizes.parents[at] == core:
            core = at
    return core


def mark_core(sizes: Sizes, chains: Chains, core: int) -> None:
    """Tell the containers in the core, by their flags."""
    inside = [False] * len(sizes.parents)
    inside[core] = True
    flags = chains.flags
    for at in range(core, len(inside)):
        if inside[at] or inside[sizes.parents[at]]:
            inside[at] = True
            flags[at] |= 4


def box_row(at: int, sizes: Sizes, chains: Chains) -> tuple[int, ...]:
    """The measures of a container, in the order of `score_boxes.BOX_FEATURES`."""
    held, linked, prose = sizes.held, sizes.held_linked, sizes.held_prose
    whole, all_prose = held[0] or 1, prose[0] or 1
    parent = max(sizes.parents[at], 0)
    branch, section = chains.branch[at], chains.section[at]
    size = held[at] or 1
    return (
        _clip(int(12 * chains.least[at]) + TOP),
        _clip(int(4 * chains.near[at]) + 32),
        _clip(int(2 * chains.total[at]) + 40),
        _clip(int(8 * sizes.looks[at].total) + 32),
        int(TOP * (prose[at] / all_prose) ** 0.5),
        int(TOP * (sizes.own_prose[at] / all_prose) ** 0.5),
        LOG[min(sizes.own[at], _EDGE)],
        int(TOP * (size / whole) ** 0.5),
        TOP * linked[section] // (held[section] or 1),
        TOP * linked[at] // size,
        TOP * linked[parent] // (held[parent] or 1),
        TOP * linked[branch] // (held[branch] or 1),
        int(TOP * (prose[branch] / all_prose) ** 0.5),
        int(TOP * (chains.series[at] / whole) ** 0.5),
        chains.flags[at],
        _clip(int(12 * chains.most[at])),
        LOG[min(chains.depth[at], _EDGE)],
    )


def _clip(value: int) -> int:
    return 0 if value < 0 else min(value, TOP)


def block_rows(
    blocks: Sequence[Block], sizes: Sizes, live: Sequence[bool], shorts: Mapping[str, int]
) -> Iterator[tuple[int, ...] | None]:
    """The measures of each block in the order of `BLOCK_FEATURES`; none of one that is dead."""
    title = next((n for n, block in enumerate(blocks) if block.prefix == "# "), -1)
    last = next((n for n in range(len(blocks) - 1, -1, -1) if live[n] and sizes.prose[n]), 0)
    whole = sizes.held[0] or 1
    size, linked = sizes.size, sizes.linked
    logs = [LOG[own] if own < _EDGE else TOP for own in size]
    shares = [TOP * some // own if own else 0 for some, own in zip(linked, size, strict=True)]
    logs.append(0)
    shares.append(0)
    told = heading = level = 0
    for n, block in enumerate(blocks):
        own = size[n]
        told += own
        role = block.role
        heading += 1
        if role == "heading":
            heading, level = 0, len(block.prefix)
        if not live[n] or not own:
            yield None
            continue
        text = block.plain
        after, before_end = n - title + BEHIND, last - n + BEHIND
        yield (
            logs[n],
            shares[n],
            _KINDS.get(role, 0) if role != "heading" else 3 + level,
            (text[-1] in _STOPS) + 2 * ("," in text or "，" in text or ". " in text),
            TOP * told // whole,
            TOP if title < 0 else _clip(after),
            _clip(before_end),
            logs[n + 1],
            logs[n - 1],
            shares[n + 1],
            shares[n - 1],
            min(heading, TOP),
            level,
            min(len(_DIGITS.findall(text[:60])), 9),
            shorts.get(short_words(text), UNKNOWN) if len(text) <= MAX_SHORT else UNKNOWN,
        )
