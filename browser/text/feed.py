"""Feeds of any format, once their parts are known.

The title of the feed, then each entry under a heading: its link, date, authors, and its content,
or its summary where there is no content. Content is HTML of any quality; each entry's is closed
before it is put with the others, so that none swallows the next.

Left to taste: dates stand as the feed writes them; the feed's own date, in the page's facts, is
the day of its newest entry; where an RSS text has neither tags nor entities, it is plain text.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from html import escape

from selectolax.lexbor import LexborHTMLParser

from browser.errors import FetchFailed
from browser.model.url import Url
from browser.text.clean import language_tag, one_line
from browser.text.guard import guard
from browser.text.htmlpage import LINE_CHARS, Document, read_html
from browser.text.written import link, name_of

MAX_TAGS = 150_000  # a page of more is refused by the reader of HTML
_MARKED = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
PARAGRAPH = re.compile(r"\n\s*\n")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_CONTENT = "script, style, base, meta, link, noembed, noframes, iframe"


@dataclass
class Entry:
    """One entry.

    Attributes:
        title: Plain text.
        address: Where it leads, possibly relative.
        date: As written.
        authors: Their names.
        content: HTML.
        base: What relative addresses in *content* are relative to, possibly empty.
        others: Other links: text and address.
    """

    title: str = ""
    address: str = ""
    date: str = ""
    authors: list[str] = field(default_factory=list)
    content: str = ""
    base: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Feed:
    """What every kind of feed has."""

    title: str = ""
    address: str = ""
    about: str = ""
    author: str = ""
    date: str = ""
    language: str = ""
    entries: list[Entry] = field(default_factory=list)


def document_of(feed: Feed, url: Url, room: int = LINE_CHARS) -> Document:
    """The feed as a document: its title, and every entry under a heading."""
    parts = [f"<h1>{link(feed.address, feed.title)}</h1>", _closed(feed.about, "", url)]
    tags = cut = refused = 0
    for entry in feed.entries:
        try:
            content = _closed(entry.content, entry.base, url)
        except FetchFailed:  # built to be slow: the other entries are not
            content, refused = "", refused + 1
        tags += content.count("<") + 12
        if tags > MAX_TAGS:
            cut += 1
            content = ""
        parts += (_head(entry), content)
    document = read_html("\n".join(parts), url, whole=True, line_chars=room)
    document.title = one_line(feed.title) or name_of(url)
    document.author = one_line(feed.author) or None
    document.published = _newest([feed.date, *(entry.date for entry in feed.entries)])
    language = feed.language.strip()
    document.language = language_tag(language)
    if cut or refused:
        document.truncated = True
        document.note = f"[The feed is cut: {cut + refused:,} entries are shown without content.]"
    return document


def _head(entry: Entry) -> str:
    """Heading, date and authors of an entry, and its other links."""
    title = one_line(entry.title) or entry.address or one_line(entry.date) or "Untitled"
    told = [escape(part) for part in (entry.date, ", ".join(entry.authors)) if part]
    told += [link(address, text) for text, address in entry.others]
    below = f"<p>{' · '.join(told)}</p>" if told else ""
    return f"<h2>{link(entry.address, title)}</h2>{below}"


def _closed(content: str, base: str, url: Url) -> str:
    """HTML in which every element ends, with addresses relative to *base* made absolute."""
    if not _MARKED.search(content):
        return escape(content)
    tree = LexborHTMLParser("<body>" + guard(content))
    tree.unwrap_tags(["plaintext", "xmp"])
    for node in tree.css(_NOT_CONTENT):
        node.decompose()
    here = _base(base, url)
    for node in tree.css("a[href]") if here is not None else ():
        reference = (node.attributes.get("href") or "").strip()
        if here is not None and reference and not reference.startswith("#"):
            with suppress(ValueError):
                node.attrs["href"] = here.join(reference).href
    return f"<div>{tree.body.inner_html if tree.body is not None else ''}</div>"


def _base(base: str, url: Url) -> Url | None:
    """What addresses in an entry are relative to, ``None`` for the feed itself."""
    try:
        return url.join(base) if base else None
    except ValueError:
        return None


def _newest(dates: list[str]) -> str | None:
    """The latest of *dates* as an ISO date."""
    return max((day for date in dates if (day := _day(date))), default=None)


def _day(date: str) -> str:
    if _ISO.match(date):
        return date[:10]
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def as_html(text: str) -> str:
    """A text that may be plain or HTML, as HTML."""
    if _MARKED.search(text):
        return text
    return "".join(f"<p>{escape(part)}</p>" for part in PARAGRAPH.split(text) if part.strip())
