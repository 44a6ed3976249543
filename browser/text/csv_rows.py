"""Comma-separated values (RFC 4180) and tab-separated values as table rows.

Left to taste: the separator is the one of comma, semicolon, tab and pipe that cuts most of the
first rows into the same number of cells; a line break in a quoted cell is a space; a quote that
never ends is a character like others; rows may have any number of cells.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from browser.model.url import Url
from browser.text.block import Block, Run
from browser.text.compose import compose
from browser.text.htmlpage import LINE_CHARS, Document
from browser.text.links import NOWHERE, Links
from browser.text.plain import read_plain
from browser.text.written import is_address, name_of

_BAR = "| "
SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 50  # rows that the separator is told from
MAX_CELL = 5_000  # characters; a longer cell holds lines that a lost quote has swallowed
MAX_ROWS = 50_000  # no page shows more lines
MAX_FIELD = 1 << 26  # characters; far above what a body may hold

csv.field_size_limit(MAX_FIELD)  # a longer cell would end the table


def read_csv(text: str, url: Url, room: int = LINE_CHARS, *, separator: str = "") -> Document:
    """Read rows of cells.

    Args:
        text: The document.
        url: Where it came from.
        room: Longest line, in characters.
        separator: Between cells; empty to tell it from the rows.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = separator or find_separator(text)
    if not separator:
        return read_plain(text, url, room)
    quoting = csv.QUOTE_NONE if _never_ends(text, separator) else csv.QUOTE_MINIMAL
    links = Links(url, url)
    blocks: list[Block] = []
    truncated = False
    for row in _rows(text, separator, quoting):
        if len(blocks) == MAX_ROWS:
            truncated = True
            break
        shown, plain, spans, linked = compose(_parts(row, links), links.hosts, room - len(_BAR))
        blocks.append(Block(shown, plain, "row", _BAR, linked=linked, spans=spans))
    document = Document(blocks, links.all(), links.hosts, title=name_of(url))
    if truncated:
        document.truncated = True
        document.note = f"[The rest of the table is cut: it has more than {MAX_ROWS:,} rows.]"
    return document


def _parts(row: list[str], links: Links) -> list[str | Run]:
    """The pieces of a row; a cell that is an address is a link."""
    parts: list[str | Run] = []
    for number, cell in enumerate(row):
        if number:
            parts.append(Run("", "cell"))
        link = links.add(cell.strip()) if is_address(cell.strip()) else NOWHERE
        if link == NOWHERE:
            parts.append(cell)
        else:
            links.name(link, cell)
            parts.append(Run(cell, "link", link))
    return [*parts, Run(" |", "deco")]


def find_separator(text: str) -> str:
    """The character between the cells of *text*, empty when it has but one column."""
    head = text[:65_536]
    best, most = "", 0.0
    for separator in SEPARATORS:
        widths = Counter(
            len(row) for row in islice(_rows(head, separator, csv.QUOTE_MINIMAL), LOOKED_AT)
        )
        widths_of_many = Counter({width: n for width, n in widths.items() if width > 1})
        if not widths_of_many:
            continue
        width, times = widths_of_many.most_common(1)[0]
        score = times / widths.total() + min(width, 20) / 100
        if score > most:
            best, most = separator, score
    return best


def _rows(text: str, separator: str, quoting: int) -> Iterator[list[str]]:
    """Yield the rows that hold something."""
    lines = iter(text.splitlines(keepends=True)) if quoting == csv.QUOTE_NONE else _lines(text)
    try:
        for row in csv.reader(lines, delimiter=separator or ",", quoting=quoting):  # type: ignore[arg-type]
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error:
        return


def _lines(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield text[at:end]
        at = end


def _never_ends(text: str, separator: str) -> bool:
    """Whether a quote swallows so much that its end must be missing."""
    try:
        rows = csv.reader(_lines(text), delimiter=separator or ",")
        return any(len(cell) > MAX_CELL and "\n" in cell for row in rows for cell in row)
    except csv.Error:
        return True
