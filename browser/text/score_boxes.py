"""What is measured of a page's containers: how much text they hold, where, and of what kind.

Sizes are in bytes of UTF-8, which counts a Chinese character as three Latin letters. Every
measure ends as a whole number from 0 to 63, so that a model can look it up (`score_model`).

A container is dead when the names on its way from the body say so and it holds little: what
stands in it is not looked at further. Most of a page's frame is dead, so nothing is measured
that a container inside a dead one would need.

A load is the sizes of some text in one number, so that one addition adds them all: its bytes,
from bit 32 on those in links, from bit 64 on those outside links in blocks that are prose.
"""

# ruff: noqa: FURB136, PLR1730 - calls of min and max cost more than what is measured here
from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any, NamedTuple

from browser.text.block import Block
from browser.text.box import Box
from browser.text.score_names import Names

TOP = 63
MASK = (1 << 32) - 1
PROSE = 80  # bytes outside links that make a block prose
ENOUGH_PROSE = 200  # bytes; a page with less is measured by all its text
SMALL = 0.3  # share of the page; names accuse only what holds less
CORE = 0.75  # share of the page that the smallest container of its kind holds
ALIKE = 3  # siblings of one shape that make a series
DEAD = -3.0  # weight of a name
DEAD_LINKED = -2.5  # idem, of a container that is mostly links
LINKED = 0.4
FADING = 0.6  # of the weights further out

_EDGE = 4095
LOG = bytes(min(TOP, round(5 * log2(1 + n))) for n in range(_EDGE + 1))

BOX_FEATURES = (
    "least",
    "near",
    "total",
    "own_name",
    "share",
    "own_prose",
    "own",
    "own_linked",
    "size",
    "linked",
    "series",
    "series_count",
    "series_prose",
    "flags",
    "depth",
)


# The way to a container, what it inherits from those around it, and its own names:
# its index (unnamed items and cells have the way of their list or table); the lowest weight of a
# name on small containers of the way; sum of weights, less for those further out; sum of weights;
# weight of its own names; 1 for comments on the way, 2 for inside an article; how many
# containers are around it; its parent and its shape, which are the same for siblings that are
# made alike; the way of the container around it. A plain tuple, since thousands are made.
Way = tuple[int, float, float, float, float, int, int, tuple[int, str], Any]


class Survey(NamedTuple):
    """A page's containers and how much text they hold.

    Attributes:
        loads: By block.
        live: The blocks that are scored, those with words outside dead containers, and the
            way of each.
        held: By box, the load of everything in it.
        own: By box, the load of the blocks right in it; only where it has a way.
        ways: By box; ``None`` where it is dead or empty.
        series: By parent and shape, how many containers with text, and their load.
        largest: By box, the largest series that it is part of, where that was asked.
        core: The smallest container that holds most of the page's prose, or of its text.
        end: The first box behind the core.
        comments: How many containers are named as comments.
    """

    loads: list[int]
    live: list[tuple[int, Way]]
    held: list[int]
    own: dict[int, int]
    ways: list[Way | None]
    series: dict[tuple[int, str], list[int]]
    largest: dict[int, tuple[int, int]]
    core: int
    end: int
    comments: int


def survey(blocks: Sequence[Block], boxes: Sequence[Box], names: Names) -> Survey:
    """Measure a page: its blocks, what its containers hold, and what their names say."""
    held = [0] * len(boxes)
    loads = _loads(blocks, held)
    for at in range(len(boxes) - 1, 0, -1):
        load = held[at]
        if load:
            held[boxes[at][0]] += load
    ways, series, core, comments = _ways(boxes, held, names)
    live = []
    own: dict[int, int] = {}
    for n, block in enumerate(blocks):
        way = ways[block.box]
        if way is not None and (load := loads[n]):
            at = way[0]
            live.append((n, way))
            own[at] = own.get(at, 0) + load
    end = core + 1
    while end < len(boxes) and boxes[end][0] >= core:
        end += 1
    return Survey(loads, live, held, own, ways, series, {0: (0, 0)}, core, end, comments)


