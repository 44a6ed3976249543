"""The JSON-LD of a page: its items as plain objects, however a site nests or breaks them.

Sites write one item, a list, or an ``@graph`` (JSON-LD 1.1, section 4.9); some leave comments,
CDATA marks or raw newlines inside. All are read. What is no JSON even so yields nothing here.

Left to taste: only the items a page is about are returned: those at the top, in the graph, and
the ``mainEntity`` of either. Comments, offers and publishers stay inside their item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

MAX_SCRIPT = 200_000  # characters; a longer one is data, not a description
MAX_SCRIPTS = 100
MAX_ITEMS = 100
_DEEPEST = 4  # lists and graphs within each other

_WRAPPED = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*.{0,40}?\*/|<!\[CDATA\[)\s*", re.DOTALL)
_TAIL = re.compile(r"(?:-->|//\s*\]\]>|\]\]>|;|\s)+\Z")

Item = dict[str, Any]


def scripts(tree: LexborHTMLParser) -> list[str]:
    """The source of each JSON-LD script of a page, broken or not, at most `MAX_SCRIPTS`."""
    nodes = tree.css("script[type='application/ld+json' i]")
    return [node.text(deep=True) for node in nodes[:MAX_SCRIPTS]]


def load(source: str, limit: int = MAX_SCRIPT) -> Any:
    """Parse JSON as sites write it; ``None`` for what is none or longer than *limit*."""
    if len(source) > limit:
        return None
    try:
        return json.loads(source, strict=False)
    except (ValueError, RecursionError):
        pass
    tail = _TAIL.search(source[-200:])
    end = len(source) - (len(tail[0]) if tail else 0)
    try:
        return json.loads(_WRAPPED.sub("", source[:end]), strict=False)
    except (ValueError, RecursionError):
        return None


def items(value: Any, *, inner: bool = True) -> list[Item]:
    """The items that the parsed JSON-LD *value* is about, at most `MAX_ITEMS`.

    Args:
        value: What was parsed.
        inner: Whether main entities count as items of their own.
    """
    found: list[Item] = []
    for item in _walk(value, _DEEPEST, inner):
        found.append(item)
        if len(found) == MAX_ITEMS:
            break
    return found


def _walk(value: Any, deep: int, inner: bool) -> Iterator[Item]:
    if deep < 0:
        return
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, deep - 1, inner)
    elif isinstance(value, dict):
        if "@graph" in value:
            yield from _walk(value["@graph"], deep - 1, inner)
        if "@type" in value:
            yield value
        for key in ("mainEntity", "mainEntityOfPage") if inner else ():
            if isinstance(value.get(key), dict | list):
                yield from _walk(value[key], deep - 1, inner)


def types(item: Item) -> set[str]:
    """The names of an item's types, lower case, without their address."""
    named = item.get("@type")
    return {
        name
        for one in (named if isinstance(named, list) else [named])
        if isinstance(one, str) and (name := last_part(one))
    }


def last_part(name: str) -> str:
    """The last part of the name of a type: ``https://schema.org/Article`` is ``article``."""
    return re.split(r"[/#:]", name.strip().rstrip("/"))[-1][:60].lower()
