"""Small questions about one element of a page, each with one answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

_GUTTER = re.compile(r"(?:^|\s)(?:linenos?|line-?numbers?|lineno|lnum|gutter)(?=\s|$)")
_EXPONENT = re.compile(r"[-+−–]?[\dnxk](?:[\d.,+−–-]{0,6})\Z")


def is_mark(node: LexborNode) -> bool:
    """Whether an element is only a sign to click: the pilcrow beside a heading, a copy button."""
    text = (node.text(deep=True) or "").strip()
    return 0 < len(text) <= 2 and not any(char.isalnum() for char in text)


def is_gutter(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element in a block of code holds line numbers, which are not the code."""
    return _GUTTER.search(attributes.get("class") or "") is not None


def is_power(node: LexborNode, before: str) -> bool:
    """Whether a ``<sup>`` after *before* is an exponent rather than a note or an ordinal."""
    return (
        (before.isalnum() or before == ")")
        and _EXPONENT.match((node.text(deep=True) or "").strip()) is not None
        and node.css_first("a") is None
    )


def formula(node: LexborNode) -> str:
    """A formula as its author wrote it: drawn symbols in a row say less."""
    source = node.css_first('annotation[encoding="application/x-tex"]')
    return node.attributes.get("alttext") or (source.text(deep=True) if source else "") or ""


def whole(text: str | None, default: int) -> int:
    """The whole number that an attribute holds, *default* when it holds none."""
    try:
        return int(text[:9]) if text else default
    except ValueError:
        return default
