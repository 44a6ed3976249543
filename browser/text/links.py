"""The links of a page: one number for each address, in the order in which they are shown.

Governing text: the URL Standard, for how a reference joins its base. A link gets its number
when something of it is shown, so that every number stands in the text. A reference that leads
to no other document (a place on this very page, ``mailto:``, ``javascript:``) or to where this
browser would not go (user names in the address) is text and no link.
"""

from __future__ import annotations

import re

import ada_url

from browser.model.page import Link
from browser.model.url import Url
from browser.text.clean import MAX_TITLE, one_line

MAX_URL = 2048  # characters; the guard of the fetch refuses longer ones
NOWHERE = -1
# References that the URL Standard joins by writing the origin in front, without dot segments; and
# addresses of an origin seen before, whose rest it leaves as it is.
_SAFE = r"[A-Za-z0-9_~!$&()*+,;=:/.-]"
_SIMPLE = re.compile(rf"(https?://[a-z0-9.-]+)?/(?!/){_SAFE}*(?:\?(?:{_SAFE}|[?%])*)?\Z")
_SCHEMES = ("https://", "http://")


class Links:
    """Numbers the links of one page.

    Attributes:
        hosts: By link id, the host to show for links that leave the page's host.
    """

    def __init__(self, url: Url, base: Url) -> None:
        self.hosts: dict[int, str] = {}
        self._here = url.without_fragment().href
        self._host = url.host
        self._base = base.href
        self._origin = str(base.authority) if base.is_web else ""
        self._origins: dict[str, str] = {}  # of links seen: the host of each
        self._targets: list[tuple[str, str]] = []
        self._texts: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._seen: dict[str, int] = {}  # by reference as written: most are written twice

    def add(self, reference: str, text: str = "") -> int:
        """The id of the link to *reference*, `NOWHERE` when it leads nowhere we could go.

        *text* is what the page calls it; the first text counts.
        """
        number = self._seen.get(reference)
        if number is None:
            href = self._resolve(reference.strip("\t\n\f\r "))
            number = self._number(href) if href else NOWHERE
            self._seen[reference] = number
        if text and number >= 0 and number not in self._texts:
            self.name(number, text)
        return number

    def name(self, number: int, text: str) -> None:
        """Remember what the page calls a link, unless it has a name already."""
        if number in self._texts:
            return
        name = " ".join(text.split())
        if not (name.isascii() and name.isprintable() and len(name) <= MAX_TITLE):
            name = one_line(text)
        if name:
            self._texts[number] = name

    def all(self) -> tuple[Link, ...]:
        """Every link, by id."""
        return tuple(
            Link(number, self._texts.get(number, ""), href, host)
            for number, (href, host) in enumerate(self._targets)
        )

    def _number(self, href: str) -> int:
        known = self._ids.get(href)
        if known is not None:
            return known
        number = self._ids[href] = len(self._targets)
        origin = href[: href.find("/", 8)]
        host = self._origins.get(origin)
        if host is None:
            host = self._origins[origin] = _host(href)
        self._targets.append((href, host))
        if host != self._host:
            self.hosts[number] = host
        return number

    def _resolve(self, reference: str) -> str:
        """The address that *reference* leads to, empty when it is none we could go to."""
        if not reference or reference[0] == "#":
            return ""
        simple = _SIMPLE.match(reference) if self._origin and "/." not in reference else None
        if simple:
            origin = simple[1]
            if not origin:
                href = self._origin + reference
                return href if len(href) <= MAX_URL else ""
            if origin in self._origins:
                return reference if len(reference) <= MAX_URL else ""
        try:
            href = ada_url.join_url(self._base, reference)
        except (ValueError, UnicodeError):
            return ""
        return href if self._is_usable(href) else ""

    def _is_usable(self, href: str) -> bool:
        if len(href) > MAX_URL or not href.startswith(_SCHEMES):
            return False
        if "#" in href:
            address, _, fragment = href.partition("#")
            if fragment and address == self._here:
                return False
        return "@" not in href or "@" not in _host(href)


def _host(href: str) -> str:
    """The host of a normalised web address, with any user name before it, without the port."""
    authority = href.partition("//")[2].partition("/")[0]
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority
