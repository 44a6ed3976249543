"""How one attempt to fetch robots.txt goes: from its first URL over redirects to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net.ladder import Hop, Spent
from browser.net.send import Raw
from browser.rules.redirect import is_redirect, next_url, one_location
from browser.rules.robots_fetch import MAX_REDIRECTS, Attempt


@dataclass
class Way:
    """How one attempt goes.

    Attributes:
        url: Asked for now.
        fields: That make the first request a conditional one.
        spent: By this attempt and what went before it.
        seen: URLs that answered with a redirect.
        status: Of the last reply.
        octets: Of the body.
    """

    url: Url
    fields: Mapping[str, str]
    spent: Spent
    seen: list[str] = field(default_factory=list)
    status: int = 0
    octets: int = 0


def step(way: Way, raw: Raw, hop: Hop) -> Attempt | None:
    """What *raw* ends the attempt with; ``None`` when *way* goes on to where it redirects."""
    way.status, way.octets = raw.status, len(raw.body)
    location = one_location(raw.locations)
    if is_redirect(raw.status) and location is None and any(raw.locations):
        return Attempt(status=raw.status, failure=Reason.BAD_URL)  # two ways: a doubt
    if not is_redirect(raw.status) or location is None:
        hops = len(way.seen)
        return Attempt(
            raw.status,
            raw.headers,
            raw.body,
            raw.cut,
            redirects=hops,
            at=way.url.href if hops else "",
            conditional=bool(way.fields) and not hops,
        )
    try:
        way.seen.append(way.url.href)
        way.url = next_url(way.url, raw.status, location, way.seen, MAX_REDIRECTS, hop.own_hosts)
    except BrowserError as error:
        # There is a Location, so "no rules" is not what it says; it is just of no use.
        unusable = error.reason is Reason.BAD_RESPONSE
        return Attempt(status=raw.status, failure=Reason.BAD_URL if unusable else error.reason)
    return None
