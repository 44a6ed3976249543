"""RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287)."""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape, unescape

from lxml import etree

from browser.model.url import Url
from browser.text.feed import PARAGRAPH, Entry, Feed, as_html, document_of
from browser.text.htmlpage import LINE_CHARS, Document
from browser.text.xml_text import local, words

_XML = "{http://www.w3.org/XML/1998/namespace}"
_XML_BASE = f"{_XML}base"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def is_feed(root: etree._Element) -> bool:
    """Whether *root* is RSS or Atom: ``rdf:RDF`` and ``feed`` may be other things."""
    if local(root).lower() == "rdf":
        return any(local(part) in ("channel", "item") for part in root)
    return local(root) == "rss" or any(
        local(part) in ("entry", "title", "id", "updated") for part in root
    )


def read_feed(root: etree._Element, url: Url, room: int = LINE_CHARS) -> Document:
    """Read RSS or Atom."""
    return document_of(_atom(root, url) if local(root) == "feed" else _rss(root), url, room)


def _first(parent: etree._Element, *names: str) -> str:
    """The text of the first of *names* that *parent* has and that is not empty."""
    for name in names:
        for part in parent:
            if local(part) == name and (said := words(part)):
                return said
    return ""


def _title(text: str) -> str:
    """A title of RSS, in which both plain text and HTML occur."""
    return unescape(_TAG.sub("", text) if "&lt;" not in text else text)


def _raw(parent: etree._Element, *names: str) -> str:
    """The text of the first of *names*, white space kept."""
    for name in names:
        for part in parent:
            if local(part) == name and (said := "".join(part.itertext()).strip()):
                return said
    return ""


def _rss(root: etree._Element) -> Feed:
    channel = next((part for part in root.iter() if local(part) == "channel"), root)
    feed = Feed(
        title=_title(_own(channel, "title")),
        address=_own(channel, "link"),
        about=as_html(_own(channel, "description")),
        author=_first(channel, "managingEditor", "creator", "author"),
        date=_first(channel, "lastBuildDate", "pubDate", "date"),
        language=_first(channel, "language"),
    )
    for item in root.iter():
        if local(item) == "item":
            feed.entries.append(_rss_item(item))
    return feed


def _own(parent: etree._Element, name: str) -> str:
    """The text of a part of RSS itself before one of an extension, as ``itunes:title``."""
    plain = [part for part in parent if local(part) == name and part.prefix is None]
    return next((said for part in plain if (said := words(part))), "") or _first(parent, name)


def _rss_item(item: etree._Element) -> Entry:
    address = _own(item, "link")
    guid = next((part for part in item if local(part) == "guid"), None)
    if not address and guid is not None and guid.get("isPermaLink") != "false":
        address = words(guid) if words(guid).startswith("http") else ""
    entry = Entry(
        title=_title(_own(item, "title")),
        address=address
        or next((part.get("href", "") for part in item if part.tag == _ATOM_LINK), ""),
        date=_first(item, "pubDate", "date", "published", "updated"),
        authors=_names(item, "creator") or _names(item, "author"),
        content=as_html(_raw(item, "encoded", "description", "summary")),
        base=address,
    )
    for part in item:
        if local(part) == "enclosure" and part.get("url"):
            entry.others.append((part.get("type") or "enclosure", part.get("url", "")))
        elif local(part) == "comments" and words(part).startswith("http"):
            entry.others.append(("comments", words(part)))
    return entry


def _names(item: etree._Element, name: str) -> list[str]:
    return [said for part in item if local(part) == name and (said := words(part))]


def _atom(root: etree._Element, url: Url) -> Feed:
    feed = Feed(
        title=_atom_text(root, "title"),
        address=_atom_link(root, root.get(_XML_BASE, ""), url),
        about=_atom_html(root, "subtitle"),
        author=", ".join(_atom_names(root)),
        date=_first(root, "updated", "published"),
        language=root.get(f"{_XML}lang", ""),
    )
    for part in root:
        if local(part) == "entry":
            feed.entries.append(_atom_entry(part, root.get(_XML_BASE, ""), url))
    return feed


def _atom_entry(part: etree._Element, base: str, url: Url) -> Entry:
    content = next((p for p in part if local(p) == "content"), None)
    written = _atom_html(part, "content") or _atom_html(part, "summary")
    if not written:
        media = next((p for p in part.iter() if local(p) == "description"), None)
        written = as_html("".join(media.itertext())) if media is not None else ""
    inner = content.get(_XML_BASE, "") if content is not None else ""
    base = part.get(_XML_BASE, "") or base
    entry = Entry(
        title=_atom_text(part, "title"),
        address=_atom_link(part, base, url),
        date=_first(part, "published", "updated", "issued", "modified"),
        authors=_atom_names(part),
        content=written,
        base=inner or base,
    )
    if content is not None and content.get("src"):
        entry.others.append((content.get("type") or "content", content.get("src", "")))
    for other in part:
        if local(other) == "link" and other.get("rel") == "enclosure" and other.get("href"):
            entry.others.append((other.get("type") or "enclosure", other.get("href", "")))
    return entry


def _atom_link(parent: etree._Element, base: str, url: Url) -> str:
    """Where a feed or an entry leads, relative addresses made absolute by ``xml:base``."""
    links = [part for part in parent if local(part) == "link" and part.get("href")]
    for rel in ("alternate", None, "self"):
        for part in links:
            if part.get("rel") == rel:
                with suppress(ValueError):
                    return url.join(base).join(str(part.get("href"))).href
                return str(part.get("href"))
    return ""


def _atom_names(parent: etree._Element) -> list[str]:
    return [name for part in parent if local(part) == "author" and (name := _first(part, "name"))]


def _atom_text(parent: etree._Element, name: str) -> str:
    """A text construct as plain text."""
    part = next((part for part in parent if local(part) == name), None)
    if part is None:
        return ""
    return _title(words(part)) if part.get("type") in ("html", "text/html") else words(part)


def _atom_html(parent: etree._Element, name: str) -> str:
    """A text construct as HTML."""
    part = next((part for part in parent if local(part) == name), None)
    if part is None:
        return ""
    kind = part.get("type") or "text"
    if kind in ("xhtml", "application/xhtml+xml"):
        return _from_xhtml(part)
    text = "".join(part.itertext())
    if kind in ("html", "text/html"):
        return text.strip()
    plain = PARAGRAPH.split(text) if text.strip() else []
    return "".join(f"<p>{escape(said)}</p>" for said in plain if said.strip())


def _from_xhtml(part: etree._Element) -> str:
    """The XHTML in *part*, written as HTML."""
    for element in part.iter():
        if isinstance(element.tag, str):
            element.tag = local(element)
    written: str = etree.tostring(part, method="html", encoding="unicode", with_tail=False)
    return written
