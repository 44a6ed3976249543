"""What an attempt to fetch robots.txt teaches, and for how long.

Governing text: RFC 9309 2.3.1 (access results), 2.4 (caching) and 2.5 (limits); RFC 9110 10.2.3
for Retry-After; RFC 9111 5.2.2 for Cache-Control.

    answer                                  verdict                        kept for
    2xx but 206                             its rules, if any              max-age, 10 min to 24 h
    304 to a conditional request            the rules we hold              max-age, 10 min to 24 h
    4xx but 429                             no rules: allow                4 h
    401, 402, 403, 451                      no rules: allow                1 h
    over 5 redirects, a loop, no Location   no rules: allow                1 h
    429, 5xx, DNS, TCP, TLS, bad reply      rules held for up to 30 days,  Retry-After, or 60 s
                                            else deny                      doubling, to 10 min
    redirect to what we refuse to ask       deny                           10 min
    206, other statuses                     deny                           60 s

Left to taste: all the times but the RFC's 24 hours. A 429 counts as unreachable, since "slow
down" is not "there are no rules". After 30 days without an answer the RFC would let everything
be fetched; we refuse. An answer that forbids caching is still kept for ten minutes, or each
click would ask for it anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from browser.model.fetch import RobotsCopy
from browser.model.reason import Reason
from browser.model.verdict import Deny
from browser.rules.pace import retry_after
from browser.rules.robots_lines import within_limit

MAX_REDIRECTS = 5  # RFC 9309 2.3.1.2: at least five consecutive ones

MIN_KEPT = 600.0  # seconds
MAX_KEPT = 86_400.0  # seconds; RFC 9309 2.4
KEPT = 14_400.0  # seconds, when the site does not say
KEPT_REFUSED = 3600.0  # seconds; who locks the door may open it soon
MIN_PAUSE = 60.0  # seconds until the first new attempt
MAX_PAUSE = 600.0  # seconds
MAX_STALE = 30 * 86_400.0  # seconds; RFC 9309 2.3.1.4 "for example, 30 days"

_REFUSED_STATUS = frozenset({401, 402, 403, 451})
_REFUSED_TARGET = frozenset(
    {
        Reason.ADDRESS_REFUSED,
        Reason.SCHEME_REFUSED,
        Reason.PORT_REFUSED,
        Reason.HOST_BLOCKED,
        Reason.BAD_URL,
    }
)
_FAILED = {
    Reason.DNS_FAILED: "the name does not resolve",
    Reason.CONNECT_FAILED: "no connection",
    Reason.TLS_FAILED: "no secure connection",
    Reason.TIMEOUT: "no answer in time",
}


@dataclass(frozen=True)
class Attempt:
    """The outcome of one ``GET /robots.txt``, redirects followed.

    Attributes:
        status: Of the last reply; 0 when none came. A 3xx other than 304 says that it could not
            be followed, for want of a Location.
        headers: Of the last reply, names in lower case.
        body: Decoded from its content coding. Any length; 512,000 octets are used.
        cut: Whether the body went on where *body* ends.
        failure: Why there is no whole reply: the network's failures, ``too_many_redirects`` (a
            loop too), or the refusal of a redirect's target. It outweighs *status*, so leave it
            out when a 4xx or 5xx came with a broken body: there the status says all.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    cut: bool = False
    failure: Reason | None = None


def learn(attempt: Attempt, prior: RobotsCopy | None, now: float) -> RobotsCopy:
    """Make the new copy for an authority.

    The rules are those of the authority first asked, wherever redirects led (RFC 9309 2.3.1.2).

    Args:
        attempt: What came of asking.
        prior: What was known before, expired or not.
        now: Seconds since the epoch.
    """
    status = attempt.status
    if attempt.failure is not None:
        return _after_failure(attempt.failure, attempt, prior, now)
    if 200 <= status < 300 and status != 206:
        body = within_limit(attempt.body, cut=attempt.cut)
        return _rules(body, lifetime(attempt.headers), now, f"answered {status}")
    if status == 304 and prior is not None and prior.kind == "rules":
        return _rules(prior.body, lifetime(attempt.headers), now, "answered 304: unchanged")
    if status == 429 or 500 <= status < 600:
        return _unreachable(f"it answered {status}", attempt.headers, prior, now)
    kept = _kept_without_rules(status)
    if kept:
        return _allow(kept, now, f"answered {status}: no rules")
    return _deny(MIN_PAUSE, prior, now, f"it answered {status}, which says nothing")


