"""What of a page is not drawn, judged from an element's attributes alone.

Governing texts: the HTML Standard's rendering section for what is never drawn; CSS for the
inline styles looked at. Style sheets are not evaluated, so what they hide stays.

Left to taste: the contents of a closed ``<details>`` count as shown (one click opens them);
``aria-hidden`` alone hides nothing, since it describes pictures and copies that people do see,
but with the class of an icon it holds the name or the code of one;
text that a style makes invisible in any of the usual ways (no size, no opacity, clipped away,
off the screen, in the colour of its ground) is not drawn, unless it waits to fade in, as whole
pages do until their scripts run. ``<noscript>`` does not count unless
the page is empty without it (`browser.text.htmlpage`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|([^\r\n\f0-9a-fA-F]))")
# Classes of words that nobody reads as words: those for readers of the page's sound, names of
# icons that a font draws, the "[edit]" of a wiki.
_MATERIAL = [
    f"{owner}material-{kind}{form}"
    for owner in ("", "google-")
    for kind in ("icons", "symbols")
    for form in ("", "-outlined", "-rounded", "-round", "-sharp", "-two-tone")
]
_UNREAD = frozenset(
    (
        *("sr-only", "visuallyhidden", "visually-hidden", "screen-reader-text"),
        *("screen-reader-only", "assistive-text", "mw-editsection", *_MATERIAL),
    )
)
_ICON = re.compile(r"(?:^|\s)(?:icon|ico|glyphicon)(?=\s|$)")
# A quick look before a style is taken apart: most styles hold none of these words.
_SUSPECT = re.compile(
    r"none|hidden|collapse|opacity|font|clip|scale|indent|transparent|rgb|hsl"
    r"|-\d{3,}|height|background|#|\\",
    re.IGNORECASE,
)
_ZERO = re.compile(r"[-+]?(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?\Z")
_TINY = re.compile(r"\+?(?:[01]?(?:\.\d*)?)(?:px|pt)\Z")
_FAR = re.compile(r"-\d{3,}(?:\.\d*)?(?:px|pt|em|rem|vw|vh)\Z")
_CLIPPED = re.compile(
    r"inset\((?:100|[5-9]\d)(?:\.\d*)?%\)"
    r"|circle\(0(?:px|%)?(?: .*)?\)|polygon\((?:0(?:px|%)? 0(?:px|%)?,? ?)+\)"
)
_NO_RECT = re.compile(r"rect\((?:[01](?:px)?[, ]+){3}[01](?:px)?\)")
_NO_SCALE = re.compile(r"scale(?:3d|x|y)?\(0(?:\.0+)?(?:[ ,)])")
_NO_OPACITY = re.compile(r"opacity\(0(?:\.0+)?%?\)")
_NO_ALPHA = r"0(?:\.0+)?%?\)\Z"
_CLEAR = re.compile(
    rf"transparent\Z|(?:rgb|hsl)a?\((?:[^,)]*,){{3}} ?{_NO_ALPHA}|[a-z]+\([^)]*/ ?{_NO_ALPHA}"
    r"|#(?:[0-9a-f]{3}0|[0-9a-f]{6}00)\Z"
)
_FONT_SIZE = re.compile(r"(?:^| )([-+\d.]+(?:[a-z]+|%)?)(?:/| |$)")
MAY_HIDE = frozenset(("hidden", "popover", "style", "aria-hidden"))  # attributes that may do so
MAX_KNOWN = 400  # characters of an attribute whose judgement is remembered from page to page
MOST_KNOWN = 4096  # class attributes whose judgement is remembered
_EFFECT = frozenset(("transition", "animation", "will-change", "transform"))
_RELATIVE = frozenset(("inherit", "initial", "unset", "revert", "currentcolor"))
_COLOURS = {"white": "#ffffff", "black": "#000000"}


def is_hidden(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes is not drawn."""
    if tag == "dialog" and "open" not in attributes:
        return True
    return bool(attributes) and (is_undrawn(attributes) or is_unread(attributes.get("class") or ""))


