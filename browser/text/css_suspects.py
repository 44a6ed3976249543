"""Which declarations of a style sheet may hide anything: a quick look before they are judged.

Most rules of a sheet hide nothing, and a sheet has thousands. What passes here is judged with
all else that counts for an element (`browser.text.sheets`): a rule may hide only together with
another one, which places the element or cuts off what does not fit into it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from browser.text.css_hiding import hides
from browser.text.css_values import declarations, unescaped

_COMPLETED = {"position": "absolute", "overflow-x": "hidden", "overflow-y": "hidden"}
_FAR = re.compile(r"-\d{3}|-\d\d?(?:\.\d+)?(?:r?em|v[wh]|%|e\d)")
_SMALL = (
    r"(?:0*(?:[01](?:\.\d+)?|\.\d+)p[xt]|0+(?:\.0+)?(?:[a-z]+|%)?|0*\.[01]\d*[a-z]+"
    r"|\d(?:\.\d+)?%)"
)
_NOTHING = re.compile(
    rf"(?:height|width|font-size)\s*:\s*(?:calc\(\s*)?{_SMALL}\s*(?:[;!)]|\Z)"
    rf"|font\s*:[^;]*?(?<![\w.#-]){_SMALL}(?![\w.%])"
)
_GONE = re.compile(r"(?:\A|;)\s*display:none\s*(?:!important\s*)?(?:;|\Z)")
_BEFORE_COLON = re.compile(r"\s+:")
_COLOUR = r"(?:^|[;\s])color\s*:"
_COLOURS = re.compile(
    rf"{_COLOUR}\s*(?:transparent|rgba|hsla|#\w{{3}}0\b|#\w{{6}}00|[a-z]+\([^)]*/)"
    rf"|{_COLOUR}[^;]*;.*background|background.*{_COLOUR}",
    re.DOTALL,
)
MOST_KNOWN = 8192  # blocks of declarations whose judgement is remembered

DISPLAYED = frozenset(("display", "visib"))  # each hides whatever else an element has
_MOVING = DISPLAYED | {"transition", "animation"}
_FADING = _MOVING | {"opacity", "filter", "will-change", "transform"}
_BOX = _MOVING | {"overflow", "height", "width", "padding", "flex", "line-height"}
_PLACED = frozenset(("position", "left", "top", "right", "bottom", "inset", "width"))
_PULLED = frozenset(("margin", "padding", "left", "top", "width", "height"))
# By property that may hide: words of those that have a say in whether it does.
_WITH = {
    "content-visibility": frozenset(("content-visibility",)),
    **dict.fromkeys(("opacity", "filter"), _FADING),
    **dict.fromkeys(("font", "font-size"), frozenset(("font",))),
    "zoom": frozenset(("zoom",)),
    **dict.fromkeys(("height", "width", "max-height", "max-width", "line-height"), _BOX),
    **dict.fromkeys(("clip", "clip-path"), _PLACED | {"clip"}),
    **dict.fromkeys(("scale", "translate"), frozenset(("scale", "translate"))),
    "transform": frozenset(("transform", "width", "height")),
    "text-indent": frozenset(("text-indent",)),
    **dict.fromkeys(("color", "text-fill-color"), frozenset(("color", "background"))),
    **dict.fromkeys(("left", "top", "right", "bottom", "inset"), _PLACED),
    **dict.fromkeys(("margin", "margin-left", "margin-top"), _PULLED),
}
_EVERY = DISPLAYED.union(*_WITH.values())


def looks_hiding(body: str) -> bool:
    """Whether it is worth while to ask `may_hide`: nearly every block gets no further than here.

    What `browser.text.css_rules` reads has no comments, and no white space behind a colon.
    """
    low = body.lower()
    if "\\" in low:
        low = unescaped(low)
    if " :" in low or "\n:" in low or "\t:" in low:
        low = _BEFORE_COLON.sub(":", low)
    return (
        ":none" in low
        or "visib" in low
        or "opacity" in low
        or "clip" in low
        or "indent" in low
        or "scale" in low
        or "matrix" in low
        or "zoom" in low
        or "fill-color" in low
        or ((":0" in low or ":." in low or ":1px" in low or "calc" in low) and _is_nothing(low))
        or ((":-" in low or " -" in low or "(-" in low) and _FAR.search(low) is not None)
        or ("color:" in low and _COLOURS.search(low) is not None)
    )


def _is_nothing(low: str) -> bool:
    return ("height" in low or "width" in low or "font" in low) and (
        _NOTHING.search(low) is not None
    )


def is_gone(body: str) -> bool:
    """Whether *body* plainly says that an element is not displayed."""
    return ":none" in body and _GONE.search(body) is not None


@lru_cache(maxsize=MOST_KNOWN)
def may_hide(body: str) -> bool:
    """Whether the declarations *body* may hide an element, alone or with those of other rules.

    Those that set ``visibility`` to anything may too: they may show what stands in an element
    that is hidden.
    """
    if is_gone(body):
        return True
    found = declarations(body)
    return "visibility" in found or hides({**_COMPLETED, **found})


@lru_cache(maxsize=MOST_KNOWN)
def words_about(body: str) -> frozenset[str]:
    """Words of the properties that decide whether *body*, which may hide, does hide."""
    if is_gone(body):
        return DISPLAYED
    found = declarations(body)
    if "visibility" in found:
        return _MOVING
    alone = [name for name in found if name in _WITH and hides({**_COMPLETED, name: found[name]})]
    return DISPLAYED.union(*(_WITH[name] for name in alone)) if alone else _EVERY
