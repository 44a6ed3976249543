"""A style sheet as rules: selectors, declarations, and whether they count on a desktop screen.

Governing texts: CSS Syntax 3 (blocks, strings, comments), Media Queries 4, CSS Conditional 3,
CSS Nesting 1.

Left to taste: the screen is 1280 pixels wide; a media query that is not understood does not
hold, and what ``@supports`` asks for is there. Nothing is loaded: what a sheet imports is not
known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from browser.text.css_values import number

WIDTH, HEIGHT = 1280.0, 800.0  # pixels of the screen
MAX_NESTED = 16  # blocks in blocks
MOST_RULES = 50_000  # of a page
MAX_SELECTOR = 4_000  # characters of the selectors of a rule

# What a brace may stand in without opening or closing a block.
_HOLE = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|\\.""", re.DOTALL
)
_ESCAPED = {"\\{": "\\7b ", "\\}": "\\7d "}
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_AFTER_COLON = re.compile(r":\s+")
_FEATURE = re.compile(r"\(\s*([a-z-]+)\s*(?:(:|[<>]=?|=)\s*([^()]+?)\s*)?\)")
_QUERY = re.compile(r"(?:(only|not)\s+)?(?:(all|screen|print|[a-z-]+)\b)?\s*(.*)\Z", re.DOTALL)
_JOINED = re.compile(r"\s*(?:and\s*)?")
_TRANSPARENT = ("@layer", "@supports", "@media")  # at-rules whose rules may count
_TRUE = frozenset(
    (
        *("hover:hover", "any-hover:hover", "pointer:fine", "any-pointer:fine", "color:"),
        *("orientation:landscape", "prefers-color-scheme:light", "grid:0", "scripting:enabled"),
        *("prefers-reduced-motion:no-preference", "hover:", "pointer:", "width:", "height:"),
    )
)


class Rule(NamedTuple):
    """Declarations and whom they are for.

    Attributes:
        selectors: As written, without comments.
        body: The declarations, as written, without comments.
    """

    selectors: str
    body: str


class _Block(NamedTuple):
    """A block that is open; *selectors* is empty outside of rules, *counts* within none."""

    selectors: str
    counts: bool
    texts: list[str]


def rules(sheet: str) -> list[Rule]:
    """The rules of *sheet* that count, in order; of nested ones the inner first.

    The end of the sheet closes what is open, as CSS has it.
    """
    found: list[Rule] = []
    add, new = found.append, tuple.__new__
    top = _Block("", True, [])
    stack = [top]
    for piece in _masked(sheet).split("}"):
        prelude, opened, body = piece.partition("{")
        if opened and not top.selectors and "{" not in body:  # nearly all
            if top.counts:
                if ";" in prelude:
                    prelude = prelude.rpartition(";")[2]
                prelude = prelude.strip()
                if prelude[:1] != "@" and len(prelude) <= MAX_SELECTOR:
                    add(new(Rule, (prelude, body)))
            continue
        *preludes, body = piece.split("{")
        for each in preludes:
            before, _, prelude = each.rpartition(";")
            top.texts.append(before)
            top = _opened(prelude.strip(), top, len(stack))
            stack.append(top)
        if len(stack) > 1:
            _close(stack.pop(), body, add)
            top = stack[-1]
        if len(found) >= MOST_RULES:
            return found[:MOST_RULES]
    while len(stack) > 1:
        _close(stack.pop(), "", add)
    return found[:MOST_RULES]


def _close(block: _Block, text: str, add: Callable[[Rule], None]) -> None:
    if block.counts and block.selectors:
        add(Rule(block.selectors, ";".join((*block.texts, text)) if block.texts else text))


def _masked(sheet: str) -> str:
    """*sheet* without comments and space behind colons, braces that bound no block escaped."""
    if "<!--" in sheet:
        sheet = sheet.replace("<!--", "    ").replace("-->", "   ")
    strings = "".join([hole for hole in _HOLE.findall(sheet) if hole[0] != "/"])
    if "{" in strings or "}" in strings or "/*" in strings:
        sheet = _HOLE.sub(_mask, sheet)
    elif "/*" in sheet:
        sheet = _COMMENT.sub(" ", sheet)
    return _AFTER_COLON.sub(":", sheet)


def _mask(hole: re.Match[str]) -> str:
    text = hole.group()
    if text[0] == "/":
        return " "
    if text[0] == "\\":
        return _ESCAPED.get(text, text)
    if "{" in text or "}" in text:
        return text.replace("{", "\\7b ").replace("}", "\\7d ")
    return text


def _opened(prelude: str, around: _Block, depth: int) -> _Block:
    counts = around.counts and depth <= MAX_NESTED
    if not prelude.startswith("@"):
        if len(prelude) > MAX_SELECTOR:
            return _Block("", False, [])
        return _Block(_nested(prelude, around.selectors), counts, [])
    name, _, rest = prelude.partition(" ")
    name, bracket, more = name.lower().partition("(")
    if name not in _TRANSPARENT:
        return _Block("", False, [])
    condition = (bracket + more + " " + rest).strip().lower()
    if name == "@media":
        counts = counts and holds(condition)
    elif name == "@supports":
        counts = counts and not condition.startswith("not")
    return _Block(around.selectors, counts, [])


def _nested(inner: str, outer: str) -> str:
    """The selectors of a rule within a rule, in full."""
    if not outer:
        return inner
    if "," in outer:
        outer = f":is({outer})"
    each = (part.strip() for part in inner.split(","))
    full = ",".join(part.replace("&", outer) if "&" in part else f"{outer} {part}" for part in each)
    return full if len(full) <= MAX_SELECTOR else "&"  # which matches nothing


def holds(query: str) -> bool:
    """Whether the media *query*, in lower case, holds on a desktop screen."""
    return not query.strip() or any(map(_one_holds, query.split(",")))


def _one_holds(query: str) -> bool:
    found = _QUERY.match(query.strip())
    if found is None:
        return False
    prefix, kind, rest = found.groups()
    if kind == "and" or (kind and kind not in ("all", "screen", "print")):
        return False
    true = kind != "print" and _features_hold(rest)
    return true != (prefix == "not")


def _features_hold(text: str) -> bool:
    at = 0
    while at < len(text):
        joined = _JOINED.match(text, at)
        at = joined.end() if joined else at
        found = _FEATURE.match(text, at)
        if found is None:
            return at >= len(text)
        if not _holds(*found.groups("")):
            return False
        at = found.end()
    return True


def _holds(name: str, sign: str, value: str) -> bool:
    side = WIDTH if name.endswith("width") else HEIGHT
    size = number(value)
    pixels = size.pixels if size else None
    if name in ("min-width", "min-height", "min-device-width", "min-device-height"):
        return pixels is not None and side >= pixels
    if name in ("max-width", "max-height", "max-device-width", "max-device-height"):
        return pixels is not None and side <= pixels
    if name in ("width", "height") and pixels is not None:
        return side >= pixels if ">" in sign else "<" in sign and side <= pixels
    return f"{name}:{value}" in _TRUE
