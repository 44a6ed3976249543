"""What may be typed, and how a line is read.

A line begins with a command. What does not is read as in a browser's address bar: a number
follows that link, an address is opened, a citation shows its lines, words are searched for. Words
whose first one looks like a mistyped command are not: they would go to a search provider by
mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import wrap
from typing import Any, Literal

Kind = Literal["words", "url", "file", "command", "link", "cursor", "line", "number"]

WAYS = "Type words to search for them, an address to open it, a number to follow that link."
NARROW = 60  # columns; with fewer, what a command does stands below it
INDENT = " " * 4
ALIKE = 0.75  # of `difflib`; `fine` and `find` are, `cats` and `back` are not
_ADDRESS = re.compile(r"(?i)https?://\S+")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+(?::\d{1,5})?(?:[/?#]\S*)?")
_LINK = re.compile(r"(\d{1,9})(?:\s+(\d{1,9}))?")
_DASH = "[-‐‑‒–—−~]"  # which models write
_CITED = re.compile(rf"【(\d{{1,9}})†(?:[^【】]*†)?L(\d{{1,9}})(?:\s*{_DASH}\s*L?(\d{{1,9}}))?】")
_MARKER = re.compile(r"【(\d{1,9})†[^【】]*】")  # of a link
_LINES = re.compile(rf"(?i)L?(\d{{1,9}})\s*{_DASH}\s*L?(\d{{1,9}})(?:\s+(\d{{1,9}}))?")
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:(?!\d)")


class Mistake(Exception):
    """A line that is no command; the text says what is valid."""


@dataclass(frozen=True)
class Parameter:
    """What may follow a command.

    Attributes:
        name: As the service or the shell's own command takes it.
        kind: What it is; words and addresses take the rest of the line.
        shown: How usage calls it; in brackets when it may be left out.
    """

    name: str
    kind: Kind
    shown: str

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.shown.startswith("[")


@dataclass(frozen=True)
class Command:
    """A command of the shell.

    Attributes:
        name: The word to type.
        meaning: One phrase.
        example: A line that could be typed.
        parameters: In order.
        api: The command of the service behind it; empty for one of the shell's own.
        more: A further sentence for its help.
    """

    name: str
    meaning: str
    example: str
    parameters: tuple[Parameter, ...] = ()
    api: str = ""
    more: str = ""

    @property
    def usage(self) -> str:
        """Name and parameters, as help shows them."""
        return " ".join([self.name, *(each.shown for each in self.parameters)])


_LINK_N = Parameter("id", "link", "N")
_CURSOR = Parameter("cursor", "cursor", "[CURSOR]")

COMMANDS = {
    each.name: each
    for each in (
        Command(
            "search", "search the web", "search apple harvest",
            (Parameter("query", "words", "WORDS"),), "search",
            "Just the words do too, when the first is no command.",
        ),
        Command(
            "open", "open a page", "open https://example.com/",
            (Parameter("url", "url", "URL"),), "open_url", "Just the address does too.",
        ),
        Command(
            "click", "follow link N", "click 3", (_LINK_N, _CURSOR), "click",
            "Just the number does too. CURSOR is the number of an earlier display.",
        ),
        Command(
            "find", "find text on the page", "find harvest",
            (Parameter("pattern", "words", "TEXT"),), "find",
            "The text as it stands; upper and lower case are one.",
        ),
        Command(
            "scroll", "read on, or move N lines", "scroll -20",
            (Parameter("amount", "number", "[N]"),), "scroll",
        ),
        Command(
            "line", "show the page from line N", "line 40",
            (Parameter("line", "line", "N"),), "scroll",
        ),
        Command("back", "the page before", "back", (), "back"),
        Command(
            "quote", "keep exact lines", "quote 14 16",
            (
                Parameter("start", "line", "FIRST"), Parameter("end", "line", "[LAST]"),
                _CURSOR,
            ), "quote",
            "It comes with a link that opens at its words. L14-L16 and 【2†L14-L16】 do too.",
        ),
        Command("sources", "what was read and quoted", "sources", (), "sources"),
        Command("links", "the links shown, with where they lead", "links"),
        Command(
            "url", "where link N leads, or where you are", "url 3",
            (Parameter("id", "link", "[N]"),),
        ),
        Command("show", "show a display again", "show 2", (_CURSOR,),
                more="Numbers then mean its links and lines."),
        Command("page", "the whole page, nothing folded", "page", (_CURSOR,)),
        Command("steps", "what was done so far, also by others", "steps"),
        Command("again", "repeat the last command", "again"),
        Command(
            "save", "write what was read and quoted as Markdown", "save notes.md",
            (Parameter("file", "file", "FILE"),), more="A file that is there is left alone.",
        ),
        Command(
            "help", "this list, or one command", "help quote",
            (Parameter("command", "command", "[COMMAND]"),),
        ),
        Command("quit", "leave (or Ctrl-D)", "quit"),
    )
}  # fmt: skip
ALIASES = {"exit": "quit", "q": "quit", "?": "help", "goto": "open", "go": "open"}


@dataclass(frozen=True)
class Typed:
    """A line that was understood."""

    command: Command
    parameters: dict[str, Any]


def parse(line: str) -> Typed:
    """Read *line*; an empty one is ``help``.

    Raises:
        Mistake: when it cannot be read.
    """
    text = line.strip()
    word, *after = text.split(maxsplit=1)[:2] or [""]
    rest = "".join(after)
    name = ALIASES.get(word.lower(), word.lower()) or "help"
    if name in COMMANDS:
        return _with_parameters(COMMANDS[name], rest, text)
    if found := _CITED.fullmatch(text):
        return Typed(COMMANDS["line"], {"line": int(found[2]), "cursor": int(found[1])})
    if found := _MARKER.fullmatch(text):
        raise Mistake(f"{_short(text)} names no lines. To follow link {found[1]}: click {found[1]}")
    if _LINK.fullmatch(text):
        return _with_parameters(COMMANDS["click"], text, text)
    if _ADDRESS.fullmatch(text) or _HOST.fullmatch(text):
        return _with_parameters(COMMANDS["open"], text, text)
    if near := get_close_matches(name, COMMANDS, n=1, cutoff=ALIKE):
        raise Mistake(
            f"{_short(word)} is no command. Did you mean: {_short(f'{near[0]} {rest}'.strip())}\n"
            f"To look for these words on the web: search {_short(text)}"
        )
    if not any(letter.isalnum() for letter in text):
        raise Mistake(f"{_short(text)} is no command. Type help for the list.")
    return Typed(COMMANDS["search"], {"query": text})


def _with_parameters(command: Command, rest: str, text: str) -> Typed:
    if not command.parameters:
        if rest:
            raise Mistake(
                f"{command.name} stands alone. To look for these words: search {_short(text)}"
            )
        return Typed(command, {})
    first = command.parameters[0]
    if first.kind in {"words", "url", "file", "command"}:
        if not rest and not first.optional:
            raise _wrong(command)
        value = address(rest) if first.kind == "url" else rest
        return Typed(command, {first.name: value} if rest else {})
    given = _numbers(command, rest)
    if not all(re.fullmatch(r"[+-]?\d{1,9}", part, re.ASCII) for part in given):
        raise _wrong(command)
    needed = sum(not each.optional for each in command.parameters)
    if not needed <= len(given) <= len(command.parameters):
        raise _wrong(command)
    values = {each.name: int(part) for each, part in zip(command.parameters, given, strict=False)}
    if command.name == "quote":
        values.setdefault("end", values["start"])
    return Typed(command, values)


def _numbers(command: Command, rest: str) -> list[str]:
    """The numbers of *rest*, also where they are written as displays write them."""
    if command.name == "quote":
        if found := _CITED.fullmatch(rest):
            return [found[2], found[3] or found[2], found[1]]
        if found := _LINES.fullmatch(rest):
            return [number for number in found.groups() if number]
    if command.name == "click":
        rest = _MARKER.sub(r" \1 ", rest)
    if command.parameters[0].kind == "line":
        rest = re.sub(r"(?i)(?<!\S)L(?=\d)", "", rest)
    return rest.split()


def address(text: str) -> str:
    """*text* as typed for an address: one without a scheme is meant as https."""
    return text if _SCHEME.match(text) else f"https://{text}"


def _wrong(command: Command) -> Mistake:
    return Mistake(f"Type: {command.usage}    for example: {command.example}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def overview(columns: int | None = None) -> str:
    """All commands: what each does stands beside it, or below it when there is little room.

    Args:
        columns: Of the terminal; ``None`` where lines have no end.
    """
    width = max(len(each.usage) for each in COMMANDS.values()) + 2
    rows = [WAYS]
    for each in COMMANDS.values():
        if columns is None:
            rows.append(f"{each.usage:{width}}{each.meaning}")
        elif columns >= NARROW:
            first, others = f"{each.usage:{width}}", " " * width
            rows += wrap(each.meaning, columns, initial_indent=first, subsequent_indent=others)
        else:
            rows.append(each.usage)
            rows += wrap(
                each.meaning, max(columns, 12), initial_indent=INDENT, subsequent_indent=INDENT
            )
    return "\n".join(rows)


def told(name: str) -> str:
    """The help of one command.

    Raises:
        Mistake: there is none of that name.
    """
    name = ALIASES.get(name.lower(), name.lower())
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
        hint = f" Did you mean: help {near[0]}" if near else " Type help for the list."
        raise Mistake(f"{_short(name)} is no command.{hint}")
    command = COMMANDS[name]
    rows = [f"{command.usage}: {command.meaning}.", command.more, f"Example: {command.example}"]
    return "\n".join(row for row in rows if row)