def lifetime(headers: Mapping[str, str]) -> float:
    """Seconds a good answer is kept, also one renewed by a 304.

    Args:
        headers: Names in lower case.

    Returns:
        Its smallest max-age between ten minutes and a day; four hours when it says nothing; ten
        minutes when it forbids caching or a max-age is no number (RFC 9111 4.2.1: stale).
    """
    ages = []
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in ("no-store", "no-cache"):
            return MIN_KEPT
        if name == "max-age":
            digits = value.strip(' "')
            ages.append(float(digits[:12]) if digits.isascii() and digits.isdigit() else 0.0)
    return min(max(min(ages, default=KEPT), MIN_KEPT), MAX_KEPT)


def judge_unreachable(copy: RobotsCopy, now: float, host: str) -> Deny:
    """The verdict of a copy whose kind is ``deny``.

    Args:
        copy: As `learn` made it.
        now: Seconds since the epoch.
        host: For the sentence.

    Returns:
        A refusal that says how many seconds to wait, at least one.
    """
    wait = max(1, math.ceil(copy.expires_at - now))
    return Deny(
        Reason.ROBOTS_UNREACHABLE,
        f"robots.txt of {host} could not be read ({copy.why}), so nothing may be fetched there "
        f"for now. Retry after {wait} s, or choose another source.",
        retry_after=wait,
    )


def _kept_without_rules(status: int) -> float:
    if status in _REFUSED_STATUS or (300 <= status < 400 and status != 304):
        return KEPT_REFUSED
    return KEPT if 400 <= status < 500 else 0.0


def _after_failure(
    failure: Reason, attempt: Attempt, prior: RobotsCopy | None, now: float
) -> RobotsCopy:
    if failure is Reason.TOO_MANY_REDIRECTS:
        return _allow(KEPT_REFUSED, now, "too many redirects: no rules")
    if failure in _REFUSED_TARGET:
        return _deny(MAX_PAUSE, prior, now, "it redirects to where this browser does not go")
    return _unreachable(_FAILED.get(failure, "a broken reply"), attempt.headers, prior, now)


def _rules(body: bytes, kept: float, now: float, why: str) -> RobotsCopy:
    return RobotsCopy("rules", body, now, now + kept, good_at=now, why=why)


def _allow(kept: float, now: float, why: str) -> RobotsCopy:
    return RobotsCopy("allow", fetched_at=now, expires_at=now + kept, why=why)


def _deny(pause: float, prior: RobotsCopy | None, now: float, why: str) -> RobotsCopy:
    failures = _failures(prior)
    return RobotsCopy("deny", b"", now, now + pause, failures=failures, why=why)


def _unreachable(
    why: str, headers: Mapping[str, str], prior: RobotsCopy | None, now: float
) -> RobotsCopy:
    asked = retry_after(headers.get("retry-after", ""), now)
    if asked is None:
        asked = MIN_PAUSE * 2 ** min(_failures(prior) - 1, 10)
    pause = min(max(asked, MIN_PAUSE), MAX_PAUSE)
    if prior is not None and prior.kind == "rules" and now - prior.good_at <= MAX_STALE:
        return replace(
            prior, expires_at=now + pause, failures=_failures(prior), why=f"kept, because {why}"
        )
    return _deny(pause, prior, now, why)


def _failures(prior: RobotsCopy | None) -> int:
    return (prior.failures if prior is not None else 0) + 1
