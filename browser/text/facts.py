"""What the JSON-LD of a page tells of its author, date, kind, title and site.

A page that lists several articles says nothing of itself by them, so theirs are not taken.
Broken JSON-LD is searched for the keys wanted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from browser.text import jsonld
from browser.text.jsonld import Item

_ARTICLE = re.compile(r"(?:article|posting|report|review|recipe|blog|book|videoobject)\Z")
_OTHER = frozenset({"organization", "person", "breadcrumblist", "imageobject"})
_BODIES = re.compile(r"organi[sz]ation|corporation|company|website|brand")
_DATES = ("datePublished", "dateCreated", "uploadDate", "datePosted")
_FEW = 3  # of a kind that a page may describe and still be one of them
_MOST = 30  # values of one property

_STRING = r'"\s*:\s*"((?:[^"\\]|\\.){1,300})"'
_BROKEN_DATE = re.compile(r'"datePublished' + _STRING)
_BROKEN_TITLE = re.compile(r'"headline' + _STRING)
_BROKEN_TYPE = re.compile(r'"@type' + _STRING)
_BROKEN_AUTHOR = re.compile(
    r'"author"\s*:\s*(?:\[\s*)?(?:\{[^{}]{0,300}?"name' + _STRING + r'|"([^"\\]{1,200})")'
)


@dataclass
class Facts:
    """What the scripts tell; all of it as the page has it.

    Attributes:
        persons: Authors that are persons.
        people: Authors of no type.
        bodies: Authors that are organizations.
        dates: Dates of publication, the best first.
        types: Names of the types of what the page is about.
        title: Its headline.
        site: Its publisher or web site.
    """

    persons: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    title: str = ""
    site: str = ""


def facts(sources: Iterable[str]) -> Facts:
    """Read the JSON-LD scripts *sources*."""
    told = Facts()
    items: list[Item] = []
    for source in sources:
        value = jsonld.load(source)
        if value is None:
            _search(told, source[: jsonld.MAX_SCRIPT])
        else:
            items += jsonld.items(value)
    items = items[: jsonld.MAX_ITEMS]
    named = {item["@id"]: item for item in items if isinstance(item.get("@id"), str)}
    types = [jsonld.types(item) for item in items]
    told.types |= set().union(*types)
    pairs = list(zip(items, types, strict=True))
    ranked: list[list[Item]] = [[], [], []]
    for item, kinds in pairs:
        if not kinds & _OTHER:
            article = any(map(_ARTICLE.search, kinds))
            ranked[0 if article else 1 if "question" in kinds else 2].append(item)
    for several in ranked:
        for item in several if len(several) <= _FEW else ():
            _describe(told, item, named)
    told.site = told.site or next(
        (_text(item.get("name")) for item, kinds in pairs if "website" in kinds), ""
    )
    return told


def _describe(told: Facts, item: Item, named: dict[str, Item]) -> None:
    """Add what *item* tells, where nothing better is known."""
    if not (told.persons or told.people):
        for given in _each(item.get("author") or item.get("creator")):
            author = given
            if isinstance(given, dict) and "name" not in given:
                author = named.get(str(given.get("@id")), given)
            kinds = jsonld.types(author) if isinstance(author, dict) else set()
            body = any(map(_BODIES.search, kinds))
            into = told.bodies if body else told.persons if kinds else told.people
            into.extend(_names(author))
    told.dates += [text for key in _DATES if (text := _text(item.get(key)))]
    told.title = told.title or _text(item.get("headline"))
    for publisher in _each(item.get("publisher")):
        told.site = told.site or next(_names(publisher), "")


def _names(author: Any) -> Iterator[str]:
    for name in _each(author.get("name") if isinstance(author, dict) else author):
        if text := _text(name):
            yield text


def _each(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """A short string, a number, or the first of a list of such; entities become characters."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return html.unescape(value[:1000]).strip() if isinstance(value, str) else ""


def _search(told: Facts, source: str) -> None:
    """Find the keys wanted in JSON-LD that cannot be parsed."""
    told.types |= {jsonld.last_part(found[1]) for found in _BROKEN_TYPE.finditer(source[:2000])}
    if found := _BROKEN_DATE.search(source):
        told.dates.append(found[1])
    if found := _BROKEN_AUTHOR.search(source):
        told.people.append(found[1] or found[2])
    if (found := _BROKEN_TITLE.search(source)) and not told.title:
        told.title = found[1]
