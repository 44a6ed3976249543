"""What a caller is told whose turn does not come in time: how long it would take, and why."""

from __future__ import annotations

import math

from browser.errors import Refused
from browser.model.limits import HostLimits
from browser.model.reason import Reason
from browser.rules.pace import Turn


def crowded(host: str, limits: HostLimits | None) -> Refused:
    """No place among the requests under way: to the host, or to all when *limits* is ``None``."""
    full = (
        f"{limits.concurrency} requests to {host} are under way already."
        if limits
        else "This browser has as many requests under way as it may."
    )
    return Refused(
        Reason.RATE_LIMITED,
        f"{full} Try again in a moment, or choose another source.",
        rule="limits.concurrency" if limits else "limits.total_concurrency",
        retry_after=1,
    )


def refusal(host: str, turn: Turn) -> Refused:
    """No turn of the host in time."""
    seconds = max(math.ceil(turn.wait), 1)
    if turn.held_by == "site":
        error = Refused(
            Reason.HOST_BACKING_OFF,
            f"{host} asked us to slow down (HTTP {turn.status}). "
            f"Try again in {seconds} s, or choose another source now.",
            rule=f"HTTP {turn.status}",
            retry_after=seconds,
        )
        error.status = turn.status
        return error
    why = {
        "hourly": "its hourly budget is used up",
        "crawl-delay": "its robots.txt asks for a pause between requests",
        "address": "it shares a server with other sites, which is asked gently",
    }.get(turn.held_by, "requests to it are kept at a gentle pace")
    return Refused(
        Reason.RATE_LIMITED,
        f"{host} has to wait: {why}. Try again in {seconds} s, or choose another source now.",
        rule={
            "hourly": "limits.hourly",
            "crawl-delay": f"Crawl-delay of {host}",
            "address": "limits.address_rate",
        }.get(turn.held_by, "limits.rate"),
        retry_after=seconds,
    )
