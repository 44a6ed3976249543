"""Elements by the number that the parser gives them: one look-up a node says what to do.

Comparing numbers is cheaper than asking for names, and a page has thousands of elements. The
numbers are asked of the parser itself, since they change with its version.
"""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser

from browser.text.elements import (
    BLOCKS,
    BOXES,
    HEADINGS,
    LISTS,
    SKIPPED,
    SPACED,
    STRUCK,
    VERBATIM,
)

TEXT: Final = 2  # lexbor's LXB_TAG__TEXT

# Kinds of elements, from the most common on. Whatever is not named here is inline.
(
    INLINE,
    LINK,
    BREAK,
    IMAGE,
    APART,
    MARKED,
    SKIP,
    BLOCK,
    BOX,
    HEADING,
    RULED,
    LIST,
    ITEM,
    ROW,
    CELL,
    PLAIN_BOX,  # a block that is entered without further rules: not in code, not in a row
    PLAIN_ITEM,  # the same for an item
) = range(17)  # fmt: skip

# Inline elements with a rule of their own.
_MARKED = ("math", "q", "rt", "sub", "sup", "button", *sorted(STRUCK))
# Blocks with a rule of their own; all others only hold what stands in them.
_RULED = ("article", "blockquote", "dialog", "main", "table", *VERBATIM)
_OTHERS = ("a", "br", "wbr", "tr", "td", "th", "li", "dd", "img", "table", "noscript")


# The first row that names an element counts; whatever stands in none is inline.
_ROWS: tuple[tuple[int, frozenset[str]], ...] = (
    (LINK, frozenset(("a",))),
    (BREAK, frozenset(("br",))),
    (IMAGE, frozenset(("img",))),
    (MARKED, frozenset(_MARKED)),
    (ROW, frozenset(("tr",))),
    (CELL, frozenset(("td", "th"))),
    (ITEM, frozenset(("li", "dd"))),
    (LIST, LISTS),
    (SKIP, SKIPPED),
    (HEADING, frozenset(HEADINGS)),
    (RULED, frozenset(_RULED)),
    (BOX, BOXES),
    (BLOCK, BLOCKS),
    (APART, SPACED),
)


def _kind(tag: str) -> int:
    return next((kind for kind, names in _ROWS if tag in names), INLINE)


def _numbers() -> dict[int, str]:
    tree = LexborHTMLParser("<p>")
    names = {*BLOCKS, *BOXES, *SPACED, *SKIPPED, *_MARKED, *_OTHERS}
    return {tree.create_node(name).tag_id: name for name in sorted(names)}


NAMES: Final = _numbers()
KINDS: Final = {number: _kind(name) for number, name in NAMES.items()}
# Comments, declarations and processing instructions are nodes without words.
KINDS.update(dict.fromkeys((0, 1, 3, 4, 5), SKIP))
