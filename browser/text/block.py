"""A block: one paragraph, heading, list item, table row or line of code, in its two texts.

One text is displayed, with markers; the other is the page's own words. They are made together
(`browser.text.compose`), with the offsets at which they correspond, so that a cut in one is a
cut in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["text", "link", "image", "deco", "cell", "copy"]


class Run(NamedTuple):
    """A piece of a block that is more than text.

    Attributes:
        text: Raw text of the page, or our own words for an ``image`` or a ``deco``.
        kind: ``text``; ``link``; ``image`` and ``deco`` (bullets) stand in the display only;
            ``cell`` begins a table cell: a bar in the display, a tab in the page's words;
            ``copy`` repeats a cell that spans several rows or columns, in the display only.
        link: Link id, -1 when there is none.
    """

    text: str
    kind: Kind = "text"
    link: int = -1


Parts = Sequence["str | Run"]  # of one block, in reading order, white space as in the source


class Span(NamedTuple):
    """Where a run stands: display offsets, plain offsets, whether it may not be broken."""

    start: int
    end: int
    plain_start: int
    plain_end: int
    solid: bool


@dataclass(slots=True)
class Block:
    """One paragraph, heading, list item, table row or line of code.

    Attributes:
        text: As displayed, white space folded, without *prefix*.
        plain: The page's own words.
        role: As `browser.model.page.Line.role`.
        prefix: What the display puts in front: ``# ``, ``  * ``.
        area: As `browser.model.page.Line.area`.
        box: Index of the container that it stands in, in the page's list of boxes.
        linked: How many characters of *plain* stand in links.
        main: Whether it belongs to the main content.
        verbatim: Whether white space counts (code, plain text).
        spans: How offsets of the two texts correspond, in order; ``None`` when they are equal.
    """

    text: str
    plain: str
    role: str = "text"
    prefix: str = ""
    area: str = ""
    box: int = 0
    linked: int = 0
    main: bool = True
    verbatim: bool = False
    spans: list[Span] | None = None
