"""HTML to blocks and links: one walk over the parsed tree, in reading order.

Governing texts: the HTML Standard for what an element means (its rendering section for which
elements stand on lines of their own), parsed by lexbor. Nothing visible is thrown away here:
what does not belong to the main content is folded later, in the display.

Left to taste: ``<br>`` starts a new line except inside links, headings and cells; an image is
named by its alt text and skipped without one; a link to a place on the same page is text; a
power is written with ``^`` in the display, since 10 to the sixth is not 106; the words on a
button and in a text field are text, its placeholder is not.

The loop in `Walk.run` is where rendering spends its time: it asks each node for its number
first, for attributes only where it is an element, and for nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text import tags
from browser.text.block import Block
from browser.text.box import Box
from browser.text.bullets import Bullets
from browser.text.compose import only_text
from browser.text.elements import AREAS, BOXES, CONTENTS, HEADINGS, ROLES, VERBATIM
from browser.text.hidden import MAY_HIDE, UNREAD, is_undrawn
from browser.text.inline import SKIP, Inline
from browser.text.links import Links
from browser.text.nodes import is_gutter, is_gutter_cell
from browser.text.rows import Table, is_row

MAX_BLANKS = 2  # blank lines in a row that are kept in code
MAX_QUOTES = 4  # quotes within quotes that are told apart
MAX_DEPTH = 512  # open elements; Blink and WebKit stop there too
MAX_NODES = 1_000_000  # of a page; the parser makes many of few tags that are never closed

_PLAIN = frozenset((tags.BOX, tags.BLOCK, tags.HEADING, tags.ITEM))  # no rule but in code and rows
_TELLING = frozenset(("role", "itemtype", "itemprop"))
_new = tuple.__new__

_Attributes = Mapping[str, str | None]
_Around = tuple[str, str, str, int, str]  # role, prefix, area, box around a block; its name


class Walk:
    """Collects blocks and links. One object walks one page.

    Args:
        links: Where the page's links are numbered.
        line_chars: Longest line, in characters.
        noscript: Whether ``<noscript>`` is read.
        streamed: Ids of hidden elements that a script of the page moves to where they show.

    Attributes:
        blocks: In reading order.
        boxes: The containers that the blocks stand in; the first is the body.
    """

    def __init__(
        self,
        links: Links,
        *,
        line_chars: int = 200,
        noscript: bool = False,
        streamed: frozenset[str] = frozenset(),
    ) -> None:
        self.blocks: list[Block] = []
        self.boxes = [Box(-1, "body", "", "")]
        self._inline = Inline(links, line_chars)
        self._noscript = noscript
        self._streamed = streamed
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

    def run(self, root: LexborNode) -> None:  # noqa: C901, PLR0912, PLR0915 - the one hot loop
        """Walk everything below *root*, however deep, without recursion.

        Raises:
            FetchFailed: ``unreadable`` when the tree is deeper or larger than a page's.
        """
        kinds, inline, streamed = tags.KINDS, self._inline, self._streamed
        text_kind, skip, link, heading = tags.TEXT, tags.SKIP, tags.LINK, tags.HEADING
        item, block, plain_box = tags.ITEM, tags.BLOCK, tags.PLAIN_BOX
        plain_item, all_names, may_hide = tags.PLAIN_ITEM, tags.NAMES, MAY_HIDE
        unread = UNREAD
        stack: list[tuple[LexborNode, int, object]] = []
        node = root.first_child
        seen = 0
        while True:
            if node is None:
                if not stack:
                    break
                node, kind, state = stack.pop()
                if kind >= plain_box:
                    if inline.parts or inline.anchors:
                        self.flush()
                    self._role, self._prefix, self._area, self._box = state  # type: ignore[misc]
                    if kind == plain_item:
                        self._bullets.close_item()
                elif kind:
                    self._leave(kind, state)
                node = node.next
                continue
            tag = node.tag_id
            if tag == text_kind:
                text = node.text_content or ""
                if self._verbatim:
                    self._code(text)
                elif inline.parts or inline.anchors or not text.isspace():
                    inline.parts.append(text)
                node = node.next
                continue
            kind = kinds.get(tag, 0)
            if kind == skip and not (self._noscript and node.tag == "noscript"):
                node = node.next
                continue
            attributes = node.attributes
            names = None
            if attributes:
                names = attributes.get("class")
                if (
                    (names and unread[names])
                    or (not may_hide.isdisjoint(attributes) and is_undrawn(attributes))
                    or (self._verbatim and names and is_gutter(names))
                ) and attributes.get("id") not in streamed:
                    node = node.next
                    continue
            child = node.first_child
            state = None
            if kind in _PLAIN and not self._row and not self._verbatim:
                if inline.parts or inline.anchors:
                    self.flush()
                if child is None:
                    node = node.next
                    continue
                state = (self._role, self._prefix, self._area, self._box)
                if kind == heading:
                    self._role, self._prefix = "heading", HEADINGS[all_names[tag]]
                elif kind != block:
                    name = all_names[tag]
                    self._enter_box(name, attributes, names or "")
                    if kind == item:
                        self._role = "item"
                        self._bullets.open_item(name, attributes)
                if child.tag_id == text_kind and child.next is None and not inline.anchors:
                    self._leaf(child.text_content or "")
                    self._role, self._prefix, self._area, self._box = state
                    if kind == item:
                        self._bullets.close_item()
                    node = node.next
                    continue
                kind = plain_item if kind == item else plain_box
            elif kind == link and child is not None and child.tag_id == text_kind:
                if child.next is None and not self._verbatim:
                    text = child.text_content or ""
                    if inline.whole_link(attributes.get("href"), text):
                        node = node.next
                        continue
                state = self._enter(kind, tag, node, attributes)
                if state is SKIP:
                    node = node.next
                    continue
            elif kind:
                state = self._enter(kind, tag, node, attributes)
                if state is SKIP:
                    node = node.next
                    continue
            if child is None:
                if kind:
                    self._leave(kind, state)
                node = node.next
                continue
            stack.append((node, kind, state))
            seen += 1
            if len(stack) > MAX_DEPTH or seen > MAX_NODES:
                raise _too_much()
            node = child
        self.flush()

    def _code(self, text: str) -> None:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, line in enumerate(lines):
            if number:
                self._end_code_line()
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
            self.blocks.append(Block(shown, plain, role, prefix, self._area, self._box))
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
        self.blocks.append(block)

    def _enter(self, kind: int, tag: int, node: LexborNode, attributes: _Attributes) -> object:
        if kind < tags.BLOCK:
            if kind != tags.BREAK:
                return self._inline.enter(kind, tag, node, attributes)
            if self._verbatim:
                self._end_code_line()
            elif self._inline.in_link or self._role == "heading":
                self._inline.parts.append(" ")
            elif self._row:
                self._tables[-1].break_line(self._inline.parts)
            else:
                self.flush()
            return None
        if self._row:
            return self._tables[-1].enter(kind, tags.NAMES[tag], attributes)
        if kind == tags.ROW and self._begins_row(node):
            return None
        self.flush()
        return self._enter_block(kind, tags.NAMES[tag], node, attributes)

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
        self, kind: int, name: str, node: LexborNode, attributes: _Attributes
    ) -> object:
        if name == "dialog" and "open" not in attributes:
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

    def _enter_box(self, tag: str, attributes: _Attributes, names: str) -> None:
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

    def _leave(self, kind: int, state: object) -> None:
        if kind < tags.BLOCK:
            self._inline.leave(kind, state)
        elif self._row:
            self._tables[-1].leave(kind, state)
            if kind == tags.ROW:
                self._end_row()
        else:
            self.flush()
            if state is not None:
                self._leave_block(kind, state)  # type: ignore[arg-type]

    def _leave_block(self, kind: int, state: _Around) -> None:
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


def _too_much() -> FetchFailed:
    return FetchFailed(
        Reason.UNREADABLE,
        "the page is nested or repeated beyond what a page needs. Choose another source.",
    )
