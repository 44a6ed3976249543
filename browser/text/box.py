"""A container element of a page: what the main content is told apart by."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """One container: a division, section, list, list item, table, cell and the like.

    Attributes:
        parent: Index of the box around it, -1 for the first one, the body.
        tag: Name of the element, lower case.
        names: Its ``id`` and ``class`` as written, joined by a space; empty without either.
        role: Its ``role``, ``itemtype`` and ``itemprop`` as written, joined by a space.
    """

    parent: int
    tag: str
    names: str = ""
    role: str = ""
