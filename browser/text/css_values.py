"""The declarations of a style attribute, and the numbers, colours and shapes in their values.

Governing texts: CSS Syntax 3 (where a declaration ends, escapes), CSS Cascade 5 (which one
counts), CSS Values 4 (numbers and lengths), CSS Color 4 (colours).

Left to taste: only what tells whether text is drawn is understood. A length that depends on
the reader's screen or type is reckoned for a window of 1000 pixels and letters of 16.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|([^\r\n\f0-9a-fA-F]))")
_TOKEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|\\."""
    r"""|url\((?!\s*["'])(?:[^)\\]|\\.)*+\)?|[][(){};]""",
    re.DOTALL | re.IGNORECASE,
)
_INTRICATE = re.compile(r"[\"'(\[{\\]|/\*")  # a semicolon may stand inside something
_IMPORTANT = re.compile(r" ?! ?important\Z")
_CALC = re.compile(r"(?:-webkit-|-moz-)?calc\( ?([-+]?[\d.]++(?:e[-+]?\d+)?(?:[a-z]+|%)?) ?\)")
MOST_NESTED = 4  # calc() in calc() that is taken off
_NUMBER = re.compile(r"([-+]?(?:\d++\.?\d*+|\.\d++)(?:e[-+]?\d{1,9}+)?)([a-z]++|%)?\Z")
_FUNCTION = re.compile(r"(?<![\w-])([a-z][\w-]*+)\(([^()]*+)\)")
_WORD = re.compile(r"[^\s,/()]++(?:\([^()]*+\))?")
_FONT_SIZE = re.compile(r"(?:^| )([-+\d.]++(?:e[-+]?\d+)?(?:[a-z]+|%)?)(?:/| |$)")
_OLD_NAME = re.compile(
    r"-(?:webkit|moz)-(?=(?:transform|transition|animation|filter|clip-path|background-clip"
    r"|text-fill-color)\Z)|-webkit-(?=opacity\Z)"
)
_GLOBAL = frozenset(("inherit", "initial", "unset", "revert", "revert-layer"))
_KNOWN = {
    "display": _GLOBAL
    | frozenset(("none", "contents", "block", "inline", "run-in", "flow", "flow-root", "ruby"))
    | frozenset(("flex", "grid", "table", "list-item", "ruby-base", "ruby-text", "math"))
    | frozenset(f"inline-{kind}" for kind in ("flex", "grid", "table", "block"))
    | frozenset(f"-webkit-{kind}" for kind in ("flex", "inline-flex", "box", "inline-box"))
    | frozenset(f"table-{part}" for part in ("row", "cell", "column", "caption", "row-group"))
    | frozenset(f"table-{part}-group" for part in ("header", "footer", "column")),
    "visibility": _GLOBAL | frozenset(("visible", "hidden", "collapse")),
}
_SHORT = frozenset(("inset", "margin", "padding", "overflow", "background", "font"))
_SIDES = ("top", "right", "bottom", "left")
_PLACES = ((), (0, 0, 0, 0), (0, 1, 0, 1), (0, 1, 2, 1), (0, 1, 2, 3))  # of four, by number given
_PIXELS = (
    {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945}
    | {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "lh": 20.0, "rlh": 20.0}
    | {f"{kind}v{way}": 10.0 for kind in ("", "s", "l", "d") for way in ("w", "h", "min", "max")}
)
_NAMES = (
    {"black": "000000", "silver": "c0c0c0", "gray": "808080", "white": "ffffff"}
    | {"maroon": "800000", "red": "ff0000", "purple": "800080", "fuchsia": "ff00ff"}
    | {"green": "008000", "lime": "00ff00", "olive": "808000", "yellow": "ffff00"}
    | {"navy": "000080", "blue": "0000ff", "teal": "008080", "aqua": "00ffff"}
    | {"grey": "808080", "magenta": "ff00ff", "cyan": "00ffff", "transparent": "00000000"}
)
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z")
_COLOUR_FUNCTIONS = frozenset(
    ("rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color")
)


