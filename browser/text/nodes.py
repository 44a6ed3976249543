"""Small questions about one element of a page, each with one answer."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

_GUTTER = re.compile(r"(?:^|\s)(?:linenos?|line-?numbers?|lineno|lnum|gutter)(?=\s|$)")
_NOTE = re.compile(r"(?:\d{1,3}|[a-z])\Z")
_LETTER = re.compile(r"[^\W\d_]")
_EXPONENT = re.compile(r"[-+−–]?[\dnxk](?:[\d.,+−–-]{0,6})\Z|[-−–]\w{1,4}\Z")
MOST_INDEX = 3  # letters
_LETTERS = frozenset(("H", "T", "N", "M", "m", "p", "q", "i", "j", "†", "*", "+"))
MOST_STRUCK = 300  # characters
_DRAWN = "{\\displaystyle "  # what MediaWiki puts around every formula


def is_mark(node: LexborNode) -> bool:
    """Whether an element is only a sign to click: the pilcrow beside a heading, a copy button.

    The caret in front of a footnote stays: encyclopedias are quoted with it.
    """
    text = (node.text(deep=True) or "").strip()
    return 0 < len(text) <= 2 and text != "^" and not any(char.isalnum() for char in text)


def is_gutter(names: str) -> bool:
    """Whether an element of these classes in code holds line numbers, which are not the code."""
    return _GUTTER.search(names) is not None


def is_gutter_cell(node: LexborNode, names: str) -> bool:
    """Whether a table cell of these classes stands beside code and holds its line numbers."""
    return is_gutter(names) and not _LETTER.search(node.text(deep=True))


def is_note(node: LexborNode, *, linked: bool) -> bool:
    """Whether a ``<sup>`` is the bare number of a note: behind 1999, note 3 must not read 19993.

    Args:
        node: The element.
        linked: Whether it stands in a link to a place on the same page.
    """
    if not _NOTE.match((node.text(deep=True) or "").strip()):
        return False
    return linked or node.css_first('a[href^="#"]') is not None


def is_power(node: LexborNode, before: str) -> bool:
    """Whether a ``<sup>`` behind the text *before* is an exponent, not a note or an ordinal.

    Letters are an exponent only of a single letter, such as the H of a matrix.
    """
    base = before[-1:]
    if not (base.isalnum() or base == ")"):
        return False
    text = (node.text(deep=True) or "").strip()
    is_letter = text in _LETTERS and _is_single_letter(before)
    return (is_letter or _EXPONENT.match(text) is not None) and node.css_first("a") is None


def is_index(node: LexborNode, before: str) -> bool:
    """Whether a ``<sub>`` holds letters that tell quantities of one name apart."""
    text = (node.text(deep=True) or "").strip()
    letters = 0 < len(text) <= MOST_INDEX and text.isalpha() and text.isascii()
    return letters and _is_single_letter(before)


def _is_single_letter(before: str) -> bool:
    last = before[-1:]
    return last.isalpha() and last.isascii() and not before[-2:-1].isalnum()


def is_struck(node: LexborNode) -> bool:
    """Whether struck-out text is a phrase, and not whole blocks or all of a page left open."""
    text = node.text(deep=True)
    if not text or text.isspace() or len(text) > MOST_STRUCK:
        return False
    return node.css_first("p, div, ul, ol, table, br, h1, h2, h3, h4, h5, h6, pre") is None


def formula(node: LexborNode) -> str:
    """A formula as its author wrote it: drawn symbols in a row say less."""
    source = node.css_first('annotation[encoding="application/x-tex"]')
    return tex(node.attributes.get("alttext") or (source.text(deep=True) if source else "") or "")


def tex(text: str) -> str:
    """A formula without the frame that an encyclopedia's software puts around it."""
    text = text.strip()
    framed = text.startswith(_DRAWN) and text.endswith("}")
    return text[len(_DRAWN) : -1].strip() if framed else text


def drop_drawing(node: LexborNode) -> None:
    """Take away what KaTeX draws of the formula *node* beside it: the same formula in pieces."""
    around = node.parent
    drawn = around.next if around is not None else None
    if drawn is not None and "katex-html" in (drawn.attributes.get("class") or ""):
        drawn.decompose()


def whole(text: str | None, default: int) -> int:
    """The whole number that an attribute holds, *default* when it holds none."""
    try:
        return int(text[:9]) if text else default
    except ValueError:
        return default
