"""Which part of a page is wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """Which part of a page a command wants to see.

    Attributes:
        line: First line; the place that the address names, or the start, when ``None``.
        lines: How many; as many as a window holds when ``None``.
    """

    line: int | None = None
    lines: int | None = None


FROM_THE_START = View()
