"""A style sheet as rules: selectors, declarations, and whether they count on a desktop screen.

Governing texts: CSS Syntax 3 (blocks, strings, comments), Media Queries 4, CSS Conditional 3,
CSS Nesting 1.

Left to taste: the screen is 1280 pixels wide; a media query that is not understood does not
hold, and what ``@supports`` asks for is there. Nothing is loaded: what a sheet imports is not
known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from browser.text.css_values import number

WIDTH, HEIGHT = 1280.0, 800.0  # pixels of the screen
MAX_NESTED = 16  # blocks in blocks
MOST_RULES = 50_000  # of a page
MAX_SELECTOR = 4_000  # characters of the selectors of a rule

_TOKEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|\\.|[{}]""", re.DOTALL
)
# A rule without anything in it that may hold a brace: most are.
_PLAIN = re.compile(r"([^{}\"'\\/]*+)\{([^{}\"'\\/]*+)\}")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
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
        body: The declarations, as written.
    """

    selectors: str
    body: str


class _Block(NamedTuple):
    """A block that is open; *selectors* is empty outside of rules, *counts* within none."""

    selectors: str
    counts: bool
    texts: list[str]


def rules(sheet: str) -> Iterator[Rule]:
    """The rules of *sheet* that count, in order; of nested ones the inner first."""
    done = made = 0
    stack = [_Block("", True, [])]
    while made < MOST_RULES:
        plain = _PLAIN.match(sheet, done)
        if plain:
            done = plain.end()
            rule = _whole(plain[1], plain[2], stack[-1], len(stack))
            if rule is not None:
                yield rule
                made += 1
            continue
        at, sign = _next_brace(sheet, done)
        text = sheet[done:at]
        done = at + 1
        if sign == "{":
            before, _, prelude = text.rpartition(";")
            if "/*" in prelude or "--" in prelude:
                prelude = _COMMENT.sub(" ", prelude)
            stack[-1].texts.append(before)
            stack.append(_opened(prelude.strip(), stack[-1], len(stack)))
        elif len(stack) > 1:
            block = stack.pop()
            block.texts.append(text)
            if block.counts and block.selectors:
                yield Rule(block.selectors, ";".join(block.texts))
                made += 1
        elif not sign:
            return


def _whole(prelude: str, body: str, around: _Block, depth: int) -> Rule | None:
    """A rule that holds no other one, within the block *around*; ``None`` if it does not count."""
    before, _, prelude = prelude.rpartition(";")
    around.texts.append(before)
    if "<!--" in prelude or "-->" in prelude:
        prelude = _COMMENT.sub(" ", prelude)
    prelude = prelude.strip()
    if not around.counts or len(prelude) > MAX_SELECTOR:
        return None
    if prelude[:1] != "@":
        return Rule(_nested(prelude, around.selectors), body)
    block = _opened(prelude, around, depth) if around.selectors else None
    return Rule(block.selectors, body) if block and block.counts else None


def _next_brace(sheet: str, start: int) -> tuple[int, str]:
    """Where the next brace outside of strings and comments stands, and which it is.

    The end of the sheet closes what is open, as CSS has it.
    """
    for token in _TOKEN.finditer(sheet, start):
        sign = sheet[token.start()]
        if sign in "{}":
            return token.start(), sign
    return len(sheet), ""


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
