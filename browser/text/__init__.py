"""Bytes to pages: pure, no network, no clock.

>>> from browser.text import render
>>> page = render(b"<title>T</title><p>Hello <a href=/x>there</a>.", "text/html", "http://a.example/")
>>> [line.text for line in page.lines]
['', 'URL: http://a.example/', 'Hello 【0†there】.']
"""

from __future__ import annotations

import hashlib

from browser.errors import FetchFailed
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text.htmlpage import Document, read_html
from browser.text.number import number
from browser.text.plain import read_markdown, read_plain
from browser.text.sniff import HTML, MARKDOWN, decode, media_type

__all__ = ["render"]

LINE_CHARS = 200
MAX_LINES = 50_000


def render(
    body: bytes,
    content_type: str,
    url: str,
    *,
    line_chars: int = LINE_CHARS,
    max_lines: int = MAX_LINES,
) -> Page:
    """Turn a document into numbered lines with numbered links.

    Args:
        body: The document, decoded from its content coding.
        content_type: The Content-Type field; empty means look at the bytes.
        url: Where it came from, after redirects; relative links resolve against it.
        line_chars: Longest line, in characters.
        max_lines: Most lines; a longer page is cut and says so.

    Raises:
        ValueError: *url* is not a URL.
        browser.errors.FetchFailed: ``unsupported_type``, ``unreadable`` or ``no_text``.
    """
    here = Url.parse(url or "about:blank")
    kind = media_type(content_type, body)
    if not body.strip():
        raise FetchFailed(Reason.NO_TEXT, "the site answered with an empty page.", url=url)
    document = _read(body, content_type, kind, here)
    lines, truncated = number(
        document.blocks, here.href, document.hosts or {}, line_chars, max_lines
    )
    if len(lines) <= 2:
        raise FetchFailed(Reason.NO_TEXT, "the page has no text. Choose another source.", url=url)
    return Page(
        url=here.href,
        title=document.title,
        lines=lines,
        links=document.links,
        digest="sha256:" + hashlib.sha256(body).hexdigest(),
        media_type=kind,
        language=document.language,
        author=document.author,
        published=document.published,
        truncated=truncated,
    )


def _read(body: bytes, content_type: str, kind: str, here: Url) -> Document:
    if kind in HTML:
        return read_html(decode(body, content_type, markup=True), here)
    if kind in MARKDOWN or (kind == "text/plain" and here.path.endswith((".md", ".markdown"))):
        return read_markdown(decode(body, content_type, markup=False), here)
    if kind.startswith("text/"):
        return read_plain(decode(body, content_type, markup=False), here)
    raise FetchFailed(
        Reason.UNSUPPORTED_TYPE,
        f"the address leads to {kind[:100]}, and this browser reads HTML, plain text and Markdown. "
        "Choose another source.",
        url=here.href,
    )
