"""HTML to blocks and links: one walk over the parsed tree, in reading order.

Governing texts: the HTML Standard for what an element means (its rendering section for which
elements stand on lines of their own), parsed by lexbor. Nothing visible is thrown away here:
what does not belong to the main content is folded later, in the display.

Left to taste: ``<br>`` starts a new line except inside links, headings and cells; each
table row is one line of cells unless it holds long blocks, then it is the blocks; an image is
named by its alt text and skipped without one; a link to a place on the same page is text; a
power is written with ``^`` in the display, since 10 to the sixth is not 106.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from browser.text.block import Block, Run
from browser.text.elements import (
    AREAS,
    BLOCKS,
    CONTENTS,
    HEADINGS,
    LISTS,
    ROLES,
    SKIPPED,
    SPACED,
    VERBATIM,
)
from browser.text.hidden import is_hidden
from browser.text.inline import Anchor, Inline
from browser.text.links import Links
from browser.text.nodes import formula, is_gutter, is_mark, is_power, whole
from browser.text.rows import is_row

MAX_BLANKS = 2  # blank lines in a row that are kept in code
MAX_INDENT = 8  # lists within lists that are told apart
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|related|recommend\w*|promo\w*|newsletter|subscribe|cookie\w*"
    r"|consent|breadcrumbs?|pagination|pager|advert\w*|ads?|sponsor\w*|popup|modal|skip-?link)(?=$|[\s_-])",
    re.IGNORECASE,
)

_Attributes = Mapping[str, str | None]


class Walk:
    """Collects blocks and links. One object walks one page.

    Args:
        links: Where the page's links are numbered.
        noscript: Whether ``<noscript>`` is read.
        streamed: Ids of hidden elements that a script of the page moves to where they show.

    Attributes:
        blocks: In reading order.
        inline: The block that is being read.
    """

    def __init__(
        self, links: Links, *, noscript: bool = False, streamed: frozenset[str] = frozenset()
    ) -> None:
        self.blocks: list[Block] = []
        self.inline = Inline(links)
        self._skipped = SKIPPED - {"noscript"} if noscript else SKIPPED
        self._streamed = streamed
        self._areas: list[str] = []
        self._contents = 0  # depth of <main> and <article>
        self._beside = 0  # depth of elements named for what stands beside a text
        self._role, self._prefix = "text", ""
        self._lists: list[int | None] = []  # None: bullets; otherwise the next number
        self._bullets: list[str] = []  # of the open items: what goes in front of the next line
        self._quotes = 0
        self._verbatim = 0
        self._coding = False  # a line of the open <pre> was added
        self._blanks = 0  # blank lines since then
        self._row = False  # inside a table row that is shown as one
        self._rows: list[bool] = []  # of the open tables: whether the row before was one
        self._cells = 0

    def run(self, root: LexborNode) -> None:
        """Walk everything below *root*, however deep, without recursion."""
        parents: list[tuple[LexborNode, str, object]] = []
        node: LexborNode | None = root.first_child
        while node is not None:
            if node.is_text_node:
                self.text(node.text_content or "")
            elif node.is_element_node:
                tag = node.tag or ""
                state = self._enter(node, tag)
                child = node.first_child if state is not _SKIP else None
                if child is not None:
                    parents.append((node, tag, state))
                    node = child
                    continue
                if state is not _SKIP:
                    self._leave(tag, state)
            following = node.next
            while following is None and parents:
                node, tag, state = parents.pop()
                self._leave(tag, state)
                following = node.next
            node = following
        self.flush()

    def text(self, text: str) -> None:
        """Add text of the page to the current block."""
        if not self._verbatim or ("\n" not in text and "\r" not in text):
            if text:
                self.inline.text(text)
            return
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, line in enumerate(lines):
            if number:
                self.flush()
            if line:
                self.inline.text(line)

    def flush(self) -> None:
        """End the current block."""
        runs = self.inline.take()
        if self._verbatim:
            self._flush_code(runs)
            return
        if not runs:
            return
        role, prefix = self._role, self._prefix
        if self._bullets and role in ("item", "heading"):
            bullet, self._bullets[-1] = self._bullets[-1], " " * len(self._bullets[-1])
            prefix = prefix if role == "heading" else bullet
        elif self._quotes and role == "text":
            role, prefix = "quote", "> "
        self._add(Block(runs, role, prefix))

    def _flush_code(self, runs: list[Run]) -> None:
        if not runs:
            self._blanks += 1
            return
        if self._coding:
            for _ in range(min(self._blanks, MAX_BLANKS)):
                self._add(Block([], "code", verbatim=True))
        self._add(Block(runs, "code", verbatim=True))
        self._coding, self._blanks = True, 0

    def _add(self, block: Block) -> None:
        block.area = self._areas[-1] if self._areas else ""
        block.inside = self._contents > 0
        block.beside = self._beside > 0
        self.blocks.append(block)

    def _enter(self, node: LexborNode, tag: str) -> object:
        if tag in self._skipped:
            return _SKIP
        attributes = node.attributes
        hidden = is_hidden(tag, attributes) and attributes.get("id") not in self._streamed
        if hidden or (self._verbatim and is_gutter(attributes)):
            return _SKIP
        if self._row:
            return self._enter_in_row(node, tag, attributes)
        if tag == "tr" and self._begins_row(node):
            return None
        if tag in BLOCKS:
            return self._enter_block(tag, attributes)
        return self._enter_inline(node, tag, attributes)

    def _begins_row(self, node: LexborNode) -> bool:
        self._row = is_row(node, below_row=bool(self._rows) and self._rows[-1])
        if self._rows:
            self._rows[-1] = self._row
        if self._row:
            self.flush()
            self._cells = 0
        return self._row

    def _enter_block(self, tag: str, attributes: _Attributes) -> object:
        self.flush()
        named = _BESIDE.search(attributes.get("class") or "") is not None
        state = (self._role, self._prefix, len(self._areas), named)
        self._beside += named
        area = ROLES.get(attributes.get("role") or "") or AREAS.get(tag, "")
        if area and not (self._contents and area in ("header", "sidebar")):
            self._areas.append(area)
        if tag in HEADINGS:
            self._role, self._prefix = "heading", HEADINGS[tag]
        elif tag in LISTS:
            self._lists.append(whole(attributes.get("start"), 1) if tag == "ol" else None)
        elif tag in ("li", "dd"):
            self._role = "item"
            self._bullets.append(self._bullet(attributes) if tag == "li" else "    ")
        elif tag == "blockquote":
            self._quotes += 1
            self._role, self._prefix = "text", ""
        else:
            self._count(tag, 1)
        return state

    def _count(self, tag: str, step: int) -> None:
        if tag in VERBATIM:
            self._verbatim += step
            self._coding, self._blanks = False, 0
        elif tag in CONTENTS:
            self._contents += step
        elif tag == "table" and step > 0:
            self._rows.append(False)
        elif tag == "table":
            self._rows.pop()

    def _enter_in_row(self, node: LexborNode, tag: str, attributes: _Attributes) -> object:
        if tag in ("td", "th"):
            if self._cells:
                self.inline.cell()
            self._cells += 1
        elif tag in BLOCKS:
            self.inline.space()
            if tag == "li":
                self.inline.deco("• ")
        else:
            return self._enter_inline(node, tag, attributes)
        return None

    def _bullet(self, attributes: _Attributes) -> str:
        indent = "  " * min(max(len(self._lists), 1), MAX_INDENT)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return indent + "* "
        number = whole(attributes.get("value"), number)
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _enter_inline(self, node: LexborNode, tag: str, attributes: _Attributes) -> object:
        if tag == "a":
            reference = attributes.get("href")
            if reference and reference.startswith("#") and is_mark(node):
                return _SKIP
            return self.inline.enter_link(node, reference)
        if tag == "button" and is_mark(node):
            return _SKIP
        if tag == "br":
            if self.inline.in_link or self._role == "heading" or self._row:
                self.inline.space()
            else:
                self.flush()
        elif tag == "img":
            self.inline.image(attributes.get("alt") or "")
        elif tag == "math" and (written := formula(node)):
            self.text(f" {written} ")
            return _SKIP
        elif tag == "rt":
            self.inline.deco("(")
        elif tag == "sup" and not self.inline.in_link and is_power(node, self.inline.last):
            self.inline.deco("^")
        elif tag in SPACED:
            self.inline.space()
        return None

    def _leave(self, tag: str, state: object) -> None:
        if self._row and tag in BLOCKS:
            self.inline.space()
            if tag == "tr":
                self._end_row()
        elif tag in BLOCKS:
            self._leave_block(tag, state)
        elif isinstance(state, Anchor):
            self.inline.leave_link(state)
        elif tag == "rt":
            self.inline.deco(")")
        elif tag in SPACED:
            self.inline.space()

    def _leave_block(self, tag: str, state: object) -> None:
        self.flush()
        if tag in LISTS:
            self._lists.pop()
        elif tag in ("li", "dd"):
            self._bullets.pop()
        elif tag == "blockquote":
            self._quotes -= 1
        else:
            self._count(tag, -1)
        if isinstance(state, tuple):
            self._role, self._prefix, areas, named = state
            del self._areas[areas:]
            self._beside -= named

    def _end_row(self) -> None:
        self._row = False
        runs = self.inline.take()
        if runs:
            runs.append(Run(" |", "deco"))
            self._add(Block(runs, "row", "| "))


_SKIP = object()
