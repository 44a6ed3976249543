"""The rules of style sheets by what they ask of an element itself: few are near any one.

Governing text: Selectors 4, for which part of a selector that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser.text.css_match import Element
from browser.text.css_select import Compound, Selector

_SIMPLE = re.compile(r"[a-z][a-z0-9-]*\Z")


class Asked(NamedTuple):
    """A selector with the declarations of its rule, and which rule of the page that is.

    One that is *pointed* holds only while a person points at something around the element.
    """

    order: int
    selector: Selector
    body: str
    pointed: bool = False


class Index:
    """Rules by what the element itself has to be."""

    def __init__(self, found: Iterable[Asked]) -> None:
        self.classes: defaultdict[str, list[Asked]] = defaultdict(list)
        self.ids: defaultdict[str, list[Asked]] = defaultdict(list)
        self.attributes: defaultdict[str, list[Asked]] = defaultdict(list)
        self.tags: defaultdict[str, list[Asked]] = defaultdict(list)
        for rule in found:
            for key in _keys(rule.selector.key):
                self._add(key, rule)

    def _add(self, key: Compound, rule: Asked) -> None:
        if key.ids:
            self.ids[key.ids[0]].append(rule)
        elif key.classes:
            self.classes[key.classes[-1]].append(rule)
        elif key.attributes and _SIMPLE.match(key.attributes[0].name):
            self.attributes[key.attributes[0].name].append(rule)
        elif _SIMPLE.match(key.tag):
            self.tags[key.tag].append(rule)

    def near(self, element: Element) -> Iterator[Asked]:
        """The rules that may match *element*."""
        if self.ids and element.given.get("id"):
            yield from self.ids.get(element.given["id"] or "", ())
        for name in element.classes:
            yield from self.classes.get(name, ())
        if self.attributes:
            for name in element.given:
                yield from self.attributes.get(name, ())
        if self.tags:
            yield from self.tags.get(element.tag, ())


def _keys(key: Compound) -> Iterable[Compound]:
    """*key*, or where it says too little, what it may be."""
    is_telling = key.ids or key.classes or key.attributes or key.tag or not key.any_of
    return (key,) if is_telling else key.any_of[0]
