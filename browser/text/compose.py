"""From the pieces of a block to its two texts: displayed with markers, and the page's own words.

White space is folded across pieces, as a browser draws it: a space at the end of one piece and
at the beginning of the next is one space, and it stands outside the marker of a link. Most
blocks are text alone, whose two texts are one.
"""

from __future__ import annotations

from collections.abc import Iterator

from browser.text import marks
from browser.text.block import Parts, Run, Span
from browser.text.clean import clean
from browser.text.cluster import edge

# Long anchor texts are cut into several markers of the same link: a line may not break inside one.
MAX_LINK_TEXT = 160  # characters
MAX_HOST = 60  # characters of a host in a marker; of a longer one the end is shown
LEAST_TEXT = 8  # characters of a link text in one marker, however narrow the line

# A block within these is composed without keeping account of offsets.
MAX_SHORT_LINK = 80  # characters of a link's text
MAX_SHORT_HOST = 40  # characters of a host
LEAST_SHORT_ROOM = 150  # characters

_BAR = " | "

Texts = tuple[str, str, "list[Span] | None", int]  # displayed, plain, spans, characters in links


def compose(parts: Parts, hosts: dict[int, str], room: int = 200) -> Texts:
    """Fold white space across *parts* and write the link markers.

    Args:
        parts: Of one block.
        hosts: By link id, the host to show; missing for links within the page's own host.
        room: Characters of a line; no marker is longer.

    Returns:
        The text displayed, the page's words, how they correspond (``None`` for a text that needs
        no cut, or whose two forms correspond letter by letter), and how many characters stand in
        links.
    """
    made = _short_block(parts, hosts, room)
    return made or _Composer(hosts, room).compose(_joined(parts))


def _joined(parts: Parts) -> Parts:
    """*parts* with texts side by side as one: what they say together must not forge a mark."""
    joined: list[str | Run] = []
    for part in parts:
        before = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(before, str):
            joined[-1] = before + part
        else:
            joined.append(part)
    return joined


def _short_block(  # noqa: C901, PLR0912 - one loop over what most blocks are made of
    parts: Parts, hosts: dict[int, str], room: int
) -> Texts | None:
    """As `compose` for a block that fits on a line and holds nothing unusual, else ``None``."""
    shown: list[str] = []
    words: list[str] = []
    owed = owed_plain = inner = worded = False  # as in `_Composer`
    linked = 0
    for part in parts:
        if isinstance(part, str):
            raw, kind, link = part, "text", -1
        else:
            raw, kind, link = part
            if kind == "cell":
                shown.append(_BAR)
                words.append("\t")
                owed = owed_plain = inner = worded = False
                continue
            if kind == "copy":
                return None
        core = " ".join(raw.split())
        if not (core.isascii() and core.isprintable()):
            core = folded(core)
        if not core:
            if raw:
                owed = owed_plain = True
            continue
        if raw[0].isspace():
            owed = owed_plain = True
        if owed and inner:
            shown.append(" ")
        if kind in ("text", "link"):
            if owed_plain and worded:
                words.append(" ")
            words.append(core)
            worded, owed_plain = True, False
        inner = True
        mark = core if core.isascii() and _plain(core) else marks.for_display(core)
        if kind == "link" or (kind == "image" and link >= 0):
            if len(core) > MAX_SHORT_LINK:
                return None
            linked += len(core) if kind == "link" else 0
            host = hosts.get(link)
            if not host:
                mark = f"【{link}†{mark}】"
            elif len(host) < MAX_SHORT_HOST:
                mark = f"【{link}†{mark}†{host}】"
            else:
                return None
        shown.append(mark)
        owed = raw[-1].isspace()
        owed_plain = owed_plain or owed
    text = "".join(shown)
    if len(text) > room or room < LEAST_SHORT_ROOM:
        return None
    if not _plain(text) and ("<|" in text or "|>" in text or "![" in text):  # side by side
        return None
    return text, marks.for_quote("".join(words).rstrip("\t")), None, linked


def _plain(text: str) -> bool:
    """Whether nothing in *text*, which is ASCII, may have to be written otherwise in a display."""
    return "|" not in text and "![" not in text


