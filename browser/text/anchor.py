"""An open link while it is read, and what a link is called that shows only an icon."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborNode

from browser.text.block import Run

UNNUMBERED: Final = -2  # of a link that shows nothing yet
# Words for readers of the page's sound, and the title of a drawing.
_SPOKEN = "svg title, .sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text"

_ICON = ".material-icons, [class*=material-symbols], [class*=material-icons]"


class Anchor:
    """An open ``<a>``: its number once it has one, and what is said in it."""

    __slots__ = ("images", "node", "number", "outer", "parts", "reference", "words")

    def __init__(self, node: LexborNode, reference: str, outer: list[str | Run]) -> None:
        self.node = node
        self.reference = reference
        self.number = UNNUMBERED
        self.outer = outer
        self.parts: list[str | Run] = []
        self.words: list[str] = []
        self.images: list[str] = []


def label(node: LexborNode) -> str:
    """What an icon without visible words is called, for those who do not see it."""
    attributes = node.attributes
    named = attributes.get("aria-label") or attributes.get("title")
    if named or not node.text(deep=True).strip():
        return named or ""
    spoken = node.css_first(_SPOKEN) or node.css_first(_ICON)
    return spoken.text(deep=True) if spoken is not None else ""
