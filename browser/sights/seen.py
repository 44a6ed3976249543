"""What one process has seen of one host, as it is counted and as it is posted.

Nothing here names a page, a query, a session or a caller: hosts, counts, reasons and rules only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

AUTHORITIES = 8  # of one host whose robots.txt is told; a host on more ports is no honest one


@dataclass(frozen=True)
class Robots:
    """What is known of one robots.txt.

    Attributes:
        authority: Whose, as ``https://host:port``.
        kind: ``rules``, ``allow`` or ``deny``, as `browser.model.fetch.RobotsCopy` has it.
        learned: When the site last said so, seconds since the epoch.
        expires: When it is asked for again, likewise.
        crawl_delay: Seconds between pages that it asks for; ``None`` when it does not.
        why: A short sentence of ours.
    """

    authority: str
    kind: str
    learned: float
    expires: float
    crawl_delay: float | None
    why: str


@dataclass
class Seen:
    """One host.

    Attributes:
        requests: For pages, one a hop.
        robots_requests: For robots.txt.
        octets: Of decoded bodies.
        last: When a fetch ended last, seconds since the epoch; 0 for never.
        outcomes: How often each one came: ``ok`` or a reason's code.
        robots: By authority.
        stamp: Another one whenever something changes.
    """

    requests: int = 0
    robots_requests: int = 0
    octets: int = 0
    last: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    robots: dict[str, Robots] = field(default_factory=dict)
    stamp: int = 0

    @property
    def failures(self) -> int:
        """How many fetches brought nothing home, other than those their caller gave up."""
        return self.outcomes.total() - self.outcomes["ok"] - self.outcomes["cancelled"]


@dataclass(frozen=True)
class Said:
    """What one process says of a host.

    Attributes:
        seen: So far.
        waiting: Requests that wait there.
        under_way: Requests that are being answered.
        ends: When the last of those who wait goes, seconds since the epoch; 0 when nobody does.
    """

    seen: Seen
    waiting: int = 0
    under_way: int = 0
    ends: float = 0.0

    def encoded(self) -> bytes:
        """For a board."""
        seen = self.seen
        told = [
            [seen.requests, seen.robots_requests, seen.octets, seen.last, dict(seen.outcomes)],
            [list(asdict(robots).values()) for robots in seen.robots.values()],
            [self.waiting, self.under_way, self.ends],
        ]
        return json.dumps(told, separators=(",", ":")).encode()

    @classmethod
    def decoded(cls, blob: bytes) -> Said:
        """From a board.

        Raises:
            ValueError: another version wrote it.
        """
        try:
            counts, robots, line = json.loads(blob)
            requests, robots_requests, octets, last, outcomes = counts
            copies = [Robots(*copy) for copy in robots]
            seen = Seen(
                requests=requests,
                robots_requests=robots_requests,
                octets=octets,
                last=last,
                outcomes=Counter(outcomes),
                robots={copy.authority: copy for copy in copies},
                stamp=hash(blob),
            )
            return cls(seen, *line)
        except TypeError as error:
            raise ValueError("not what a replica of this version says") from error


@dataclass(frozen=True)
class Totals:
    """What one process, or all of them, did altogether.

    Attributes:
        since: When counting began, seconds since the epoch.
        requests: For pages.
        robots_requests: For robots.txt.
        failures: Fetches that brought nothing home.
        octets: Of decoded bodies.
        running: Commands under way.
    """

    since: float
    requests: int = 0
    robots_requests: int = 0
    failures: int = 0
    octets: int = 0
    running: int = 0


@dataclass(frozen=True)
class Refusal:
    """A fetch that was not made, and why.

    Attributes:
        at: When, seconds since the epoch.
        host: That was refused; empty when there is none.
        code: The reason's.
        rule: Of the site or the operator.
        retry_after: Seconds until asking again makes sense.
        purpose: ``page`` or ``robots``.
        id: Unlike that of any other, also of another process.
    """

    at: float
    host: str
    code: str
    rule: str | None
    retry_after: int | None
    purpose: str
    id: str = ""


def together(several: Iterable[Said]) -> Said:
    """What several processes say of one host, as one."""
    sum_, waiting, under_way, ends = Seen(), 0, 0, 0.0
    for said in several:
        seen = said.seen
        sum_.requests += seen.requests
        sum_.robots_requests += seen.robots_requests
        sum_.octets += seen.octets
        sum_.last = max(sum_.last, seen.last)
        sum_.outcomes += seen.outcomes
        for authority, copy in seen.robots.items():
            known = sum_.robots.get(authority)
            if known is None or known.learned < copy.learned:
                sum_.robots[authority] = copy
        sum_.stamp = hash((sum_.stamp, seen.stamp))
        waiting += said.waiting
        under_way += said.under_way
        ends = max(ends, said.ends)
    return Said(sum_, waiting, under_way, ends)


def all_totals(several: Iterable[Totals]) -> Totals:
    """What several processes did, as one."""
    told = [asdict(totals) for totals in several]
    summed: dict[str, Any] = {name: sum(each[name] for each in told) for name in told[0]}
    return Totals(**{**summed, "since": min(each["since"] for each in told)})
