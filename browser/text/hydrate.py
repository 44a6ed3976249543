"""The article of a page that shows none: it stands in the data for its scripts.

Looked through are JSON-LD, scripts of JSON (``__NEXT_DATA__`` and the like), plain assignments of
JSON (``window.__INITIAL_STATE__ = {…}``) and the attributes that some frameworks keep their data
in. The structure that holds the most prose is taken, and JSON-LD before others that hold little
more, since it says what it is; of a product, its description before all else that the page keeps.
Data of unknown shape count only where they hold sentences: settings may be long, and say nothing.

Meant for a page whose own text is (almost) nothing; a page that shows its text is read from that.
"""

from __future__ import annotations

import html
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
_LEAST_SENTENCES = 3
_LEAST_WORDS = 8  # of a sentence
_WIDE_WORD = 2  # characters of a word in scripts without spaces
_MOST_JUDGED = 200_000  # characters
_MORE = 1.6  # times the prose of schema.org that other data must hold to be taken instead
_ATTRIBUTES = ("data-preloaded", "data-page", "data-react-props", "data-props", "data-state")
_ASSIGNED = re.compile(
    r"(?:window|self|globalThis)(?:\.([\w$]{2,60})|\[\s*[\"']([\w$.-]{2,60})[\"']\s*\])\s*=\s*"
    r"(?=[\[{]|JSON\.parse\()|\b(?:var|let|const)\s+([\w$]{2,60})\s*=\s*(?=[\[{])"
)
_PARSED = re.compile(r"JSON\.parse\(\s*(?=\")")
_INLINE = re.compile(
    r"</?(?:a|b|i|em|strong|span|code|u|sup|sub|mark)\b[^<>]{0,2000}>", re.IGNORECASE
)
_SENTENCES = re.compile(r"<[^<>]{0,2000}>|[\n\r]+|[.!?…](?=\s|<|\Z)|[。！？]")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"(?<!\S)[\W_]{0,3}[^\W\d_][^\s{}=<>\\]*+(?!\S)")
_MOST_ASSIGNED = 20  # of one script


class Hydrated(NamedTuple):
    """An article found in data.

    Attributes:
        title: Its title; may be empty.
        html: Its words as HTML, as hostile as the page it came from.
        kind: Where it stood, such as ``ld+json articleBody`` or ``__NEXT_DATA__``.
        size: Characters of prose.
        product: Whether it describes a product.
    """

    title: str
    html: str
    kind: str
    size: int
    product: bool = False


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
        if found.size < LEAST or (best is not None and best.product and not found.product):
            continue
        if best is None or found.size > _MORE * best.size:
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
                product = "product" in jsonld.types(item) and told.key == "description"
                product = product and size >= LEAST
                named = one_line(told.title)
                found.append(Hydrated(named, told.html, f"ld+json {told.key}", size, product))
    return sorted(found, key=lambda one: (-one.product, -one.size))


def _from_data(tree: LexborHTMLParser) -> list[Hydrated]:
    """What each piece of other JSON holds, the longest first."""
    found = []
    for name, value in _data(tree):
        if PASSED.search(name):
            continue
        heap = Heap(value)
        product = heap.product()
        told = [(Heap(product).tell(), True)] if product is not None else []
        for one, described in [*told, (heap.tell(), False)]:
            if one is not None and _is_prose(one[1]):
                title, written = one
                title = title or (str(product.get("name") or "") if described else "")
                size = _letters(written)
                found.append(Hydrated(one_line(title), written, name, size, described))
                break
    return sorted(found, key=lambda one: (-one.product, -one.size))


def _is_prose(written: str) -> bool:
    """Whether HTML holds a few sentences, and no settings or names alone."""
    text = html.unescape(_INLINE.sub("", written[:_MOST_JUDGED]))
    told = 0
    for sentence in _SENTENCES.split(text):
        wide = len(_WIDE.findall(sentence))
        words = wide // _WIDE_WORD if wide else len(_WORD.findall(sentence))
        told += words >= _LEAST_WORDS
        if told >= _LEAST_SENTENCES:
            return True
    return False


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
