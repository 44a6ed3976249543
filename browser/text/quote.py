"""Exact words of a run of lines, and the address that opens at them.

Governing text: URL Fragment Text Directives (WICG), for ``#:~:text=start,end``. A short quote
is given whole; a longer one by its first and last words, as many as make them unambiguous on
the page. Browsers match such fragments at word boundaries, so only whole words are used, and
in a script without spaces whole clauses.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from browser.model.page import Page
from browser.text.cluster import edge

WHOLE = 80  # characters of a quote that is named in full
LEAST_WORDS, MOST_WORDS = 4, 10
LEAST_CHARS = 30  # of fewer, longer words

LONGEST_WORD = 40  # characters; longer ones are in scripts without spaces, or no words

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\S+\s*")
_CLAUSE = re.compile(r"[^、。，．；：！？\s]*[、。，．；：！？\s]*")
_KEEP = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~!*'()")


class Words(NamedTuple):
    """The text of a quote.

    Attributes:
        text: The page's own words.
        end: Last line it reaches.
        truncated: Whether the cap cut it.
    """

    text: str
    end: int
    truncated: bool


def words(page: Page, start: int, end: int, max_chars: int) -> Words:
    """The exact words of lines *start* to *end*, at most *max_chars* characters of them."""
    parts: list[str] = []
    size = 0
    for line in page.lines[start : end + 1]:
        if not line.plain:
            continue
        glue = line.glue if parts else ""
        room = max_chars - size - len(glue)
        if len(line.plain) > room:
            rest = _cut(line.plain, room)
            if rest:
                parts.append(glue + rest)
            return Words("".join(parts), line.n if rest else max(line.n - 1, start), truncated=True)
        parts.append(glue + line.plain)
        size += len(glue) + len(line.plain)
    return Words("".join(parts), end, truncated=False)


def _cut(text: str, room: int) -> str:
    """The whole words of *text* that *room* characters hold; cut words only where it has none."""
    if room <= 0:
        return ""
    if text[room : room + 1].isspace():
        return text[:room].rstrip()
    cut = max(text.rfind(" ", 0, room), text.rfind("\t", 0, room))
    near = cut > 0 and room - cut <= LONGEST_WORD
    return text[: cut if near else edge(text, room)].rstrip()


def source_url(page: Page, text: str) -> str:
    """The page's URL with a text fragment that opens at *text*."""
    base = page.url.partition("#")[0]
    parts = (_SPACE.sub(" ", part).strip() for part in re.split(r"[\n\t]+", text))
    wanted = [part for part in parts if part]
    if not base or not wanted:
        return base
    return f"{base}#:~:text={_directive(wanted, _page_text(page))}"


def _page_text(page: Page) -> str:
    """All words of the page in one line, made once for a page."""
    text = page.memo.get(_page_text)
    if not isinstance(text, str):
        whole = "".join(line.glue + line.plain for line in page.lines[2:])
        text = page.memo[_page_text] = " ".join(whole.split()).casefold()
    return text


def _directive(wanted: list[str], page_text: str) -> str:
    if len(wanted) == 1 and len(wanted[0]) <= WHOLE:
        return _encode(wanted[0])
    first, last = _tokens(wanted[0]), _tokens(wanted[-1])
    start, end = _edge(first, page_text, 1), _edge(last, page_text, -1)
    if len(wanted) == 1 and len(start) + len(end) >= len(wanted[0]):
        return _encode(wanted[0])
    return f"{_encode(start)},{_encode(end)}"


def _tokens(text: str) -> list[str]:
    """The words of *text*, each with the white space after it; clauses where it has no spaces."""
    tokens = _WORD.findall(text)
    return tokens if len(tokens) > LEAST_WORDS else list(filter(None, _CLAUSE.findall(text)))


def _edge(tokens: list[str], page_text: str, direction: int) -> str:
    """The first (or last) words, as few as stand only once on the page."""
    text = ""
    for count in range(1, min(MOST_WORDS, len(tokens)) + 1):
        text = "".join(tokens[:count] if direction > 0 else tokens[-count:]).strip()
        enough = count >= LEAST_WORDS or len(text) >= LEAST_CHARS
        if enough and page_text.count(text.casefold()) <= 1:
            break
    return text


def _encode(text: str) -> str:
    """Percent-encode; the characters with a meaning in a directive (``-``, ``,``, ``&``) too."""
    return "".join(
        char if char in _KEEP else "".join(f"%{octet:02X}" for octet in char.encode())
        for char in text
    )
