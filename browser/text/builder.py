"""Blocks out of elements that begin and end: what holds around the one that is being read.

A block has the role, the sign in front, the area and the container of the elements that are
open around it. The walk (`browser.text.html`) says which begin and end, and this module what
comes of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from browser.text import tags
from browser.text.block import Block
from browser.text.box import Box
from browser.text.bullets import Bullets
from browser.text.compose import only_text
from browser.text.echoes import is_echo
from browser.text.elements import AREAS, BOXES, CONTENTS, HEADINGS, ROLES, VERBATIM
from browser.text.hidden import unseen
from browser.text.inline import SKIP, Inline
from browser.text.links import Links
from browser.text.nodes import is_gutter_cell
from browser.text.rows import Table, is_row

MAX_BLANKS = 2  # blank lines in a row that are kept in code
MAX_QUOTES = 4  # quotes within quotes that are told apart
MOST_BLOCKS = 60_000  # of a page; more lines than this are not shown anyway
_TERMINATORS = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
MAX_PLACES = 2_000  # ids of a page that addresses may lead to
MAX_PLACE = 200  # characters of an id
_TELLING = frozenset(("role", "itemtype", "itemprop"))
_new = tuple.__new__

Attributes = Mapping[str, str | None]
Around = tuple[str, str, str, int, str]  # role, prefix, area, box around a block; its name


class Full(Exception):
    """The page has more blocks than any page may show."""


class Builder:
    """Collects the blocks and containers of a page.

    Args:
        links: Where the page's links are numbered.
        line_chars: Longest line, in characters.

    Attributes:
        blocks: In reading order.
        boxes: The containers that the blocks stand in; the first is the body.
        places: By id of an element, the index of the block that it begins with.
        unquotable: Indices of the blocks that hold words which may not be quoted.
        hidden: Characters of words that were left out because nobody sees them.
    """

    def __init__(self, links: Links, line_chars: int) -> None:
        self.blocks: list[Block] = []
        self.boxes = [Box(-1, "body", "", "")]
        self.places: dict[str, int] = {}
        self.unquotable: set[int] = set()
        self.hidden = 0
        self._quiet_since: list[int] = []  # blocks when each of the open elements began
        self._inline = Inline(links, line_chars)
        self._contents = 0  # depth of <main> and <article>
        self._role, self._prefix, self._area, self._box = "text", "", "", 0
        self._bullets = Bullets()
        self._fronts = self._bullets.fronts
        self._quotes = 0
        self._verbatim = 0
        self._coding = False  # a line of the open <pre> was added
        self._blanks = 0  # blank lines since then
        self._row = False  # inside a table row that is shown as one
        self._tables: list[Table] = []

    def mark_place(self, attributes: Attributes, kind: int) -> None:
        """Remember where an element with an id begins, for addresses that lead there."""
        place = attributes.get("id") or attributes.get("name")
        if place and len(place) <= MAX_PLACE and len(self.places) < MAX_PLACES:
            behind = kind >= tags.BLOCK and bool(self._inline.parts)
            self.places.setdefault(place, len(self.blocks) + behind)

    def begin_quiet(self) -> None:
        """Begin an element whose words may not be quoted."""
        self._quiet_since.append(len(self.blocks))

    def end_quiet(self) -> None:
        """End it: every block since it began holds such words, the open one if it holds any."""
        pending = bool(self._inline.parts) or bool(self._inline.anchors)
        self.unquotable.update(range(self._quiet_since.pop(), len(self.blocks) + pending))

    def _code(self, text: str) -> None:
        lines = _TERMINATORS.split(text)
        for number, line in enumerate(lines):
            if number:
                self._end_code_line()
            if len(self.blocks) >= MOST_BLOCKS:
                raise Full
            if line:
                self._inline.parts.append(line)

    def flush(self) -> None:
        """End the current block."""
        if self._verbatim:
            self._flush_code()
            return
        role, prefix = self._looks()
        if role == "heading" and self._fronts:
            self._inline.begin_with(self._bullets.number)
        block = self._inline.take(role, prefix)
        if block is not None:
            self._add(block)
            if role in ("item", "heading"):
                self._bullets.use()

    def _leaf(self, text: str) -> None:
        """Add a block of *text* alone."""
        if self._role == "heading" and self._fronts:
            self._inline.parts.append(text)
            self.flush()
            return
        shown, plain = only_text(text)
        if shown:
            role, prefix = self._looks()
            self._add(Block(shown, plain, role, prefix))
            if role in ("item", "heading"):
                self._bullets.use()

    def _looks(self) -> tuple[str, str]:
        """Role and prefix of the block that is being read."""
        role, prefix = self._role, self._prefix
        if role == "item" and self._fronts:
            return role, self._fronts[-1]
        if self._quotes and role == "text":
            return "quote", "> " * min(self._quotes, MAX_QUOTES)
        return role, prefix

    def _end_code_line(self) -> None:
        if not self._flush_code():
            self._blanks += 1

    def _flush_code(self) -> bool:
        block = self._inline.take_code()
        if block is None:
            return False
        if self._coding:
            for _ in range(min(self._blanks, MAX_BLANKS)):
                self._add(Block("", "", "code", verbatim=True))
        self._add(block)
        self._coding, self._blanks = True, 0
        return True

    def _add(self, block: Block) -> None:
        block.area, block.box = self._area, self._box
        blocks = self.blocks
        if blocks and not blocks[-1].plain and is_echo(blocks[-1], block):
            sign = blocks[-1].prefix
            if block.role == blocks[-1].role == "item" and not block.prefix.strip():
                block.prefix = sign
            self._forget_last()
        blocks.append(block)

    def _forget_last(self) -> None:
        """Take the last block back; what begins behind it begins in its place."""
        self.blocks.pop()
        last = len(self.blocks)
        for place, begins in self.places.items():
            self.places[place] = min(begins, last)

    def _begins_row(self, node: LexborNode) -> bool:
        if not self._tables:
            return False
        table = self._tables[-1]
        self._row = table.as_row = is_row(node, below_row=table.as_row)
        if self._row:
            self.flush()
            table.begin_row(self._inline)
        return self._row

    def _end_row(self) -> None:
        self._row = False
        block = self._tables[-1].end_row()
        if block is not None:
            self._add(block)

    def _enter_block(
        self, kind: int, name: str, node: LexborNode, attributes: Attributes
    ) -> object:
        if name == "dialog" and "open" not in attributes:
            self.hidden += unseen(node, "")
            return SKIP
        if kind == tags.CELL and is_gutter_cell(node, attributes.get("class") or ""):
            return SKIP
        state = (self._role, self._prefix, self._area, self._box, name)
        if name in BOXES:
            self._enter_box(name, attributes, attributes.get("class") or "")
        if kind == tags.LIST:
            self._bullets.open_list(name, node, attributes)
        elif kind == tags.ITEM:
            self._role = "item"
            self._bullets.open_item(name, attributes)
        elif kind == tags.HEADING:
            self._role, self._prefix = "heading", HEADINGS[name]
        elif name == "blockquote":
            self._quotes += 1
            self._role, self._prefix = "text", ""
        elif name == "table":
            self._tables.append(Table())
        elif name in VERBATIM:
            self._verbatim += 1
            self._coding, self._blanks = False, 0
        elif name in CONTENTS:
            self._contents += 1
        return state

    def _enter_box(self, tag: str, attributes: Attributes, names: str) -> None:
        role = ""
        if attributes:
            named = attributes.get("id")
            if len(attributes) > (names != "") + (named is not None) and not _TELLING.isdisjoint(
                attributes
            ):
                get = attributes.get
                role = f"{get('role') or ''} {get('itemtype') or ''} {get('itemprop') or ''}"
                role = role.strip()
            if named:
                names = f"{named} {names}" if names else named
        self.boxes.append(_new(Box, (self._box, tag, names, role)))
        self._box = len(self.boxes) - 1
        area = AREAS.get(tag)
        if role:
            area = ROLES.get((attributes.get("role") or "").lower()) or area
        if area and not self._quotes and not (self._contents and area in ("header", "sidebar")):
            self._area = area

    def _leave_block(self, kind: int, state: Around) -> None:
        self._role, self._prefix, self._area, self._box, name = state
        if kind == tags.LIST:
            self._bullets.close_list()
        elif kind == tags.ITEM:
            self._bullets.close_item()
        elif name == "blockquote":
            self._quotes -= 1
        elif name == "table":
            self._tables.pop()
        elif name in VERBATIM:
            self._verbatim -= 1
        elif name in CONTENTS:
            self._contents -= 1
