"""What the style sheets in a page hide: their verdict is written on the elements themselves.

Governing texts: CSS Cascade 5 (importance, specificity, order; the style attribute before all
sheets), the HTML Standard for ``<style>``.

Left to taste: sheets that a page only links are not loaded, so what they hide or show again is
not known. A page that says how it looks without scripts (``no-js``) is read with them. What is
judged, and when a sheet is not obeyed: `browser.text.css_page`. A page that would be left with
next to nothing is read without its sheets (`browser.text.htmlpage`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text.css_hiding import hides_all
from browser.text.css_page import Judge, Style
from browser.text.css_rules import Rule, holds, rules
from browser.text.css_suspects import looks_hiding

MOST_CSS = 500_000  # characters of a page's sheets that are read
MAX_KNOWN = 100_000  # characters of a sheet whose rules are remembered from page to page
MOST_KNOWN = 16  # sheets

_NO_SCRIPTS = re.compile(r"no-?js|no-?script|js-(?:disabled|off)|without-js", re.IGNORECASE)


def apply(tree: LexborHTMLParser) -> bool:
    """Mark each element of *tree* that a style sheet in it hides, as if its author had done so.

    Returns:
        Whether anything with words in it was marked.
    """
    every: list[Rule] = []
    hiding: list[tuple[int, Rule]] = []
    for text in _sheets(tree):
        found, suspects = (_known if len(text) <= MAX_KNOWN else _read)(text)
        hiding += ((len(every) + place, found[place]) for place in suspects)
        every += found
    return bool(hiding) and _mark(list(Judge(tree, every).judged(hiding)))


def _read(sheet: str) -> tuple[list[Rule], list[int]]:
    """The rules of a sheet, and the places among them of those that may hide something."""
    found = rules(sheet)
    suspects = [
        place
        for place, rule in enumerate(found)
        if looks_hiding(rule.body) and not _NO_SCRIPTS.search(rule.selectors)
    ]
    return found, suspects


_known = lru_cache(maxsize=MOST_KNOWN)(_read)  # the pages of a site have their sheets in common


def _sheets(tree: LexborHTMLParser) -> list[str]:
    found, left = list[str](), MOST_CSS
    for node in tree.css("style"):
        given = node.attributes
        kind = (given.get("type") or "text/css").strip().lower()
        around = node.parent
        if kind != "text/css" or (around is not None and around.tag == "noscript"):
            continue
        text = node.text(deep=True)
        media = (given.get("media") or "").lower()
        if text and (not media or holds(media)):
            found.append(text[:left])
            left -= len(found[-1])
    return found


def _mark(judged: list[tuple[LexborNode, Style]]) -> bool:
    """Write what holds for each element on it; whether any is hidden."""
    for node, style in judged:
        if hides_all(style):
            node.attrs["hidden"] = ""
        else:
            node.attrs["style"] = f"visibility:{style['visibility']}"
    return bool(judged)