class Number(NamedTuple):
    """A number and its unit, lower case; ``""`` without one."""

    value: float
    unit: str

    @property
    def pixels(self) -> float | None:
        """As a length in pixels; None when it is a percentage, or none that CSS knows."""
        if not self.value and not self.unit:
            return 0.0
        scale = _PIXELS.get(self.unit)
        return None if scale is None else self.value * scale

    @property
    def share(self) -> float | None:
        """As a part of one, from a bare number or a percentage; None for a length."""
        if self.unit == "%":
            return self.value / 100
        return None if self.unit else self.value


class Colour(NamedTuple):
    """A colour: red, green and blue from 0 to 255, or as written when unknown; alpha to 1."""

    paint: tuple[int, ...] | str
    alpha: float


ZERO: Final = Number(0.0, "")


def declarations(*styles: str) -> dict[str, str]:
    """The value that counts of each property: lower case, white space folded.

    ``!important`` and order decide, of several *styles* too; shorthands that can hide text stand
    as their parts, old prefixed names as today's, ``calc()`` of one number as the number.
    """
    found: dict[str, str] = {}
    pressed: set[str] = set()
    for part in chain.from_iterable(map(_parts, styles)):
        name, colon, value = part.partition(":")
        if not colon:
            continue
        if "\\" in part:
            name, value = unescaped(name), unescaped(value)
        name = name.strip().lower()
        name = _OLD_NAME.sub("", name) if name.startswith("-") else name
        value = " ".join(value.lower().split())
        plain = _IMPORTANT.sub("", value) if "!" in value else value
        important = plain != value
        plain = _reckoned(plain) if "calc(" in plain else plain
        pairs = _expanded(name, plain) if name in _SHORT else ((name, plain),)
        for each, its in pairs:
            if _is_known(each, its) and (important or each not in pressed):
                found[each] = its
                if important:
                    pressed.add(each)
    return found


