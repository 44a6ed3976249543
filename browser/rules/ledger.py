"""Which addresses a conversation may open when the operator says ``session.open = "seen"``.

An instruction hidden in a page can make a model open an address that carries what it knows to a
stranger (``https://evil.example/?d=…``). So an address has to be one that somebody else wrote
before: a search result, a link of a page that was opened, such a page itself, or an address in
the user's own message, which the orchestrator registers. It counts whole, in the canonical form of
the URL Standard and without its fragment, which no server sees: a parameter more, another port or
scheme, another case in the path make another address.

Left to taste:
- Every link of an opened page counts, also one in a folded run or outside the window: `click`
  opens it by its number in any case.
- A redirect is followed, since the site chose where it leads and not the model. Its last address
  is that of the page and counts; those between do not.
- What remains: a page may offer many links and learn a little from which one is opened. That is
  what the budgets of `browser.rules.budget` are for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from browser.errors import UsageError
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.session import Session, Shown
from browser.model.url import Url
from browser.rules.mentions import mentions
from browser.rules.target import MAX_URL, parse_target

MAX_AT_ONCE = 50  # addresses that one registration takes
MAX_ALLOWED = 1000  # addresses that a conversation keeps


@dataclass(frozen=True)
class Allowed:
    """What a registration did.

    Attributes:
        allowed: The addresses that may be opened now, in canonical form.
        refused: Those that may not, each as it was written, with the reason.
    """

    allowed: tuple[str, ...] = ()
    refused: tuple[tuple[str, Reason], ...] = ()


def allow(session: Session, text: str, urls: Iterable[str] = ()) -> Allowed:
    """Register the addresses in a message of the user, and *urls* one by one.

    The addresses join those of *session*; one that is there already is reported again.
    """
    known = set(session.allowed)
    allowed: dict[str, None] = {}
    refused: dict[str, Reason] = {}
    for written in dict.fromkeys((*urls, *mentions(text))):
        try:
            href = _address(written)
        except UsageError as error:
            refused[written] = error.reason
            continue
        new = href not in known
        if len(allowed) >= MAX_AT_ONCE or (new and len(known) >= MAX_ALLOWED):
            refused[written] = Reason.SESSION_FULL
            continue
        if new:
            known.add(href)
            session.allowed.append(href)
        allowed[href] = None
    return Allowed(tuple(allowed), tuple(refused.items()))


def enter(shown: Shown, page: Page) -> None:
    """Note the address and the links of *page*."""
    shown.marks.update(_mark(link.url) for link in page.links)
    if page.url:
        shown.marks.add(_mark(page.url))


def enter_address(shown: Shown, href: str) -> None:
    """Note one address."""
    shown.marks.add(_mark(href))


def holds(session: Session, url: Url) -> bool:
    """Whether *url*, from `parse_target`, was shown or registered."""
    return _mark(url.href) in session.shown.marks or _bare(url.href) in session.allowed


def _address(written: str) -> str:
    url = parse_target(written.strip(" \t\r\n")).without_fragment()
    if not url.is_web:
        raise UsageError(Reason.SCHEME_REFUSED, "Only http and https pages can be opened.")
    if url.has_userinfo or len(url.href) > MAX_URL:
        raise UsageError(Reason.BAD_URL, "This URL cannot be opened.")
    return url.href


def _mark(href: str) -> bytes:
    """Stands for an address: 16 bytes, so that a page of thousands of links costs little."""
    return blake2b(_bare(href).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _bare(href: str) -> str:
    """A canonical address without its fragment and without the root dot of its host."""
    address = href.partition("#")[0]
    if "./" not in address and ".:" not in address:
        return address
    path = address.find("/", 8)
    host = address[:path]
    if host.endswith("."):
        return host[:-1] + address[path:]
    if ".:" in host:
        return host.replace(".:", ":", 1) + address[path:]
    return address
