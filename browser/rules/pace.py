"""How often a host may be asked: GCRA with reservations, Retry-After, back-off.

Governing texts: the Generic Cell Rate Algorithm (ITU-T I.371, virtual scheduling form);
RFC 9110 10.2.3 for Retry-After; RFC 6585 4 for 429.

A host has several rates at once (its pace, its hourly budget, its Crawl-delay), each with its
own theoretical arrival time. A turn is taken from all of them or from none, and the wait is
known before anyone waits: a caller that would wait too long is told the number at once.

A turn that nobody used is given back when it is still the last one taken; an earlier one cannot
be, since others have been promised what comes after it.

Limits change while the service runs. A rate whose interval is another one than that which its
arrival time was reckoned with counts from the next turn on: the turns that are owed stay as
many, each as long as the new interval, and the host is not asked faster than the new rate allows.

Left to taste: a refused turn costs nothing; a pause without Retry-After starts at 15 s, doubles
to an hour, and its second half is random so that waiting callers do not return together. A good
answer ends the doubling, and so does time: one step for each two hours without a new 429.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

CRAWL_DELAY = "crawl-delay"  # the rate that a site asks for; never rescaled
MIN_PAUSE = 1.0  # seconds; a Retry-After of 0 still means "not now"
MAX_PAUSE = 3600.0
FIRST_PAUSE = 15.0
DECAY = 7200.0  # seconds after a pause that take one strike away


@dataclass(frozen=True)
class Rate:
    """One limit.

    Attributes:
        name: Tells the limits of a host apart: ``pace``, ``hourly``, ``crawl-delay``.
        interval: Seconds between turns in the long run.
        burst: Turns that may be taken at once after a pause; at least 1.
    """

    name: str
    interval: float
    burst: int = 1


@dataclass(frozen=True)
class HostPace:
    """What is remembered of one host.

    Attributes:
        arrivals: Theoretical arrival time of the next turn, by the name of the rate.
        blocked_until: No turn before this moment (the site asked us to wait).
        strikes: 429 and 503 answers in a row.
        status: The status that blocked it.
        intervals: What each arrival time was reckoned with, by the name of the rate.
    """

    arrivals: dict[str, float]
    blocked_until: float = 0.0
    strikes: int = 0
    status: int = 0
    intervals: dict[str, float] = field(default_factory=dict)


NEW = HostPace({})


@dataclass(frozen=True)
class Turn:
    """The answer to a request for a turn.

    Attributes:
        granted: Whether it is ours.
        wait: Seconds until it comes; when not granted, until it would have come.
        held_by: ``pace``, ``hourly``, ``crawl-delay``, ``site`` (429/503) or empty.
        status: The status behind ``site``.
        receipt: For each rate, the arrival time after this turn and before it: what `give_back`
            needs. Empty when the turn is not ours.
    """

    granted: bool
    wait: float
    held_by: str = ""
    status: int = 0
    receipt: Mapping[str, tuple[float, float]] = field(
        default_factory=dict, repr=False, compare=False
    )


def reserve(
    pace: HostPace, rates: tuple[Rate, ...], now: float, max_wait: float
) -> tuple[HostPace, Turn]:
    """Take the next turn if it comes within *max_wait* seconds.

    Args:
        pace: What is remembered of the host.
        rates: Every limit that applies to this request.
        now: Seconds since the epoch.
        max_wait: Longest acceptable wait in seconds.

    Returns:
        The new memory (when the turn is not granted, changed only as the rates are) and the turn.
    """
    pace = rescale(pace, rates, now)
    start, held_by = now, ""
    if pace.blocked_until > start:
        start, held_by = pace.blocked_until, "site"
    for rate in rates:
        earliest = pace.arrivals.get(rate.name, 0.0) - (rate.burst - 1) * rate.interval
        if earliest > start:
            start, held_by = earliest, rate.name
    wait = start - now
    status = pace.status if held_by == "site" else 0
    if wait > max_wait:
        return pace, Turn(False, wait, held_by, status)
    if not rates:  # only a question, which leaves nothing to remember
        return pace, Turn(True, wait, held_by, status)
    arrivals, intervals = dict(pace.arrivals), dict(pace.intervals)
    receipt = {}
    for rate in rates:
        before = arrivals.get(rate.name, 0.0)
        arrivals[rate.name] = max(before, start) + rate.interval
        intervals[rate.name] = rate.interval
        receipt[rate.name] = arrivals[rate.name], before
    after = replace(pace, arrivals=arrivals, intervals=intervals)
    return after, Turn(True, wait, held_by, status, receipt)


def rescale(pace: HostPace, rates: tuple[Rate, ...], now: float) -> HostPace:
    """Reckon what is owed with the intervals that hold now.

    A slower rate makes nobody wait longer than one who has used up its whole burst: else an
    hourly budget that is lowered would shut a host for the rest of the day. A Crawl-delay stays
    as it is reckoned: http and https of one host may ask for different ones in turn.

    Args:
        pace: What is remembered of the host.
        rates: Every limit that applies to the next request.
        now: Seconds since the epoch.

    Returns:
        *pace* itself when no interval has changed.
    """
    changed = [
        rate
        for rate in rates
        if pace.intervals.get(rate.name, rate.interval) != rate.interval
        and rate.name != CRAWL_DELAY
    ]
    if not changed:
        return pace
    arrivals, intervals = dict(pace.arrivals), dict(pace.intervals)
    for rate in changed:
        debt = max(0.0, arrivals[rate.name] - now)
        scaled = debt * (rate.interval / intervals[rate.name])
        arrivals[rate.name] = now + min(scaled, max(debt, rate.burst * rate.interval))
        intervals[rate.name] = rate.interval
    return replace(pace, arrivals=arrivals, intervals=intervals)


def give_back(pace: HostPace, turn: Turn) -> HostPace:
    """Undo a turn that was not used, if no other was taken since; else nothing changes."""
    receipt = turn.receipt
    if not receipt or any(pace.arrivals.get(name) != after for name, (after, _) in receipt.items()):
        return pace
    before = {name: earlier for name, (_, earlier) in receipt.items()}
    return replace(pace, arrivals={**pace.arrivals, **before})


def back_off(
    pace: HostPace, now: float, retry_after: float | None, status: int, jitter: float
) -> HostPace:
    """Hold a host's turns back after a 429 or 503.

    Args:
        pace: What is remembered of the host.
        now: Seconds since the epoch.
        retry_after: What the site asked for, in seconds.
        status: 429 or 503.
        jitter: Random number from 0 to 1 for the pause we choose ourselves.
    """
    strikes = _strikes(pace, now) + 1
    if retry_after is None:
        longest = min(FIRST_PAUSE * 2 ** min(strikes - 1, 10), MAX_PAUSE)
        pause = longest / 2 + longest / 2 * jitter
    else:
        pause = min(max(retry_after, MIN_PAUSE), MAX_PAUSE)
    return replace(
        pace,
        blocked_until=max(pace.blocked_until, now + pause),
        strikes=strikes,
        status=status,
    )


def _strikes(pace: HostPace, now: float) -> int:
    quiet = max(now - pace.blocked_until, 0.0)
    return max(pace.strikes - int(quiet / DECAY), 0)


def relax(pace: HostPace) -> HostPace:
    """Forget the strikes: the host answered well."""
    return replace(pace, strikes=0) if pace.strikes else pace


def idle(pace: HostPace, now: float) -> bool:
    """Whether forgetting this host changes nothing: no turn is owed and no pause runs."""
    return (
        pace.blocked_until <= now
        and not _strikes(pace, now)
        and all(arrival <= now for arrival in pace.arrivals.values())
    )


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read Retry-After: seconds from *now*, or ``None`` when it says nothing usable.

    A date is measured from the reply's own Date, since the site's clock may not be ours. Of
    several numbers the largest counts.

    Args:
        headers: Lower-case names; repeated fields joined by a comma.
        now: Seconds since the epoch; stands in for a Date that is missing.
    """
    value = headers.get("retry-after", "")
    numbers = [part.strip() for part in value.split(",")]
    if all(part.isascii() and part.isdigit() for part in numbers):
        return max(float(part[:12]) for part in numbers)
    until = _moment(value)
    if until is None:
        return None
    sent = _moment(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def _moment(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value.strip())
        if moment.tzinfo is None:  # asctime form, RFC 9110 5.6.7: always GMT
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def random_jitter() -> float:
    """A number from 0 to 1."""
    return random.random()  # noqa: S311 - spreads load, guards nothing
