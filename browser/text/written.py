"""HTML that stands for a document of another kind: links, tables and code have one reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape

from browser.model.url import Url

MAX_LINKS = 50_000  # of one document; more tags than its reader takes would refuse all of it
MAX_LINKED = 2048  # characters; no longer address can be a link
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)


def name_of(url: Url) -> str:
    """What to call a document that has no title: the last part of its path, or its host."""
    return url.path.rstrip("/").rsplit("/", 1)[-1] or url.host


def link(reference: str, text: str) -> str:
    """A link, or the text alone where *reference* is empty."""
    if not reference:
        return escape(text)
    return f'<a href="{escape(reference)}">{escape(text)}</a>'


def is_address(text: str) -> bool:
    """Whether all of *text* is a web address."""
    return text[:4].lower() == "http" and _ADDRESS.fullmatch(text) is not None


class Linker:
    """Escapes text and makes links of the addresses in it, up to `MAX_LINKS` of them.

    Args:
        references: Whether the text is markup itself, with ``&amp;`` for an ampersand.
    """

    def __init__(self, *, references: bool = False) -> None:
        self._left = MAX_LINKS
        self._references = references

    def __call__(self, text: str) -> str:
        """Return *text* as HTML."""
        if "://" not in text or not self._left:
            return escape(text, quote=False)
        kept: list[str] = []
        at = 0
        for found in _ADDRESS.finditer(text):
            address = found[0].rstrip(".,;:!?)]}")
            if len(address) > MAX_LINKED or not self._left:
                continue
            self._left -= 1
            kept += (
                escape(text[at : found.start()], quote=False),
                link(self._target(address), address),
            )
            at = found.start() + len(address)
        kept.append(escape(text[at:], quote=False))
        return "".join(kept)

    def _target(self, address: str) -> str:
        return unescape(address) if self._references else address


def code(lines: Iterable[str]) -> str:
    """Lines of code, already escaped, as one block of HTML."""
    return "<pre>\n" + "\n".join(lines) + "</pre>"


class Ration:
    """Hands on items until there are too many.

    Args:
        most: How many are handed on.

    Attributes:
        spent: Whether there were more.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self.spent = False

    def of(self, items: Iterable[str]) -> Iterator[str]:
        """Yield *items* as long as there is room."""
        for item in items:
            if not self._left:
                self.spent = True
                return
            self._left -= 1
            yield item