def only_text(text: str) -> tuple[str, str]:
    """The two texts of a block without links: alike but for characters that could forge marks."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return (text, text) if _plain(text) else (marks.for_display(text), text)
    text = folded(text)
    return marks.for_display(text), marks.for_quote(text)


def folded(text: str) -> str:
    """Clean *text*, with every run of white space as one space and none at the ends."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    cleaned = clean(text)
    return cleaned if cleaned == text else " ".join(cleaned.split())


def verbatim(parts: Parts, hosts: dict[int, str], room: int = 200) -> Texts:
    """As `compose`, with white space kept: code, plain text."""
    composer = _Composer(hosts, room)
    for part in _joined(parts):
        composer.verbatim(part)
    return composer.done()


class _Composer:
    """Writes the two texts side by side."""

    def __init__(self, hosts: dict[int, str], room: int) -> None:
        self._hosts = hosts
        self._room = room
        self._text: list[str] = []
        self._plain: list[str] = []
        self._spans: list[Span] = []
        self._at = self._plain_at = self._linked = 0
        self._owed = False  # white space before the next visible character
        self._owed_plain = False  # the same for the page's words
        self._inner = False  # something is shown since the block or the cell began
        self._worded = False  # the same for the page's words

    def compose(self, parts: Parts) -> Texts:
        for part in parts:
            if isinstance(part, str):
                self._words(part, None)
            elif part.kind in ("cell", "copy"):
                self._cell(part)
            else:
                self._words(part.text, part)
        return self.done()

    def done(self) -> Texts:
        plain = marks.for_quote("".join(self._plain).rstrip("\t"))
        return "".join(self._text), plain, self._spans, self._linked

    def verbatim(self, part: str | Run) -> None:
        if isinstance(part, str):
            if text := clean(part).replace("\n", " "):
                self._put(marks.for_display(text), text, solid=False)
        elif part.kind == "text":
            self.verbatim(part.text)
        elif part.kind in ("cell", "copy"):
            self._cell(part)
        else:
            self._marked(part, clean(part.text).replace("\n", " "))

    def _put(self, shown: str, words: str, *, solid: bool) -> None:
        at, plain_at = self._at, self._plain_at
        self._text.append(shown)
        self._plain.append(words)
        self._at = end = at + len(shown)
        self._plain_at = plain_end = plain_at + len(words)
        self._spans.append(Span(at, end, plain_at, plain_end, solid))

    def _cell(self, run: Run) -> None:
        words = "\t" if run.kind == "cell" else ""
        self._put(_BAR, words, solid=False)
        text = run.text if len(run.text) <= self._room else ""
        if text:
            self._put(marks.for_display(text), "", solid=True)
        self._owed, self._inner = False, bool(text)
        if words:
            self._owed_plain = self._worded = False

    def _words(self, raw: str, run: Run | None) -> None:
        core = folded(raw)
        if not core:
            if raw:
                self._owed = self._owed_plain = True
            return
        if raw[0].isspace():
            self._owed = self._owed_plain = True
        worded = run is None or run.kind in ("text", "link")
        gap = worded and self._owed_plain and self._worded
        if self._owed and self._inner:
            self._put(" ", " " if gap else "", solid=False)
        elif gap:
            self._put("", " ", solid=False)
        self._inner = True
        if worded:
            self._worded, self._owed_plain = True, False
        if run is None or run.kind == "text":
            self._put(marks.for_display(core), core, solid=False)
        else:
            self._marked(run, core)
        self._owed = raw[-1].isspace()
        self._owed_plain = self._owed_plain or self._owed

    def _marked(self, run: Run, text: str) -> None:
        if run.kind == "deco":
            self._put(_short(marks.for_display(text), self._room), "", solid=True)
            return
        host = self._hosts.get(run.link, "")
        if host:
            host = _shown_host(host, min(MAX_HOST, self._room // 3))
        room = self._room - len(marks.link(max(run.link, 0), "", host))
        if run.kind == "image":
            text = marks.for_display(text)
            if run.link >= 0:
                text = marks.link(run.link, _short(text, max(room, LEAST_TEXT)), host)
            self._put(_short(text, self._room), "", solid=True)
            return
        limit = max(min(room, MAX_LINK_TEXT), LEAST_TEXT)
        self._linked += len(text)
        if len(text) <= limit:
            self._put(marks.link(run.link, marks.for_display(text), host), text, solid=True)
            return
        for gap, piece in _pieces(text, limit):
            if gap:
                self._put(gap, gap, solid=False)
            self._put(marks.link(run.link, marks.for_display(piece), host), piece, solid=True)


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
