"""JSON (RFC 8259) and lines of JSON, laid out for reading: one member a line, as written.

The text is laid out from its tokens and never becomes objects, so that numbers keep their
digits, members their order and repeated names their place, depth costs nothing, and a document
that was cut off in the middle can still be read.

Left to taste: what fits in `FLAT` characters stays on one line; values without members of their
own share lines; escapes become the characters they stand for; addresses are links. What is no
JSON after all is shown as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from browser.model.url import Url
from browser.text.htmlpage import LINE_CHARS, Document, read_html
from browser.text.written import Linker, Ration, code, name_of

MAX_LINES = 50_000  # no page shows more
MAX_NAMES = 40  # of the members that were left out, the closing note names so many
MAX_LOOKED = 500_000  # pieces of what was left out in which names are looked for
FLAT = 100  # characters of an array or object that stays on one line
FILLED = 120  # characters of a line that several values share
MAX_INDENT = 20  # levels that are told apart

_STRING = r'"(?:[^"\\\x00-\x1f]|\\.)*+"'
_TOKEN = re.compile(rf"[ \t\r\n]*+(?:({_STRING})|([\[\]{{}},:])|([-+.\w]++))", re.DOTALL)
_LITERAL = re.compile(r"(?:true|false|null|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\Z")
_FLAT = re.compile(
    rf"\[(?:[^\[\]{{}}\"]|{_STRING})*+\]|\{{(?:[^\[\]{{}}\"]|{_STRING})*+\}}", re.DOTALL
)
_RUN = re.compile(r"(?:[ \t\r\n]*,[ \t\r\n]*[-+.\w]+(?=[ \t\r\n,\]]))+")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_SPREAD = re.compile(rf"({_STRING})|[ \t\r\n]+|([,:])")
_REST = re.compile(r"[ \t\r\n]*\Z")
_TERMINATOR = re.compile("[\x85\u2028\u2029]")  # JSON itself lets them stand
_ESCAPED = re.compile(r'\\(?!["\\])')


class _NotJsonError(Exception):
    """The text has something that JSON has not."""


def read_json(text: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read a JSON document."""
    layout = _Layout(text.lstrip("\ufeff"))
    ration = Ration(MAX_LINES)
    note = ""
    try:
        lines = list(ration.of(layout.lines()))
        if ration.spent:
            note = _left_out(layout)
    except _NotJsonError:
        ration = Ration(MAX_LINES)
        lines = list(ration.of(text.splitlines()))
    return _document(lines, url, room, note, truncated=ration.spent)


