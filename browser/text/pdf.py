"""PDF documents, read by PDFium.

Every page is a heading with its number, then its paragraphs in the order that PDFium gives,
which follows columns where the file does. Running heads and feet stand before and after a page's
text and are folded. Only for the limited worker processes: some files make PDFium eat memory
until it aborts.

Governing texts: ISO 32000-2, 14.3.3 for the document information.

Left to taste: letters a sixth larger than those of the text make a heading; the title is the one
in the document information, unless it is the name of a file, and else the largest letters of the
first page.
"""

from __future__ import annotations

import ctypes
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from html import escape

import pypdfium2 as pdfium
from pypdfium2 import raw

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text.clean import one_line
from browser.text.htmlpage import LINE_CHARS, Document, read_html
from browser.text.paragraphs import (
    PrintLine,
    edge_lines,
    joint,
    paragraphs,
    running,
    stem,
    words_of,
)
from browser.text.pdf_links import Span
from browser.text.pdf_page import PrintPage, read_page, visible
from browser.text.written import link, name_of

MAX_PAGES = 200
MAX_SECONDS = 5.0  # of processor time; the pages left then are left out
HEADING = 1.15  # times the size of the text's letters
MAX_HEADING = 200  # characters
MAX_LANGUAGE = 36  # characters of a language tag (RFC 5646)
SAME_SIZE = 0.97  # of the largest letters
MAX_TITLE_LINES = 4
MAX_BOLD = 100  # characters of a line of bold letters that is a heading

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}\Z")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_JUNK = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b|untitled|\(?unspecified|\(?anonymous|title\Z"
    r"|slide \d+\Z|powerpoint presentation|document\d*\Z|layout \d|[\W\d_]*\Z"
    r"|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|e?ps|indd|qxd|rtf|odt|fm|p65|wpd|txt|html?)\Z",
    re.IGNORECASE,
)


def read_pdf(body: bytes, url: Url, room: int = LINE_CHARS) -> Document:
    """Read a PDF document.

    Args:
        body: The file.
        url: Where it came from.
        room: Longest line, in characters.

    Raises:
        FetchFailed: ``unreadable`` for an encrypted or broken file, ``no_text`` for pictures of
            text.
    """
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        raise _refusal(error, url) from error
    with closing(document):
        count = len(document)
        pages = _pages(document, min(count, MAX_PAGES))
        if not any(page.lines for page in pages):
            raise FetchFailed(
                Reason.NO_TEXT,
                "the PDF holds pictures of pages and no text, as scans do. Choose another source.",
                url=url.href,
            )
        found = read_html(_written(pages), url, whole=True, line_chars=room)
        found.hidden = sum(page.hidden for page in pages)
        _describe(found, document, pages, url)
    for block in found.blocks:
        block.main = block.area not in ("header", "footer")
    if len(pages) < count or any(page.cut for page in pages):
        found.truncated = True
        found.note = _note(len(pages), count)
    return found


def _refusal(error: pdfium.PdfiumError, url: Url) -> FetchFailed:
    sentence = (
        "the PDF is encrypted and asks for a password."
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        else "the PDF is broken and cannot be read."
    )
    return FetchFailed(Reason.UNREADABLE, f"{sentence} Choose another source.", url=url.href)


def _note(shown: int, count: int) -> str:
    if shown < count:
        return f"[The PDF is cut: {count - shown:,} of its {count:,} pages are left out.]"
    return "[The PDF is cut: a page holds more text than is shown.]"


def _pages(document: pdfium.PdfDocument, most: int) -> list[PrintPage]:
    """The pages, as many as time allows; one that PDFium cannot read is empty."""
    pages: list[PrintPage] = []
    end = time.process_time() + MAX_SECONDS
    for number in range(most):
        if time.process_time() > end:
            break
        try:
            pages.append(read_page(document, number))
        except pdfium.PdfiumError:
            pages.append(PrintPage([], [], [], cut=False))
    return pages


def _written(pages: list[PrintPage]) -> str:
    """The document as HTML."""
    repeated = running([page.lines for page in pages])
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    usual = sizes.most_common(1)[0][0]
    known = words_of(line for page in pages for line in page.lines)
    parts: list[str] = []
    for number, page in enumerate(pages, 1):
        parts.append(f"<h2>Page {number}</h2>")
        parts += _page(page, repeated, usual, known)
    return "\n".join(parts)


