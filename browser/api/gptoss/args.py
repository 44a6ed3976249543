"""What a model wrote for ``search``, ``open`` and ``find``, read as one of our commands.

The three tools are all that these models know: a click is ``open`` with a link number, scrolling
is ``open`` without one. Models write ``"3"``, ``3.0`` and ``top_n`` for what they mean, so kinds
are read for their meaning, -1 stands for what is left out, and what is not known is ignored. What
cannot be read is told in the words that the models were trained with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from browser.api.bounds import FAR, MAX_PATTERN, MAX_QUERY, MAX_RESULTS, MAX_URL, RESULTS

CURSOR_HELP = "Give the number in brackets at the head of a display, or leave cursor out."
ID_HELP = "Give a link id such as 3, a full URL such as https://example.org/, or leave id out."

_NUMBER = re.compile(r"\s*([+-]?[0-9]+)(?:\.0*)?\s*")
_LINK = re.compile(r"\s*(?:【\s*)?([+-]?[0-9]+)(?:\.0*)?(?:\s*†.*)?(?:】)?\s*", re.DOTALL)
_DIGITS = len(str(FAR))


class BadArgument(Exception):
    """An argument that cannot be read.

    Attributes:
        text: Two lines for the model: what is wrong, and what is right.
    """

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.text = f"{what}\n{instead}"


@dataclass(frozen=True)
class Command:
    """One of our commands.

    Attributes:
        name: A key of `browser.conversation.VERBS`.
        args: Its arguments; ``None`` where the model left one out.
    """

    name: str
    args: dict[str, Any]


def search(given: Mapping[str, Any]) -> Command:
    """``search(query, topn, source)``.

    Raises:
        BadArgument: the query is no text.
    """
    query = _text(given, "query", MAX_QUERY, "Say what to look for.")
    wanted = next((given[name] for name in ("topn", "top_n") if given.get(name) is not None), None)
    topn = _number("topn", wanted, "Say how many results, such as 10, or leave topn out.")
    chosen = RESULTS if topn is None or topn < 1 else min(topn, MAX_RESULTS)
    return Command("search", {"query": query, "topn": chosen})


def open_(given: Mapping[str, Any]) -> Command:
    """``open(id, cursor, loc, num_lines, view_source, source)``: click, open a URL, or scroll.

    Raises:
        BadArgument: one of them cannot be read.
    """
    cursor = _cursor(given)
    loc = _number("loc", given.get("loc"), "Give the line to show first, or leave loc out.")
    count = _number("num_lines", given.get("num_lines"), "Say how many lines, or leave it out.")
    line = None if loc is None or loc < 0 else loc
    part = {"line": line, "lines": None if count is None or count < 1 else count}
    target = _target(given)
    if isinstance(target, str):
        return Command("open_url", {"url": target, **part})
    if target is not None:
        return Command("click", {"id": target, "cursor": cursor, **part})
    return Command("scroll", {**part, "line": line or 0, "cursor": cursor})


def find(given: Mapping[str, Any]) -> Command:
    """``find(pattern, cursor)``.

    Raises:
        BadArgument: the pattern is no text, or the cursor no number.
    """
    pattern = _text(given, "pattern", MAX_PATTERN, "Give a word that stands on the page.")
    return Command("find", {"pattern": pattern, "cursor": _cursor(given)})


def _text(given: Mapping[str, Any], name: str, most: int, instead: str) -> str:
    value = given.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # who looks for 42 writes it as a number
    if not isinstance(value, str):
        raise BadArgument(f"`{name}` should be a string, not `{_kind(value)}`", instead)
    if len(value) > most:
        raise BadArgument(f"`{name}` is too long", f"Give at most {most} characters.")
    return value


def _cursor(given: Mapping[str, Any]) -> int | None:
    number = _number("cursor", given.get("cursor"), CURSOR_HELP)
    return None if number == -1 else number


def _target(given: Mapping[str, Any]) -> int | str | None:
    value = given.get("id")
    if value in (None, "", -1) and isinstance(given.get("url"), str):
        value = given["url"]  # not a name of theirs, and what they mean by it is plain
    if isinstance(value, str):
        bare = _LINK.fullmatch(value)
        if bare is None:
            if len(value) > MAX_URL:
                raise BadArgument("`id` is too long", f"A URL has at most {MAX_URL} characters.")
            return value.strip() or None
        value = _bounded(bare[1])
    number = _number("id", value, ID_HELP)
    return None if number == -1 else number


def _number(name: str, value: object, instead: str) -> int | None:
    """*value* as a whole number within `FAR`; ``None`` when it is left out."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        bare = _NUMBER.fullmatch(value)
        if bare is not None:
            return _bounded(bare[1])
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        return max(-FAR, min(value, FAR))
    elif isinstance(value, float) and (value.is_integer() or abs(value) > FAR):
        return round(max(-FAR, min(value, FAR)))
    raise BadArgument(f"`{name}` should be an integer, not `{_kind(value)}`", instead)


def _bounded(digits: str) -> int:
    """The number; a longer one than `FAR` stands for it, since no line or link has it."""
    sign = -1 if digits.startswith("-") else 1
    bare = digits.lstrip("+-").lstrip("0")
    return sign * (min(int(bare or "0"), FAR) if len(bare) <= _DIGITS else FAR)


def _kind(value: object) -> str:
    return type(value).__name__
