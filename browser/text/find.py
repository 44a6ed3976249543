"""Find a literal text in a page's lines, and the display of what was found.

The pattern is compared without regard to case, to composed or decomposed letters, to how much
white space stands between words, to the shape of quotation marks and dashes, and to whether
the page's own brackets are written as in a display. A phrase that runs over the end of a line
is found too, since lines are our cut and not the page's; it counts for the line in which it
begins. All lines are searched, folded or not, and the numbers shown are the page's own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from browser.model.page import Line, Page
from browser.text import marks
from browser.text.clean import clean
from browser.text.display import Window

MAX_MATCHES = 50
_SHAPES = str.maketrans(dict(zip("‘’‚‛ʼ“”„‟‐‑‒–—―−", "'" * 5 + '"' * 4 + "-" * 7, strict=True)))
_MARKER = re.compile("【\\d+†([^†】]*)(?:†[^】]*)?】")
AROUND = 2  # lines shown before and after a match


def find(page: Page, pattern: str) -> tuple[int, ...]:
    """Numbers of the lines in which *pattern* begins, in order, each once.

    Raises:
        ValueError: *pattern* is empty.
    """
    words = _fold(clean(pattern)).split()
    if not words:
        raise ValueError("an empty pattern matches nothing")
    wanted = re.compile(r"\s+".join(map(re.escape, words)))
    return _matches(wanted, _words(page)) or _matches(wanted, _shown(page))


def _matches(wanted: re.Pattern[str], joined: Joined) -> tuple[int, ...]:
    found: list[int] = []
    for match in wanted.finditer(joined.text):
        n = joined.numbers[bisect_right(joined.starts, match.start()) - 1]
        if not found or found[-1] != n:
            found.append(n)
    return tuple(found)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return marks.for_display(folded.translate(_SHAPES))


class Joined(NamedTuple):
    """One folded text of all lines, where each begins in it, and its number."""

    text: str
    starts: list[int]
    numbers: list[int]


def _words(page: Page) -> Joined:
    """The page's own words; made once for a page, since models look for one word after another."""
    joined = page.memo.get(_words)
    if not isinstance(joined, Joined):
        joined = page.memo[_words] = _join(page.lines, [x.plain or x.text for x in page.lines])
    return joined


def _shown(page: Page) -> Joined:
    """The lines as displayed, for a pattern copied from a display: ruby in brackets, bars."""
    return _join(page.lines, [_MARKER.sub(r"\1", line.text) for line in page.lines])


def _join(lines: tuple[Line, ...], texts: list[str]) -> Joined:
    parts: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    at = 0
    for line in lines[2:]:
        part = line.glue + _fold(texts[line.n])
        starts.append(at + len(line.glue))
        numbers.append(line.n)
        parts.append(part)
        at += len(part)
    return Joined("".join(parts), starts, numbers)


def show(page: Page, matches: tuple[int, ...], window_chars: int) -> Window:
    """The find display: each match under its mark, with the lines around it.

    Lines that stand around two matches are shown once. Matches beyond the window or beyond
    the first fifty are counted in a last sentence.
    """
    rows: list[str] = []
    shown: list[int] = []
    size = done = 0
    reached = 1
    for n in matches[:MAX_MATCHES]:
        block = list(_block(page, n, done, reached))
        cost = sum(len(row) + 1 for _, row in block)
        if rows and size + cost > window_chars:
            break
        rows += [row for _, row in block]
        shown += [number for number, _ in block if number >= 0]
        size += cost
        reached = max(reached, shown[-1] if shown else reached)
        done += 1
    if done < len(matches):
        rows += ["", f"[{len(matches) - done} more matches, the next at line {matches[done]}]"]
    first, last = (min(shown), max(shown)) if shown else (matches[0], matches[0])
    return Window(first, last, "\n".join(rows), tuple(sorted(set(shown))))


def _block(page: Page, n: int, number: int, reached: int) -> Iterator[tuple[int, str]]:
    if number:
        yield -1, ""
    yield -1, f"# 【{number}†match at L{n}】"
    for at in range(max(2, n - AROUND, reached + 1), min(page.last, n + AROUND) + 1):
        yield at, f"L{at}: {page.lines[at].text}"
