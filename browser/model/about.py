"""What the service says of itself, and the pieces that a notice to people is made of."""

from __future__ import annotations

from dataclasses import dataclass

from browser.model.signals import Mode

RANGES = "/.well-known/egress-ranges.json"


@dataclass(frozen=True)
class About:
    """What the service says of itself.

    Attributes:
        token: Product token in robots.txt.
        user_agent: The User-Agent field.
        contact: E-mail of the operator, possibly empty.
        rate: Requests a second to one host, in the long run.
        burst: Requests at once after a pause.
        hourly: Requests an hour.
        provider: Of searches.
        prefixes: Address ranges that requests come from.
        since: ISO time at which they were published, the start of the service.
        crawl_delay_cap: Seconds of Crawl-delay that are obeyed at most.
        also_obey: Further tokens of robots.txt that are obeyed.
        signals: How publishers' signals are heeded: ``default``, ``strict`` or ``off``.
        public_url: Address under which others reach the service, possibly empty.
        signs_as: Origin at which the keys of signed requests are published; empty when none is.
        borrowed: Whether the token is OpenAI's and the service is not.
    """

    token: str
    user_agent: str
    contact: str
    rate: float
    burst: int
    hourly: int
    provider: str
    prefixes: tuple[str, ...] = ()
    since: str = ""
    crawl_delay_cap: float = 300
    also_obey: tuple[str, ...] = ()
    signals: Mode = "default"
    public_url: str = ""
    signs_as: str = ""
    borrowed: bool = False


@dataclass(frozen=True)
class Code:
    """Lines to be copied as they stand."""

    text: str


@dataclass(frozen=True)
class Terms:
    """What each of some words means.

    Attributes:
        rows: Words and their meaning.
    """

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """Where something is.

    Attributes:
        what: Is there.
        address: A URL, a path of this service, or an e-mail address.
    """

    what: str
    address: str


@dataclass(frozen=True)
class Section:
    """A part of a notice; a string among its pieces is a paragraph.

    Attributes:
        title: Empty for the words that come first.
        pieces: In order.
    """

    title: str
    pieces: tuple[str | Code | Terms | Place, ...]


Notice = tuple[Section, ...]
