"""A whole HTML document: guard, parse, walk, judge.

Left to taste: a page that shows (almost) nothing until its scripts run, and holds its text in
``<noscript>`` for readers without them, is read there: this browser is such a reader. Where it
holds its text only in data for its scripts, that is read, under a line that says so. Elements
that a page keeps hidden only until its own script moves them into place, as React streams
them, count as shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from browser.errors import FetchFailed
from browser.model.page import Link
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text import sheets
from browser.text.asked import NO_SNIPPET, directives
from browser.text.block import Block
from browser.text.builder import MOST_BLOCKS
from browser.text.clean import language_tag, one_line
from browser.text.guard import guard
from browser.text.hidden import hide_unslotted
from browser.text.html import Walk
from browser.text.hydrate import article
from browser.text.judge import judge
from browser.text.links import Links
from browser.text.main import mark_main
from browser.text.meta import about
from browser.text.thin import Seen, why_thin

LINE_CHARS = 200  # characters of a line
LEAST_TEXT = 600  # characters that a page shows; one with fewer may hold its text in data
MORE_THAN_SHOWN = 2  # times as much text as the page shows, for its data to be read
MOST_THIN = 4_000  # characters; a page that shows more and has main content is not looked at
MOST_WORDS = 4_000  # characters that are looked at
LEAST_NOSCRIPT = 300  # characters; a shorter one only asks for scripts
_STREAMED = re.compile(r"<template id=\"[BP]:([0-9a-z]+)\"")
_UNNAMED = re.compile(r"[^\w .+-]+")  # what the name of a piece of data does not show


@dataclass
class Document:
    """What a document of any kind is before its lines are numbered.

    Attributes:
        blocks: In reading order.
        links: By id.
        hosts: By link id, the host to show.
        title: One line, possibly empty.
        language: BCP 47 tag, when known.
        author: As the document says.
        published: ISO date, as the document says.
        truncated: Whether a part of the document was left out.
        note: A sentence of ours about the document, for its last line.
        places: By id of an element, the index of the block that it begins with.
        directives: As `browser.model.page.Page.directives`.
        unquotable: Indices of the blocks that hold words which may not be quoted.
        hidden: Characters of words that were left out because nobody sees them.
    """

    blocks: list[Block]
    links: tuple[Link, ...] = ()
    hosts: dict[int, str] = field(default_factory=dict)
    title: str = ""
    language: str | None = None
    author: str | None = None
    published: str | None = None
    truncated: bool = False
    note: str = ""
    places: dict[str, int] = field(default_factory=dict)
    directives: tuple[tuple[str, str], ...] = ()
    unquotable: set[int] = field(default_factory=set)
    hidden: int = 0


def read_html(
    text: str,
    url: Url,
    *,
    whole: bool = False,
    raw: bytes | None = None,
    line_chars: int = LINE_CHARS,
) -> Document:
    """Read an HTML document.

    Args:
        text: The document.
        url: Where it came from.
        whole: Whether all of it is main content: nothing is judged.
        raw: The document in UTF-8 where it came so: the parser reads bytes faster.
        line_chars: Longest line, in characters.

    Raises:
        FetchFailed: ``unreadable`` for a document built to be slow, ``no_text`` for an empty one.
    """
    safe = guard(text)
    source = raw if raw is not None and safe is text else safe
    tree = LexborHTMLParser(source)
    obeyed = sheets.apply(tree)
    links, walk = _read(tree, text, url, line_chars)
    if obeyed and (shown := _size(walk.blocks)) < min(LEAST_TEXT, walk.hidden):
        bare = LexborHTMLParser(source)
        others, other = _read(bare, text, url, line_chars)
        if _size(other.blocks) > MORE_THAN_SHOWN * shown:
            tree, links, walk = bare, others, other
    document = Document(walk.blocks, links.all(), links.hosts, _title(tree), _language(tree))
    document.places, document.unquotable = walk.places, walk.unquotable
    document.hidden = walk.hidden
    document.truncated = len(walk.blocks) >= MOST_BLOCKS
    if whole:
        if not walk.blocks:
            raise FetchFailed(
                Reason.NO_TEXT, "the page has no text. Choose another source.", url=url.href
            )
    else:
        known = about(tree)
        document.author, document.published = known.author, known.published
        document.directives = directives(tree)
        mark_main(walk.blocks, walk.boxes, known.types, lambda: judge(text))
        _face_thin_page(document, walk, links, text, url)
    if not document.title:
        heading = next((block for block in document.blocks if block.role == "heading"), None)
        document.title = one_line(heading.plain) if heading else ""
    return document


def _face_thin_page(document: Document, walk: Walk, links: Links, text: str, url: Url) -> None:
    """Fill a page that shows almost nothing from its data, or say why it is no page to read.

    Raises:
        FetchFailed: ``no_text``.
    """
    blocks = document.blocks
    size = sum(len(block.plain) for block in blocks)
    main = sum(len(block.plain) for block in blocks if block.main)
    if size > MOST_THIN and main > LEAST_TEXT:
        return
    if size < LEAST_TEXT:
        found = article(text)
        if found is not None and found.size > MORE_THAN_SHOWN * size:
            note = "[This page shows its text only with scripts; it is read from its data"
            kind = " ".join(_UNNAMED.sub(" ", found.kind).split())
            blocks.append(Block(f"{note}: {kind}.]", "", "note"))
            more = LexborHTMLParser(guard(found.html))
            if more.body is not None:
                walk.run(more.body)
            document.links = links.all()
            document.title = document.title or one_line(found.title)
            return
    words = " ".join(block.plain for block in blocks)[:MOST_WORDS]
    sentence = why_thin(Seen(words, size, main, document.title, len(links.all()), text, url.href))
    if sentence is not None:
        raise FetchFailed(Reason.NO_TEXT, sentence, url=url.href)


def _read(tree: LexborHTMLParser, text: str, url: Url, line_chars: int) -> tuple[Links, Walk]:
    """The links and blocks of a page; no blocks when none holds text.

    Raises:
        FetchFailed: ``no_text`` for a page without a body.
    """
    root = tree.body or tree.root
    if root is None:
        raise FetchFailed(Reason.NO_TEXT, "the page is empty. Choose another source.", url=url.href)
    base = _base(tree, url)
    streamed = frozenset[str]()
    if tree.css_first("template") is not None:
        streamed = frozenset(f"S:{number}" for number in _STREAMED.findall(text))
        hide_unslotted(tree)
    quiet = tree.css_first(f"[{NO_SNIPPET}]") is not None
    links = Links(url, base)
    walk = Walk(links, line_chars=line_chars, streamed=streamed, quiet=quiet)
    walk.run(root)
    shown = _size(walk.blocks)
    kept = sum(len("".join(node.text(deep=True).split())) for node in tree.css("body noscript"))
    if kept >= LEAST_NOSCRIPT and kept > 2 * shown:
        links = Links(url, base)
        walk = Walk(links, line_chars=line_chars, noscript=True, streamed=streamed, quiet=quiet)
        walk.run(root)
        shown = _size(walk.blocks)
    if not shown:
        walk.blocks.clear()
    return links, walk


def _size(blocks: list[Block]) -> int:
    """Characters of the page's own words."""
    return sum(len(block.plain) for block in blocks)


def _title(tree: LexborHTMLParser) -> str:
    for node in tree.css("title"):
        if node.parent is None or node.parent.tag != "svg":
            return one_line(node.text(deep=True))
    return ""


def _language(tree: LexborHTMLParser) -> str | None:
    html = tree.css_first("html")
    named = (html.attributes.get("lang") or "").strip() if html is not None else ""
    return language_tag(named)


def _base(tree: LexborHTMLParser, url: Url) -> Url:
    base = tree.css_first("base[href]")
    if base is None:
        return url
    try:
        found = url.join((base.attributes.get("href") or "").strip())
    except ValueError:
        return url
    return found if found.is_web else url
