"""How often a host may be asked: GCRA with reservations, and back-off.

Governing texts: the Generic Cell Rate Algorithm (ITU-T I.371, virtual scheduling form);
RFC 6585 4 for 429. Retry-After is read in `browser.rules.retry_after`.

A host has several rates at once (its pace, its hourly budget, its Crawl-delay), each with its
own theoretical arrival time. A turn is taken from all of them or from none, and the wait is
known before anyone waits: a caller that would wait too long is told the number at once.

A turn that nobody used is given back when it is still the last one taken; an earlier one cannot
be, since others have been promised what comes after it.

A turn may be used late: its holder was stopped, or waited for a place. So what is really sent is
counted a second time, by the same algorithm (`send`), and turns that come together are sent one
after another. What the owner of a site sees, from all replicas together, is never more than the
burst and one request each interval, give or take `TOLERANCE` (the tau of I.371) and the time that
a connection takes. What was too late stays late: nothing is made up for by going faster.

Limits change while the service runs, and callers hear of it one after another. So each rate comes
with the revision of the limits that it is taken from. The first caller with a newer revision has
what is owed reckoned anew, once: the turns stay as many, each as long as the new interval. A
caller with an older one is given turns by the newer interval; of two that disagree under one
revision, as two machines with different settings do, each has the slower interval of both as long
as anything is owed.

Left to taste: a refused turn costs nothing; a pause without Retry-After starts at 15 s, doubles
to an hour, and its second half is random so that waiting callers do not return together. A good
answer ends the doubling, and so does time: one step for each two hours without a new 429.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

CRAWL_DELAY = "crawl-delay"  # the rate that a site asks for; never rescaled
MIN_PAUSE = 1.0  # seconds; a Retry-After of 0 still means "not now"
MAX_PAUSE = 3600.0
FIRST_PAUSE = 15.0
DECAY = 7200.0  # seconds after a pause that take one strike away
TOLERANCE = 0.03  # seconds that a request may be sent early after one that was sent late
LATEST = sys.maxsize  # a revision newer than all: what would hold, asked of a copy


@dataclass(frozen=True)
class Rate:
    """One limit.

    Attributes:
        name: Tells the limits of a host apart: ``pace``, ``hourly``, ``crawl-delay``.
        interval: Seconds between turns in the long run.
        burst: Turns that may be taken at once after a pause; at least 1.
        revision: Of the limits that it is taken from; grows with each change of any of them.
    """

    name: str
    interval: float
    burst: int = 1
    revision: int = field(default=0, compare=False)


@dataclass(frozen=True)
class HostPace:
    """What is remembered of one host.

    Attributes:
        arrivals: Theoretical arrival time of the next turn, by the name of the rate.
        blocked_until: No turn before this moment (the site asked us to wait).
        strikes: 429 and 503 answers in a row.
        status: The status that blocked it.
        intervals: What each arrival time was reckoned with, by the name of the rate.
        revisions: Of the limits that each interval is taken from.
        sent: Like *arrivals*, of what was sent.
    """

    arrivals: dict[str, float]
    blocked_until: float = 0.0
    strikes: int = 0
    status: int = 0
    intervals: dict[str, float] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)


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
    held = tuple(_held(pace, rate, now) for rate in rates)
    turn = _soonest(pace, pace.arrivals, held, now, 0.0)
    # Asking for no rate is only a question, which leaves nothing to remember.
    if turn.wait > max_wait or not rates:
        return pace, replace(turn, granted=turn.wait <= max_wait)
    arrivals, receipt = dict(pace.arrivals), {}
    for rate in held:
        before = arrivals.get(rate.name, 0.0)
        arrivals[rate.name] = max(before, now + turn.wait) + rate.interval
        receipt[rate.name] = arrivals[rate.name], before
    after = replace(_noted(pace, held), arrivals=arrivals)
    return after, replace(turn, granted=True, receipt=receipt)


def send(pace: HostPace, rates: tuple[Rate, ...], now: float) -> tuple[HostPace, Turn]:
    """Note that a request is sent now, if it may be.

    Args:
        pace: What is remembered of the host.
        rates: Every limit that applies to this request, which has a turn.
        now: Seconds since the epoch.

    Returns:
        The new memory, and whether the request may be sent; if not, in how many seconds it may be.
    """
    pace = rescale(pace, rates, now)
    held = tuple(_held(pace, rate, now) for rate in rates)
    turn = _soonest(pace, pace.sent, held, now, TOLERANCE)
    if turn.wait > 0 or not rates:
        return pace, replace(turn, granted=turn.wait <= 0)
    sent = {rate.name: max(pace.sent.get(rate.name, 0.0), now) + rate.interval for rate in held}
    after = replace(_noted(pace, held), sent={**pace.sent, **sent})
    return after, replace(turn, granted=True)


def _soonest(
    pace: HostPace, arrivals: Mapping[str, float], held: tuple[Rate, ...], now: float, early: float
) -> Turn:
    """When the next one may come by *arrivals*, *early* seconds allowed for; not yet granted."""
    start, held_by = now, ""
    if pace.blocked_until > start:
        start, held_by = pace.blocked_until, "site"
    for rate in held:
        earliest = arrivals.get(rate.name, 0.0) - (rate.burst - 1) * rate.interval - early
        if earliest > start:
            start, held_by = earliest, rate.name
    return Turn(False, start - now, held_by, pace.status if held_by == "site" else 0)


def _held(pace: HostPace, rate: Rate, now: float) -> Rate:
    """*rate* with the interval that holds, whatever the caller has heard of changes."""
    interval = pace.intervals.get(rate.name)
    if interval is None or rate.name == CRAWL_DELAY:
        return rate
    owed = max(pace.arrivals.get(rate.name, 0.0), pace.sent.get(rate.name, 0.0)) > now
    same = rate.revision == pace.revisions.get(rate.name, 0)
    return rate if same and not owed else replace(rate, interval=interval)


def _noted(pace: HostPace, held: tuple[Rate, ...]) -> HostPace:
    known = {rate.name: max(rate.revision, pace.revisions.get(rate.name, 0)) for rate in held}
    return replace(
        pace,
        intervals={**pace.intervals, **{rate.name: rate.interval for rate in held}},
        revisions={**pace.revisions, **known},
    )


def _newer(pace: HostPace, rate: Rate) -> bool:
    """Whether what is owed has to be reckoned anew with *rate*."""
    interval, known = pace.intervals.get(rate.name), pace.revisions.get(rate.name, 0)
    if interval is None or rate.name == CRAWL_DELAY:
        return False
    return rate.revision > known or (rate.revision == known and rate.interval > interval)


def rescale(pace: HostPace, rates: tuple[Rate, ...], now: float) -> HostPace:
    """Reckon what is owed with the intervals of a newer revision, or slower ones of the same.

    A slower rate makes nobody wait longer than one who has used up its whole burst: else an
    hourly budget that is lowered would shut a host for the rest of the day. A Crawl-delay stays
    as it is reckoned: http and https of one host may ask for different ones in turn.

    Args:
        pace: What is remembered of the host.
        rates: Every limit that applies to the next request.
        now: Seconds since the epoch.

    Returns:
        *pace* itself when that changes nothing.
    """
    newer = tuple(rate for rate in rates if _newer(pace, rate))
    if not newer:
        return pace
    arrivals, sent = dict(pace.arrivals), dict(pace.sent)
    for rate in newer:
        for kept in (arrivals, sent):
            if rate.name in kept:
                debt = max(0.0, kept[rate.name] - now)
                scaled = debt * (rate.interval / pace.intervals[rate.name])
                kept[rate.name] = now + min(scaled, max(debt, rate.burst * rate.interval))
    return replace(_noted(pace, newer), arrivals=arrivals, sent=sent)


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


def moved(pace: HostPace, seconds: float) -> HostPace:
    """The same by a clock that was set *seconds* ahead; what a site asked for stays as it is."""
    return replace(
        pace,
        arrivals={name: arrival + seconds for name, arrival in pace.arrivals.items()},
        sent={name: arrival + seconds for name, arrival in pace.sent.items()},
    )


def idle(pace: HostPace, now: float) -> bool:
    """Whether forgetting this host changes nothing: no turn is owed and no pause runs."""
    return (
        pace.blocked_until <= now
        and not _strikes(pace, now)
        and all(arrival <= now for arrival in (*pace.arrivals.values(), *pace.sent.values()))
    )


def random_jitter() -> float:
    """A number from 0 to 1."""
    return random.random()  # noqa: S311 - spreads load, guards nothing
