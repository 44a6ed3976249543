"""The pieces of the block that is being read: text, links and marks of ours, in reading order.

Text of one link in one block is one piece, however many elements it is spread over, so that it
is shown as one marker; two links side by side stay two. A link gets its number with the first
thing of it that is shown, so that every number stands in the text. A link that shows only an
icon is named as an image would be: by the label it has for those who do not see it.

Left to taste, and in the display alone: what is struck out stands between ``~~``, since a price
that was must not read as the price that is; the bare number of a note stands in square brackets,
since note 3 behind 1999 must not read 19993.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborNode

from browser.text import tags
from browser.text.anchor import UNNUMBERED, Anchor, label
from browser.text.block import Block, Run
from browser.text.clean import one_line
from browser.text.compose import compose, folded, only_text, verbatim
from browser.text.echoes import without_echoes
from browser.text.elements import STRUCK
from browser.text.links import NOWHERE, Links
from browser.text.nodes import (
    drop_drawing,
    formula,
    is_index,
    is_mark,
    is_note,
    is_power,
    is_struck,
    tex,
)

MAX_ALT = 80  # characters
SKIP: Final = object()  # the state of an element that is not entered

# What the display has after an element.
_OPENING = {"rt": "(", "q": "“"}  # what the display has in front of an element
_CLOSING: dict[object, str] = {"rt": ")", "q": "”", "del": "~~", "note": "]"}
_FORMULA = re.compile(r"(?:^|[\s_-])(?:math|tex|latex)(?=$|[\s_-])", re.IGNORECASE)

_new = tuple.__new__

_Attributes = Mapping[str, str | None]


class Inline:
    """Collects the pieces of one block after the other.

    Args:
        links: Where the page's links are numbered.
        line_chars: Longest line, in characters.

    Attributes:
        parts: Of the block, or of the link in it that is being read.
        anchors: The open links, the outermost first.
    """

    def __init__(self, links: Links, line_chars: int = 200) -> None:
        self.parts: list[str | Run] = []
        self._links = links
        self._line_chars = line_chars
        self.anchors: list[Anchor] = []
        self._images = 0
        self._pictured = False  # an image stands in the block that is being read

    @property
    def in_link(self) -> bool:
        """Whether what is added now belongs to a link."""
        return bool(self.anchors) and self.anchors[-1].number != NOWHERE

    @property
    def shows(self) -> bool:
        """Whether anything of the block is to be seen."""
        return _shows(self.parts)

    @property
    def last(self) -> str:
        """The last character that was read, empty at the beginning or after a mark."""
        last = self.parts[-1] if self.parts else ""
        return last[-1:] if isinstance(last, str) else ""

    @property
    def _touches(self) -> bool:
        """Whether what comes next stands right behind something of the line."""
        parts = self.parts or (self.anchors[-1].outer if self.anchors else self.parts)
        last = parts[-1] if parts else " "
        return not (last if isinstance(last, str) else last.text)[-1:].isspace()

    def whole_link(self, reference: str | None, text: str) -> bool:
        """Add a link that holds *text* and nothing else, as most do; whether it is such a one."""
        if not reference or reference[0] == "#" or self.anchors or not text or text.isspace():
            return False
        number = self._links.add(reference, text)
        self.parts.append(text if number < 0 else _new(Run, (text, "link", number)))
        return True

    def enter(self, kind: int, tag: int, node: LexborNode, attributes: _Attributes) -> object:
        """Begin an element within a line; `SKIP` when it holds nothing to read."""
        if kind == tags.LINK:
            reference = attributes.get("href")
            if not reference:
                return None
            if reference[0] == "#" and is_mark(node):
                return SKIP
            anchor = Anchor(node, reference, self.parts)
            self.anchors.append(anchor)
            self.parts = anchor.parts
            return self
        if kind == tags.IMAGE:
            if alt := attributes.get("alt"):
                if _FORMULA.search(attributes.get("class") or ""):
                    self.parts.append(f" {one_line(tex(alt))} ")
                else:
                    self._image(alt)
        elif kind == tags.APART:
            self.parts.append(" ")
        else:
            return self._enter_marked(tags.NAMES[tag], node)
        return None

    def _enter_small(self, name: str, node: LexborNode) -> object:
        linked = bool(self.anchors) and self.anchors[-1].reference[0] == "#"
        if name == "sup" and self._touches and is_note(node, linked=linked):
            self.parts.append(Run("[", "deco"))
            return "note"
        last = self.parts[-1] if self.parts else ""
        before = last if isinstance(last, str) else ""
        if not self.anchors and name == "sup" and is_power(node, before):
            self.parts.append(Run("^", "deco"))
        elif not self.anchors and name == "sub" and is_index(node, before):
            self.parts.append(Run("_", "deco"))
        return name

    def _enter_marked(self, name: str, node: LexborNode) -> object:
        if name in _OPENING:
            self.parts.append(Run(_OPENING[name], "deco"))
        elif name in ("sub", "sup"):
            return self._enter_small(name, node)
        elif name in STRUCK:
            if self.anchors or not is_struck(node):
                return None
            self.parts.append(Run("~~", "deco"))
            return "del"
        elif name == "math":
            if written := folded(formula(node)):
                self.parts.append(f" {written} ")
                drop_drawing(node)
                return SKIP
        else:
            if is_mark(node):
                return SKIP
            self.parts.append(" ")
        return name

    def leave(self, kind: int, state: object) -> None:
        """End an element; *state* is what `enter` returned."""
        if kind == tags.LINK:
            if state is self:
                self._leave_link()
        elif kind == tags.APART or state == "button":
            self.parts.append(" ")
        elif state in _CLOSING:
            self.parts.append(Run(_CLOSING[state], "deco"))

    def _image(self, alt: str) -> None:
        alt = one_line(alt, MAX_ALT)
        if not alt:
            return
        if self.anchors:
            self.anchors[-1].images.append(alt)
        self.parts += (" ", Run(f"[Image {self._images}: {alt}]", "image"), " ")
        self._images += 1
        self._pictured = True

    def _leave_link(self) -> None:
        anchor = self.anchors[-1]
        self._close(anchor)
        if anchor.number == UNNUMBERED and (name := self._label(anchor)):
            self._image(name)
            self._close(anchor)
        if anchor.number >= 0:
            self._links.name(anchor.number, " ".join(anchor.words or anchor.images))
        self.anchors.pop()
        self.parts = anchor.outer

    def _label(self, anchor: Anchor) -> str:
        """The name of a link that shows only an icon; none for a sign that leads to this page."""
        name = label(anchor.node)
        return name if name and self._links.add(anchor.reference) != NOWHERE else ""

    def _close(self, anchor: Anchor) -> None:
        """Hand what was read in a link over to the block around it."""
        parts, outer = anchor.parts, anchor.outer
        if not parts:
            return
        text: list[str] = []
        for part in parts:
            if isinstance(part, str):
                text.append(part)
                continue
            self._add_text(anchor, text)
            text = []
            if part.kind == "image":
                outer.append(Run(part.text, "image", self._numbered(anchor)))
            else:
                outer.append(part)
        self._add_text(anchor, text)
        parts.clear()

    def _add_text(self, anchor: Anchor, pieces: list[str]) -> None:
        text = "".join(pieces)
        if not text or text.isspace():
            if text:
                anchor.outer.append(" ")
            return
        number = self._numbered(anchor)
        if number < 0:
            anchor.outer.append(text)
        else:
            anchor.words.append(text)
            anchor.outer.append(Run(text, "link", number))

    def _numbered(self, anchor: Anchor) -> int:
        if anchor.number == UNNUMBERED:
            anchor.number = self._links.add(anchor.reference)
        return anchor.number

    def begin_with(self, sign: str) -> None:
        """Put *sign* in front of what was read of the block, if that shows anything."""
        parts = self.anchors[0].outer if self.anchors else self.parts
        if sign and (_shows(parts) or (self.anchors and self.shows)):
            parts.insert(0, Run(f"{sign} ", "deco"))

    def take(self, role: str, prefix: str) -> Block | None:
        """End the block; returns it, ``None`` when nothing in it is to be seen."""
        for anchor in reversed(self.anchors):
            self._close(anchor)
        parts = self.anchors[0].outer if self.anchors else self.parts
        if not parts:
            return None
        block = None
        for part in parts:
            if not isinstance(part, str):
                room = self._line_chars - len(prefix)
                told = without_echoes(parts) if self._pictured else parts
                text, plain, spans, linked = compose(told, self._links.hosts, room)
                if plain or _shows(parts):
                    block = Block(text, plain, role, prefix, "", 0, linked, True, False, spans)
                break
        else:
            text, plain = only_text("".join(parts))  # type: ignore[arg-type]
            if text:
                block = Block(text, plain, role, prefix)
        parts.clear()
        self._pictured = False
        return block

    def take_code(self) -> Block | None:
        """As `take`, with white space kept."""
        for anchor in reversed(self.anchors):
            self._close(anchor)
        parts = self.anchors[0].outer if self.anchors else self.parts
        block = None
        if _shows(parts):
            text, plain, spans, linked = verbatim(parts, self._links.hosts, self._line_chars)
            block = Block(text, plain, "code", linked=linked, verbatim=True, spans=spans)
        parts.clear()
        return block


def _shows(parts: list[str | Run]) -> bool:
    return any(
        not (part if isinstance(part, str) else part.text).isspace()
        for part in parts
        if (part if isinstance(part, str) else part.text)
    )
