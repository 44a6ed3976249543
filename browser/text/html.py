"""HTML to blocks and links: one walk over the parsed tree, in reading order.

Governing texts: the HTML Standard for what an element means (its rendering section for which
elements stand on lines of their own), parsed by lexbor. Nothing visible is thrown away here:
what does not belong to the main content is folded later, in the display.

Left to taste: ``<br>`` starts a new line except inside links, headings and cells; an image is
named by its alt text and skipped without one; a link to a place on the same page is text; a
power is written with ``^`` in the display, since 10 to the sixth is not 106; the words on a
button are text, what fields and lists to choose from hold is not.

The loop in `Walk.run` is where rendering spends its time: it asks each node for its number
first, for attributes only where it is an element, and for nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from selectolax.lexbor import LexborNode

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text import tags
from browser.text.asked import NO_SNIPPET, QUIET
from browser.text.builder import MOST_BLOCKS, Builder, Full
from browser.text.elements import HEADINGS
from browser.text.hidden import MAY_HIDE, UNREAD, Asides, is_undrawn, uncover, unseen
from browser.text.inline import SKIP
from browser.text.links import Links
from browser.text.nodes import is_gutter

MAX_DEPTH = 512  # open elements; Blink and WebKit stop there too
MAX_NODES = 1_000_000  # of a page; the parser makes many of few tags that are never closed

_END_OF_QUIET = -1  # a kind of no element: all below one that may not be quoted was walked
_PLAIN = frozenset((tags.BOX, tags.BLOCK, tags.HEADING, tags.ITEM))  # no rule but in code and rows

_Attributes = Mapping[str, str | None]


class Walk(Builder):
    """Walks a parsed page. One object walks one page, or its parts one after the other.

    Args:
        links: Where the page's links are numbered.
        line_chars: Longest line, in characters.
        noscript: Whether ``<noscript>`` is read.
        streamed: Ids of hidden elements that a script of the page moves to where they show.
        quiet: Whether some words of the page may not be quoted.
    """

    def __init__(
        self,
        links: Links,
        *,
        line_chars: int = 200,
        noscript: bool = False,
        streamed: frozenset[str] = frozenset(),
        quiet: bool = False,
    ) -> None:
        super().__init__(links, line_chars)
        self._noscript = noscript
        self._streamed = streamed
        self._quiet = quiet
        self._asides = Asides()

    def run(self, root: LexborNode) -> None:
        """Walk everything below *root*, however deep, without recursion.

        Raises:
            FetchFailed: ``unreadable`` when the tree is deeper or larger than a page's.
        """
        with suppress(Full):
            self._run(root)
        while self._quiet_since:  # the page was cut within
            self.end_quiet()
        self.flush()

    def _run(self, root: LexborNode) -> None:  # noqa: C901, PLR0912, PLR0915 - the one hot loop
        kinds, inline, streamed = tags.KINDS, self._inline, self._streamed
        quiet = self._quiet
        text_kind, skip, link, heading = tags.TEXT, tags.SKIP, tags.LINK, tags.HEADING
        item, block, plain_box = tags.ITEM, tags.BLOCK, tags.PLAIN_BOX
        plain_item, all_names, may_hide = tags.PLAIN_ITEM, tags.NAMES, MAY_HIDE
        unread, is_aside = UNREAD, self._asides.holds
        stack: list[tuple[LexborNode, int, object]] = []
        node = root.first_child
        seen = 0
        while True:
            if node is None:
                if not stack:
                    break
                node, kind, state = stack.pop()
                if kind < 0:
                    self.end_quiet()
                    node = None
                    continue
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
                    or (
                        not may_hide.isdisjoint(attributes)
                        and (is_undrawn(attributes) or is_aside(node, attributes))
                    )
                    or (self._verbatim and names and is_gutter(names))
                ) and attributes.get("id") not in streamed:
                    taken = uncover(node, attributes)
                    self.hidden += unseen(node, names or "") if taken is None else taken
                    if taken is None:
                        node = node.next
                        continue
                if "id" in attributes or (kind == link and "name" in attributes):
                    self.mark_place(attributes, kind)
            child = node.first_child
            state = None
            hushed = quiet and NO_SNIPPET in attributes and node.tag in QUIET
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
                if (
                    child.tag_id == text_kind
                    and child.next is None
                    and not inline.anchors
                    and not hushed
                ):
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
            if hushed:
                self.begin_quiet()
                stack.append((node, _END_OF_QUIET, None))
            seen += 1
            if len(stack) > MAX_DEPTH or seen > MAX_NODES:
                raise _too_much()
            if len(self.blocks) > MOST_BLOCKS:
                break
            node = child

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
            if tags.NAMES[tag] == "dialog" and "open" not in attributes:
                self.hidden += unseen(node, "")
                return SKIP
            return self._tables[-1].enter(kind, tags.NAMES[tag], attributes)
        if kind == tags.ROW and self._begins_row(node):
            return None
        self.flush()
        return self._enter_block(kind, tags.NAMES[tag], node, attributes)

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


def _too_much() -> FetchFailed:
    return FetchFailed(
        Reason.UNREADABLE,
        "the page is nested or repeated beyond what a page needs. Choose another source.",
    )
