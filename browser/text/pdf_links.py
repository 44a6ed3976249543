"""The links of a page of a PDF, and the words that they stand on.

Governing texts: ISO 32000-2, 12.6.4.8 for links with an address; the comments of PDFium's public
headers. Addresses that are written out in the text are links too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

MAX_LINKS = 1_000  # of one page
MAX_URL = 2_048  # octets
INSET = 1.0  # points within the edges of a link's rectangle that its first and last letters are at
REACH = 3.0  # points from there that they are looked for
PROBES = 8  # places between the two edges where letters are looked for
_SCHEMES = ("http://", "https://")


class Span(NamedTuple):
    """A link: where its words stand in the text of the page, and where it leads."""

    start: int
    end: int
    url: str


def links(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, text_page: Any, text: str
) -> tuple[list[Span], list[str]]:
    """The links of a page.

    Args:
        document: The file.
        page: One of its pages.
        text_page: PDFium's handle of the page's text.
        text: All of that text, hidden characters as NUL.

    Returns:
        The links on words, by place, and the addresses of those on pictures.
    """
    spans: list[Span] = []
    others: list[str] = []
    at = ctypes.c_int(0)
    link = raw.FPDF_LINK()
    box = raw.FS_RECTF()
    for _ in range(MAX_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, at, link):
            break
        url = _target(document.raw, link)
        if not url or not raw.FPDFLink_GetAnnotRect(link, box):
            continue
        span = _under(text_page, box, url, len(text))
        if span is not None and text[span.start : span.end].strip("\0\r\n "):
            spans.append(span)
        elif url not in others:
            others.append(url)
    spans += [span for span in _written(text_page) if not _overlaps(span, spans)]
    spans.sort()
    return spans, others


def _target(document: Any, link: Any) -> str:
    """Where a link leads on the web, empty for one within the document."""
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    size = raw.FPDFAction_GetURIPath(document, action, None, 0)
    if not 1 < size <= MAX_URL:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document, action, buffer, size)
    url = buffer.value.decode("utf-8", "replace").strip()
    return url if url.lower().startswith(_SCHEMES) else ""


def _under(text_page: Any, box: Any, url: str, size: int) -> Span | None:
    """The words within the rectangle of a link."""
    middle = (box.bottom + box.top) / 2
    height = max((box.top - box.bottom) / 4, 1.0)
    width = max(box.right - box.left - 2 * INSET, 0.0)
    steps = [width * step / PROBES for step in range(PROBES + 1)]
    places = []
    for xs in (
        (box.left + INSET + step for step in steps),
        (box.right - INSET - step for step in steps),
    ):
        indexes = (raw.FPDFText_GetCharIndexAtPos(text_page, x, middle, REACH, height) for x in xs)
        index = next((index for index in indexes if index >= 0), -1)
        places.append(raw.FPDFText_GetTextIndexFromCharIndex(text_page, index))
    start, end = min(places), max(places) + 1
    return Span(start, end, url) if 0 <= start < end <= size else None


def _written(text_page: Any) -> Iterator[Span]:
    """Addresses that are written out in the text."""
    found = raw.FPDFLink_LoadWebLinks(text_page)
    if not found:
        return
    try:
        first, count = ctypes.c_int(), ctypes.c_int()
        for index in range(min(raw.FPDFLink_CountWebLinks(found), MAX_LINKS)):
            size = raw.FPDFLink_GetURL(found, index, None, 0)
            if not 1 < size <= MAX_URL:
                continue
            buffer = (ctypes.c_ushort * size)()
            raw.FPDFLink_GetURL(found, index, buffer, size)
            url = bytes(buffer).decode("utf-16-le", "replace").rstrip("\0’”'.,;")
            if not raw.FPDFLink_GetTextRange(found, index, first, count):
                continue
            start = raw.FPDFText_GetTextIndexFromCharIndex(text_page, first.value)
            if start >= 0 and url.lower().startswith(_SCHEMES):
                yield Span(start, start + count.value, url)
    finally:
        raw.FPDFLink_CloseWebLinks(found)


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)
