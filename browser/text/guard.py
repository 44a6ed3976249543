"""A look at the tags of a document before it is parsed: is it built to be slow?

The parser is quadratic on some inputs: deep nesting, formatting that is never closed, options,
attributes on one tag (measured: minutes on a megabyte). Each is counted here in one pass that
follows the HTML Standard's tokenizer (13.2.5) as far as tags, attributes, comments and raw text
go. The same pass takes ``<noscript>`` out of the head: to a browser that runs scripts it is
nothing there, while a parser without scripts moves its words into the page.

Left to taste: the limits, far above what pages need; the tree is only estimated, since the
worker process that parses is limited in time and memory anyway.
"""

from __future__ import annotations

import re
from collections import Counter

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text.elements import FORMATTING, HEAD, LOOSE, RAW, VOID

MAX_DEPTH = 512  # open elements; Blink and WebKit stop there too
MAX_TAGS = 200_000
MAX_OPTIONS = 5_000
MAX_ATTRIBUTES = 512  # on one tag
FEW_TAGS = 5_000  # a document with fewer is not looked at tag by tag
LONG_TAG = 2_000  # characters of a tag that may hold too many attributes
LONGEST_TAG = 8_000  # of one in a document that is not looked at; it costs hundredths of a second
MOST_IN_LONG_TAGS = 40_000  # characters; minified scripts look like tags at times
_SAME = 3  # equal formatting elements that are opened again (13.2.4.3, "Noah's Ark clause")

_SPACE = "\t\n\f\r "
_QUOTED = r"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)"
_VALUE = rf"[{_SPACE}]*+=[{_SPACE}]*+(?:{_QUOTED}|[^{_SPACE}>\"'][^{_SPACE}>]*+)?"
_ATTRIBUTE = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+(?:{_VALUE})?"
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rf"|<(/?)([a-zA-Z][^{_SPACE}/>]*+)((?:[{_SPACE}/]++|{_ATTRIBUTE})*+)(?:>|\Z)",
    re.DOTALL,
)
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
_BODY = re.compile(r"<body[\s/>]", re.IGNORECASE)
_RAW_START = re.compile(
    r"<(?:(!--|(?:script|style|title|noscript)(?=[\s/>]))|(?!/|!|html|head|meta|link|base)[a-z])",
    re.IGNORECASE,
)
_COMMENT_END = re.compile(r"--!?>|(?<=<!--)-?>")
_RAW_END = {
    name: re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE) for name in RAW | {"noscript"}
}


def guard(text: str) -> str:
    """Refuse a document that the parser would be slow on.

    Returns:
        The document, without ``<noscript>`` in its head.

    Raises:
        FetchFailed: ``unreadable``.
    """
    if _is_harmless(text):
        return _without_noscript(text)
    kept: list[str] = []
    tree = _Tree()
    in_head = True
    tags = at = begun = 0
    while found := _TOKEN.search(text, at):
        at = found.end()
        name = (found[2] or "").lower()
        if not name:
            continue
        tags += 1
        if found[1]:
            tree.close(name)
            if tags > MAX_TAGS:
                raise _beyond()
            continue
        attributes = found[3]
        tree.open(name, attributes)
        in_head = in_head and name in HEAD
        if name in _RAW_END and not tree.foreign and (in_head or name in RAW):
            end = _RAW_END[name].search(text, at)
            at = end.start() if end else len(text)
            if name == "noscript":
                kept.append(text[begun : found.start()])
                begun = at
        if tags > MAX_TAGS or tree.too_much or _count(attributes) > MAX_ATTRIBUTES:
            raise _beyond()
    return "".join([*kept, text[begun:]]) if kept else text


def _beyond() -> FetchFailed:
    return FetchFailed(
        Reason.UNREADABLE,
        "the page is nested or repeated beyond what a page needs. Choose another source.",
    )


