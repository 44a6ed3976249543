"""JSON Feed 1.1."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from browser.model.url import Url
from browser.text.feed import PARAGRAPH, Entry, Feed, as_html, document_of
from browser.text.htmlpage import LINE_CHARS, Document


def read_json_feed(text: str, url: Url, room: int = LINE_CHARS) -> Document | None:
    """Read a JSON Feed; ``None`` when *text* is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    return document_of(_json(feed), url, room)


def _json(feed: dict[str, Any]) -> Feed:
    found = Feed(
        title=_text(feed.get("title")),
        address=_text(feed.get("home_page_url")),
        about=as_html(_text(feed.get("description"))),
        author=", ".join(_json_names(feed)),
        language=_text(feed.get("language")),
    )
    for item in feed["items"]:
        if isinstance(item, dict):
            found.entries.append(_json_item(item))
    return found


def _json_item(item: dict[str, Any]) -> Entry:
    plain = _text(item.get("content_text")) or _text(item.get("summary"))
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in PARAGRAPH.split(plain))
    entry = Entry(
        title=_text(item.get("title")),
        address=_text(item.get("url")) or _text(item.get("external_url")),
        date=_text(item.get("date_published")) or _text(item.get("date_modified")),
        authors=_json_names(item),
        content=_text(item.get("content_html")) or paragraphs,
    )
    attached = item.get("attachments")
    for other in attached if isinstance(attached, list) else []:
        if isinstance(other, dict) and _text(other.get("url")):
            entry.others.append(
                (_text(other.get("title")) or _text(other.get("mime_type")), _text(other["url"]))
            )
    return entry


def _json_names(thing: dict[str, Any]) -> list[str]:
    authors = thing.get("authors")
    people = authors if isinstance(authors, list) else [thing.get("author")]
    return [_text(who.get("name")) for who in people if isinstance(who, dict) and who.get("name")]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
