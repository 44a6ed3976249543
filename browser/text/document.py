"""One document from its bytes to a page, by the reader of its kind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from browser.errors import FetchFailed
from browser.model.page import Line, Page, digest_of
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text import kinds
from browser.text.charset import decoded
from browser.text.clean import one_line
from browser.text.htmlpage import Document, read_html
from browser.text.marks import for_display
from browser.text.number import number
from browser.text.sniff import media_type

_UNKNOWN = "application/octet-stream"  # RFC 9110 8.3: what a type that is none may count as


def read(body: bytes, content_type: str, url: str, line_chars: int, max_lines: int) -> Page:
    """See `browser.text.render`."""
    with _uncollected():
        return _page(body, content_type, url, line_chars, max_lines)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: a page is made of thousands of values and no circles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _page(body: bytes, content_type: str, url: str, line_chars: int, max_lines: int) -> Page:
    here = Url.parse(url or "about:blank")
    kind = media_type(content_type, body, here.path)
    if not body.strip():
        said = "the site answered with an empty page. Choose another source."
        raise FetchFailed(Reason.NO_TEXT, said, url=url)
    document = _read(body, content_type, kind, here, line_chars)
    starts: list[int] = []
    lines, truncated = number(document.blocks, here.href, line_chars, max_lines, starts)
    if len(lines) <= 2:
        raise FetchFailed(Reason.NO_TEXT, "the page has no text. Choose another source.", url=url)
    if document.note:
        lines = _closed(lines, document.note, truncated, line_chars)
    return Page(
        url=here.href,
        title=document.title,
        lines=lines,
        links=document.links,
        digest=digest_of(body),
        media_type=kind if kinds.is_type(kind) else _UNKNOWN,
        language=document.language,
        author=document.author,
        published=document.published,
        truncated=truncated or document.truncated,
        anchors={
            place: min(starts[block], len(lines) - 1)
            for place, block in document.places.items()
            if block < len(starts)
        },
        directives=document.directives,
        unquotable=_lines_of(document.unquotable, starts, len(lines) - truncated),
        hidden_removed=document.hidden,
    )


def _lines_of(blocks: set[int], starts: list[int], end: int) -> frozenset[int]:
    """The lines of *blocks*, where a block begins at its number of *starts*."""
    ends = [*starts[1:], end]
    return frozenset(
        line
        for block in blocks
        if block < len(starts)
        for line in range(starts[block], min(ends[block], end))
    )


def _closed(
    lines: tuple[Line, ...], note: str, truncated: bool, line_chars: int
) -> tuple[Line, ...]:
    """The lines with *note* as the last, behind the note of a cut that is there already.

    A note is ours and may name parts of the page, which must not forge a marker in it.
    """
    told = f"{lines[-1].text} {note}" if truncated else note
    kept = lines[:-1] if truncated else lines
    return (*kept, Line(len(kept), for_display(one_line(told, line_chars)), "", "note"))


def _read(body: bytes, content_type: str, kind: str, here: Url, line_chars: int) -> Document:
    if kind == "text/html":
        text, raw = decoded(body, content_type, markup=True)
        return read_html(text, here, raw=raw, line_chars=line_chars)
    return kinds.read(body, content_type, kind, here, line_chars)