def read_json_lines(text: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read one JSON value a line (NDJSON, JSON Lines); short ones stay on one line."""
    ration = Ration(MAX_LINES)
    lines = list(ration.of(_records(text)))
    return _document(lines, url, room, "", truncated=ration.spent)


def _document(lines: list[str], url: Url, room: int, note: str, *, truncated: bool) -> Document:
    document = read_html(code(map(Linker(), lines)), url, whole=True, line_chars=room)
    document.title = name_of(url)
    document.truncated = truncated
    document.note = note
    return document


def _records(text: str) -> Iterator[str]:
    for record in text.split("\n"):
        if len(record) <= FILLED:
            if record.strip():
                yield record.strip()
            continue
        try:
            yield from list(islice(_Layout(record).lines(), MAX_LINES + 1))
        except _NotJsonError:
            yield record.strip()


@dataclass
class _Level:
    """An open array or object."""

    closer: str
    begun: bool = False  # something of it stands in a line


@dataclass
class _Layout:
    """Lays out one document.

    Attributes:
        text: The document.
        at: Where the next piece is looked for.
        name: The last member name of the outermost object.
    """

    text: str
    at: int = 0
    name: str = ""
    _open: list[_Level] = field(default_factory=list)
    _line: str = ""
    _shared: bool = False  # the line holds values only, and another may join them

    def lines(self) -> Iterator[str]:
        """Yield the lines.

        Raises:
            _NotJsonError: when the text is none.
        """
        size = len(self.text)
        key = named = False  # a name and its colon stand in the line; also a value behind them
        while self.at < size:
            piece, kind = self._next()
            if not piece:
                break
            if kind == "mark":
                if (
                    self._line.endswith((",", ": "))
                    if piece == ","
                    else piece == ":" and (key or named)
                ):
                    raise _NotJsonError
                if piece == ":":
                    self._line, key = self._line + ": ", True
                    continue
                if piece == ",":
                    self._line += ","
                    key = named = False
                    continue
                if piece in "]}":
                    yield from self._close(piece)
                    continue
            yield from self._value(piece, kind, after_name=key)
            key, named = False, key and kind != "mark"
        if self._line.strip():
            yield self._line

    def names(self) -> Iterator[str]:
        """Yield the members of the outermost object that come after what was laid out."""
        depth = len(self._open)
        found = self.name
        for _ in range(MAX_LOOKED):
            piece, kind = self._next()
            if not piece:
                return
            if kind == "string":
                found = piece
            elif piece in ("[", "{"):
                depth += 1
            elif piece in ("]", "}"):
                depth -= 1
            elif piece == ":" and depth == 1:
                yield _plain(found)
        yield "…"

    def _next(self) -> tuple[str, str]:
        """The next token and its kind; an empty one at the end."""
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            if _REST.match(self.text, self.at):
                self.at = len(self.text)
                return "", ""
            return self._cut_off()
        self.at = found.end()
        string, mark, literal = found.groups()
        if string is not None:
            return string, "string"
        if mark is not None:
            return mark, "mark"
        if not _LITERAL.match(literal):
            raise _NotJsonError
        return literal, "literal"

    def _cut_off(self) -> tuple[str, str]:
        """The string that the end of the document cuts off."""
        rest = self.text[self.at :].lstrip(" \t\r\n")
        if not re.match(r'"(?:[^"\\\x00-\x1f]|\\.)*+\\?\Z', rest, re.DOTALL):
            raise _NotJsonError
        self.at = len(self.text)
        return rest, "cut"

    def _indent(self) -> str:
        return "  " * min(len(self._open), MAX_INDENT)

    def _value(self, piece: str, kind: str, *, after_name: bool) -> Iterator[str]:
        written, flat = piece, True
        if kind == "string":
            written = _plain(piece)
            if len(self._open) == 1:
                self.name = piece
        elif kind == "mark":
            short = _FLAT.match(self.text, self.at - 1, self.at - 1 + FLAT)
            if short is None:
                flat = False
            else:
                written = _spread(_valid(short[0]))
                self.at = short.end()
        in_array = bool(self._open) and self._open[-1].closer == "]"
        if not after_name:
            joins = flat and in_array and self._shared and len(self._line) + len(written) < FILLED
            if self._line and not joins:
                yield self._line
                self._line = ""
            self._line = f"{self._line} {written}" if joins else self._indent() + written
        else:
            self._line += written
        self._shared = flat and in_array and written[0] not in "[{"
        if self._open:
            self._open[-1].begun = True
        if self._shared and kind == "literal":
            run = _RUN.match(self.text, self.at, self.at + FILLED - len(self._line))
            if run is not None:
                self.at = run.end()
                self._line += _COMMA.sub(", ", run[0])
        if not flat:
            self._open.append(_Level("]" if piece == "[" else "}"))

    def _close(self, piece: str) -> Iterator[str]:
        if not self._open or self._open[-1].closer != piece:
            raise _NotJsonError
        level = self._open.pop()
        if level.begun:
            yield self._line
            self._line = self._indent()
        self._line += piece
        self._shared = False


def _valid(text: str) -> str:
    """Give *text* back when it is JSON.

    Raises:
        _NotJsonError: when it is none.
    """
    try:
        json.loads(text)
    except ValueError as error:
        raise _NotJsonError from error
    return text


def _spread(written: str) -> str:
    """A short array or object with a space after each comma and colon, and no other."""

    def one(found: re.Match[str]) -> str:
        if found[1] is not None:
            return _plain(found[1])
        return f"{found[2]} " if found[2] else ""

    return _SPREAD.sub(one, written)


def _plain(string: str) -> str:
    """A string with the characters that its escapes stand for; line breaks stay escaped."""
    if "\\" not in string or not _ESCAPED.search(string):
        return string
    try:
        value = json.loads(string)
    except ValueError:
        return string
    return _TERMINATOR.sub(_as_escape, json.dumps(value, ensure_ascii=False))


def _as_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _left_out(layout: _Layout) -> str:
    """Which members of the outermost object were not laid out."""
    names: list[str] = []
    try:
        for name in layout.names():
            names.append(name if len(names) < MAX_NAMES else "…")
            if len(names) > MAX_NAMES:
                break
    except _NotJsonError:
        pass
    told = f" Members not shown: {', '.join(names)}." if names and names[0] != "…" else ""
    return f"[The rest of the document is cut.{told}]"
