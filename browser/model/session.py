"""One conversation: its displays, quotes and steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from browser.model.signals import NOTHING_ASKED, Signals

Kind = Literal["search", "page", "find"]


@dataclass(frozen=True)
class Display:
    """What one cursor shows, pinned: re-opening a URL never changes it.

    Attributes:
        cursor: Its number in the session, from 0.
        kind: Search results, a page, or find results over a page.
        page_key: Key of the stored page whose lines it shows.
        first: First line shown.
        last: Last line shown (a fold mark shows all the lines it stands for).
        text: The exact text the model was shown.
        link_ids: Links in the window.
        url: Final URL of the page; empty for search results.
        title: Of the page; the query for search results.
        fetched_at: Seconds since the epoch.
        back: The cursor that `back` leads to, if any.
        of: For find results, the cursor of the page they were found in.
        signals: What its publisher asks; a page that may not be kept is kept in memory alone,
            and the text of its displays likewise.
    """

    cursor: int
    kind: Kind
    page_key: str
    first: int
    last: int
    text: str
    link_ids: tuple[int, ...]
    url: str
    title: str
    fetched_at: float
    back: int | None = None
    of: int | None = None
    signals: Signals = NOTHING_ASKED


@dataclass(frozen=True)
class Quote:
    """Exact text of lines a to b, with the digest of the page it came from.

    Attributes:
        id: ``q1``, ``q2`` … within the session.
        cursor: Display it was taken from.
        start: First line.
        end: Last line, inclusive.
        text: The page's own words.
        citation: ``【2†L14-L16】``.
        url: Final URL of the page.
        title: Of the page.
        domain: Host of the URL.
        fetched_at: ISO time.
        digest: Of the page's bytes.
        source_url: URL with a text fragment that opens at the words.
        truncated: Whether the operator's cap cut it.
    """

    id: str
    cursor: int
    start: int
    end: int
    text: str
    citation: str
    url: str
    title: str
    domain: str
    fetched_at: str
    digest: str
    source_url: str
    truncated: bool = False


@dataclass(frozen=True)
class Step:
    """One command and its outcome, as the chat shows it.

    Attributes:
        n: From 1.
        command: ``click``.
        args: As given, without the session.
        status: ``running``, ``finished`` or ``failed``.
        cursor: The display it made or used.
        url: Concerned.
        title: Of the page.
        failure: The failure object of the reply.
        politeness: The politeness object of the reply.
        at: ISO time of its start.
        took_ms: Milliseconds.
        note: What it waits for, while it runs.
    """

    n: int
    command: str
    args: dict[str, Any]
    status: Literal["running", "finished", "failed"]
    at: str
    cursor: int | None = None
    url: str | None = None
    title: str | None = None
    failure: dict[str, Any] | None = None
    politeness: dict[str, Any] | None = None
    took_ms: int = 0
    note: str | None = None


@dataclass
class Tally:
    """What a conversation has used of its budgets.

    Attributes:
        searches: Questions put to the search provider, answered or not.
        fetches: Pages asked of the web, answered or not; a kept copy is none.
        octets: Of the pages that came, decoded.
        hosts: Pages asked of each host, the hosts of redirects among them.
    """

    searches: int = 0
    fetches: int = 0
    octets: int = 0
    hosts: dict[str, int] = field(default_factory=dict)


@dataclass
class Shown:
    """Which addresses the displays of a conversation hold, so that asking is cheap.

    Made anew from the displays when it is lost, so it is never stored.

    Attributes:
        displays: How many displays are entered.
        pages: Keys of the pages that are entered.
        marks: One digest an address.
    """

    displays: int = 0
    pages: set[str] = field(default_factory=set)
    marks: set[bytes] = field(default_factory=set)


@dataclass(frozen=True)
class Saved:
    """Which state of a session the store has, as far as this process knows.

    Attributes:
        state: Its name, another one after every save.
        sizes: Displays, quotes, steps and allowed addresses in it.
    """

    state: str
    sizes: tuple[int, int, int, int]


@dataclass
class Session:
    """One conversation. The only mutable value of the model: a command appends to it.

    Attributes:
        key: Where it is stored: a hash over owner and id, so that one credential's ids never
            meet another's.
        id: As the caller knows it.
        owner: Digest of the credential that made it; empty for an open loopback service.
        created: Seconds since the epoch.
        used: Last command, seconds since the epoch.
        commands: How many were run.
        displays: By cursor.
        quotes: In order.
        steps: In order.
        allowed: Addresses from the user's own messages, in canonical form, without fragment.
        tally: What is used of its budgets.
        share: Whoever knows it may look on: nothing but a secret, of 128 bits. Empty for a session
            that an older version has stored.
        shown: Which addresses its displays hold.
        saved: Which state was loaded or saved last, for a store that other processes write too.
    """

    key: str
    id: str
    owner: str
    created: float
    used: float
    commands: int = 0
    displays: list[Display] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    share: str = ""
    shown: Shown = field(default_factory=Shown, init=False, repr=False, compare=False)
    saved: Saved | None = field(default=None, init=False, repr=False, compare=False)
