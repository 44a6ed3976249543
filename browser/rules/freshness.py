"""Which replies are kept, and how long they may be used without asking again.

Governing texts: RFC 9111 3 (what may be stored), 4.1 (Vary), 4.2 (freshness and age), 4.2.4 (stale
replies); RFC 9110 15.1 (statuses with a heuristic lifetime); RFC 5861 4 (stale-if-error); RFC 6585
4 (a 429 is never stored).

The cache is a private one, that of a single user agent: every request is a GET with the same
few header fields, without credentials and cookies, so that no reply was made for one person. It
keeps a ``private`` reply and takes no notice of ``s-maxage``.

Left to taste
- Refusals (401, 402, 403, 404, 410, 451) that say nothing of their lifetime are remembered for
  five minutes, 402 for an hour: asking again at once helps nobody. ``no-cache`` forgets them.
- A permanent redirect (301, 308) that says nothing of its lifetime holds for an hour.
- 5xx, 408, 425 and 429 are troubles: never kept, never in the place of a good copy. 206 is the
  reply to a request that we do not send.
- A reply that sets a cookie gets no heuristic lifetime: it may hold the name of one visit.
- However long its own lifetime, a copy is asked after again when the service has held it for the
  ceiling that the operator sets; for a 402 that is an hour at least, since a fee does not go off
  in less, and not for ever, since it may go off.
- When the origin fails, a page that was shown before may be shown again for a day, if its
  publisher gave it a lifetime or a validator and so reckons with copies. A shorter
  ``stale-if-error`` is obeyed, and ``must-revalidate`` and ``no-cache`` always. RFC 9111 4.2.4
  asks for the client's consent: the model is the client, and is told. Where our own pace refuses,
  the origin has not failed, and no copy stands in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from browser.model.response import StoredReply
from browser.rules.cache_control import cache_control, delta_seconds
from browser.rules.http_date import http_date

WEEK = 7 * 86_400.0  # seconds; the longest heuristic lifetime
SHARE = 0.1  # of the time since Last-Modified
STALE = 86_400.0  # seconds a copy may stand in for an origin that fails
REFUSALS = {401: 300.0, 402: 3600.0, 403: 300.0, 404: 300.0, 410: 300.0, 451: 300.0}  # seconds
MAX_VARY = 32  # names; a reply that varies by more is not kept

PERMANENT = {301: 3600.0, 308: 3600.0}  # seconds
_HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 405, 414})
_FAILED = frozenset({500, 502, 503, 504})  # RFC 5861 4
_MEANT = frozenset({"etag", "last-modified", "expires"})  # fields that speak of copies
_STANDS_IN = frozenset({200, 203, 204, 301, 308})


def is_trouble(status: int) -> bool:
    """Whether a reply tells how its origin fares, and nothing about the page."""
    return status >= 500 or status in {408, 425, 429}


def has_failed(status: int) -> bool:
    """Whether a reply is an error that a stale copy may stand in for (RFC 5861 4)."""
    return status in _FAILED


def storable(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a reply may be kept (RFC 9111 3).

    Args:
        status: Of the reply.
        headers: Lower-case names; repeated fields joined by a comma.
    """
    if is_trouble(status) or status < 200 or status in {206, 304}:
        return False
    control = cache_control(headers)
    if control.no_store or nominated(headers) is None:
        return False
    if status in REFUSALS:
        return not control.no_cache
    explicit = control.max_age is not None or "expires" in headers
    return status in _HEURISTIC or explicit or control.private or control.public


def nominated(headers: Mapping[str, str]) -> tuple[str, ...] | None:
    """The request fields a reply depends on (RFC 9111 4.1).

    Returns:
        Lower-case names in order, each once; ``None`` when it never answers another request.
    """
    names = {name.strip(" \t").lower() for name in headers.get("vary", "").split(",")} - {""}
    return None if "*" in names or len(names) > MAX_VARY else tuple(sorted(names))


def varied(
    headers: Mapping[str, str], sent: Mapping[str, str]
) -> tuple[tuple[str, str | None], ...]:
    """What was sent in the fields that a reply depends on.

    Args:
        headers: Of the reply.
        sent: The request's fields, lower-case names.
    """
    return tuple((name, sent.get(name)) for name in nominated(headers) or ())


def answers(reply: StoredReply, sent: Mapping[str, str]) -> bool:
    """Whether a kept reply is one to this request (RFC 9111 4.1)."""
    return all(sent.get(name) == value for name, value in reply.varied)


def lifetime(reply: StoredReply) -> float:
    """Seconds that a reply stays fresh, from when it was made (RFC 9111 4.2.1)."""
    control = cache_control(reply.headers)
    if control.max_age is not None:
        return control.max_age
    came = reply.response_time
    made = _date(reply, "date", came)
    made = came if made is None else made
    if "expires" in reply.headers:
        expires = _date(reply, "expires", came)
        return 0.0 if expires is None else max(expires - made, 0.0)
    if reply.status in REFUSALS:
        return REFUSALS[reply.status]
    changed = _date(reply, "last-modified", came)
    if reply.set_cookie or not (reply.status in _HEURISTIC or control.public):
        return 0.0
    if changed is None:
        return PERMANENT.get(reply.status, 0.0)
    return min(max(min(made, came) - changed, 0.0) * SHARE, WEEK)


def current_age(reply: StoredReply, now: float) -> float:
    """Seconds since the origin made or confirmed a reply (RFC 9111 4.2.3).

    A clock that was set back tells nothing: the age is then infinite.
    """
    came = reply.response_time
    resident = now - came
    if resident < 0:
        return math.inf
    made = _date(reply, "date", came)
    apparent = 0.0 if made is None else max(came - made, 0.0)
    stated = delta_seconds(reply.headers.get("age", "").partition(",")[0].strip(" \t")) or 0.0
    delay = max(came - reply.request_time, 0.0)
    return max(apparent, stated + delay) + resident


def fresh(reply: StoredReply, now: float, ceiling: float) -> bool:
    """Whether a kept reply may be used without asking.

    Args:
        reply: Kept.
        now: Seconds since the epoch.
        ceiling: Seconds after which the origin is asked, whatever the reply says; a 402 is given
            an hour at least.
    """
    if cache_control(reply.headers).no_cache:
        return False
    longest = max(ceiling, REFUSALS[402]) if reply.status == 402 else ceiling
    if now - reply.response_time >= longest:
        return False
    return current_age(reply, now) < lifetime(reply)


def stands_in(reply: StoredReply, now: float) -> bool:
    """Whether a kept reply may be shown although it is stale, since asking failed."""
    control = cache_control(reply.headers)
    if reply.status not in _STANDS_IN or control.no_cache or control.must_revalidate:
        return False
    if (
        control.max_age is None
        and control.stale_if_error is None
        and not _MEANT.intersection(reply.headers)
    ):
        return False
    if not 0 <= now - reply.response_time <= STALE:
        return False
    allowed = control.stale_if_error
    return allowed is None or current_age(reply, now) - lifetime(reply) <= allowed


def _date(reply: StoredReply, name: str, now: float) -> float | None:
    return http_date(reply.headers.get(name, ""), now)
