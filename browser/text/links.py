"""The links of a page: one number for each address, in the order in which they are shown.

Governing text: the URL Standard, for how a reference joins its base. A link gets its number
when something of it is shown, so that every number stands in the text. A reference that leads
to no other document (a place on this very page, ``mailto:``, ``javascript:``) or to where this
browser would not go (user names in the address) is text and no link.
"""

from __future__ import annotations

from browser.model.page import Link
from browser.model.url import Url
from browser.text.clean import one_line

MAX_URL = 2048  # characters; the guard of the fetch refuses longer ones
NOWHERE = -1
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
        self._base = base
        self._targets: list[tuple[str, str]] = []
        self._texts: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._seen: dict[str, int] = {}  # by reference as written: most are written twice

    def add(self, reference: str) -> int:
        """The id of the link to *reference*, `NOWHERE` when it leads nowhere we could go."""
        number = self._seen.get(reference)
        if number is None:
            number = self._seen[reference] = self._number(reference.strip("\t\n\f\r "))
        return number

    def name(self, number: int, text: str) -> None:
        """Remember what the page calls a link, unless it has a name already."""
        if not self._texts.get(number) and (text := one_line(text)):
            self._texts[number] = text

    def all(self) -> tuple[Link, ...]:
        """Every link, by id."""
        return tuple(
            Link(number, self._texts.get(number, ""), href, host)
            for number, (href, host) in enumerate(self._targets)
        )

    def _number(self, reference: str) -> int:
        href = self._resolve(reference)
        if not href:
            return NOWHERE
        known = self._ids.get(href)
        if known is not None:
            return known
        number = self._ids[href] = len(self._targets)
        host = _host(href)
        self._targets.append((href, host))
        if host != self._host:
            self.hosts[number] = host
        return number

    def _resolve(self, reference: str) -> str:
        """The address that *reference* leads to, empty when it is none we could go to."""
        if not reference or reference.startswith("#"):
            return ""
        try:
            href = self._base.join(reference).href
        except ValueError:
            return ""
        address, _, fragment = href.partition("#")
        usable = (
            href.startswith(_SCHEMES)
            and len(href) <= MAX_URL
            and not (fragment and address == self._here)
            and "@" not in _host(href)
        )
        return href if usable else ""


def _host(href: str) -> str:
    """The host of a normalised web address, with any user name before it, without the port."""
    authority = href.partition("//")[2].partition("/")[0]
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority
