"""A block of text on its way to numbered lines: runs of text and links, in reading order.

A block has two texts: the one displayed, with markers, and the page's own words. They are made
together here, with the offsets at which they correspond, so that a cut in one is a cut in both.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from browser.text import marks
from browser.text.clean import clean
from browser.text.cluster import edge

Kind = Literal["text", "link", "image", "deco", "cell"]

# Long anchor texts are cut into several markers of the same link: a line may not break inside one.
MAX_LINK_TEXT = 120  # characters
MAX_HOST = 60  # characters of a host in a marker; of a longer one the end is shown
LEAST_TEXT = 8  # characters of a link text in one marker, however narrow the line

_SPACE = re.compile(r"\s+")
_BAR = " | "


class Run(NamedTuple):
    """A piece of a block.

    Attributes:
        text: Raw text of the page, or our own words for an ``image`` or a ``deco``.
        kind: ``text``; ``link``; ``image`` and ``deco`` (bullets) stand in the display only;
            ``cell`` begins a table cell: a bar in the display, a tab in the page's words.
        link: Link id, -1 when there is none.
    """

    text: str
    kind: Kind = "text"
    link: int = -1


@dataclass(slots=True)
class Block:
    """One paragraph, heading, list item, table row or line of code.

    Attributes:
        runs: In reading order, white space as in the source.
        role: As `browser.model.page.Line.role`.
        prefix: What the display puts in front: ``# ``, ``  * ``.
        area: As `browser.model.page.Line.area`.
        inside: Whether it stands in an ``<article>`` or ``<main>``.
        beside: Whether it stands in an element named for what accompanies a text: sharing,
            related pages, advertising.
        main: Whether it belongs to the main content.
        verbatim: Whether white space counts (code, plain text).
    """

    runs: list[Run]
    role: str = "text"
    prefix: str = ""
    area: str = ""
    inside: bool = False
    beside: bool = False
    main: bool = True
    verbatim: bool = False

    def words(self) -> str:
        """The page's own words, white space as in the source."""
        return "".join(
            " " if run.kind == "cell" else run.text
            for run in self.runs
            if run.kind in ("text", "link", "cell")
        )

    def linked(self) -> int:
        """How many characters stand in links."""
        return sum(len(run.text) for run in self.runs if run.kind == "link")


class Span(NamedTuple):
    """Where a run stands: display offsets, plain offsets, whether it may not be broken."""

    start: int
    end: int
    plain_start: int
    plain_end: int
    solid: bool


@dataclass(slots=True)
class Composed:
    """A block's two texts and how their offsets correspond.

    Attributes:
        text: As displayed, white space folded.
        plain: The page's own words.
        spans: In order, covering *text*.
    """

    text: str = ""
    plain: str = ""
    spans: list[Span] = field(default_factory=list)

    def span_at(self, offset: int) -> Span:
        """The span of the character at *offset* of *text*."""
        return self.spans[bisect_right(self.spans, offset, key=_start) - 1]

    def plain_offset(self, offset: int) -> int:
        """The place in *plain* that corresponds to *offset* in *text*."""
        if offset >= len(self.text):
            return len(self.plain)
        span = self.span_at(offset)
        if span.solid and offset > span.start:
            return span.plain_end
        return min(span.plain_start + offset - span.start, span.plain_end)


def _start(span: Span) -> int:
    return span.start


class _Composer:
    """Writes the two texts side by side."""

    def __init__(self, hosts: dict[int, str], room: int) -> None:
        self._hosts = hosts
        self._room = room
        self._text: list[str] = []
        self._plain: list[str] = []
        self._spans: list[Span] = []
        self._at = self._plain_at = 0
        self._owed = False  # white space before the next visible character
        self._owed_plain = False  # the same for the page's words

    def put(self, shown: str, words: str, *, solid: bool) -> None:
        start, plain_start = self._at, self._plain_at
        self._text.append(shown)
        self._plain.append(words)
        self._at += len(shown)
        self._plain_at += len(words)
        self._spans.append(Span(start, self._at, plain_start, self._plain_at, solid))

    def cell(self) -> None:
        self.put(_BAR, "\t", solid=False)
        self._owed = self._owed_plain = False

    def verbatim(self, run: Run) -> None:
        if run.kind == "text":
            text = clean(run.text)
            if text:
                self.put(marks.for_display(text), text, solid=False)
        else:
            self._marked(run, clean(run.text))

    def folded(self, run: Run) -> None:
        words = _SPACE.sub(" ", clean(run.text))
        core = words.strip(" ")
        if not core:
            self.owe(bool(words))
            return
        self.owe(words.startswith(" "))
        self._pay(plain=run.kind in ("text", "link"))
        if run.kind == "text":
            self.put(marks.for_display(core), core, solid=False)
        else:
            self._marked(run, core)
        self.owe(words.endswith(" "))

    def owe(self, space: bool) -> None:
        self._owed = self._owed or space
        self._owed_plain = self._owed_plain or space

    def _pay(self, *, plain: bool) -> None:
        inner = bool(self._text) and self._text[-1] != _BAR
        gap = plain and self._owed_plain and bool(self._plain_at) and self._ends_in_word()
        if self._owed and inner:
            self.put(" ", " " if gap else "", solid=False)
        elif gap:
            self.put("", " ", solid=False)
        self._owed = False
        if plain:
            self._owed_plain = False

    def _ends_in_word(self) -> bool:
        last = next((words for words in reversed(self._plain) if words), "")
        return not last.endswith("\t")

    def _marked(self, run: Run, text: str) -> None:
        if run.kind == "deco":
            self.put(text, "", solid=True)
            return
        host = _shown_host(self._hosts.get(run.link, ""), min(MAX_HOST, self._room // 3))
        room = self._room - len(marks.link(max(run.link, 0), "", host))
        if run.kind == "image":
            text = marks.for_display(text)
            if run.link >= 0:
                text = marks.link(run.link, _short(text, max(room, LEAST_TEXT)), host)
            self.put(_short(text, self._room), "", solid=True)
            return
        for gap, piece in _pieces(text, max(min(room, MAX_LINK_TEXT), LEAST_TEXT)):
            if gap:
                self.put(gap, gap, solid=False)
            self.put(marks.link(run.link, marks.for_display(piece), host), piece, solid=True)

    def done(self) -> Composed:
        plain = marks.for_quote("".join(self._plain))
        return Composed("".join(self._text), plain, self._spans)


def compose(block: Block, hosts: dict[int, str], room: int = 200) -> Composed:
    """Fold white space across runs and write the link markers.

    Args:
        block: Of the page.
        hosts: By link id, the host to show; missing for links within the page's own host.
        room: Characters of a line; no marker is longer.
    """
    composer = _Composer(hosts, room)
    for run in block.runs:
        if run.kind == "cell":
            composer.cell()
        elif block.verbatim:
            composer.verbatim(run)
        else:
            composer.folded(run)
    return composer.done()


def _shown_host(host: str, limit: int) -> str:
    """A host as a marker shows it: of a long name the end, which says whose it is."""
    return host if len(host) <= limit else "…" + host[1 - limit :]


def _short(text: str, limit: int) -> str:
    return (
        text if len(text) <= limit else text[: edge(text, limit - 2, limit // 2)] + "…" + text[-1]
    )


def _pieces(text: str, limit: int) -> Iterator[tuple[str, str]]:
    """Cut a long anchor text, at spaces where it has any, into (gap before, piece)."""
    gap = ""
    start = 0
    while len(text) - start > limit:
        space = text.rfind(" ", start + limit // 2, start + limit)
        end = space if space > 0 else edge(text, start + limit, start + limit // 2)
        yield gap, text[start:end]
        gap = " " if space > 0 else ""
        start = end + len(gap)
    if start < len(text):
        yield gap, text[start:]
