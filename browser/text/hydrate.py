"""The article of a page that shows none: it stands in the data for its scripts.

Looked through are JSON-LD, scripts of JSON (``__NEXT_DATA__`` and the like), plain assignments of
JSON (``window.__INITIAL_STATE__ = {…}``) and the attributes that some frameworks keep their data
in. The structure that holds the most prose is taken, and JSON-LD before others that hold little
more, since it says what it is.

Meant for a page whose own text is (almost) nothing; a page that shows its text is read from that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from browser.text import jsonld, prose, schema
from browser.text.clean import one_line
from browser.text.heap import PASSED, Heap

MAX_SOURCE = 5_000_000  # characters
LEAST = 100  # characters of prose below which nothing is an article
_MOST_SCRIPTS = 200
_ATTRIBUTES = ("data-preloaded", "data-page", "data-react-props", "data-props", "data-state")
_ASSIGNED = re.compile(
    r"(?:window|self|globalThis)(?:\.([\w$]{2,60})|\[\s*[\"']([\w$.-]{2,60})[\"']\s*\])\s*=\s*"
    r"(?=[\[{]|JSON\.parse\()|\b(?:var|let|const)\s+([\w$]{2,60})\s*=\s*(?=[\[{])"
)
_PARSED = re.compile(r"JSON\.parse\(\s*(?=\")")
_MOST_ASSIGNED = 20  # of one script


class Hydrated(NamedTuple):
    """An article found in data.

    Attributes:
        title: Its title; may be empty.
        html: Its words as HTML, as hostile as the page it came from.
        kind: Where it stood, such as ``ld+json articleBody`` or ``__NEXT_DATA__``.
        size: Characters of prose.
    """

    title: str
    html: str
    kind: str
    size: int


def article(source: str) -> Hydrated | None:
    """Find the article in the data of the document *source*.

    Args:
        source: The HTML; of more than `MAX_SOURCE` characters nothing is read. It is parsed here,
            so it should have passed whatever guards the parser.

    Returns:
        The data with the most prose; ``None`` when none holds as much as a paragraph.
    """
    if len(source) > MAX_SOURCE:
        return None
    tree = LexborHTMLParser(source)
    best: Hydrated | None = None
    for found in (*_from_schema(tree), *_from_data(tree)):
        # What is written in schema.org comes first and stays, unless it is only an excerpt.
        if found.size >= LEAST and (best is None or found.size > 1.6 * best.size):
            best = found
    return best


def _from_schema(tree: LexborHTMLParser) -> list[Hydrated]:
    """What each item of JSON-LD tells, the longest first."""
    found = []
    for source in jsonld.scripts(tree):
        for item in jsonld.items(jsonld.load(source, MAX_SOURCE), inner=False):
            told = schema.tell(item)
            if told is not None:
                size = _letters(told.html)
                found.append(Hydrated(one_line(told.title), told.html, f"ld+json {told.key}", size))
    return sorted(found, key=lambda one: -one.size)


def _from_data(tree: LexborHTMLParser) -> list[Hydrated]:
    """What each piece of other JSON holds, the longest first."""
    found = []
    for name, value in _data(tree):
        if PASSED.search(name):
            continue
        told = Heap(value).tell()
        if told is not None:
            title, written = told
            found.append(Hydrated(one_line(title), written, name, _letters(written)))
    return sorted(found, key=lambda one: -one.size)


def _data(tree: LexborHTMLParser) -> Iterator[tuple[str, Any]]:
    """The name and value of each piece of JSON on the page."""
    for node in tree.css("script:not([src])")[:_MOST_SCRIPTS]:
        given = node.attributes
        kind = (given.get("type") or "").lower()
        if kind == "application/ld+json":
            continue
        text = node.text(deep=True)
        if kind.endswith("json"):
            value = jsonld.load(text, MAX_SOURCE)
            if isinstance(value, dict | list):
                yield one_line(given.get("id") or "JSON", 60), value
        elif kind in ("", "module", "text/javascript", "application/javascript"):
            yield from _assigned(text)
    for name in _ATTRIBUTES:
        for node in tree.css(f"[{name}]")[:_MOST_ASSIGNED]:
            text = node.attributes[name] or ""
            value = jsonld.load(text, MAX_SOURCE) if text[:1] in ("{", "[") else None
            if isinstance(value, dict | list):
                yield name, value


def _assigned(text: str) -> Iterator[tuple[str, Any]]:
    """The JSON that a script assigns to names."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(_MOST_ASSIGNED):
        found = _ASSIGNED.search(text, at)
        if found is None:
            return
        at = found.end()
        try:
            quoted = _PARSED.match(text, at)
            value, at = decoder.raw_decode(text, quoted.end() if quoted else at)
            value = json.loads(value, strict=False) if quoted else value
        except (ValueError, RecursionError, TypeError):
            continue
        if isinstance(value, dict | list):
            yield found[1] or found[2] or found[3], value


def _letters(written: str) -> int:
    return len(prose.bare(written))
