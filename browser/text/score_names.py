"""What the names of a container say about it: words of class, id and role, with learned weights.

A weight is the logarithm of the odds that a small container with this word in its names is main
content, against the odds of any small container. Names repeat from page to page of a site, so
what was looked up is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

MAX_KEPT = 20_000  # looks; beyond it all are forgotten, which only costs time
MAX_NAMES = 200  # characters looked at; longer ones are lists of utility classes
MAX_SUM = 4.0  # of the weights of one container, either way
MAX_KEY = 300  # characters of names that are kept
_MAX_ROLE = 120
_LEAST, _MOST = 2, 19  # letters of a word

_PLAIN = frozenset(("li", "td", "th", "dd", "dt"))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")
_COMMENT = frozenset(
    ("comment", "comments", "commentlist", "disqus", "reply", "replies", "respond", "responses")
)


class Look(NamedTuple):
    """What is known of a container from its names alone.

    Attributes:
        total: Sum of the weights of its words, bounded.
        least: The lowest weight of a word, at most 0.
        comment: Whether a word names comments.
        article: Whether it is an article or the main part by its element or role.
        shape: Equal for siblings that are made alike: element and first class without digits;
            empty for unnamed items and cells, which do not count as containers.
    """

    total: float
    least: float
    comment: bool
    article: bool
    shape: str


def name_words(tag: str, names: str, role: str) -> set[str]:
    """The words that are weighed: of the names, of the role (``@``), and the element (``<``)."""
    found = {"<" + tag}
    if names:
        text = _CAMEL.sub(" ", names[:MAX_NAMES]).lower()
        found.update(word for word in _WORD.findall(text) if _LEAST <= len(word) <= _MOST)
    if role:
        text = role[:_MAX_ROLE].replace("http://schema.org/", " ")
        text = _CAMEL.sub(" ", text.replace("https://schema.org/", " ")).lower()
        found.update("@" + word for word in _WORD.findall(text) if len(word) > _LEAST)
    return found


class Names:
    """Looks up names, with these weights.

    Args:
        weights: By word, as `name_words` gives them; a missing one weighs nothing.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self.kept: dict[tuple[str, str, str], Look] = {}

    def look(self, key: tuple[str, str, str]) -> Look:
        """What the element, names and role of a container say; kept for the next one like it."""
        tag, names, role = key
        words = name_words(tag, names, role)
        weights = [self.weights.get(word, 0.0) for word in words]
        first = names.split(None, 1)[0][:MAX_NAMES] if names.strip() else ""
        shape = tag + " " + _DIGITS.sub("", first) if names or role or tag not in _PLAIN else ""
        found = Look(
            max(-MAX_SUM, min(MAX_SUM, sum(weights))),
            min(0.0, *weights),
            not words.isdisjoint(_COMMENT),
            tag in ("article", "main") or "@main" in words,
            shape,
        )
        if len(names) + len(role) <= MAX_KEY:
            if len(self.kept) >= MAX_KEPT:
                self.kept.clear()
            self.kept[key] = found
        return found
