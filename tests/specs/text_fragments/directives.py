"""A browser's search for a text directive, step by step as its specification has it.

Governing text: URL Fragment Text Directives, "find a range from a text directive". It runs over
the blocks of a page: lines joined by what stands between them, cells of a table apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from browser.model.page import Page

_VISIBLE = re.compile(r"\S")

Place = tuple[int, int]  # block, offset in it
Bounded = Callable[[str, int], bool]


class Blocks(NamedTuple):
    """The blocks of a page, and where each line begins in them."""

    texts: list[str]
    lines: dict[int, Place]


class Parts(NamedTuple):
    """A parsed directive."""

    prefix: str
    start: str
    end: str
    suffix: str


def blocks(page: Page) -> Blocks:
    texts: list[str] = []
    lines: dict[int, Place] = {}
    for line in page.lines[2:]:
        if line.glue == "\n" or not texts:
            texts.append("")
        else:
            texts[-1] += line.glue
        lines[line.n] = len(texts) - 1, len(texts[-1])
        head, *cells = line.plain.split("\t")
        texts[-1] += head
        for cell in cells:
            if line.role == "row":
                texts.append(cell)
            else:
                texts[-1] += "\t" + cell
    return Blocks(texts, lines)


def parse(directive: str) -> Parts:
    name, _, value = directive.partition("=")
    if name != "text":
        raise ValueError(directive)
    parts = value.split(",")
    prefix = parts.pop(0)[:-1] if parts[0].endswith("-") else ""
    suffix = parts.pop()[1:] if parts[-1].startswith("-") else ""
    start, end = [*parts, ""][:2]
    if not start or len(parts) > 2:
        raise ValueError(directive)
    return Parts(*(unquote(part, errors="strict") for part in (prefix, start, end, suffix)))


def strictly(text: str, at: int) -> bool:
    """Whether every browser sees the edge of a word at *at* (UAX 29, without dictionaries)."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if before.isspace() or after.isspace():
        return True
    if before in "'’.,:;：．，；" and after.isalnum() and text[at - 2 : at - 1].isalnum():
        return is_ideographic(before + after) or is_ideographic(after)
    if after in "'’.,:;" and before.isalnum() and text[at + 1 : at + 2].isalnum():
        return False
    return not (_is_word(before) and _is_word(after))


def anywhere(text: str, at: int) -> bool:
    """A browser that takes any place for the edge of a word."""
    return bool(text) or at == 0


def is_ideographic(text: str) -> bool:
    return "\u3041" <= text[-1] <= "\u9fff" or "\uac00" <= text[-1] <= "\ud7a3"


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")


def plainly(text: str) -> str:
    """Each character without its accent, as Chromium compares."""
    return "".join(unicodedata.normalize("NFD", char)[0].lower()[:1] or char for char in text)


def exactly(text: str) -> str:
    """Each character without its case."""
    return "".join(char.lower()[:1] for char in text)


class Browser(NamedTuple):
    """How a browser compares.

    Attributes:
        bounded: Whether the edge of a word is at an offset of a text.
        fold: A text with what it does not tell apart made the same, offset by offset.
    """

    bounded: Bounded
    fold: Callable[[str], str]


CAREFUL = Browser(strictly, exactly)
CARELESS = Browser(anywhere, plainly)


def first_match(texts: list[str], parts: Parts, browser: Browser) -> tuple[Place, Place] | None:
    """Where *browser* opens the page: the first match, or nothing."""
    folded = Parts(*map(browser.fold, parts))
    return _Search([browser.fold(text) for text in texts], folded, browser.bounded).first()


class _Search(NamedTuple):
    texts: list[str]
    parts: Parts
    bounded: Bounded

    def first(self) -> tuple[Place, Place] | None:
        since: Place = (0, 0)
        while True:
            found, since = self._start(since)
            if found is None:
                return None
            if found[0] != found[1]:
                last = self._end(found[1])
                if last:
                    return found[0], last

    def _start(self, since: Place) -> tuple[tuple[Place, Place] | None, Place]:
        """The next start, empty where a prefix stands before something else; where to go on."""
        ends = bool(self.parts.end) or not self.parts.suffix
        if not self.parts.prefix:
            found = self._find(self.parts.start, since, True, ends)
            return found, _after(found[0]) if found else since
        before = self._find(self.parts.prefix, since, True, False)
        origin = before and self._skip_space(before[1])
        found = origin and self._find(self.parts.start, origin, False, ends)
        if not before or not found:
            return None, since
        return found if found[0] == origin else (since, since), _after(before[0])

    def _end(self, last: Place) -> Place | None:
        """Where a match ends whose start ends at *last*."""
        while True:
            if self.parts.end:
                closing = self._find(self.parts.end, last, True, not self.parts.suffix)
                if closing is None:
                    return None
                last = closing[1]
            if not self.parts.suffix:
                return last
            origin = self._skip_space(last)
            behind = origin and self._find(self.parts.suffix, origin, False, True)
            if behind and behind[0] == origin:
                return last
            if not behind or not self.parts.end:
                return None

    def _find(
        self, wanted: str, since: Place, begins: bool, ends: bool
    ) -> tuple[Place, Place] | None:
        for number in range(since[0], len(self.texts)):
            text = self.texts[number]
            for at in _occurrences(text, wanted, since[1] if number == since[0] else 0):
                stop = at + len(wanted)
                starts_well = not begins or self.bounded(text, at)
                if starts_well and (not ends or self.bounded(text, stop)):
                    return (number, at), (number, stop)
        return None

    def _skip_space(self, place: Place) -> Place | None:
        number, at = place
        while number < len(self.texts):
            found = _VISIBLE.search(self.texts[number], at)
            if found:
                return number, found.start()
            number, at = number + 1, 0
        return None


def _occurrences(text: str, wanted: str, since: int) -> Iterator[int]:
    at = text.find(wanted, since)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _after(place: Place) -> Place:
    return place[0], place[1] + 1
