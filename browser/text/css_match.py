"""Which elements of a page the selectors of its style sheets match.

Governing text: Selectors 4. The parser's own selectors are not asked with what a page says: some
take minutes. What is known of an element is asked once, and each search is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from browser.text.css_select import Attribute, Combinator, Compound, Selector

MOST_STEPS = 600  # elements looked at for one selector on one element
MOST_ON_PAGE = 1_000_000  # idem for all of a page; what then is left is not judged


class Element(NamedTuple):
    """What selectors ask of an element."""

    node: LexborNode
    tag: str
    given: dict[str, str | None]
    classes: frozenset[str]


class Elements:
    """The elements of one page that were looked at; each is asked once."""

    def __init__(self) -> None:
        self._known: dict[int, Element] = {}
        self._left = MOST_ON_PAGE
        self._outer: dict[int, frozenset[str]] = {}

    def of(self, node: LexborNode) -> Element:
        """What is known of *node*."""
        known = self._known.get(node.mem_id)
        if known is None:
            given = node.attributes
            classes = frozenset((given.get("class") or "").split())
            known = self._known[node.mem_id] = Element(node, node.tag or "", given, classes)
        return known

    def matches(self, element: Element, selector: Selector) -> bool:
        """Whether *selector* matches *element*."""
        compounds = selector.compounds
        self._left -= 1
        if self._left < 0 or not is_one(element, compounds[0][0]):
            return False
        if len(compounds) == 1:
            return True
        if selector.outer and not self._names_around(element).issuperset(selector.outer):
            return False
        search = _Search(self, compounds)
        found = search.outwards(element, 1)
        self._left -= MOST_STEPS - search.left
        return found

    def _names_around(self, element: Element) -> frozenset[str]:
        """The classes of the elements around *element*, and their ids, each with a ``#``."""
        chain: list[LexborNode] = []
        node: LexborNode | None = element.node
        while node is not None and node.is_element_node and node.mem_id not in self._outer:
            chain.append(node)
            node = node.parent
        if node is None or not node.is_element_node:
            self._outer[chain.pop().mem_id] = frozenset()
        for one in reversed(chain):
            around = one.parent
            if around is not None:
                own = self.of(around)
                outer = self._outer[around.mem_id]
                if own.classes:
                    outer |= own.classes
                name = own.given.get("id")
                self._outer[one.mem_id] = outer | {f"#{name}"} if name else outer
        return self._outer[element.node.mem_id]

    def around(self, element: Element, combinator: Combinator) -> Iterator[Element]:
        """The elements that *combinator* leads to from *element*."""
        if combinator in (" ", ">"):
            other = element.node.parent
            while other is not None and other.is_element_node:
                yield self.of(other)
                if combinator == ">":
                    return
                other = other.parent
            return
        other = element.node.prev
        while other is not None:
            if other.is_element_node:
                yield self.of(other)
                if combinator == "+":
                    return
            other = other.prev


class _Search:
    """One selector against one element, with a limit to how much is looked at."""

    def __init__(
        self, elements: Elements, compounds: tuple[tuple[Compound, Combinator], ...]
    ) -> None:
        self._elements = elements
        self._compounds = compounds
        self.left = MOST_STEPS

    def outwards(self, element: Element, place: int) -> bool:
        """Whether what stands around *element* matches the compounds from *place* on."""
        if place == len(self._compounds):
            return True
        compound = self._compounds[place][0]
        for other in self._elements.around(element, self._compounds[place - 1][1]):
            self.left -= 1
            if self.left < 0:
                return False
            if not other.classes.issuperset(compound.classes):
                continue
            if is_one(other, compound) and self.outwards(other, place + 1):
                return True
        return False


def is_one(element: Element, compound: Compound) -> bool:
    """Whether *compound* matches *element*."""
    tag, classes, ids, attributes, places, any_of, none_of = compound
    if (tag and element.tag != tag) or not element.classes.issuperset(classes):
        return False
    given = element.given
    if ids and any(given.get("id") != each for each in ids):
        return False
    if not (attributes or places or any_of or none_of):
        return True
    return (
        all(_has(given.get(each.name, ...), each) for each in attributes)
        and all(_stands(element.node, place) for place in places)
        and all(any(is_one(element, one) for one in group) for group in any_of)
        and not any(is_one(element, one) for one in none_of)
    )


def _has(value: object, wanted: Attribute) -> bool:
    if value is ...:
        return False
    text = value if isinstance(value, str) else ""
    sought = wanted.value
    if wanted.fold:
        text, sought = text.lower(), sought.lower()
    sign = wanted.sign
    if sign in ("", "="):
        return not sign or text == sought
    if sign in ("~=", "|="):
        return sought in text.split() if sign == "~=" else f"{text}-".startswith(f"{sought}-")
    if sign == "^=":
        found = text.startswith(sought)
    else:
        found = text.endswith(sought) if sign == "$=" else sought in text
    return found and bool(sought)


def _stands(node: LexborNode, place: str) -> bool:
    if place == "root":
        return node.tag == "html"
    other = node.prev if place == "first-child" else node.next
    while other is not None and not other.is_element_node:
        other = other.prev if place == "first-child" else other.next
    return other is None
