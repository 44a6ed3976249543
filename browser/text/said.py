"""Whether a page says what an answer puts between quotation marks.

Words are compared, as a person would who looks the quote up: not their case and accents, nor
punctuation, the shape of quotation marks and dashes, white space, the ends of lines, emphasis
of Markdown, and numbers of footnotes that the page sets between them. What does count: every
word and figure, their order, the sign of a number, and signs such as % and €. Words are whole:
``light`` is not what a page says that says ``lighthouse``. Of scripts without spaces every
character is a word, so that blanks between them do not count.

``…``, ``...`` and words in square brackets are the writer's own: what stands before and behind
them has to follow in that order. ``[T]he`` is ``The``.

Pages are hostile: looking for a phrase takes time in proportion to the page, whatever both hold
(``str.find`` of words between blanks), and `reach` tells its length beforehand.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import NamedTuple

from browser.model.page import Line, Page
from browser.text import folded
from browser.text.clean import clean

LEAST_WORDS = 2  # of a phrase that is looked for: a single word may be a name or in doubt
LEAST_LETTERS = 4  # of a phrase without spaces

_CAPITAL = re.compile(r"\[(\w)\](?=\w)")
_OMITTED = re.compile(r"\.{3,}|…+|(?:\. ){2,}\.|[\[［][^\]］]{0,200}[\]］]|[(（]…[)）]")
_NOTE = re.compile(r"\[(?:\d{1,3}|[a-z]|note \d{1,3}|citation needed|edit)\]")
_INSIDE = re.compile(r"(?<=\w)'(?=\w)")
_MINUS = re.compile(r"(?<![\w.,)])-(?=\d)")
_SIGNS = frozenset("%‰&#@/")  # punctuation to Unicode, words to a reader
_NONE = frozenset("`|^")  # symbols to Unicode
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\uff66-\uff9f\U0001f000-\U0001ffff\U00020000-\U0003ffff]"
)


class _Words(NamedTuple):
    text: str  # a blank before each word, and one behind the last
    starts: list[int]  # by line, from the first of them: where its first word begins


def parts(phrase: str) -> list[str]:
    """The words of a quoted phrase, apart where something is left out.

    Returns:
        Nothing when it is too short to be looked for.
    """
    text = _CAPITAL.sub(r"\1", clean(phrase))
    found = [words for part in _OMITTED.split(text) if (words := plain(part))]
    joined = " ".join(found)
    unspaced = len(_UNSPACED.findall(joined))
    enough = joined.count(" ") + 1 >= LEAST_WORDS if not unspaced else unspaced >= LEAST_LETTERS
    return found if enough else []


def plain(text: str) -> str:
    """The words of *text* as they are compared, one blank between them."""
    bare = _INSIDE.sub("", _NOTE.sub(" ", folded.fold(text)))
    words = _MINUS.sub(" −", bare).translate(_TABLE)
    return " ".join(_UNSPACED.sub(r" \g<0> ", words).split())


def says(told: str, wanted: list[str]) -> bool:
    """Whether *told*, a title or a snippet made `plain`, says the parts *wanted* in this order."""
    return _find(f" {told} ", wanted, 1, len(told) + 1) is not None


def place(page: Page, wanted: list[str], start: int = 2, end: int = -1) -> tuple[int, int] | None:
    """The first place where *page* says the parts *wanted*, in this order.

    Args:
        page: With the words.
        wanted: What `parts` gave for a phrase.
        start: First line to look in.
        end: Last one; of the page when it is negative.

    Returns:
        The first and last line of the place.
    """
    words = _words(page)
    found = _find(words.text, wanted, *reach(page, start, end))
    if found is None:
        return None
    first = bisect_right(words.starts, found[0]) + 1
    return first, bisect_right(words.starts, found[1] - 1) + 1


def reach(page: Page, start: int = 2, end: int = -1) -> tuple[int, int]:
    """From where to where `place` looks, in characters."""
    words = _words(page)
    last = len(words.text) - 1
    since = words.starts[max(start, 2) - 2] if start <= page.last else last
    until = words.starts[end - 1] if 0 < end < page.last else last
    return since, max(since, until)


def _words(page: Page) -> _Words:
    """All words of *page*; made once."""
    made = page.memo.get(_words)
    if not isinstance(made, _Words):
        made = page.memo[_words] = _joined(page.lines[2:])
    return made


def _joined(lines: tuple[Line, ...]) -> _Words:
    """The words of *lines*; one that is broken over lines is one."""
    texts = [" "]
    starts: list[int] = []
    at = 1
    blank = True
    for line in lines:
        words = plain(line.plain) if line.plain else ""
        apart = line.glue or line.plain[:1].isspace()
        if words and not blank and (apart or _alone(words[0]) or _alone(texts[-1][-1])):
            words = f" {words}"
        starts.append(at + words.startswith(" "))
        if words:
            texts.append(words)
            blank = False
        at += len(words)
    texts.append(" ")
    return _Words("".join(texts), starts)


def _alone(char: str) -> bool:
    return _UNSPACED.match(char) is not None


def _keep(char: str) -> str:
    """What is compared of a character: itself without its accent, or a blank."""
    return "".join(
        each
        if each in _SIGNS or (unicodedata.category(each)[0] in "LNMS" and each not in _NONE)
        else " "
        for each in unicodedata.normalize("NFC", folded.bare(char))
    )


_TABLE = folded.Table(_keep)


def _find(text: str, wanted: list[str], since: int, until: int) -> tuple[int, int] | None:
    """Where the parts stand one behind the other, from the first to the last.

    Args:
        text: A blank before each word and behind the last.
        wanted: The parts.
        since: Where the first word begins that may be the first.
        until: Where the last one ends at the latest, or the first word behind it begins.
    """
    first = at = since
    for n, part in enumerate(wanted):
        found = text.find(f" {part} ", at - 1, until + 1) + 1
        if not found:
            return None
        first = first if n else found
        at = found + len(part) + 1
    return first, at - 1
