"""What a fetch brought home, and the one canonical record it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from browser.model.current import REQUEST
from browser.model.signals import NOTHING_SAID, RobotsSays

CacheUse = Literal["miss", "hit", "revalidated", "stale", "none"]


@dataclass(frozen=True)
class Politeness:
    """The manners of one fetch, as every reply reports them.

    Attributes:
        robots: ``allowed``, ``disallowed`` or ``unreachable``; ``exempt`` for a search provider's
            API; ``unasked`` when the command needed no site, or was refused before.
        rule: The line of robots.txt that allowed it, or what refused it: a line, a signal, a
            setting.
        waited_ms: Milliseconds spent waiting for our own pace.
        cache: Whether the origin was asked: ``miss`` (it was), ``revalidated`` (it said that the
            kept copy is good), ``hit`` (a fresh copy), ``stale`` (it failed, an older copy stands
            in), ``none`` (no page was wanted).
    """

    robots: str = "allowed"
    rule: str | None = None
    waited_ms: int = 0
    cache: CacheUse = "miss"


UNASKED = Politeness("unasked", None, 0, "none")


@dataclass(frozen=True)
class Fetched:
    """One document as it came.

    Attributes:
        url: The final URL.
        status: 200 to 299.
        headers: Lower-case names; repeated fields joined with a comma.
        fields: The same, one by one as they came.
        note: For the model, when this may be out of date.
        asked: Hosts that a request for it was sent to, one a hop; none when a kept copy served.
        body: Decoded from its content coding, within the byte cap.
        fetched_at: Seconds since the epoch.
        politeness: How gently.
        robots_says: What robots.txt says of the final URL beyond its rules.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: float
    politeness: Politeness
    fields: tuple[tuple[str, str], ...] = ()
    note: str = ""
    asked: tuple[str, ...] = ()
    robots_says: RobotsSays = NOTHING_SAID

    @property
    def content_type(self) -> str:
        """The Content-Type field, or an empty string."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True)
class FetchRecord:
    """The canonical record: log line, metric, step and operator view all derive from it.

    Attributes:
        host: Of the URL asked for.
        url: Asked for.
        final_url: Where redirects ended.
        outcome: ``ok``, a reason's code, ``cancelled`` by the caller, or ``defect`` of ours.
        status: Last HTTP status; 0 when none came.
        octets: Of the decoded body.
        hops: Redirects followed.
        waited_ms: Waiting for our own pace.
        took_ms: Whole fetch.
        rule: The rule that refused it.
        at: When it ended, seconds since the epoch.
        session: Short hash of the session it served.
        purpose: ``page``, or ``robots`` for a robots.txt.
        cache: Whether the origin was asked.
        request: The inbound request it was made for, as its reply's X-Request-Id names it.
        asked: Hosts that a request for the page was sent to, one a hop.
        retry_after: Seconds until asking again makes sense, where it failed and they are known.
    """

    host: str
    url: str
    final_url: str
    outcome: str
    status: int = 0
    octets: int = 0
    hops: int = 0
    waited_ms: int = 0
    took_ms: int = 0
    rule: str | None = None
    at: float = 0.0
    session: str = ""
    purpose: Literal["page", "robots"] = "page"
    cache: CacheUse = "miss"
    request: str = field(default_factory=REQUEST.get)
    asked: tuple[str, ...] = ()
    retry_after: int | None = None


@dataclass(frozen=True)
class RobotsCopy:
    """A stored answer to ``GET /robots.txt`` of one authority.

    Attributes:
        kind: ``rules`` (judge by *body*), ``allow`` (no file) or ``deny`` (unreachable).
        body: The bytes, at most 512,000; empty unless *kind* is ``rules``.
        fetched_at: When the verdict was learned, seconds since the epoch.
        expires_at: When to ask again.
        good_at: When *body* was last confirmed by the origin; 0 when it never was.
        failures: Failed attempts in a row, for the doubling of the pause.
        why: A short sentence for `check` and the operator.
        etag: The ETag that *body* came with, to renew it by; empty when there is none.
        last_modified: Its Last-Modified, likewise.
    """

    kind: Literal["rules", "allow", "deny"]
    body: bytes = field(default=b"", repr=False)
    fetched_at: float = 0.0
    expires_at: float = 0.0
    good_at: float = 0.0
    failures: int = 0
    why: str = ""
    etag: str = ""
    last_modified: str = ""