def _is_harmless(text: str) -> bool:
    """Whether a document has too few tags to be slow.

    The parser's worst case on so few tags is a fraction of a second; the walk over what it
    made knows the depth that the exact look below only estimates.
    """
    pieces = text.split("<", FEW_TAGS + 1)
    if len(pieces) > FEW_TAGS + 1:
        return False
    lengths = [_tag_length("<" + piece) for piece in pieces if len(piece) > LONG_TAG]
    return not lengths or (max(lengths) <= LONGEST_TAG and sum(lengths) <= MOST_IN_LONG_TAGS)


def _tag_length(piece: str) -> int:
    """Characters of the tag that *piece* begins with; 0 when it is not long, or no tag."""
    found = _TOKEN.match(piece[: LONGEST_TAG + 1])
    if found is None or not found[2] or found.end() <= LONG_TAG:
        return 0
    return found.end()


def _without_noscript(text: str) -> str:
    """Take ``<noscript>`` out of the head of a harmless document."""
    body = _BODY.search(text)
    end = body.start() if body else len(text)
    if "<noscript" not in text[:end].lower():
        return text
    kept: list[str] = []
    at = begun = 0
    while (found := _RAW_START.search(text, at, end)) is not None:
        at = found.end()
        name = (found[1] or "").lower()
        if not name:
            if body is None:
                break  # the head is over without a word about it
            continue
        closed = _RAW_END[name].search(text, at) if name != "!--" else _COMMENT_END.search(text, at)
        at = closed.start() if closed else len(text)
        if name == "noscript":
            kept.append(text[begun : found.start()])
            begun = at
    return "".join([*kept, text[begun:]]) if kept else text


def _count(attributes: str) -> int:
    """How many attributes a tag has, exactly only where they could be too many."""
    if len(attributes) <= 2 * MAX_ATTRIBUTES:
        return 0
    return sum(1 for _ in _ONE_ATTRIBUTE.finditer(attributes))


class _Tree:
    """The open elements, roughly as the tree builder keeps them."""

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._open: Counter[str] = Counter()
        self._formatting: Counter[tuple[str, str]] = Counter()
        self._formatted = 0
        self._options = 0

    @property
    def foreign(self) -> bool:
        """Whether SVG or MathML is open, where ``<style>`` and the like hold tags."""
        return self._open["svg"] > 0 or self._open["math"] > 0

    @property
    def too_much(self) -> bool:
        depth = len(self._stack) + self._formatted
        return depth > MAX_DEPTH or self._options > MAX_OPTIONS

    def open(self, name: str, attributes: str) -> None:
        self._options += name == "option"
        if name in VOID or name in LOOSE or name in RAW:
            self._leave_cell(name)
        elif name in FORMATTING:
            alone = name in ("a", "nobr")  # the parser closes an open one first
            key = (name, "" if alone else attributes)
            if self._formatting[key] < (1 if alone else _SAME):
                self._formatting[key] += 1
                self._formatted += 1
        elif not (attributes.endswith("/") and self.foreign):
            self._stack.append(name)
            self._open[name] += 1

    def close(self, name: str) -> None:
        if name in FORMATTING:
            key = next((key for key in reversed(self._formatting) if key[0] == name), None)
            if key is not None:
                self._forget(key)
            return
        self._leave_cell(name)
        if not self._open[name]:
            return  # the parser ignores an end tag without its element
        while self._stack:
            last = self._stack.pop()
            self._open[last] -= 1
            if last == name:
                return

    def _forget(self, key: tuple[str, str]) -> None:
        self._formatted -= 1
        self._formatting[key] -= 1
        if not self._formatting[key]:
            del self._formatting[key]

    def _leave_cell(self, name: str) -> None:
        """The formatting of a table cell ends with it (13.2.4.3, markers)."""
        if name in ("td", "th", "tr", "table") and self._open["table"]:
            self._formatting.clear()
            self._formatted = 0
