"""What an operator is told, as JSON: the shapes, for the OpenAPI document, and their values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from browser.api.schema import Shape
from browser.model.clock import iso
from browser.model.limits import Change, HostState
from browser.rules.orders import line
from browser.sights.seen import Refusal
from browser.sights.view import Look, Row

WHEN = "ISO 8601, UTC."


class LimitsInfo(Shape):
    """The limits that hold for a host."""

    rate: float = Field(description="Requests a second in the long run.")
    burst: int = Field(description="Requests at once after a pause.")
    concurrency: int = Field(description="Requests under way at the same time.")
    hourly: int = Field(description="Requests an hour.")
    blocked: bool = Field(description="Whether the host is not opened at all.")
    source: Literal["default", "settings", "operator"] = Field(
        description="`default` for every host, `settings` of this one, or an operator's order."
    )
    note: str = Field(description="Why, in the operator's words.")
    by: str = Field(description="Who ordered it; empty for settings.")
    at: str | None = Field(description=f"When it was ordered. {WHEN}")
    order: OrderInfo | None = Field(description="What was ordered; the rest follows the settings.")


class QueueInfo(Shape):
    """Requests to a host."""

    waiting: int = Field(description="For a turn, or for a place among those under way.")
    longest_s: float = Field(description="Seconds until the last of those who wait has its turn.")
    under_way: int = Field(description="That are being answered.")


class BackOffInfo(Shape):
    """A pause that the site asked for."""

    until: str = Field(description=WHEN)
    seconds: float = Field(description="What is left of it.")
    status: int = Field(description="429 or 503.")
    strikes: int = Field(description="Such answers in a row.")


class RobotsInfo(Shape):
    """What is known of one robots.txt."""

    authority: str = Field(description="Scheme, host and port.")
    kind: Literal["rules", "allow", "deny"] = Field(
        description="`rules` to judge by, no file and so `allow`, or unreachable and so `deny`."
    )
    age_s: float = Field(description="Seconds since the site last said so.")
    expires_s: float = Field(description="Seconds until it is asked for again; at least 0.")
    crawl_delay: float | None = Field(description="Seconds between pages that it asks for.")
    why: str


class HostInfo(Shape):
    """What a host is doing."""

    host: str
    state: HostState = Field(description="The first that applies.")
    limits: LimitsInfo
    queue: QueueInfo
    next_turn_s: float = Field(
        description="Seconds until a page of it could be asked for; 0 for at once."
    )
    back_off: BackOffInfo | None
    robots: list[RobotsInfo]
    requests: int = Field(description="For its pages, one for each redirect.")
    robots_requests: int = Field(description="For its robots.txt.")
    octets: int = Field(description="Of decoded pages.")
    outcomes: dict[str, int] = Field(description="Fetches by outcome: `ok`, or a reason's code.")
    last: str | None = Field(description=f"When a fetch ended last. {WHEN}")


class TotalsInfo(Shape):
    """Everything together. Counting begins anew when a process starts."""

    hosts: int = Field(description="That are known.")
    waiting: int = Field(description="Requests that wait.")
    under_way: int = Field(description="Requests that are being answered.")
    backing_off: int = Field(description="Hosts that asked to be left alone.")
    blocked: int = Field(description="Hosts that are not opened at all.")
    requests: int
    robots_requests: int
    failures: int = Field(description="Fetches that brought nothing home.")
    octets: int
    sessions: int = Field(description="Conversations that are held.")
    running: int = Field(description="Commands under way.")
    since: str = Field(description=f"When counting began. {WHEN}")


class HostsInfo(Shape):
    """A part of the list of hosts."""

    at: str = Field(description=WHEN)
    replicas: int = Field(description="Processes that are told of.")
    totals: TotalsInfo
    found: int = Field(description="Hosts that were searched for, on all parts of the list.")
    hosts: list[HostInfo]


class RefusalInfo(Shape):
    """A fetch that was not made."""

    at: str = Field(description=WHEN)
    host: str
    code: str
    rule: str | None = Field(description="Of the site or the operator.")
    retry_after: int | None = Field(description="Seconds until asking again makes sense.")
    purpose: Literal["page", "robots"]


class RefusalsInfo(Shape):
    """The newest first."""

    refusals: list[RefusalInfo]


class OrderInfo(Shape):
    """An order; what it leaves out follows the settings."""

    rate: float = 0.5
    burst: int = 1
    concurrency: int = 1
    hourly: int = 1
    blocked: bool = False
    note: str = ""
    by: str
    at: str


class ChangeInfo(Shape):
    """One line of the audit log."""

    at: str = Field(description=WHEN)
    by: str
    action: Literal["set", "unset", "reload"]
    host: str = Field(description="Empty for `reload`.")
    before: OrderInfo | None
    after: OrderInfo | None
    note: str


class AuditInfo(Shape):
    """The newest first."""

    changes: list[ChangeInfo]


class RungInfo(Shape):
    """One rung's answer."""

    name: str
    passed: bool
    says: str
    rule: str | None = Field(description="The line, signal or setting that decides.")


class CheckInfo(Shape):
    """Whether a page would be fetched now."""

    url: str
    allowed: bool
    rungs: list[RungInfo]


class ReloadInfo(Shape):
    """What came of reading the settings again."""

    reloaded: bool = Field(description="Whether they hold now; else those of before hold on.")
    says: str


def host_json(row: Row, now: float, crawl_delay_cap: float) -> dict[str, Any]:
    """`HostInfo` of *row*, at the moment *now*."""
    said, seen, pace, order = row.said, row.said.seen, row.pace, row.order
    left = pace.blocked_until - now
    limits = asdict(row.limits)
    return {
        "host": row.host,
        "state": row.state,
        "limits": {
            **limits,
            "source": row.source,
            "by": order.by if order else "",
            "at": iso(order.at) if order else None,
            "order": line(order),
        },
        "queue": {
            "waiting": said.waiting,
            "longest_s": _seconds(said.ends - now) if said.waiting else 0.0,
            "under_way": said.under_way,
        },
        "next_turn_s": _seconds(row.turn(now, crawl_delay_cap).wait),
        "back_off": {
            "until": iso(pace.blocked_until),
            "seconds": _seconds(left),
            "status": pace.status,
            "strikes": pace.strikes,
        }
        if left > 0
        else None,
        "robots": [
            {
                "authority": copy.authority,
                "kind": copy.kind,
                "age_s": _seconds(now - copy.learned),
                "expires_s": _seconds(copy.expires - now),
                "crawl_delay": copy.crawl_delay,
                "why": copy.why,
            }
            for copy in seen.robots.values()
        ],
        "requests": seen.requests,
        "robots_requests": seen.robots_requests,
        "octets": seen.octets,
        "outcomes": dict(seen.outcomes),
        "last": iso(seen.last) if seen.last else None,
    }


def totals_json(look: Look) -> dict[str, Any]:
    """`TotalsInfo`."""
    told = {**look.counts, **asdict(look.totals), "sessions": look.sessions}
    return {**told, "since": iso(look.totals.since)}


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """`RefusalInfo`."""
    told = asdict(refusal)
    del told["id"]
    return {**told, "at": iso(refusal.at)}


def change_json(change: Change) -> dict[str, Any]:
    """`ChangeInfo`."""
    return {
        "at": iso(change.at),
        "by": change.by,
        "action": change.action,
        "host": change.host,
        "before": line(change.before),
        "after": line(change.after),
        "note": change.note,
    }


def _seconds(number: float) -> float:
    return round(max(number, 0.0), 3)
