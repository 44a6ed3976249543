"""One page of a PDF, as PDFium tells it: lines with their places.

Governing texts: ISO 32000-2 (9.3.6 for text that is not painted) and the
comments of PDFium's public headers.

Left to taste: text that is not painted, smaller than a point or beside the page is dropped,
unless the page shows nothing but pictures: then it is what was recognised in a scan. So is white
text, unless something is painted behind it: the page itself is taken to be white.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import closing
from statistics import median
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from browser.text.paragraphs import PrintLine
from browser.text.pdf_links import Span, links

MAX_CHARS = 100_000  # of one page
MAX_OBJECTS = 20_000  # of one page that are looked at
WIDE = 0.5  # sizes of its letters that a line takes for each of them where it may have cells
CELL = 1.0  # sizes of letters between two cells, at least
LEAST_SIZE = 1.0  # points; smaller letters are not for reading
WHITE = 250  # of 255, each of three colours of what nobody sees on paper
MAX_PAINTED = 2_000  # areas of a page that are remembered
BOLD = 600  # weight of letters, of 1,000
MAX_FONT_NAME = 128  # octets
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_UNPAINTED = (3, 7)  # text rendering modes
_HIDDEN = "\0"
_LINE = re.compile(
    "[^\r\n\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]"
)  # PDFium's hyphen ends a line too
_SPACE = re.compile(r"(?<=[^\s\0])[ \0]+(?=[^\s\0])")
_LEADER = re.compile(r"(?:[ \t]{0,3}\.){5,}[ \t]*")
_WRITTEN = str.maketrans(
    {
        _HIDDEN: "",
        "\x02": "-",
        "\ufffe": "-",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "ft",
        "ﬆ": "st",
    }
)


_Box = tuple[float, float, float, float]


class PrintPage(NamedTuple):
    """What a page holds.

    Attributes:
        lines: In the order of PDFium.
        spans: Links on words, by place.
        others: Addresses of links on pictures.
        cut: Whether the page has more than `MAX_CHARS`.
        hidden: Characters of words that were left out because nobody sees them.
    """

    lines: list[PrintLine]
    spans: list[Span]
    others: list[str]
    cut: bool
    hidden: int = 0


def read_page(document: pdfium.PdfDocument, number: int) -> PrintPage:
    """Read page *number*, from 0.

    Raises:
        pdfium.PdfiumError: when PDFium cannot.
    """
    with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
        size = text_page.count_chars()
        text = text_page.get_text_range(0, min(size, MAX_CHARS)) if size > 0 else ""
        hidden, whole = _hidden(page), text
        if hidden:
            text = _without(text, hidden, text_page.raw)
        pairs = zip(whole, text, strict=True) if hidden else ()
        unseen = sum(now == _HIDDEN and not was.isspace() for was, now in pairs)
        lines = list(_lines(text, text_page.raw))
        spans, others = links(document, page, text_page.raw, text)
        return PrintPage(lines, spans, others, size > MAX_CHARS, unseen)


def visible(text: str) -> str:
    """*text* without what is hidden; ligatures as letters, leading dots as one mark."""
    return _LEADER.sub(" … ", text.translate(_WRITTEN))


def _lines(text: str, text_page: Any) -> Iterator[PrintLine]:
    for found in _LINE.finditer(text):
        words = found[0]
        shown = [place for place, one in enumerate(words) if one != _HIDDEN and not one.isspace()]
        if not shown:
            continue
        first, middle, last = (
            raw.FPDFText_GetCharIndexFromTextIndex(text_page, found.start() + place)
            for place in (shown[0], shown[len(shown) // 2], shown[-1])
        )
        places = [_place(text_page, index) for index in (first, middle, last)]
        left, right = min(place[0] for place in places), max(place[1] for place in places)
        size = median(place[3] for place in places)
        if right - left > WIDE * size * len(words):
            words = _with_cells(text_page, words, found.start(), size)
        yield PrintLine(
            words,
            found.start(),
            left,
            right,
            median(place[2] for place in places),
            size,
            _is_bold(text_page, first),
        )


def _with_cells(text_page: Any, words: str, start: int, size: float) -> str:
    """*words* with a tab instead of each space that is as wide as between cells of a table."""
    shown = list(words)
    for found in _SPACE.finditer(words):
        before, after = (
            raw.FPDFText_GetCharIndexFromTextIndex(text_page, start + place)
            for place in (found.start() - 1, found.end())
        )
        gap = _place(text_page, after)[0] - _place(text_page, before)[1]
        if gap > CELL * size:
            shown[found.start()] = "\t"
    return "".join(shown)


def _place(text_page: Any, index: int) -> tuple[float, float, float, float]:
    """Where a character stands: its left and right edge, its base line, its size."""
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetLooseCharBox(text_page, index, box)
    raw.FPDFText_GetCharOrigin(text_page, index, x, y)
    size = raw.FPDFText_GetFontSize(text_page, index)
    if raw.FPDFText_GetMatrix(text_page, index, matrix):
        size *= math.hypot(matrix.c, matrix.d)
    return box.left, box.right, y.value, max(size, LEAST_SIZE)


def _is_bold(text_page: Any, index: int) -> bool:
    """Whether a character is bold, by the weight of its font or by the font's name."""
    if raw.FPDFText_GetFontWeight(text_page, index) >= BOLD:
        return True
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    raw.FPDFText_GetFontInfo(text_page, index, name, MAX_FONT_NAME, ctypes.c_int())
    return _BOLD.search(name.value) is not None


