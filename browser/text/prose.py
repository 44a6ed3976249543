"""Prose inside data: which strings of a JSON value are meant to be read, and their HTML.

Left to taste: a string is prose when it is as long as a sentence, mostly letters and made of
words; text of rich-text editors, which is cut into runs, is prose where its key or its block says
so. Strings of HTML stay HTML, since whatever reads the result is made for the HTML of strangers.
"""

from __future__ import annotations

import html
import re
from typing import Any

from browser.text.clean import one_line
from browser.text.dates import day

LEAST = 60  # characters of a string that is prose wherever it stands
LONGEST = 500_000  # characters of one string
MAX_STRINGS = 1_000

_TAG = re.compile(r"<[^<>]{1,2000}>")
_MARKUP = re.compile(
    r"</?(?:p|br|div|h[1-6]|ul|ol|li|strong|em|b|i|a|img|figure|table|tr|td|span|blockquote|pre"
    r"|code|section|article|hr)\b[^<>]{0,1000}>",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"&lt;/?(?:p|br|div|h[1-6]|ul|ol|li|strong|em|b|i|a|span)\b", re.IGNORECASE)
_WIDE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
)
_MARKS = re.compile(r"[\W_]+")
_OTHER = re.compile(r"[\W\d_]+")  # than letters
_CODE = re.compile(r"[{};=<>\\|$]|function\s*\(|https?://\S{80}")
_BREAK = re.compile(r"\n\s*\n|\r\n\s*\r\n|\n|\r|\u2028|\u2029")
_AUTHORS = ("author", "username", "display_name", "displayName", "user", "creator", "by", "byline")
_NAMES = ("name", "display_name", "displayName", "username", "fullName", "title")
_DATES = (
    "datePublished", "published_at", "publishedAt", "publishDate", "created_at", "createdAt",
    "dateCreated", "uploadDate", "datePosted", "pubDate", "date", "created",
)  # fmt: skip


def size(text: str) -> int:
    """How many characters of *text* are prose: all outside of tags, or none."""
    if len(text) < LEAST or len(text) > LONGEST:
        return 0
    head = (
        _TAG.sub(" ", _unescaped(text[:4_000])) if "<" in text or "&lt;" in text else text[:4_000]
    )
    words = head.split()
    if not words or head[:1] in "{[#.@":
        return 0
    characters = sum(map(len, words))
    letters = len(_OTHER.sub("", head))
    if letters < 0.65 * characters or len(_CODE.findall(head)) > 0.02 * characters:
        return 0
    if characters > 14 * len(words) and len(_WIDE.findall(head)) < 0.3 * characters:
        return 0
    return characters if len(text) <= 4_000 else len(_TAG.sub("", text))


def _unescaped(text: str) -> str:
    """*text* with its markup as markup, where it was escaped once too often."""
    if _ESCAPED.search(text) and not _MARKUP.search(text):
        return html.unescape(text)
    return text


def bare(text: str) -> str:
    """The letters and digits of *text* outside of tags, in lower case: to compare and to count."""
    plain = _TAG.sub(" ", _unescaped(text[:LONGEST])) if "<" in text or "&" in text else text
    return _MARKS.sub("", html.unescape(plain).lower())


def block(text: str) -> str:
    """The HTML of a string: its own, or paragraphs."""
    text = _unescaped(text[:LONGEST])
    if _MARKUP.search(text):
        return f"<div>{text}</div>"
    if "&" in text:
        text = html.unescape(text)
    return "".join(
        f"<p>{html.escape(part.strip())}</p>" for part in _BREAK.split(text) if part.strip()
    )


def line(tag: str, text: str) -> str:
    """One element that holds a line of plain text; nothing when there is none."""
    text = one_line(html.unescape(_TAG.sub(" ", text[:2_000])), 500)
    return f"<{tag}>{html.escape(text)}</{tag}>" if text else ""


def who_and_when(item: dict[str, Any]) -> str:
    """A line of the author and the day of a post, as far as it tells them."""
    names = next(filter(None, (_names(item.get(key)) for key in _AUTHORS)), [])
    dates = (item.get(key) for key in _DATES)
    days = (day(str(one)) for one in dates if isinstance(one, str | int))
    when = next(filter(None, days), "")
    return line("p", " · ".join(filter(None, (", ".join(names[:5]), when))))


def is_post(item: dict[str, Any]) -> bool:
    """Whether an item names who wrote it."""
    return any(_names(item.get(key)) for key in _AUTHORS)


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), "")
    if isinstance(value, list):
        return [name for one in value[:5] if not isinstance(one, list) for name in _names(one)]
    return [value.strip()] if isinstance(value, str) and 0 < len(value.strip()) <= 80 else []
