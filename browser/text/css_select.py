"""Selectors of style sheets, taken apart: what they ask of elements, and what they weigh.

Governing text: Selectors 4, with its compounds of type, class, id and attribute selectors, the
combinators, ``:is()``, ``:where()`` and ``:not()`` of compounds, ``:root`` and the first and
last child.

Left to taste: a selector with anything else (a state that a person brings about, such as
``:hover``; a count of siblings; a pseudo-element) matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from browser.text.css_values import unescaped

MAX_COMPOUNDS = 8  # of one selector
MOST_SELECTORS = 200  # of one rule
MAX_INTRICATE = 1_000  # characters of a list of selectors with brackets that are read

_IDENT = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+"
_PART = re.compile(
    rf"(?P<kind>[.#])(?P<name>{_IDENT})"
    rf"|\[\s*(?P<attribute>{_IDENT})\s*(?:(?P<sign>[~|^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'"
    rf"|{_IDENT})\s*(?P<fold>[iIsS])?\s*)?\]"
    r"|:(?P<pseudo>root|first-child|last-child)(?![\w(-])"
    r"|:(?P<function>is|where|not)\((?P<inner>[^()]*)\)"
    rf"|(?P<tag>{_IDENT}|\*)",
    re.DOTALL | re.IGNORECASE,
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_NAMED = re.compile(r"[\w.#* >+~-]+\Z", re.ASCII)
_BETWEEN = re.compile(r" *([>+~]) *| +")
_PLAIN = re.compile(r"(\*|[A-Za-z][\w-]*|)((?:[.#][A-Za-z_-][\w-]*)*)\Z")
_CLASS = re.compile(r"\.([\w-]+)")
_ID = re.compile(r"#([\w-]+)")
_STRANGE = re.compile(
    r"(?<!\\):(?!(?:root|first-child|last-child)(?![\w(-])|(?:is|where|not)\()", re.IGNORECASE
)
_COMMA = re.compile(r",(?![^(\[]*[)\]])")

Combinator = Literal["", " ", ">", "+", "~"]
Weight = tuple[int, int, int]  # ids; classes, attributes and states; types


class Attribute(NamedTuple):
    """A condition on an attribute; without *sign*, that it is there."""

    name: str
    sign: str = ""
    value: str = ""
    fold: bool = False


class Compound(NamedTuple):
    """Conditions on one element.

    Attributes:
        tag: Its name, lower case; empty for any.
        classes, ids: It has all of them.
        attributes: Conditions on others.
        places: ``root``, ``first-child``, ``last-child``.
        any_of: Lists of compounds: it matches at least one of each.
        none_of: Compounds: it matches none.
    """

    tag: str = ""
    classes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    places: tuple[str, ...] = ()
    any_of: tuple[tuple[Compound, ...], ...] = ()
    none_of: tuple[Compound, ...] = ()


class Selector(NamedTuple):
    """One selector.

    Attributes:
        compounds: From the element that is matched outwards, each with the combinator in front.
        weight: Its specificity.
        outer: Classes that elements around the one that is matched have, and ids, with a ``#``.
    """

    compounds: tuple[tuple[Compound, Combinator], ...]
    weight: Weight
    outer: frozenset[str] = frozenset()

    @property
    def key(self) -> Compound:
        """What the element itself has to be."""
        return self.compounds[0][0]


def split(selectors: str) -> list[str]:
    """The selectors of a list, each as written."""
    if "(" in selectors or "[" in selectors:
        parts = _COMMA.split(selectors[:MAX_INTRICATE])
    else:
        parts = selectors.split(",")
    return [part.strip() for part in parts[:MOST_SELECTORS]]


def is_strange(selector: str) -> bool:
    """Whether *selector* asks for something that is not understood."""
    return _STRANGE.search(selector) is not None


def parse(selectors: str) -> Iterator[Selector]:
    """The selectors of a list that are understood."""
    for text in split(selectors):
        found = _selector(text)
        if found is not None:
            yield found


def _selector(text: str) -> Selector | None:
    compounds: list[tuple[Compound, Combinator]] = []
    weight: Weight = (0, 0, 0)
    combinator: Combinator = ""
    at = 0
    if _NAMED.match(text):
        return _plain(text)
    if ":" in text and is_strange(text):
        return None
    while at < len(text):
        parts: list[re.Match[str]] = []
        while found := _PART.match(text, at):
            if found["tag"] and parts:
                return None
            parts.append(found)
            at = found.end()
        made = _compound(parts) if parts else None
        if made is None or len(compounds) >= MAX_COMPOUNDS:
            return None
        compounds.append((made[0], combinator))
        weight = _sum(weight, made[1])
        if at < len(text):
            joined = _COMBINATOR.match(text, at)
            if joined is None or joined.end() == len(text):
                return None
            combinator = joined[1] or " "  # type: ignore[assignment]
            at = joined.end()
    return _selected(compounds[::-1], weight) if compounds else None


def _plain(text: str) -> Selector | None:
    """A selector of types, classes and ids alone, as nearly all are."""
    pieces = _BETWEEN.split(text)
    if len(pieces) > 2 * MAX_COMPOUNDS:
        return None
    compounds: list[tuple[Compound, Combinator]] = []
    combinator: Combinator = ""
    ids = classes = types = 0
    for piece in pieces[::2]:
        found = _PLAIN.match(piece)
        if found is None:
            return None
        tag, rest = found.groups()
        tag = "" if tag == "*" else tag.lower()
        named = tuple(_CLASS.findall(rest)) if "." in rest else ()
        marked = tuple(_ID.findall(rest)) if "#" in rest else ()
        types, classes, ids = types + bool(tag), classes + len(named), ids + len(marked)
        compounds.append((Compound(tag, named, marked), combinator))
        place = 2 * len(compounds) - 1
        combinator = (pieces[place] or " ") if place < len(pieces) else ""  # type: ignore[assignment]
    return _selected(compounds[::-1], (ids, classes, types))


def _selected(compounds: list[tuple[Compound, Combinator]], weight: Weight) -> Selector:
    outer = [name for compound, _ in compounds[1:] for name in compound.classes]
    outer += [f"#{name}" for compound, _ in compounds[1:] for name in compound.ids]
    beside = any(combinator in ("+", "~") for _, combinator in compounds)
    return Selector(tuple(compounds), weight, frozenset(() if beside else outer))


def _sum(one: Weight, other: Weight) -> Weight:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _compound(parts: list[re.Match[str]]) -> tuple[Compound, Weight] | None:
    tag = ""
    classes, ids, attributes, places = list[str](), list[str](), list[Attribute](), list[str]()
    any_of, none_of = list[tuple[Compound, ...]](), list[Compound]()
    weight: Weight = (0, 0, 0)
    for part in parts:
        if part["kind"]:
            (classes if part["kind"] == "." else ids).append(unescaped(part["name"]))
        elif part["attribute"]:
            value = part["value"] or ""
            value = value[1:-1] if value[:1] in ("'", '"') else value
            fold = (part["fold"] or "").lower() == "i"
            name = unescaped(part["attribute"]).lower()
            value = unescaped(value)
            attributes.append(Attribute(name, part["sign"] or "", value, fold))
        elif part["pseudo"]:
            places.append(part["pseudo"].lower())
        elif part["function"]:
            inner = list(parse(part["inner"]))
            if not inner or any(len(each.compounds) > 1 for each in inner):
                return None
            keys = tuple(each.key for each in inner)
            if part["function"].lower() == "not":
                if len(inner) != len(_COMMA.split(part["inner"])):
                    return None
                none_of += keys
            else:
                any_of.append(keys)
            if part["function"].lower() != "where":
                weight = _sum(weight, max(each.weight for each in inner))
        elif part["tag"] != "*":
            tag = unescaped(part["tag"]).lower()
    own = (len(ids), len(classes) + len(attributes) + len(places), int(bool(tag)))
    made = Compound(
        *(tag, tuple(classes), tuple(ids), tuple(attributes)),
        *(tuple(places), tuple(any_of), tuple(none_of)),
    )
    return made, _sum(weight, own)
