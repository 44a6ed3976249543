"""How gently hosts are treated, as values the lower layers understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# How a host is treated at the moment: the first that applies.
HostState = Literal["blocked", "backing_off", "waiting", "under_way", "idle"]


@dataclass(frozen=True)
class HostLimits:
    """The limits of one host.

    Attributes:
        rate: Requests a second in the long run.
        burst: Requests at once after a pause.
        concurrency: Requests under way at the same time.
        hourly: Requests an hour.
        blocked: Whether the operator refuses the host altogether.
        note: Why the limits are as they are, in the operator's words.
    """

    rate: float = 0.5
    burst: int = 3
    concurrency: int = 2
    hourly: int = 300
    blocked: bool = False
    note: str = ""


@dataclass(frozen=True)
class Limits:
    """All limits.

    Attributes:
        default: For hosts without their own.
        hosts: By lower-case host name.
        max_wait: Longest wait for a turn, in seconds; a longer one fails at once.
        crawl_delay_cap: A site's Crawl-delay counts up to this many seconds.
        address_rate: Requests a second to one address, whatever the hosts behind it.
        address_concurrency: Requests to one address under way, and at once after a pause.
        total_concurrency: Requests under way, and starts a second, over all hosts.
    """

    default: HostLimits = field(default_factory=HostLimits)
    hosts: Mapping[str, HostLimits] = field(default_factory=dict)
    max_wait: float = 10
    crawl_delay_cap: float = 300
    address_rate: float = 4
    address_concurrency: int = 6
    total_concurrency: int = 64

    def of(self, host: str) -> HostLimits:
        """The limits of *host*."""
        return self.hosts.get(host, self.default)


@dataclass(frozen=True)
class HostOrder:
    """What an operator has ordered for one host while the service runs.

    Attributes:
        host: As a URL has it.
        rate: Requests a second; ``None`` leaves it as the settings have it, as for the next three.
        burst: Requests at once after a pause.
        concurrency: Requests under way.
        hourly: Requests an hour.
        blocked: Whether the host is refused; ``None`` as above.
        note: Why, in the operator's words.
        by: Who ordered it.
        at: When, seconds since the epoch.
    """

    host: str
    rate: float | None = None
    burst: int | None = None
    concurrency: int | None = None
    hourly: int | None = None
    blocked: bool | None = None
    note: str = ""
    by: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Change:
    """One line of the audit log.

    Attributes:
        action: ``set`` or ``unset`` the limits of a host, or ``reload`` the settings.
        host: Concerned; empty for ``reload``.
        by: Who.
        at: When, seconds since the epoch.
        before: The order that stood before, ``None`` for none.
        after: The order that stands now, likewise.
        note: Why, or what came of it.
    """

    action: Literal["set", "unset", "reload"]
    host: str
    by: str
    at: float
    before: HostOrder | None = None
    after: HostOrder | None = None
    note: str = ""
