"""Whether a style keeps the words of its element from being seen.

Governing texts: CSS Display 3, CSS Overflow 3, CSS Masking 1 (``clip``, ``clip-path``), CSS
Transforms 1 and 2, CSS Color 4, CSS 2.2 for the rest.

Left to taste: text that is made invisible in any of the usual ways (no size, no opacity, clipped
away, off the screen, in the colour of its ground) is not drawn, unless it waits to fade in or to
unfold, as whole pages, menus and answers to questions do until a script runs or a person clicks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from browser.text.css_values import (
    ZERO,
    Number,
    colour,
    functions,
    is_no_rectangle,
    is_no_shape,
    number,
)

# A quick look before a style is taken apart: most styles hold none of these words.
_SUSPECT = re.compile(
    r"display(?!: ?(?:inline|block|inline-block|flex|table|table-cell)(?:;|\Z))|visibility|opacity"
    r"|font(?!-(?:family|weight|style)|-size: ?[1-9]\d(?:\.\d+)?p[xt]\b)|clip|scale|matrix"
    r"|translate|indent|transparent|rgb|hsl|lab\(|lch\(|color\(|fill|calc\(|overflow|background"
    r"|inset|zoom|-\.?\d{2}|\de[-+]?\d|\d{4}|#[0-9a-f]{3}[01]|#[0-9a-f]{6}0|\\",
    re.IGNORECASE,
)
# Where taste draws lines, so that layouts, rails of pictures and fades stay shown.
FAINT = 0.02  # of one, opacity and scale: nobody sees it
SMALL = 2.0  # pixels or points, letters or a box smaller than it
SMALL_EM = 0.1  # a letter's size in its surroundings' letters
SMALL_REM = 0.05  # idem in the page's, which some pages set to 100 pixels
FAR = 100.0  # of its unit, an indent or a placed box
FAR_MARGIN = 1000.0  # pixels: less is a layout
FAR_MOVE = 5000.0  # pixels: less is a rail of pictures, moved to the one shown
_OPENING = ("transition", "animation")
_TIME = re.compile(r"(?<![\w.])(?=[\d.]*[1-9])[\d.]+m?s\b|var\(")
_EFFECT = (*_OPENING, "will-change")
_MATRICES = {"matrix": (6, 0, 1, 2, 3, 4), "matrix3d": (16, 0, 1, 4, 5, 12)}  # size, a, b, c, d, x
_STILL = frozenset(("", "none", "auto", "initial", "unset", "0s", "0ms"))
_CUTS = frozenset(("hidden", "auto", "scroll"))
_PLACED = frozenset(("absolute", "fixed"))


def may_hide(style: str) -> bool:
    """Whether it is worth while to take the declarations *style* apart."""
    return _SUSPECT.search(style) is not None


def hides(style: Mapping[str, str]) -> bool:
    """Whether words in an element of these declarations (`css_values.declarations`) are unseen."""
    return hides_all(style) or (
        style.get("visibility") in ("hidden", "collapse") and not _opens(style)
    )


def hides_all(style: Mapping[str, str]) -> bool:
    """Whether those of every element in it are too, whatever that one's style.

    Only ``visibility`` can be undone within (CSS Display 3, 4).
    """
    return (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or _no_opacity(style)
        or _small_letters(style)
        or _no_box(style)
        or _clipped(style)
        or _transformed(style)
        or _off_screen(style)
        or _same_colour(style)
    )


def _number(style: Mapping[str, str], name: str) -> Number:
    """The number a property has; 0 when it has none."""
    return (number(style[name]) if name in style else None) or ZERO


def _pixels(style: Mapping[str, str], name: str) -> float | None:
    return found.pixels if (found := number(style.get(name, ""))) else None


def _is_faint(text: str) -> bool:
    share = found.share if (found := number(text)) else None
    return share is not None and share <= FAINT


def _no_opacity(style: Mapping[str, str]) -> bool:
    filters = functions(style.get("filter", ""))
    if any(name == "opacity" and given and _is_faint(given[0]) for name, given in filters):
        return True
    return _is_faint(style.get("opacity", "")) and not _fades_in(style)


def _fades_in(style: Mapping[str, str]) -> bool:
    words = (style.get(name, "").partition(" ")[0] for name in _EFFECT)
    return "transform" in style or not _STILL.issuperset(words)


def _opens(style: Mapping[str, str]) -> bool:
    """Whether it changes over some time: what shows slowly, shows."""
    return any(name in style and _TIME.search(style[name]) for name in _OPENING)


def _small_letters(style: Mapping[str, str]) -> bool:
    if "zoom" in style and _is_faint(style["zoom"]):
        return True
    size = number(style.get("font-size", ""))
    if size is None or size.value < 0:  # CSS ignores a negative size
        return False
    if size.unit in ("em", "%"):
        return size.value <= (SMALL_EM if size.unit == "em" else 100 * SMALL_EM)
    if size.unit == "rem":
        return size.value < SMALL_REM
    small = size.value if size.unit == "pt" else size.pixels
    return not size.value or (small is not None and small < SMALL)


def _no_box(style: Mapping[str, str]) -> bool:
    """Whether a box that cuts off what does not fit has no room for a letter."""
    across, down = style.get("overflow-x", "visible"), style.get("overflow-y", "visible")
    # CSS Overflow 3: one axis that scrolls or hides makes the other do so; clipping does not.
    both = across in _CUTS or down in _CUTS
    narrow, low = both or across == "clip", both or down == "clip"
    if not (narrow or low) or any(_number(style, name).value > 0 for name in ("flex", "flex-grow")):
        return False  # nothing is cut off, or it grows from nothing
    if _opens(style):
        return False  # a fold that opens
    if (narrow and _is_flat(style, "width", ("left", "right"))) or (
        low and _is_flat(style, "height", ("top", "bottom"))
    ):
        return True
    sides = (_pixels(style, side) for side in ("width", "height"))
    tiny = all(side is not None and 0 <= side < SMALL for side in sides)
    return tiny or (low and _no_line(style))


def _is_flat(style: Mapping[str, str], side: str, ends: tuple[str, str]) -> bool:
    sizes = (number(style.get(name, "")) for name in (side, f"max-{side}"))
    if all(size is None or size.value for size in sizes):
        return False
    room = (f"min-{side}", *(f"padding-{end}" for end in ends))
    return not any(_is_room(_number(style, name)) for name in room)


def _is_room(size: Number) -> bool:
    return size.value > 0 and (size.unit == "%" or (size.pixels or 0.0) > 4 * SMALL)


def _no_line(style: Mapping[str, str]) -> bool:
    line = number(style.get("line-height", ""))
    tall = ("height", "min-height", "padding-top", "padding-bottom")
    return line is not None and not line.value and not any(_number(style, it).value for it in tall)


def _clipped(style: Mapping[str, str]) -> bool:
    if style.get("position") in _PLACED and is_no_rectangle(style.get("clip", ""), SMALL):
        return True
    return any(is_no_shape(name, given) for name, given in functions(style.get("clip-path", "")))


def _transformed(style: Mapping[str, str]) -> bool:
    """Whether the letters are scaled to nothing or moved away."""
    if any(_is_nothing(number(word)) for word in style.get("scale", "").split()[:2]):
        return True
    moves = style.get("translate", "").split()[:2]
    if any(_is_moved(style, number(word)) for word in moves):
        return True
    return any(
        _no_matrix(style, name, [number(word) for word in given])
        for name, given in functions(style.get("transform", ""))
    )


def _no_matrix(style: Mapping[str, str], name: str, given: list[Number | None]) -> bool:
    if name in ("scale", "scale3d", "scalex", "scaley"):
        return any(_is_nothing(each) for each in given[:2])
    if name in ("translate", "translate3d", "translatex", "translatey"):
        return any(_is_moved(style, each) for each in given[:2])
    places = _MATRICES.get(name)
    if places is None or len(given) != places[0]:
        return False
    a, b, c, d = (each.value if (each := given[place]) else 1.0 for place in places[1:5])
    if abs(a * d - b * c) < FAINT * FAINT:
        return True
    shifts = (given[places[5]], given[places[5] + 1])
    return any(shift and _is_moved(style, Number(shift.value, "px")) for shift in shifts)


def _is_nothing(scale: Number | None) -> bool:
    return (share := scale.share if scale else None) is not None and abs(share) <= FAINT


def _is_moved(style: Mapping[str, str], shift: Number | None) -> bool:
    """Whether so far to the left or up, and not a rail that is as long."""
    pixels = shift.pixels if shift else None
    return pixels is not None and pixels <= -FAR_MOVE and not _is_long(style, -pixels)


def _is_long(style: Mapping[str, str], pixels: float) -> bool:
    return any((_pixels(style, side) or 0.0) > pixels for side in ("width", "height"))


def _off_screen(style: Mapping[str, str]) -> bool:
    indent = _number(style, "text-indent")
    if indent.value <= -FAR or (indent.pixels or 0.0) >= FAR_MARGIN:
        return True
    if any(_is_pulled(style, side) for side in ("left", "top")):
        return True
    position = style.get("position", "")
    places = [_number(style, side) for side in ("left", "top", "right", "bottom")]
    if position == "relative":
        return any(_is_moved(style, place) for place in places[:2])
    if position not in _PLACED:
        return False
    wide = _number(style, "width")
    rail = wide.value if wide.unit == "%" else 0.0
    if any(place.value <= -FAR and (place.unit != "%" or rail <= -place.value) for place in places):
        return True
    return position == "fixed" and any((place.pixels or 0.0) >= FAR_MOVE for place in places)


def _is_pulled(style: Mapping[str, str], side: str) -> bool:
    """Whether a margin pulls it out, and no padding or place puts it back."""
    margin = _pixels(style, f"margin-{side}")
    if margin is None or margin > -FAR_MARGIN or _is_long(style, -margin):
        return False
    return _number(style, f"padding-{side}").value <= 0 and _number(style, side).value <= 0


def _same_colour(style: Mapping[str, str]) -> bool:
    ground = style.get("background", "")
    if style.get("background-clip") == "text" or ground.endswith(" text"):
        return False  # letters painted with the background
    letters = colour(style.get("text-fill-color", "")) or colour(style.get("color", ""))
    if letters is None or letters.alpha <= FAINT:
        return letters is not None
    if "gradient(" in ground or "gradient(" in style.get("background-image", ""):
        return False
    behind = colour(style.get("background-color", ""))
    return behind is not None and behind.alpha >= 1 - FAINT and letters.paint == behind.paint