def is_undrawn(attributes: Mapping[str, str | None]) -> bool:
    """Whether `MAY_HIDE`'s attributes keep an element from being drawn."""
    if "hidden" in attributes or "popover" in attributes:
        return True
    if attributes.get("aria-hidden") == "true" and _ICON.search(attributes.get("class") or ""):
        return True
    style = attributes.get("style") or ""
    return _known_style(style) if len(style) <= MAX_KNOWN else _is_hiding_style(style)


def is_unread(names: str) -> bool:
    """Whether the class attribute *names* says that nobody reads what the element holds.

    Such are words for readers of the page's sound, names of icons, and signs to edit a section.
    """
    return not _UNREAD.isdisjoint(names.lower().split())


class _Judged(dict[str, bool]):
    """`is_unread` by class attribute: most are written many times on a page, and on others."""

    def __missing__(self, names: str) -> bool:
        unread = is_unread(names)
        if len(names) <= MAX_KNOWN:
            if len(self) >= MOST_KNOWN:
                self.clear()
            self[names] = unread
        return unread


UNREAD: Final = _Judged()


@lru_cache(maxsize=1024)
def _known_style(style: str) -> bool:
    return _is_hiding_style(style)


def _is_hiding_style(style: str) -> bool:
    return _SUSPECT.search(style) is not None and _hides(_declarations(style))


def _declarations(style: str) -> dict[str, str]:
    """The last value of each property, lower case, white space folded."""
    found: dict[str, str] = {}
    if "\\" in style:
        style = _ESCAPE.sub(_unescape, style)
    for part in _COMMENT.sub("", style).split(";"):
        name, colon, value = part.partition(":")
        if colon:
            words = value.lower().replace("!important", " ").replace("! important", " ").split()
            found[name.strip().lower()] = " ".join(words)
    return found


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    if not code:
        return found.group(2)
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"


def _hides(style: Mapping[str, str]) -> bool:
    def value(name: str) -> str:
        return style.get(name, "")

    return (
        value("display") == "none"
        or value("visibility") in ("hidden", "collapse")
        or value("content-visibility") == "hidden"
        or _no_opacity(style)
        or _no_size(style)
        or _clipped(style)
        or _off_screen(style)
        or _same_colour(style)
    )


def _no_opacity(style: Mapping[str, str]) -> bool:
    if _NO_OPACITY.search(style.get("filter", "")):
        return True
    return bool(_ZERO.match(style.get("opacity", ""))) and _EFFECT.isdisjoint(style)


def _no_size(style: Mapping[str, str]) -> bool:
    """Whether the letters, or the box that cuts them off, have no size."""
    size = style.get("font-size", "")
    if not size and (short := _FONT_SIZE.search(style.get("font", ""))):
        size = short.group(1)
    if size and (_ZERO.match(size) or _TINY.match(size)):
        return True
    if style.get("overflow", style.get("overflow-y", "")) not in ("hidden", "clip"):
        return False
    heights = (style.get("height", ""), style.get("max-height", ""))
    if any(_ZERO.match(height) for height in heights):
        return True
    return all(_TINY.match(style.get(side, "")) for side in ("width", "height"))


def _clipped(style: Mapping[str, str]) -> bool:
    placed = style.get("position", "") in ("absolute", "fixed")
    return bool(
        _CLIPPED.match(style.get("clip-path", ""))
        or (placed and _NO_RECT.match(style.get("clip", "")))
        or _NO_SCALE.search(style.get("transform", ""))
        or _ZERO.match(style.get("scale", ""))
    )


def _off_screen(style: Mapping[str, str]) -> bool:
    if _FAR.match(style.get("text-indent", "")):
        return True
    if style.get("position", "") not in ("absolute", "fixed"):
        return False
    return any(_FAR.match(style.get(side, "")) for side in ("left", "top", "right", "bottom"))


def _same_colour(style: Mapping[str, str]) -> bool:
    colour = style.get("color", "")
    if not colour or colour in _RELATIVE:
        return False
    if "text" in (style.get("background-clip"), style.get("-webkit-background-clip")):
        return False  # letters painted with the background
    ground = style.get("background-color", style.get("background", ""))
    return bool(_CLEAR.match(colour)) or _hex(colour) == _hex(ground)


def _hex(colour: str) -> str:
    colour = _COLOURS.get(colour, colour)
    if len(colour) == 4 and colour.startswith("#"):
        return "#" + "".join(2 * digit for digit in colour[1:])
    return colour
