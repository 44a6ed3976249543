"""The runs of the block that is being read: text, links and marks of ours, in reading order.

Text of one link in one block is one run, however many elements it is spread over, so that it
is shown as one marker; two links side by side stay two. A link gets its number with the first
thing of it that is shown, so that every number stands in the text. A link that shows only an
icon is named as an image would be: by the label it has for those who do not see it.
"""

from __future__ import annotations

from typing import NamedTuple

from selectolax.lexbor import LexborNode

from browser.text.block import Run
from browser.text.clean import one_line
from browser.text.links import NOWHERE, Links

MAX_ALT = 80  # characters

# Words for readers of the page's sound, and the title of a drawing.
_SPOKEN = "svg title, .sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text"


class Anchor(NamedTuple):
    """An open ``<a>``: link id, element while not yet numbered, words, names of images."""

    link: int
    pending: LexborNode | None
    words: list[str]
    images: list[str]


class Inline:
    """Collects the runs of one block after the other.

    Args:
        links: Where the page's links are numbered.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._runs: list[Run] = []
        self._open: list[str] = []  # words of the run that is being read
        self._anchor = Anchor(NOWHERE, None, [], [])
        self._images = 0

    @property
    def in_link(self) -> bool:
        """Whether what is added now belongs to a link."""
        return self._anchor.link != NOWHERE

    @property
    def last(self) -> str:
        """The last character of the run that is being read, empty at its beginning."""
        return self._open[-1][-1:] if self._open else ""

    def text(self, text: str) -> None:
        """Add text of the page."""
        if self._anchor.pending is not None and not text.isspace():
            self._number()
        if self.in_link:
            self._anchor.words.append(text)
        self._open.append(text)

    def space(self) -> None:
        """Keep the words before and after apart."""
        self._open.append(" ")

    def deco(self, text: str) -> None:
        """Add words of ours that stand in the display only."""
        self._close()
        self._runs.append(Run(text, "deco"))

    def cell(self) -> None:
        """Begin the next cell of a row."""
        self._close()
        self._runs.append(Run("", "cell"))

    def image(self, alt: str) -> None:
        """Add an image by its alt text; nothing for an image without one."""
        alt = one_line(alt, MAX_ALT)
        if not alt:
            return
        if self._anchor.pending is not None:
            self._number()
        if self.in_link:
            self._anchor.images.append(alt)
        self.space()
        self._close()
        self._runs.append(Run(f"[Image {self._images}: {alt}]", "image", self._anchor.link))
        self._images += 1
        self.space()

    def enter_link(self, node: LexborNode, reference: str | None) -> Anchor:
        """Begin an ``<a>``; returns what it interrupts, for `leave_link`."""
        self._close()
        before, self._anchor = self._anchor, Anchor(NOWHERE, node if reference else None, [], [])
        return before

    def leave_link(self, before: Anchor) -> None:
        """End an ``<a>``: the words in it name the link, or the label of its icon does."""
        if self._anchor.pending is not None:
            self.image(_label(self._anchor.pending))
        self._close()
        if self.in_link:
            words = "".join(self._anchor.words)
            named = words if words.strip() else " ".join(self._anchor.images)
            self._links.name(self._anchor.link, named)
        self._anchor = before

    def take(self) -> list[Run]:
        """End the block; returns its runs, none when nothing in it is to be seen."""
        self._close()
        runs, self._runs = self._runs, []
        if self.in_link:
            self._anchor.words.append(" ")
        return runs if any(run.text and not run.text.isspace() for run in runs) else []

    def _close(self) -> None:
        if self._open:
            link = self._anchor.link
            text = "".join(self._open)
            self._runs.append(Run(text, "text" if link == NOWHERE else "link", link))
            self._open = []

    def _number(self) -> None:
        self._close()
        node = self._anchor.pending
        reference = node.attributes.get("href") if node is not None else None
        number = self._links.add(reference or "")
        self._anchor = self._anchor._replace(link=number, pending=None)


def _label(node: LexborNode) -> str:
    """What an icon without visible words is called, for those who do not see it."""
    named = node.attributes.get("aria-label") or node.attributes.get("title")
    if named:
        return named
    spoken = node.css_first(_SPOKEN)
    return spoken.text(deep=True) if spoken is not None else ""
