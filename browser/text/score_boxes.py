"""What is measured of a page's containers: how much text they hold, where, and of what kind.

Sizes are in bytes of UTF-8, which counts a Chinese character as three Latin letters. Every
measure ends as a whole number from 0 to 63, so that a model can look it up (`score_model`).

A container is dead when the names on its way from the body say so and it holds little: what
stands in it is not looked at further.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import NamedTuple

from browser.text.block import Block
from browser.text.box import Box
from browser.text.score_names import Look, Names

TOP = 63
PROSE = 80  # bytes outside links that make a block prose
ENOUGH_PROSE = 200  # bytes; a page with less is measured by all its text
SMALL = 0.3  # share of the page; names accuse only what holds less
TRUNK = 0.5  # share of the page that the containers around the main content hold
SECTION = 400  # bytes: a container that says something by itself
ALIKE = 3  # siblings of one shape that make a series
DEAD = -3.0  # weight of a name
DEAD_LINKED = -2.5  # idem, of a container that is mostly links
LINKED = 0.4
FADING = 0.6  # of the weights further out

_PLAIN = frozenset(("li", "td", "th", "dd", "dt"))
LOG = bytes(min(TOP, round(5 * log2(1 + n))) for n in range(4096))

BOX_FEATURES = (
    "least",
    "near",
    "total",
    "own_name",
    "share",
    "own_prose",
    "own",
    "size",
    "section_linked",
    "linked",
    "parent_linked",
    "branch_linked",
    "branch_share",
    "series",
    "flags",
    "most",
    "depth",
)


class Sizes(NamedTuple):
    """Sizes of blocks and of the containers that count.

    Attributes:
        view: By box, the container that stands for it: unnamed items and cells are their list.
        parents: By container.
        looks: By container.
        size, linked: By block, bytes, and those in links.
        prose: By block, bytes outside links when it is prose.
        own, own_prose: By container, bytes of the blocks right in it.
        held, held_linked, held_prose: By container, of everything in it.
        series: By parent and shape, how many containers with text and how much text.
    """

    view: list[int]
    parents: list[int]
    looks: list[Look]
    size: list[int]
    linked: list[int]
    prose: list[int]
    own: list[int]
    own_prose: list[int]
    held: list[int]
    held_linked: list[int]
    held_prose: list[int]
    series: dict[tuple[int, str], list[int]]


def measure(blocks: Sequence[Block], boxes: Sequence[Box], names: Names) -> Sizes:
    """Add up the sizes of a page."""
    view, parents, looks = _containers(boxes, names)
    count = len(parents)
    held, held_linked, held_prose = [0] * count, [0] * count, [0] * count
    sizes, links, proses = [], [], []
    for block in blocks:
        text, linked = block.plain, block.linked
        size = len(text)
        if not text.isascii():
            wide = len(text.encode("utf-8", "surrogatepass"))
            if linked:
                linked = linked * wide // size
            size = wide
        free = size - linked
        prose = free if free >= PROSE and free > linked else 0
        at = view[block.box]
        held[at] += size
        held_linked[at] += linked
        held_prose[at] += prose
        sizes.append(size)
        links.append(linked)
        proses.append(prose)
    own, own_prose = held[:], held_prose[:]
    series = _roll_up(parents, looks, held, held_linked, held_prose)
    return Sizes(
        view, parents, looks, sizes, links, proses,
        own, own_prose, held, held_linked, held_prose, series,
    )  # fmt: skip


def _containers(boxes: Sequence[Box], names: Names) -> tuple[list[int], list[int], list[Look]]:
    view: list[int] = []
    parents: list[int] = []
    looks: list[Look] = []
    kept = names.kept.get
    for parent, tag, words, role in boxes:
        if not words and tag in _PLAIN and not role and parent >= 0:
            view.append(view[parent])
            continue
        key = (tag, words, role)
        view.append(len(parents))
        parents.append(view[parent] if parent >= 0 else -1)
        looks.append(kept(key) or names.look(key))
    return view, parents, looks


def _roll_up(
    parents: list[int],
    looks: list[Look],
    held: list[int],
    held_linked: list[int],
    held_prose: list[int],
) -> dict[tuple[int, str], list[int]]:
    series: dict[tuple[int, str], list[int]] = {}
    for at in range(len(parents) - 1, 0, -1):
        size = held[at]
        if not size:
            continue
        parent = parents[at]
        held[parent] += size
        held_linked[parent] += held_linked[at]
        held_prose[parent] += held_prose[at]
        key = (parent, looks[at].shape)
        found = series.get(key)
        if found is None:
            series[key] = [1, size]
        else:
            found[0] += 1
            found[1] += size
    return series


class Chains(NamedTuple):
    """What containers inherit from those around them; by container.

    Attributes:
        least, most: The lowest and highest weight of a name on small containers of the way.
        depth: How many containers are around it.
        near: Sum of weights, less for those further out.
        total: Sum of weights.
        flags: 1: comments on the way; 2: inside an article; 4: inside the core.
        series: Bytes of the largest series on the way.
        branch: The outermost container on the way that is not around most of the page.
        section: The nearest container that holds enough to say something.
        dead: Whether nothing in it is main content.
    """

    least: list[float]
    most: list[float]
    depth: list[int]
    near: list[float]
    total: list[float]
    flags: list[int]
    series: list[int]
    branch: list[int]
    section: list[int]
    dead: list[bool]


def chain(sizes: Sizes) -> Chains:
    """Hand down what containers inherit."""
    parents, looks, held = sizes.parents, sizes.looks, sizes.held
    prose = sizes.held_prose
    weighed = prose if prose[0] > ENOUGH_PROSE else held
    small, trunk = SMALL * weighed[0], TRUNK * weighed[0]
    linked, alike = sizes.held_linked, sizes.series
    chains = _roots(len(parents))
    least, most, depth, near, total, flags, series, branch, section, dead = chains
    for at in range(1, len(parents)):
        parent, size = parents[at], held[at]
        if not size or dead[parent]:
            dead[at] = True
            continue
        look, weight = looks[at], weighed[at]
        depth[at] = depth[parent] + 1
        flag = flags[parent] | look.article << 1
        low, high = least[parent], most[parent]
        if weight < small:
            low = min(low, look.least)
            if low <= DEAD or (low <= DEAD_LINKED and linked[at] >= LINKED * size):
                dead[at] = True
                continue
            near[at] = FADING * near[parent] + look.total
            total[at] = total[parent] + look.total
            high = max(high, look.most)
            flag |= look.comment
        else:
            near[at], total[at] = near[parent], total[parent]
        least[at], most[at], flags[at] = low, high, flag
        count, together = alike[parent, look.shape]
        series[at] = together if count >= ALIKE and together > series[parent] else series[parent]
        branch[at] = branch[parent] or (0 if weight >= trunk else at)
        section[at] = at if size >= SECTION else section[parent]
    return chains


def _roots(count: int) -> Chains:
    """Chains of *count* containers that inherit nothing yet."""
    none, nothing = [0] * count, [0.0] * count
    return Chains(
        nothing, nothing[:], none, nothing[:], nothing[:],
        none[:], none[:], none[:], none[:], [False] * count,
    )  # fmt: skip
