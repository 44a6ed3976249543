"""Tables: whether a row is shown as one line of cells, and how cells that span rows are shown.

Left to taste: a row reads best as one line unless it is long and made of paragraphs or lists,
which is how tables for layout look. A single cell is a row only under another row, as in a
table whose first column spans several of them. A cell that spans columns or rows is repeated in
each of them, so that every row can be read alone; the page's own words hold it once.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from browser.text import tags
from browser.text.block import Block, Run
from browser.text.compose import folded
from browser.text.inline import SKIP, Inline
from browser.text.nodes import whole

HEAVY_ROW = 400  # characters; a longer row with blocks inside is a layout
MAX_ROW = 2000  # characters; no longer row is one line of cells
MAX_COPY = 60  # characters of a cell that is repeated; of a longer one only the place is kept
_BREAK = Run("·", "deco")
MAX_COLUMNS, MAX_ROWS = 50, 500  # in which cells are repeated, and that one cell spans
MAX_CODE = 2  # lines of code in a cell that are shown as one
_LINES = "table, h1, h2, li li"
_GUTTER = "[class*=gutter], [class*=lineno]"
_OF_CELL = frozenset(("dd", "div", "dt", "p"))  # blocks that are told apart within a cell
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
    if cells < (1 if below_row else 2) or _holds_lines(node):
        return False
    size = len(node.text(deep=True))
    if size > MAX_ROW:
        return False
    if cells == 1 or size > HEAVY_ROW:
        return node.css_first(_PARTS) is None
    return True


def _holds_lines(node: LexborNode) -> bool:
    """Whether a row holds a table, a title, a list in a list, or code whose lines stay lines."""
    found = node.css_first(f"pre, {_LINES}")
    if found is None or found.tag != "pre":
        return found is not None
    lines = found.text(deep=True).strip().count("\n") + 1
    return lines > MAX_CODE or node.css_first(f"{_GUTTER}, {_LINES}") is not None


class Table:
    """An open table whose rows are shown as lines of cells.

    Attributes:
        as_row: Whether the row before was shown as one line.
    """

    def __init__(self) -> None:
        self.as_row = False
        self._inline: Inline | None = None
        self._spans: dict[int, tuple[int, str]] = {}  # by column: rows left, text
        self._column = 0
        self._cells = 0  # of the page's own, in this row
        self._above = False  # a cell of a row above reaches into this one
        self._begun = 0  # where the open cell begins in the pieces of the row

    def begin_row(self, inline: Inline) -> None:
        """Begin a row, whose pieces *inline* collects."""
        self._inline = inline
        self._column = self._cells = 0
        self._above = False

    def enter(self, kind: int, name: str, attributes: Mapping[str, str | None]) -> object:
        """Begin a block element inside a row."""
        inline = self._inline
        if inline is None:
            return SKIP
        if kind == tags.CELL:
            self._copies(inline)
            if self._column:
                inline.parts.append(Run("", "cell" if self._cells else "copy"))
            self._begun = len(inline.parts)
            self._cells += 1
            columns = min(max(whole(attributes.get("colspan"), 1), 1), MAX_COLUMNS)
            rows = min(max(whole(attributes.get("rowspan"), 1), 0) or MAX_ROWS, MAX_ROWS)
            return (columns, rows)
        if name in _OF_CELL:
            self.break_line(inline.parts)
        inline.parts.append(" ")
        if name == "li":
            inline.parts.append(Run("• ", "deco"))
        return None

    def break_line(self, parts: list[str | Run]) -> None:
        """Tell two lines of a cell apart: names one below the other are not one name."""
        for part in reversed(parts[self._begun :]):
            if part is _BREAK:
                return
            if not isinstance(part, str) or not part.isspace():
                parts += (" ", _BREAK, " ")
                return

    def leave(self, kind: int, state: object) -> None:
        """End a block element inside a row; *state* is what `enter` returned."""
        inline = self._inline
        if inline is None:
            return
        if kind != tags.CELL or not isinstance(state, tuple):
            inline.parts.append(" ")
            return
        while len(inline.parts) > self._begun and inline.parts[-1] in (" ", _BREAK):
            inline.parts.pop()
        columns, rows = state
        text = self._cell_text(inline) if columns > 1 or rows > 1 else ""
        for column in range(self._column, min(self._column + columns, MAX_COLUMNS)):
            if column > self._column:
                inline.parts.append(Run(text, "copy"))
            if rows > 1:
                self._spans[column] = (rows - 1, text)
        self._column += columns

    def end_row(self) -> Block | None:
        """End the row; returns it, ``None`` when it shows nothing."""
        inline = self._inline
        if inline is None:
            return None
        if self._cells:
            self._copies(inline)
        if not inline.shows:
            inline.parts.clear()
            return None
        if self._cells == 1 and not self._above:  # a heading over the whole table says itself once
            kept = [part for part in inline.parts if isinstance(part, str) or part.kind != "copy"]
            inline.parts[:] = kept
        inline.parts.append(Run(" |", "deco"))
        return inline.take("row", "| ")

    def _copies(self, inline: Inline) -> None:
        """Repeat the cells of rows above that reach into this row here."""
        while self._column < MAX_COLUMNS and (span := self._spans.get(self._column)):
            left, text = span
            self._above = True
            inline.parts.append(Run(text, "copy" if self._column else "deco"))
            if left > 1:
                self._spans[self._column] = (left - 1, text)
            else:
                del self._spans[self._column]
            self._column += 1

    def _cell_text(self, inline: Inline) -> str:
        words = [
            part if isinstance(part, str) else part.text
            for part in inline.parts[self._begun :]
            if isinstance(part, str) or part.kind in ("text", "link")
        ]
        text = folded("".join(words))
        return text if len(text) <= MAX_COPY else ""
