"""What of a page is not drawn, judged from an element's attributes and what stands in it.

Governing texts: the HTML Standard's rendering section for what is never drawn, and for shadow
trees; CSS for styles (`browser.text.css_hiding`); WAI-ARIA for ``aria-hidden``. What style sheets
hide is written on the elements beforehand (`browser.text.sheets`).

Left to taste: the contents of a closed ``<details>`` count as shown (one click opens them), and
so does all else that a click opens (`browser.text.opened`). ``aria-hidden`` hides what is as long
as a sentence, which a page that is kind to those who listen hides from nobody else. It does not
hide short words beside a copy for them, a formula, or a part of the page (what holds headings,
lists or buttons, or paragraphs that are a good share of its words): pages set it on all that is
not in front just now. With the class of an icon it holds the name or the code of one.
``<noscript>`` does not count unless the page is empty without it (`browser.text.htmlpage`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text.css_hiding import hides, hides_all, may_hide
from browser.text.css_values import declarations
from browser.text.opened import Opened

# Classes of words that nobody reads as words: those for readers of the page's sound, names of
# icons that a font draws, the "[edit]" of a wiki.
_MATERIAL = [
    f"{owner}material-{kind}{form}"
    for owner in ("", "google-")
    for kind in ("icons", "symbols")
    for form in ("", "-outlined", "-rounded", "-round", "-sharp", "-two-tone")
]
_DRAWN_AS_SIGNS = frozenset(("mw-editsection", *_MATERIAL))
_UNREAD = _DRAWN_AS_SIGNS | frozenset(
    (
        *("sr-only", "visuallyhidden", "visually-hidden", "screen-reader-text"),
        *("screen-reader-only", "assistive-text"),
    )
)
_NO_WORDS = "script, style, template, noscript, select, textarea, svg"
LEAST_ASIDE = 40  # characters of words that ``aria-hidden`` hides; fewer are a label or a sign
MANY = 2  # paragraphs: more than an aside where they hold the share below
SHARE = 5  # one such share of the page's words
_PARTS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PART = "main, article, math, h1, h2, h3, h4, h5, h6, li, table, button, form, a + a"
_DRAWN_FORMULA = re.compile(r"katex|mathjax|mjx", re.IGNORECASE)
_FOR_LISTENERS = ", ".join(
    f".{name}" for name in ("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text")
)
_SHADOW = "template[shadowrootmode], template[shadowroot]"
_SLOT = re.compile(
    r"""<slot\b(?![^>]*\bname\s*=)|<slot\b[^>]*?\bname\s*=\s*(?:["']([^"'>]*)|([^\s"'>]+))""",
    re.IGNORECASE,
)
_ICON = re.compile(r"(?:^|\s)(?:icon|ico|glyphicon)(?=\s|$)")
MAY_HIDE = frozenset(("hidden", "popover", "style", "aria-hidden"))  # attributes that may do so
_WITH_KEYS = ("focus", "active", "group-focus")  # ways to undo it that need a keyboard
MAX_KNOWN = 400  # characters of an attribute whose judgement is remembered from page to page
MOST_KNOWN = 4096  # class attributes whose judgement is remembered


def is_undrawn(attributes: Mapping[str, str | None]) -> bool:
    """Whether `MAY_HIDE`'s attributes keep an element from being drawn."""
    if "hidden" in attributes or "popover" in attributes:
        return True
    if attributes.get("aria-hidden") == "true" and _ICON.search(attributes.get("class") or ""):
        return True
    style = attributes.get("style") or ""
    return _known_style(style) if len(style) <= MAX_KNOWN else _is_hiding_style(style)