def _page(
    page: PrintPage, repeated: frozenset[str], usual: float, known: Counter[str]
) -> Iterator[str]:
    edge = {line for line in edge_lines(page.lines) if stem(line) in repeated}
    rest = [line for line in page.lines if line not in edge]
    middle = sum(line.base for line in page.lines) / max(len(page.lines), 1)
    head = [line for line in page.lines if line in edge and line.base > middle]
    foot = [line for line in page.lines if line in edge and line.base <= middle]
    for line in head:
        yield f"<header>{_joined([line], page.spans, known)}</header>"
    for lines in paragraphs(rest):
        if len(lines) > 1 and "\t" in lines[0].text:
            yield _table(lines, page.spans)
            continue
        inside = _joined(lines, page.spans, known)
        size = sum(len(line.text) for line in lines)
        if lines[0].size >= HEADING * usual and size <= MAX_HEADING:
            yield f"<h3>{inside}</h3>"
        elif len(lines) == 1 and lines[0].bold and size <= MAX_BOLD:
            yield f"<h4>{inside}</h4>"
        else:
            yield f"<p>{inside}</p>"
    if page.others:
        yield "<ul>" + "".join(f"<li>{link(url, url)}</li>" for url in page.others) + "</ul>"
    for line in foot:
        yield f"<footer>{_joined([line], page.spans, known)}</footer>"


def _table(lines: list[PrintLine], spans: list[Span]) -> str:
    """The rows of a table as HTML."""
    rows = []
    for line in lines:
        pieces = [
            (url, text.replace("\t", " ") if url else text) for url, text in _pieces(line, 0, spans)
        ]
        rows.append("<tr><td>" + _html(pieces).replace("\t", "<td>"))
    return f"<table>{''.join(rows)}</table>"


def _joined(lines: list[PrintLine], spans: list[Span], known: Counter[str]) -> str:
    """The lines of a paragraph as HTML, with links."""
    pieces: list[tuple[str, str]] = []  # address or nothing, text
    for number, line in enumerate(lines):
        cut, between = 0, ""
        if number + 1 < len(lines):
            cut, between = joint(line.text.rstrip(), lines[number + 1].text.lstrip(), known)
            cut += len(line.text) - len(line.text.rstrip())
        pieces += _pieces(line, cut, spans)
        if between:
            pieces.append(("", between))
    return _html(pieces)


def _html(pieces: list[tuple[str, str]]) -> str:
    return "".join(
        link(url, text) if url else escape(text, quote=False) for url, text in _merged(pieces)
    )


def _pieces(line: PrintLine, cut: int, spans: list[Span]) -> Iterator[tuple[str, str]]:
    """The text of a line, in pieces with and without a link."""
    at, stop = line.start, line.start + len(line.text) - cut
    for span in spans:
        if span.end <= at or span.start >= stop:
            continue
        start, end = max(span.start, at), min(span.end, stop)
        yield "", visible(line.text[at - line.start : start - line.start])
        yield span.url, visible(line.text[start - line.start : end - line.start])
        at = end
    yield "", visible(line.text[at - line.start : stop - line.start])


def _merged(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces of one link with at most white space between them as one."""
    merged: list[tuple[str, str]] = []
    for url, text in pieces:
        if not text:
            continue
        if merged and merged[-1][0] == url:
            merged[-1] = (url, merged[-1][1] + text)
        elif len(merged) > 1 and merged[-2][0] == url and url and not merged[-1][1].strip():
            gap = merged.pop()[1]
            merged[-1] = (url, merged[-1][1] + gap + text)
        else:
            merged.append((url, text))
    return merged


def _describe(
    found: Document, document: pdfium.PdfDocument, pages: list[PrintPage], url: Url
) -> None:
    """Set title, author, date and language."""
    told = document.get_metadata_dict()
    title = one_line(told.get("Title", ""))
    if not title or _JUNK.match(title):
        title = _largest(pages[0].lines)
    found.title = title or name_of(url)
    author = one_line(told.get("Author", ""))
    found.author = author if author and not _JUNK.match(author) else None
    date = _DATE.match(told.get("CreationDate", ""))
    found.published = "-".join(date.groups()) if date else None
    found.language = _language(document)


def _language(document: pdfium.PdfDocument) -> str | None:
    """The language that the file names (ISO 32000-2, 14.9.2), when it is a tag of one."""
    buffer = (ctypes.c_ushort * MAX_LANGUAGE)()
    size = raw.FPDFCatalog_GetLanguage(document.raw, buffer, ctypes.sizeof(buffer))
    if size > ctypes.sizeof(buffer):
        return None
    tag = bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
    return tag if _LANGUAGE.match(tag) else None


def _largest(lines: list[PrintLine]) -> str:
    """The words in the largest letters, where they stand together; at least the first line."""
    most = max((line.size for line in lines), default=0.0)
    large = [line.size >= SAME_SIZE * most for line in lines]
    taken: list[str] = []
    for line, is_large in zip(lines, large, strict=True):
        if is_large and (not taken or not all(large)):
            taken.append(visible(line.text).strip())
        elif taken:
            break
    return one_line(" ".join(taken[:MAX_TITLE_LINES]))
