"""Content-Signal: for which uses a site gives its pages, in robots.txt or in a reply.

Governing text: the Content Signals policy (contentsignals.org), which has ``search``,
``ai-input`` and ``ai-train`` with yes or no, and ``use`` with immediate, reference or full.
``ai-input`` speaks of content that is taken in real time for an answer: of this browser.

Names and values are compared without case; blanks, quotation marks and the kind of separator do
not matter; of several entries of one name the strictest counts. Left to taste: ``ai_input``
means ``ai-input``, and ``n`` and ``false`` mean ``no``: the site's wish is plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from browser.model.signals import Preference

NAME = "content-signal"  # of the field and of the record

_ENTRY = re.compile(
    r"(?<![\w-])([a-z][a-z_-]{0,15})\s{0,9}=\s{0,9}[\"']?([a-z]{1,12})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_NO, _YES = ("no", "n", "false"), ("yes", "y", "true")
_USES = ("immediate", "reference", "full")  # the strictest first
_NAMES = ("search", "ai-input", "ai-train", "use")


def read(values: Iterable[str]) -> tuple[Preference, ...]:
    """The strictest entry of each known name, in the order of their first appearance."""
    found: dict[str, Preference] = {}
    for text in values:
        for entry in _ENTRY.finditer(text):
            name = entry[1].lower().replace("_", "-")
            value = _value(name, entry[2].lower())
            if value and (name not in found or _stricter(value, found[name].value)):
                found[name] = Preference(name, value, " ".join(entry[0].split()).strip("\"'"))
    return tuple(found.values())


def _value(name: str, text: str) -> str:
    if name not in _NAMES:
        return ""
    if name == "use":
        return text if text in _USES else ""
    if text in _NO:
        return "no"
    return "yes" if text in _YES else ""


def _stricter(one: str, other: str) -> bool:
    if one in _USES:
        return _USES.index(one) < _USES.index(other)
    return one == "no" and other == "yes"
