"""Bytes to pages: pure, no network, no clock.

>>> from browser.text import render
>>> page = render(b"<title>T</title><p>Hello <a href=/x>there</a>.", "text/html", "http://a.example/")
>>> [line.text for line in page.lines]
['', 'URL: http://a.example/', 'Hello 【0†there】.']
"""

from __future__ import annotations

from browser.model.page import Page

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
    from browser.text import document  # noqa: PLC0415 - the readers take long to load

    return document.read(body, content_type, url, line_chars, max_lines)
