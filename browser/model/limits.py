"""How gently hosts are treated, as values the lower layers understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class HostLimits:
    """The limits of one host.

    Attributes:
        rate: Requests a second in the long run.
        burst: Requests at once after a pause.
        concurrency: Requests under way at the same time.
        hourly: Requests an hour.
        blocked: Whether the operator refuses the host altogether.
    """

    rate: float = 0.5
    burst: int = 3
    concurrency: int = 2
    hourly: int = 300
    blocked: bool = False


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
