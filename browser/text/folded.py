"""A page's text as a search in it sees it: one string, and the line that each place is in.

Two texts are the same in here when they differ by case, by composed or decomposed letters, by
how much white space stands between words, or by the shape of quotation marks and dashes. All
white space is one blank, so that a phrase is a plain substring, over the ends of lines too: a
search for it takes time that grows with the page and never with what the page says.

Unicode: normalisation form C, full case folding (Unicode Standard, 3.13, caseless matching).
Left to taste: which marks are accents, and which letters with a stroke stand for plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from browser.model.page import Line, Page
from browser.text import marks

_SHAPES = str.maketrans(dict(zip("‘’‚‛ʼ“”„‟‐‑‒–—―−", "'" * 5 + '"' * 4 + "-" * 7, strict=True)))
_SHAPED = re.compile("[‘’‚‛ʼ“”„‟‐‑‒–—―−]")
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670]+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})


class Joined(NamedTuple):
    """The folded text of all lines.

    Attributes:
        text: With one blank wherever white space stands, and none at the ends.
        starts: By line, from line 2 on: where the words before it end. Its own begin there or
            one blank later.
    """

    text: str
    starts: list[int]

    def lines(self, wanted: str, most: int | None = None) -> list[int]:
        """Numbers of the lines in which *wanted* begins, in order, each once.

        Args:
            wanted: Folded words, one blank between them.
            most: Lines after which the search may end.
        """
        found: list[int] = []
        at = self.text.find(wanted) if wanted else -1
        line = 0
        while at >= 0 and len(found) != most:
            line = bisect_right(self.starts, at, line)
            found.append(line + 1)  # the text of a page begins with line 2
            if line == len(self.starts):
                break
            at = self.text.find(wanted, self.starts[line])
        return found


def fold(text: str) -> str:
    """*text* without what a search does not tell apart; its white space stays."""
    if text.isascii():
        return marks.for_display(text.lower())
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return marks.for_display(folded.translate(_SHAPES) if _SHAPED.search(folded) else folded)


def bare(folded: str) -> str:
    """Folded text without accents, vowel points and strokes through letters."""
    if folded.isascii():
        return folded
    return _ACCENT.sub("", unicodedata.normalize("NFD", folded)).translate(_LETTERS)


def words(page: Page) -> Joined:
    """The page's own words; made once for a page, since models look for one word after another."""
    made = page.memo.get(words)
    if not isinstance(made, Joined):
        folded = (fold(line.plain or line.text) for line in page.lines[2:])
        made = page.memo[words] = _join(page, folded)
    return made


def shown(page: Page) -> Joined:
    """The lines as displayed, for a pattern copied from a display: ruby in brackets, bars."""
    made = page.memo.get(shown)
    if not isinstance(made, Joined):
        own = words(page)
        if all(line.text == line.plain for line in page.lines[2:]):
            made = own
        else:
            made = _join(page, map(_as_shown, page.lines[2:], _pieces(own)))
        page.memo[shown] = made
    return made


def unaccented(page: Page) -> Joined:
    """The page's own words without accents; a page of plain letters has them already."""
    made = page.memo.get(unaccented)
    if not isinstance(made, Joined):
        made = own = words(page)
        if not own.text.isascii():
            table = Table(bare)
            texts = [t if t.isascii() else t.translate(table) for t in _pieces(own)]
            if not table.is_exact():
                texts = [bare(text) for text in _pieces(own)]
            made = _join(page, texts, glued=True)
        page.memo[unaccented] = made
    return made


class Table(dict[int, int | str | None]):
    """What a function leaves of each character met, for `str.translate`.

    Takes half the time of the function itself, or less, for a long text.

    Args:
        leave: Of one character; `bare`, say.
    """

    def __init__(self, leave: Callable[[str], str]) -> None:
        super().__init__()
        self._leave = leave

    def __missing__(self, char: int) -> int | str | None:
        left = self._leave(chr(char))
        made = self[char] = ord(left) if len(left) == 1 else left or None
        return made

    def is_exact(self) -> bool:
        """Whether no marks are left that normalisation may put into another order."""
        left = (chr(made) if isinstance(made, int) else made or "" for made in self.values())
        return len({unicodedata.combining(char) for text in left for char in text} - {0}) < 2


def _as_shown(line: Line, own: str) -> str:
    if line.text != line.plain:
        return fold(marks.MARKER.sub(r"\1", line.text))
    # A blank at an edge may be counted to the line beside it.
    before, after = (" " if edge.isspace() else "" for edge in (line.plain[:1], line.plain[-1:]))
    return f"{before}{own.strip()}{after}"


def _pieces(joined: Joined) -> Iterator[str]:
    """The words of each line, with the blank before them."""
    for start, stop in pairwise([*joined.starts, len(joined.text)]):
        yield joined.text[start:stop]


def _join(page: Page, folded: Iterable[str], *, glued: bool = False) -> Joined:
    """Join the *folded* lines, with what stands between them unless they are *glued* already."""
    parts: list[str] = []
    starts: list[int] = []
    at, gap = 0, False
    for line, text in zip(page.lines[2:], folded, strict=True):
        starts.append(at)
        gap = gap or (not glued and bool(line.glue)) or text[:1].isspace()
        core = text.strip()
        if not core:
            continue
        if "  " in core or not core.isprintable():
            core = " ".join(core.split())
        part = f" {core}" if gap and at else core
        parts.append(part)
        at += len(part)
        gap = text[-1].isspace()
    return Joined("".join(parts), starts)
