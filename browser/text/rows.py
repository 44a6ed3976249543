"""Whether a table row is shown as one line of cells or as the blocks that it holds.

Left to taste: a row reads best as one line unless it is long and made of paragraphs or lists,
which is how tables for layout look. A single cell is a row only under another row, as in a
table whose first column spans several of them.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

HEAVY_ROW = 400  # characters; a longer row with blocks inside is a layout
MAX_ROW = 2000  # characters; no longer row is one line of cells
_PARTS = "li, p, h1, h2, h3, h4, pre, blockquote, br"


def is_row(node: LexborNode, *, below_row: bool) -> bool:
    """Whether the ``<tr>`` *node* reads best as one line of cells.

    Args:
        node: The row.
        below_row: Whether the row before it in the same table is one.
    """
    cells = 0
    child = node.first_child
    while child is not None:
        cells += child.tag in ("td", "th")
        child = child.next
    if cells < (1 if below_row else 2) or node.css_first("table") is not None:
        return False
    size = len(node.text(deep=True))
    if size > MAX_ROW:
        return False
    if cells == 1 or size > HEAVY_ROW:
        return node.css_first(_PARTS) is None
    return True
