"""What an attempt to fetch robots.txt teaches, and for how long.

Governing text: RFC 9309 2.3.1 (access results), 2.4 (caching) and 2.5 (limits); RFC 9110 10.2.3
for Retry-After, 8.8 and 13.1 for conditional requests; RFC 9111 5.2.2 for Cache-Control.

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
click would ask for it anew. A file that was found after a redirect is asked for whole each time:
what would renew it belongs to another URL than the one we ask.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime

from browser.model.fetch import RobotsCopy
from browser.model.reason import Reason
from browser.model.verdict import Deny
from browser.rules.retry_after import retry_after
from browser.rules.robots_lines import MAX_SHOWN, within_limit

MAX_REDIRECTS = 5  # RFC 9309 2.3.1.2: at least five consecutive ones

MIN_KEPT = 600.0  # seconds
MAX_KEPT = 86_400.0  # seconds; RFC 9309 2.4
KEPT = 14_400.0  # seconds, when the site does not say
KEPT_REFUSED = 3600.0  # seconds; who locks the door may open it soon
MIN_PAUSE = 60.0  # seconds until the first new attempt
MAX_PAUSE = 600.0  # seconds
MAX_STALE = 30 * 86_400.0  # seconds; RFC 9309 2.3.1.4 "for example, 30 days"
MAX_VALIDATOR = 256  # characters of an ETag; a site could make every request of ours long

_ETAG = re.compile(r'(?:W/)?"[!#-~]*"')  # RFC 9110 8.8.3, as far as it is ASCII

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
        redirects: How many were followed.
        at: Where they led; empty when there were none.
        conditional: Whether the last request named what we hold; if not, a 304 says nothing.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    cut: bool = False
    failure: Reason | None = None
    redirects: int = 0
    at: str = ""
    conditional: bool = True

    @property
    def outcome(self) -> str:
        """``ok`` when the answer settles what may be fetched, else the code of what is wrong."""
        if self.failure is not None:
            return self.failure.value
        settled = _is_whole(self.status) or self.status == 304 or _kept_without_rules(self.status)
        return "ok" if settled else Reason.ROBOTS_UNREACHABLE.value

    @property
    def says(self) -> str:
        """The status, and the redirects that led to it."""
        if not self.redirects:
            return f"answered {self.status}"
        many = "a redirect" if self.redirects == 1 else f"{self.redirects} redirects"
        return f"answered {self.status} after {many}, at {self.at[:MAX_SHOWN]}"


def conditions(copy: RobotsCopy | None) -> dict[str, str]:
    """The header fields that ask whether *copy* is still good (RFC 9110 13.1.2, 13.1.3)."""
    if copy is None or copy.kind != "rules":
        return {}
    fields = {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified}
    return {name: value for name, value in fields.items() if value}


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
    if _is_whole(status):
        body = within_limit(attempt.body, cut=attempt.cut)
        return _rules(body, attempt, now, attempt.says)
    if status == 304 and attempt.conditional and prior is not None and prior.kind == "rules":
        renewed = _rules(prior.body, attempt, now, f"{attempt.says}: unchanged")
        return replace(
            renewed,
            etag=renewed.etag or prior.etag,
            last_modified=renewed.last_modified or prior.last_modified,
        )
    if status == 429 or 500 <= status < 600:
        return _unreachable(f"it answered {status}", attempt.headers, prior, now)
    kept = _kept_without_rules(status)
    if kept:
        return _allow(kept, now, f"{attempt.says}: no rules")
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


def _is_whole(status: int) -> bool:
    return 200 <= status < 300 and status != 206


def _rules(body: bytes, attempt: Attempt, now: float, why: str) -> RobotsCopy:
    etag, modified = "", ""
    if not attempt.redirects:
        etag = _etag(attempt.headers.get("etag", ""))
        modified = _date(attempt.headers.get("last-modified", ""))
    expires = now + lifetime(attempt.headers)
    return RobotsCopy(
        "rules", body, now, expires, good_at=now, why=why, etag=etag, last_modified=modified
    )


def _etag(value: str) -> str:
    text = value.strip()
    return text if len(text) <= MAX_VALIDATOR and _ETAG.fullmatch(text) else ""


def _date(value: str) -> str:
    """*value* when it is a date: it goes back to the site as it came."""
    text = value.strip()
    if len(text) > MAX_VALIDATOR or not (text.isascii() and text.isprintable()):
        return ""
    try:
        parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return ""
    return text


def _allow(kept: float, now: float, why: str) -> RobotsCopy:
    return RobotsCopy("allow", fetched_at=now, expires_at=now + kept, why=why)


def _deny(pause: float, prior: RobotsCopy | None, now: float, why: str) -> RobotsCopy:
    failures = _failures(prior)
    return RobotsCopy("deny", b"", now, now + pause, failures=failures, why=why)


def _unreachable(
    why: str, headers: Mapping[str, str], prior: RobotsCopy | None, now: float
) -> RobotsCopy:
    asked = retry_after(headers, now)
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