def _loads(blocks: Sequence[Block], held: list[int]) -> list[int]:
    """The load of each block; adds them to what their boxes hold."""
    loads = []
    for block in blocks:
        text = block.plain
        size = len(text)
        linked = min(block.linked, size)  # white space at the end of a link is cut off later
        if not text.isascii():
            wide = len(text.encode("utf-8", "surrogatepass"))
            if linked:
                linked = linked * wide // size
            size = wide
        free = size - linked
        load = size
        if linked:
            load |= linked << 32
        if free >= PROSE and free > linked:
            load |= free << 64
        held[block.box] += load
        loads.append(load)
    return loads


_Ways = tuple[list["Way | None"], dict[tuple[int, str], list[int]], int, int]


def _ways(boxes: Sequence[Box], held: Sequence[int], names: Names) -> _Ways:
    """Hand down what containers inherit."""
    whole = held[0]
    by_prose = whole >> 64 > ENOUGH_PROSE
    weight = whole >> 64 if by_prose else whole & MASK
    small, most_of = SMALL * weight, CORE * weight
    core = comments = 0
    ways: list[Way | None] = [None] * len(boxes)
    ways[0] = (0, 0.0, 0.0, 0.0, 0.0, 0, 0, (-1, ""), None)
    series: dict[tuple[int, str], list[int]] = {}
    kept, look = names.kept.get, names.look
    for at, load in enumerate(held):
        if not load or not at:
            continue
        box_names = boxes[at]
        around = ways[box_names[0]]
        if around is None:
            continue
        key = box_names[1:]
        known = kept(key)
        if known is None:
            known = look(key)
        own, low, comment, article, shape = known
        if not shape:
            ways[at] = around
            continue
        box, least, near, total, _, flags, depth, _, _ = around
        kin = (box, shape)
        alike = series.get(kin)
        if alike is None:
            series[kin] = [1, load]
        else:
            alike[0] += 1
            alike[1] += load
        comments += comment
        size = load & MASK
        weight = load >> 64 if by_prose else size
        if weight < small:
            if low < least:
                least = low
            if least <= DEAD or (least <= DEAD_LINKED and (load >> 32 & MASK) >= LINKED * size):
                continue
            near = FADING * near + own
            total += own
            flags |= comment
        elif weight >= most_of and box == core:
            core = at
        if article:
            flags |= 2
        ways[at] = (at, least, near, total, own, flags, depth + 1, kin, around)
    return ways, series, core, comments


def box_row(way: Way, page: Survey) -> tuple[int, ...]:
    """The measures of a container, in the order of `BOX_FEATURES`."""
    at, least, near, total, own_name, flags, depth, _, _ = way
    held = page.held
    load, top = held[at], held[0]
    size, prose = load & MASK, load >> 64
    whole, all_prose = top & MASK or 1, top >> 64 or 1
    own = page.own.get(at, 0)
    own_size, own_prose = own & MASK, own >> 64
    named, fading, summed = int(8 * own_name) + 32, int(4 * near) + 32, int(2 * total) + 40
    low = int(12 * least) + TOP
    alike, together = _largest_series(way, page)
    return (
        low if low > 0 else 0,
        0 if fading < 0 else fading if fading < TOP else TOP,
        0 if summed < 0 else summed if summed < TOP else TOP,
        0 if named < 0 else named if named < TOP else TOP,
        int(TOP * (prose / all_prose) ** 0.5) if prose else 0,
        int(TOP * (own_prose / all_prose) ** 0.5) if own_prose else 0,
        LOG[own_size] if own_size < _EDGE else TOP,
        TOP * (own >> 32 & MASK) // (own_size or 1),
        int(TOP * (size / whole) ** 0.5),
        TOP * (load >> 32 & MASK) // (size or 1),
        int(TOP * ((together & MASK) / whole) ** 0.5) if together else 0,
        LOG[alike] if alike < _EDGE else TOP,
        TOP * (together >> 64) // (together & MASK) if together else 0,
        flags | 4 if page.core <= at < page.end else flags,
        depth if depth < TOP else TOP,
    )


def _largest_series(way: Way, page: Survey) -> tuple[int, int]:
    """How many siblings the largest series has that a container is part of, and their load."""
    largest, series = page.largest, page.series
    path = []
    while (best := largest.get(way[0])) is None:
        path.append(way)
        way = way[8]
    for step in reversed(path):
        count, load = series[step[7]]
        if count >= ALIKE and load & MASK > best[1] & MASK:
            best = (count, load)
        largest[step[0]] = best
    return best