def unescaped(text: str) -> str:
    """*text* with the characters that its escapes stand for."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def number(text: str) -> Number | None:
    """*text* as one number with or without a unit; None when it is none."""
    found = _NUMBER.match(text)
    return Number(float(found.group(1)), found.group(2) or "") if found else None


def functions(text: str) -> Iterator[tuple[str, list[str]]]:
    """The name and the arguments, as written, of each function of *text*."""
    for found in _FUNCTION.finditer(text):
        yield found.group(1), found.group(2).replace(",", " ").split()


def colour(text: str) -> Colour | None:
    """*text* as a colour; None when it is none, or one that depends on the surroundings."""
    text = f"#{_NAMES[text]}" if text in _NAMES else text
    if _HEX.match(text):
        digits = text[1:] if len(text) > 5 else "".join(2 * digit for digit in text[1:])
        *paint, alpha = bytes.fromhex(digits.ljust(8, "f"))
        return Colour(tuple(paint), alpha / 255)
    for name, _ in functions(text):
        if name in _COLOUR_FUNCTIONS:
            return _mixed(name, text)
    return None


def is_no_rectangle(clip: str, least: float) -> bool:
    """Whether the ``rect()`` of a ``clip`` is less than *least* pixels wide or high."""
    for name, given in functions(clip):
        edges = [found.pixels for word in given if (found := number(word))]
        if name == "rect" and len(edges) == len(given) == 4:
            top, right, bottom, left = (edge or 0.0 for edge in edges)
            return bottom - top < least or right - left < least
    return False


def is_no_shape(name: str, given: list[str]) -> bool:
    """Whether the basic shape *name* of a ``clip-path`` leaves nothing (CSS Shapes 1)."""
    words = given[: given.index("round")] if "round" in given else given
    found = [number(word) for word in words]
    if name == "inset" and 1 <= len(found) <= 4:
        cut = [each.value if each and each.unit == "%" else 0.0 for each in found]
        top, right, bottom, left = (cut[place] for place in _PLACES[len(cut)])
        return top + bottom >= 100 or left + right >= 100
    if name in ("circle", "ellipse") and found:
        radii = found[:1] if name == "circle" else found[:2]
        return any(each is not None and not each.value for each in radii)
    if name == "polygon":
        points = [each for each in found if each is not None]
        return len(points) == len(found) > 0 and (
            len(set(points[::2])) == 1 or len(set(points[1::2])) == 1
        )
    return False


def _mixed(name: str, text: str) -> Colour:
    inside = text.partition("(")[2].rpartition(")")[0]
    channels = inside.replace(",", " ").replace("/", " ").split()
    places = 4 if name == "color" else 3
    last = number(channels[places]) if len(channels) > places else None
    share = last.share if last else None
    alpha = 1.0 if share is None else share
    parts = [number(channel) for channel in channels[:3]]
    first, second, third = parts if len(parts) == 3 else (None, None, None)
    if first is None or second is None or third is None:
        return Colour(text, alpha)
    if name.startswith("rgb"):
        scales = (2.55 if part.unit == "%" else 1.0 for part in (first, second, third))
        values = (part.value * scale for part, scale in zip(parts, scales, strict=True) if part)
        return Colour(tuple(round(min(max(value, 0.0), 255.0)) for value in values), alpha)
    if name.startswith("hsl") and first.unit in ("", "deg"):
        light, full = (min(max(part.value / 100, 0.0), 1.0) for part in (third, second))
        mixed = colorsys.hls_to_rgb(min(abs(first.value), 1e9) % 360 / 360, light, full)
        return Colour(tuple(round(255 * value) for value in mixed), alpha)
    return Colour(text, alpha)


def _parts(style: str) -> Iterator[str]:
    """What stands between semicolons, but for those in strings and brackets; no comments."""
    if not _INTRICATE.search(style):
        yield from style.split(";")
        return
    done, depth, text = 0, 0, list[str]()
    for token in _TOKEN.finditer(style):
        sign = token.group()
        if sign.startswith("/*"):
            text += (style[done : token.start()], " ")
            done = token.end()
        elif sign == ";" and not depth:
            yield "".join((*text, style[done : token.start()]))
            text.clear()
            done = token.end()
        elif sign in ("(", "[", "{"):
            depth += 1
        elif sign in (")", "]", "}"):
            depth = max(0, depth - 1)
    yield "".join((*text, style[done:]))


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    if not code:
        return found.group(2)
    point = int(code, 16)
    return chr(point) if 0 < point < 0x110000 else "\ufffd"


def _reckoned(value: str) -> str:
    for _ in range(MOST_NESTED):
        value = _CALC.sub(r"\1", value)
    return value


def _is_known(name: str, value: str) -> bool:
    """Whether *value* is one that counts; what CSS does not know leaves the earlier one."""
    known = _KNOWN.get(name)
    return known is None or "var(" in value or (bool(value) and known.issuperset(value.split()))


def _expanded(name: str, value: str) -> Iterator[tuple[str, str]]:
    """A declaration as those of its parts, and itself."""
    yield name, value
    if name in ("inset", "margin", "padding"):
        words = value.split() or [""]
        four = [words[place] for place in _PLACES[min(len(words), 4)]]
        for side, word in zip(_SIDES, four, strict=True):
            yield side if name == "inset" else f"{name}-{side}", word
    elif name == "overflow":
        words = value.split() or [""]
        yield "overflow-x", words[0]
        yield "overflow-y", words[-1]
    elif name == "background":
        colours = (word for word in _WORD.findall(value) if colour(word))
        yield "background-color", value if value in _GLOBAL else next(colours, "transparent")
    elif name == "font" and (size := _FONT_SIZE.search(value)):
        yield "font-size", size.group(1)
