"""A whole HTML document: guard, parse, walk, judge.

Left to taste: a page that shows (almost) nothing until its scripts run, and holds its text in
``<noscript>`` for readers without them, is read there: this browser is such a reader. Elements
that a page keeps hidden only until its own script moves them into place, as React streams
them, count as shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.errors import FetchFailed
from browser.model.page import Link
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text.block import Block
from browser.text.clean import one_line
from browser.text.guard import guard
from browser.text.html import Walk
from browser.text.judge import judge
from browser.text.links import Links
from browser.text.main import mark_main

LEAST_NOSCRIPT = 300  # characters; a shorter one only asks for scripts
_STREAMED = re.compile(r"<template id=\"[BP]:([0-9a-z]+)\"")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}\Z")
_SPACE = re.compile(r"\s+")


@dataclass
class Document:
    """What a document of any kind is before its lines are numbered."""

    blocks: list[Block]
    links: tuple[Link, ...] = ()
    hosts: dict[int, str] | None = None
    title: str = ""
    language: str | None = None
    author: str | None = None
    published: str | None = None


def read_html(text: str, url: Url, *, whole: bool = False) -> Document:
    """Read an HTML document.

    Args:
        text: The document.
        url: Where it came from.
        whole: Whether all of it is main content: nothing is judged.

    Raises:
        FetchFailed: ``unreadable`` for a document built to be slow, ``no_text`` for an empty one.
    """
    text, tags = guard(text)
    tree = LexborHTMLParser(text)
    root = tree.body or tree.root
    if root is None:
        raise FetchFailed(Reason.NO_TEXT, "the page is empty. Choose another source.")
    links, blocks = _read(tree, root, text, url)
    if not blocks:
        scripted = tree.css_first("script") is not None
        raise FetchFailed(
            Reason.NO_TEXT,
            "the page shows no text without running its scripts. Choose another source."
            if scripted
            else "the page has no text. Choose another source.",
        )
    document = Document(blocks, links.all(), links.hosts, _title(tree), _language(tree))
    if not whole:
        opinion = judge(text, tags)
        document.author, document.published = opinion.about.author, opinion.about.published
        mark_main(blocks, opinion.main)
    if not document.title:
        heading = next((b for b in blocks if b.role == "heading"), None)
        document.title = one_line("".join(r.text for r in heading.runs)) if heading else ""
    return document


def _read(
    tree: LexborHTMLParser, root: LexborNode, text: str, url: Url
) -> tuple[Links, list[Block]]:
    """The links and blocks of a page; no blocks when none holds text."""
    base = _base(tree, url)
    streamed = frozenset(f"S:{number}" for number in _STREAMED.findall(text))
    links = Links(url, base)
    walk = Walk(links, streamed=streamed)
    walk.run(root)
    shown = _size(walk.blocks)
    kept = sum(len(_SPACE.sub("", node.text(deep=True))) for node in tree.css("body noscript"))
    if kept >= LEAST_NOSCRIPT and kept > 2 * shown:
        links = Links(url, base)
        walk = Walk(links, noscript=True, streamed=streamed)
        walk.run(root)
        shown = _size(walk.blocks)
    return links, walk.blocks if shown else []


def _size(blocks: list[Block]) -> int:
    """Characters of the page's own words."""
    return sum(
        len(_SPACE.sub("", run.text))
        for block in blocks
        for run in block.runs
        if run.kind not in ("deco", "image")
    )


def _title(tree: LexborHTMLParser) -> str:
    for node in tree.css("title"):
        if node.parent is None or node.parent.tag != "svg":
            return one_line(node.text(deep=True))
    return ""


def _language(tree: LexborHTMLParser) -> str | None:
    html = tree.css_first("html")
    named = (html.attributes.get("lang") or "").strip() if html is not None else ""
    return named.replace("_", "-") if _LANGUAGE.match(named) else None


def _base(tree: LexborHTMLParser, url: Url) -> Url:
    base = tree.css_first("base[href]")
    if base is None:
        return url
    try:
        found = url.join((base.attributes.get("href") or "").strip())
    except ValueError:
        return url
    return found if found.is_web else url
