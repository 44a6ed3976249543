"""What stands in front of the lines of a list: bullets, numbers, letters, and room under them.

Governing text: the HTML Standard, for how items are counted (``start``, ``reversed``,
``value``) and with which signs (``type``). A text that speaks of "item (b)" or of number 10 of
a countdown is understood only with the signs that its list is drawn with.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from browser.text.nodes import whole

MAX_INDENT = 8  # lists within lists that are told apart
MOST_ROMAN = 3_999
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip

_Attributes = Mapping[str, str | None]


class Bullets:
    """The open lists and items of a page.

    Attributes:
        fronts: Of the open items, the innermost last: what goes in front of the next line.
    """

    def __init__(self) -> None:
        self.fronts: list[str] = []
        self._lists: list[_Count | None] = []

    def open_list(self, name: str, node: LexborNode, attributes: _Attributes) -> None:
        """Begin a list; only those of ``<ol>`` are counted."""
        self._lists.append(_Count(node, attributes) if name == "ol" else None)

    def close_list(self) -> None:
        """End the innermost list."""
        self._lists.pop()

    def open_item(self, name: str, attributes: _Attributes) -> None:
        """Begin an item: ``li``, or a ``dd``, which is only indented."""
        depth = len(self.fronts)
        if name != "li":
            around = len(self.fronts[-1]) if depth else 2
            self.fronts.append(" " * min(around + 2, 2 * MAX_INDENT))
            return
        indent = "  " * min(max(len(self._lists), depth + 1), MAX_INDENT)
        count = self._lists[-1] if self._lists else None
        self.fronts.append(indent + (f"{count.take(attributes)}. " if count else "* "))

    def close_item(self) -> None:
        """End the innermost item."""
        self.fronts.pop()

    @property
    def number(self) -> str:
        """What counts the innermost item, as long as no line of it was shown."""
        front = self.fronts[-1].strip() if self.fronts else ""
        return "" if front == "*" else front

    def use(self) -> None:
        """Leave the place of a bullet that was shown free in the lines below it."""
        if self.fronts:
            self.fronts[-1] = " " * len(self.fronts[-1])


class _Count:
    """Counts the items of one list."""

    __slots__ = ("_next", "_sign", "_step")

    def __init__(self, node: LexborNode, attributes: _Attributes) -> None:
        self._step = -1 if "reversed" in attributes else 1
        first = 1 if self._step > 0 else _items(node)
        self._next = whole(attributes.get("start"), first)
        self._sign = attributes.get("type") or "1"

    def take(self, attributes: _Attributes) -> str:
        """The sign of the next item, whose ``value`` counts if it has one."""
        number = whole(attributes.get("value"), self._next)
        self._next = number + self._step
        return sign(number, attributes.get("type") or self._sign)


def sign(number: int, kind: str) -> str:
    """*number* as a list of the type *kind* writes it: ``1``, ``a``, ``A``, ``i`` or ``I``."""
    if kind in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, letter = divmod(number - 1, 26)
            letters = chr(ord("a") + letter) + letters
        return letters if kind == "a" else letters.upper()
    if kind in ("i", "I") and 0 < number <= MOST_ROMAN:
        letters = ""
        for value, digits in _ROMAN:
            times, number = divmod(number, value)
            letters += digits * times
        return letters if kind == "i" else letters.upper()
    return str(number)


def _items(node: LexborNode) -> int:
    items = 0
    child = node.first_child
    while child is not None:
        items += child.tag == "li"
        child = child.next
    return items