class Asides:
    """What of one page is hidden from those who listen, and is no part of what others read."""

    def __init__(self) -> None:
        self._opened: Opened | None = None
        self._whole = 0  # characters of the words of the page
        self._copied: dict[int, bool] = {}  # by element, whether it holds words for listeners

    def holds(self, node: LexborNode, attributes: Mapping[str, str | None]) -> bool:
        """Whether *node*, of these *attributes*, is such an element."""
        if (attributes.get("aria-hidden") or "").strip().lower() != "true":
            return False
        around = node.parent
        if around is None or _DRAWN_FORMULA.search(attributes.get("class") or ""):
            return False
        if node.tag in _PARTS or _size(node) < LEAST_ASIDE or node.css_first(_PART) is not None:
            return False
        place = around.mem_id
        if place not in self._copied:
            self._copied[place] = around.css_first(_FOR_LISTENERS) is not None
        if self._copied[place]:
            return False
        if self._opened is None:
            body = node.parser.body
            self._whole = unseen(body, "") if body is not None else 0
            self._opened = Opened(node.parser)
        if self._opened.holds(node):
            return False
        return len(node.css("p")) < MANY or SHARE * _size(node) < self._whole


def hide_unslotted(tree: LexborHTMLParser) -> None:
    """Mark what stands in an element with a shadow tree of its own and has no place in that.

    The parser keeps a shadow tree apart, as the contents of a template.
    """
    for template in tree.css(_SHADOW):
        host = template.parent
        if host is None:
            continue
        slots = {found[1] or found[2] or "" for found in _SLOT.finditer(template.html or "")}
        child = host.first_child
        while child is not None:
            following = child.next
            if child.is_element_node:
                if (child.attributes.get("slot") or "") not in slots:
                    child.attrs["hidden"] = ""
            elif "" not in slots and child.is_text_node:
                child.decompose()
            child = following


def uncover(node: LexborNode, attributes: Mapping[str, str | None]) -> int | None:
    """Leave of an element that is only invisible what in it is visible again.

    Returns:
        How many characters of words were taken out; ``None`` where nothing in it is visible, and
        it was left as it is.
    """
    style = attributes.get("style") or ""
    if "visib" not in style.lower() or "hidden" in attributes or hides_all(declarations(style)):
        return None
    seen = [each for each in node.css('[style*="visib"]') if _is_visible(each)]
    if not seen:
        return None
    kept = {each.mem_id for each in seen}
    path = {node.mem_id}
    for each in seen:
        above, around = set[int](), each.parent
        while around is not None and around.mem_id not in path and around.mem_id not in kept:
            above.add(around.mem_id)
            around = around.parent
        if around is not None and around.mem_id not in kept:
            path |= above
    taken, stack = 0, [node]
    while stack:
        child = stack.pop().first_child
        while child is not None:
            following = child.next
            if child.mem_id in path:
                stack.append(child)
            elif child.mem_id not in kept:
                taken += unseen(child, "") if child.is_element_node else _size(child)
                child.decompose()
            child = following
    return taken


def _is_visible(node: LexborNode) -> bool:
    style = node.attributes.get("style") or ""
    return declarations(style).get("visibility") == "visible"


def unseen(node: LexborNode, names: str) -> int:
    """Characters of the words in an element of the classes *names* that is not drawn.

    Names of icons and the like are drawn, as something else: they are no words that are hidden.
    """
    if not _DRAWN_AS_SIGNS.isdisjoint(names.lower().split()):
        return 0
    size = _size(node)
    return max(0, size - sum(map(_size, node.css(_NO_WORDS)))) if size else 0


def _size(node: LexborNode) -> int:
    return len("".join(node.text(deep=True).split()))


def is_unread(names: str) -> bool:
    """Whether the classes *names* are of words for readers of sound, names of icons, "[edit]"."""
    words = names.lower().split()  # "md:not-sr-only" makes it read on a wider window
    undone = (w.endswith("not-sr-only") and not w.startswith(_WITH_KEYS) for w in words)
    return not (_UNREAD.isdisjoint(words) or any(undone))


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
    return may_hide(style) and hides(declarations(style))
