"""Find a literal text in a page's lines, and the display of what was found.

The pattern is compared without regard to case, to composed or decomposed letters, to how much
white space stands between words, to the shape of quotation marks and dashes, and to whether
the page's own brackets are written as in a display. Where that finds nothing, accents do not
count either: ``Zurich`` finds ``Zürich``. A phrase that runs over the end of a line
is found too, since lines are our cut and not the page's; it counts for the line in which it
begins. All lines are searched, folded or not, and the numbers shown are the page's own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser.model.page import Line, Page
from browser.text import marks
from browser.text.clean import clean
from browser.text.display import Window

MAX_MATCHES = 50
MAX_MARKS = 8  # matches that stand near each other under one heading
AROUND = 2  # lines shown before and after a match
MAX_WORDS, MAX_NAMED = 5, 3  # of a pattern without a match: its words, and lines named for each

_SHAPES = str.maketrans(dict(zip("‘’‚‛ʼ“”„‟‐‑‒–—―−", "'" * 5 + '"' * 4 + "-" * 7, strict=True)))
_SHAPED = re.compile("[‘’‚‛ʼ“”„‟‐‑‒–—―−]")
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670]+")
_EDGES = ".,;:!?\"'()[]…"
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def find(page: Page, pattern: str) -> tuple[int, ...]:
    """Numbers of the lines in which *pattern* begins, in order, each once.

    Raises:
        ValueError: *pattern* is empty.
    """
    words = _fold(clean(pattern)).split()
    if not words:
        raise ValueError("an empty pattern matches nothing")
    return (
        _matches(words, _words(page))
        or _matches(words, _shown(page))
        or _matches(_bare(" ".join(words)).split(), _unaccented(page))
    )


def apart(page: Page, pattern: str) -> str:
    """Where the words of a *pattern* without a match stand; empty when they do not.

    A sentence for the model. Words that stand on every second line are not named.
    """
    words = [word.strip(_EDGES) for word in _fold(clean(pattern)).split()]
    words = [word for word in dict.fromkeys(words) if word]
    if len(words) < 2:
        return ""
    places = {word: _matches([word], _words(page)) for word in words[:MAX_WORDS]}
    told = [
        f"`{word}` on {_lines(found)}"
        for word, found in places.items()
        if found and len(found) * 2 <= page.last
    ]
    return f"Its words stand apart: {', '.join(told)}." if told else ""


def _lines(numbers: tuple[int, ...]) -> str:
    named = ", ".join(map(str, numbers[:MAX_NAMED]))
    more = f" and {len(numbers) - MAX_NAMED} more" if len(numbers) > MAX_NAMED else ""
    return f"line{'s' if len(numbers) > 1 else ''} {named}{more}"


def _matches(words: list[str], joined: Joined) -> tuple[int, ...]:
    found: list[int] = []
    if not words or not all(word in joined.text for word in words):
        return ()
    wanted = re.compile(r"\s+".join(map(re.escape, words)))
    for match in wanted.finditer(joined.text):
        n = joined.numbers[bisect_right(joined.starts, match.start()) - 1]
        if not found or found[-1] != n:
            found.append(n)
    return tuple(found)


def _fold(text: str) -> str:
    if text.isascii():
        return marks.for_display(text.lower())
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return marks.for_display(folded.translate(_SHAPES) if _SHAPED.search(folded) else folded)


class Joined(NamedTuple):
    """One folded text of all lines, where each begins in it, and its number."""

    text: str
    starts: list[int]
    numbers: list[int]


def _bare(folded: str) -> str:
    """Folded text without accents, vowel points and strokes through letters."""
    if folded.isascii():
        return folded
    return _ACCENT.sub("", unicodedata.normalize("NFD", folded)).translate(_LETTERS)


def _words(page: Page) -> Joined:
    """The page's own words; made once for a page, since models look for one word after another."""
    made = page.memo.get(_words)
    if not isinstance(made, Joined):
        folded = (_fold(line.plain or line.text) for line in page.lines[2:])
        made = page.memo[_words] = _join(page, folded)
    return made


def _shown(page: Page) -> Joined:
    """The lines as displayed, for a pattern copied from a display: ruby in brackets, bars."""
    made = page.memo.get(_shown)
    if not isinstance(made, Joined):
        folded = (
            words if line.text == line.plain else _fold(marks.MARKER.sub(r"\1", line.text))
            for line, words in _folded(page)
        )
        made = page.memo[_shown] = _join(page, folded)
    return made


def _unaccented(page: Page) -> Joined:
    """The page's own words without accents; a page of plain letters has them already."""
    made = page.memo.get(_unaccented)
    if not isinstance(made, Joined):
        plain = _words(page)
        bare = (_bare(words) for _, words in _folded(page))
        made = page.memo[_unaccented] = plain if plain.text.isascii() else _join(page, bare)
    return made


def _folded(page: Page) -> Iterator[tuple[Line, str]]:
    """Each line with its own words, folded."""
    joined = _words(page)
    for number, line in enumerate(page.lines[2:]):
        start = joined.starts[number]
        if line.n < page.last:
            stop = joined.starts[number + 1] - len(page.lines[line.n + 1].glue)
        else:
            stop = len(joined.text)
        yield line, joined.text[start:stop]


def _join(page: Page, folded: Iterable[str]) -> Joined:
    parts: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    at = 0
    for line, words in zip(page.lines[2:], folded, strict=True):
        starts.append(at + len(line.glue))
        numbers.append(line.n)
        parts += (line.glue, words)
        at += len(line.glue) + len(words)
    return Joined("".join(parts), starts, numbers)


def show(page: Page, matches: tuple[int, ...], window_chars: int) -> Window:
    """The find display: each match under its mark, with the lines around it.

    Matches whose surroundings meet are shown together, under the marks of all of them. Matches
    beyond the window or beyond the first fifty are counted in a last sentence.
    """
    rows: list[str] = []
    shown: list[int] = []
    size = done = below = marked = 0
    for n in matches[:MAX_MATCHES]:
        mark = f"# 【{done}†match at L{n}】"
        first = max(2, n - AROUND)
        joins = bool(shown) and first <= shown[-1] + 1 and marked < MAX_MARKS
        first = max(first, shown[-1] + 1) if shown else first
        numbers = range(first, min(page.last, n + AROUND) + 1)
        block = [f"L{at}: {page.lines[at].text}" for at in numbers]
        cost = len(mark) + 2 + sum(len(row) + 1 for row in block)
        if rows and size + cost > window_chars:
            break
        if joins:
            rows.insert(below, mark)
            marked += 1
            below += 1
        else:
            rows += ["", mark] if rows else [mark]
            below, marked = len(rows), 1
        rows += block
        shown += numbers
        size += cost
        done += 1
    if done < len(matches):
        left = len(matches) - done
        what = "1 more match," if left == 1 else f"{left} more matches, the next"
        rows += ["", f"[{what} at line {matches[done]}]"]
    first, last = (shown[0], shown[-1]) if shown else (matches[0], matches[0])
    return Window(first, last, "\n".join(rows), tuple(shown))
