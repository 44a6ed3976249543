"""The words of a page as a browser's search for a text fragment sees them.

Two views. The squeezed text of the whole page has no white space, no case, no accents and no
edges between blocks: no browser tells apart what is the same in there. The words around a quote
have, before each, what a browser sees between it and the word before.

Not known from numbered lines: text that a browser lays out and we drop (for screen readers
only), characters for private use, and white space that does not break, standing in a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from browser.model.page import Line, Page
from browser.text import marks
from browser.text.folded import Table

AROUND = 12  # lines before and after a quote whose words may be needed
BLOCK = "\n"  # between two words: an edge, or white space that a browser may not fold
GAP = "\f"  # between two words: something that cannot be named

LONG = 12  # words of a block that is no label
LABELS = 3  # blanks in a row that may be of several labels

_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।")
_CLOSERS = "\"'’”»)]」』》）】"
_COMBINING = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]+"
)
_QUOTES = str.maketrans(dict(zip("‘’‚‛“”„‟", "''''\"\"\"\"", strict=True)))
_QUOTED = re.compile("[‘’‚‛“”„‟]")
_NOT_THEIRS = re.compile("【[^】]*‡[^】]*】?")  # which of the daggers was the page's is not known
_FORMULA = re.compile(  # as TeX has it; a browser draws it
    r"(?<!\S)(?=\S*\\[A-Za-z]{2})(?=\S*[{}^_])\S+(?: \S*[{}\\]\S*)*"
)
_IMAGE = re.compile(r"(?:【\d+†)?\[Image \d+")
_TOKEN = re.compile(r"\S+")
# After a clause of Chinese, Japanese or Korean a word ends for UAX 29 and for dictionaries alike.
_CLAUSE = re.compile(
    "(?<=[、。，．；：！？」』）〉》】])(?=[「『（〈《【\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3])"
)


class Word(NamedTuple):
    """A word of the page, or a clause where a script has no spaces.

    Attributes:
        text: As the page has it.
        joint: What stands before it: nothing, a space, `BLOCK` or `GAP`.
        at: Where it begins in the squeezed text.
        end: Where it ends there.
        loose: Whether its line may hold edges that it does not show: of blocks inside the
            cell of a table, of labels and buttons in a row.
    """

    text: str
    joint: str
    at: int
    end: int
    loose: bool = False


class Wording(NamedTuple):
    """A quote among the words around it.

    Attributes:
        words: In reading order; none reaches over the beginning or the end of the quote.
        first: Index of the quote's first word.
        last: Index behind its last word.
        squeezed: The text of the page, as far as it matters, that the words' places refer to.
    """

    words: list[Word]
    first: int
    last: int
    squeezed: str


class _Squeezed(NamedTuple):
    text: str
    starts: list[int]  # by line, and where the last of them ends


def wording(page: Page, start: int, end: int, text: str) -> Wording:
    """Find *text*, quoted from the beginning of line *start*, among the words of *page*.

    Args:
        page: With the words.
        start: First line of the quote.
        end: Last line it reaches.
        text: The quote; where it ends earlier than its last line, the rest is not in it.
    """
    final = min(page.last, end + AROUND)
    squeezed, starts = _squeezed(page, final)
    begin = starts[start]
    finish = min(begin + len(squeeze(text)), starts[end + 1])
    around = _words(page, starts, max(2, start - AROUND), final)
    words = [part for word in around for part in _split(word, begin, finish)]
    inside = [n for n, word in enumerate(words) if begin <= word.at and word.end <= finish]
    first, last = (inside[0], inside[-1] + 1) if inside else (0, 0)
    return Wording(words, first, last, squeezed)


def squeeze(text: str) -> str:
    """*text* without white space, case and accents; parts squeezed alone are as long together."""
    if not text.isascii():
        text = _COMBINING.sub("", unicodedata.normalize("NFKD", text))
        text = text.translate(_QUOTES) if _QUOTED.search(text) else text
    return "".join(text.casefold().split())


def is_prose(text: str) -> bool:
    """Whether *text* is a sentence or long; what is neither may be labels and buttons."""
    return text.rstrip(_CLOSERS).endswith(_ENDS) or text.count(" ") >= LONG - 1


def _is_loose(line: Line, text: str) -> bool:
    """Whether a block may hold edges that it does not show: cells, or labels in a row."""
    if line.role == "text" and not line.main:
        return text.count(" ") >= LABELS and not is_prose(text)
    return line.role == "row"


def is_clause_end(before: str, after: str) -> bool:
    """Whether a clause ends between two characters of a script without spaces."""
    return bool(_CLAUSE.search(before + after))


def _squeezed(page: Page, last: int) -> _Squeezed:
    """The lines up to *last*, if not more; what was made once for a page is made longer.

    A browser takes the first place, so what stands behind the quote and its suffix is never
    looked at.
    """
    made = page.memo.get(_squeezed)
    before = made if isinstance(made, _Squeezed) else _Squeezed("", [0])
    if len(before.starts) > last + 1:
        return before
    table = Table(squeeze)
    parts, starts = [before.text], before.starts.copy()
    for line in page.lines[len(starts) - 1 : last + 1]:
        if line.plain.isascii():
            part = squeeze(line.plain)
        else:  # marks that are left may stand in any order
            part = unicodedata.normalize("NFKD", line.plain.translate(table))
        parts.append(part)
        starts.append(starts[-1] + len(part))
    longer = page.memo[_squeezed] = _Squeezed("".join(parts), starts)
    return longer


def _words(page: Page, starts: list[int], first: int, last: int) -> Iterator[Word]:
    """The words of lines *first* to *last*, without those of which only a part stands there."""
    at = first
    while at <= last:
        stop = at + 1
        while stop <= last and page.lines[stop].glue != BLOCK:
            stop += 1
        words = _known(page, at, stop, starts[at])
        if at == first and not page.lines[at].glue:
            del words[:1]
        if stop > last and stop <= page.last and not page.lines[stop].glue:
            del words[-1:]
        yield from words
        at = stop


def _known(page: Page, first: int, stop: int, at: int) -> list[Word]:
    """The words of the block of lines *first* to before *stop*; many quotes stand near others."""
    made = page.memo.setdefault(_known, {})
    blocks = made if isinstance(made, dict) else {}
    if (first, stop) not in blocks:
        blocks[first, stop] = tuple(_block(page.lines[first:stop], at))
    return list(blocks[first, stop])


def _block(lines: tuple[Line, ...], at: int) -> Iterator[Word]:
    """The words of one block; *at* is where it begins in the squeezed text."""
    text = "".join((line.glue if n else "") + line.plain for n, line in enumerate(lines))
    walls = [(*found.span(), GAP) for found in _NOT_THEIRS.finditer(text)]
    walls += [(place, place, BLOCK) for place in _images(lines)]
    is_code, loose = lines[0].role == "code", _is_loose(lines[0], text)
    if not is_code and "\\" in text:
        walls += [(*found.span(), GAP) for found in _FORMULA.finditer(text)]
    blanks = GAP if is_code else BLOCK  # Chromium looks for a suffix behind one blank, not three
    done, joint = 0, BLOCK
    for start, end, kind in [*sorted(walls), (len(text), len(text), BLOCK)]:
        if start < done:
            continue
        for found in _TOKEN.finditer(text, done, start):
            gap = text[done : found.start()]
            edge = joint or (gap if gap in ("", " ") else blanks)
            cuts = [0, *(cut.start() for cut in _CLAUSE.finditer(found[0])), len(found[0])]
            for a, b in pairwise(cuts):
                size = len(squeeze(found[0][a:b]))
                if size:
                    yield Word(found[0][a:b], "" if a else edge, at, at + size, loose)
                at += size
            done, joint = found.end(), ""
        at += len(squeeze(text[start:end]))
        done, joint = end, kind


def _images(lines: tuple[Line, ...]) -> Iterator[int]:
    """Where in the text of the block an image stands between words."""
    offset = 0
    for n, line in enumerate(lines):
        offset += len(line.glue) if n else 0
        for found in _IMAGE.finditer(line.text):
            place = _place(line, found.start())
            if 0 < place < len(line.plain):
                yield offset + place
        offset += len(line.plain)


def _place(line: Line, at: int) -> int:
    """The offset in the line's words that *at* has in its display; -1 where they do not agree."""
    before = "".join(marks.MARKER.sub(r"\1", line.text[:at]).split())
    place = seen = 0
    shown = marks.for_display(line.plain)
    for skipped in range(min(2, len(before)) + 1):  # the mark of a heading, an item or a row
        wanted = before[skipped:]
        place = seen = 0
        while seen < len(wanted) and place < len(shown):
            if shown[place].isspace():
                place += 1
            elif shown[place] == wanted[seen]:
                place, seen = place + 1, seen + 1
            elif wanted[seen] == "|":
                seen += 1
            else:
                break
        if seen == len(wanted):
            return place
    return -1


def _split(word: Word, *places: int) -> Iterator[Word]:
    """*word*, cut where a quote begins or ends inside it."""
    for place in places:
        if word.at < place < word.end:
            before = place - word.at
            cuts = range(1, len(word.text))
            cut = next((k for k in cuts if len(squeeze(word.text[:k])) == before), 0)
            if cut:
                yield word._replace(text=word.text[:cut], end=place)
                word = word._replace(text=word.text[cut:], joint="", at=place)
    yield word