def _hidden(page: pdfium.PdfPage) -> set[int]:
    """The text objects of a page that nobody sees, by address; none of a scanned page."""
    edges = page.get_bbox()
    hidden: set[int] = set()
    white: list[tuple[int, _Box]] = []
    painted: list[_Box] = []
    texts = pictures = 0
    for item, kind, nested in _objects(page.raw):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
            if _is_hidden(item, None if nested else edges):
                hidden.add(_address(item))
            elif not nested and _is_white(item):
                white.append((_address(item), _bounds(item)))
        if not nested and len(painted) < MAX_PAINTED and _is_ground(item, kind):
            painted.append(_bounds(item))
    hidden.update(address for address, box in white if not any(_overlap(box, it) for it in painted))
    return set() if pictures and len(hidden) == texts else hidden


def _objects(page: Any) -> Iterator[tuple[Any, int, bool]]:
    """The objects of a page and of the forms on it: object, type, whether in a form."""
    left = MAX_OBJECTS
    for index in range(min(raw.FPDFPage_CountObjects(page), left)):
        item = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(item)
        left -= 1
        yield item, kind, False
        if kind != raw.FPDF_PAGEOBJ_FORM:
            continue
        inner = raw.FPDFFormObj_CountObjects(item)
        for place in range(min(inner, left)):
            part = raw.FPDFFormObj_GetObject(item, place)
            yield part, raw.FPDFPageObj_GetType(part), True
        left -= max(inner, 0)
        if left <= 0:
            return


def _bounds(item: Any) -> _Box:
    """Where an object stands: left, bottom, right, top; nowhere when PDFium does not know."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_white(item: Any) -> bool:
    """Whether an object is filled with the colour of paper."""
    paint = [ctypes.c_uint() for _ in range(4)]
    found = raw.FPDFPageObj_GetFillColor(item, *paint)
    return bool(found) and all(part.value >= WHITE for part in paint[:3])


def _is_ground(item: Any, kind: int) -> bool:
    """Whether white letters may be read on an object: a picture, or an area that is painted."""
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return bool(kind != raw.FPDF_PAGEOBJ_TEXT)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, fill, stroke):
        return False
    return bool(stroke.value) or bool(fill.value and not _is_white(item))


def _is_hidden(item: Any, edges: tuple[float, float, float, float] | None) -> bool:
    if raw.FPDFTextObj_GetTextRenderMode(item) in _UNPAINTED:
        return True
    size = ctypes.c_float()
    matrix = raw.FS_MATRIX()
    if raw.FPDFTextObj_GetFontSize(item, size) and raw.FPDFPageObj_GetMatrix(item, matrix):
        scale = max(abs(matrix.a), abs(matrix.b), abs(matrix.c), abs(matrix.d))
        if abs(size.value) * scale < LEAST_SIZE and edges is not None:
            return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha) and alpha.value == 0:
        return True
    if edges is None:
        return False
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return False
    return (
        right.value < edges[0]
        or top.value < edges[1]
        or left.value > edges[2]
        or bottom.value > edges[3]
    )


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _without(text: str, hidden: set[int], text_page: Any) -> str:
    """*text* with a mark in place of each hidden character."""
    shown = list(text)
    for place, one in enumerate(shown):
        if one in "\r\n":
            continue
        index = raw.FPDFText_GetCharIndexFromTextIndex(text_page, place)
        if index >= 0 and _address(raw.FPDFText_GetTextObject(text_page, index)) in hidden:
            shown[place] = _HIDDEN
    return "".join(shown)
