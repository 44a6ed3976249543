"""Would this URL be fetched now, by this running service? Each rung's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from browser.model.clock import iso
from browser.net.climb import Rung, climb
from browser.net.ladder import Hop
from browser.net.robots import RobotsGate
from browser.sights.view import Row, View

_SETTINGS = {"default": "limits", "settings": 'limits.hosts."{host}"', "operator": "operator"}


class Check:
    """Answers.

    Args:
        hop: The guard that pages pass.
        robots: The gate that they pass.
        view: Knows pauses, queues and limits.
    """

    def __init__(self, hop: Hop, robots: RobotsGate, view: View) -> None:
        self._hop = hop
        self._robots = robots
        self._view = view

    async def __call__(self, text: str) -> dict[str, Any]:
        """`CheckInfo` for *text*; what follows a rung that is not passed is told all the same.

        Raises:
            StateUnavailable: the store is away.
        """
        limits = self._view.limits.now
        climbed = await climb(self._hop, self._robots, text, limits.max_wait)
        rungs = list(climbed.rungs)
        if climbed.url is not None:
            now, row = await self._view.host(climbed.url.host)
            if not row.limits.blocked:
                says = "no operator blocks it"
                rungs.insert(1, Rung("blocked", passed=True, says=says))
            delay = climbed.judged.crawl_delay if climbed.judged else None
            rungs += _of_host(row, now, delay, limits.max_wait, limits.crawl_delay_cap)
        return {
            "url": climbed.url.href if climbed.url else text,
            "allowed": all(rung.passed for rung in rungs),
            "rungs": [asdict(rung) for rung in rungs],
        }


def _of_host(
    row: Row, now: float, crawl_delay: float | None, max_wait: float, cap: float
) -> Iterator[Rung]:
    limits, said, pace = row.limits, row.said, row.pace
    where = _SETTINGS[row.source].format(host=row.host)
    order = row.order
    by = f", ordered by {order.by} at {iso(order.at)}" if order else ""
    yield Rung(
        "limits",
        passed=True,
        says=f"{limits.rate:g} requests a second, {limits.burst} at once, "
        f"{limits.concurrency} under way, {limits.hourly} an hour ({row.source}{by})",
        rule=f"operator: {order.note}" if order and order.note else where,
    )
    left = pace.blocked_until - now
    yield Rung(
        "backing_off",
        passed=left <= max_wait,
        says=f"it sent {pace.status}, so it is left alone until {iso(pace.blocked_until)}, "
        f"{left:.0f} s from now; such answers in a row: {pace.strikes}"
        if left > 0
        else "it has not asked us to wait",
        rule=f"HTTP {pace.status}" if left > 0 else None,
    )
    yield Rung(
        "queue",
        passed=True,
        says=f"{said.waiting} wait, {said.under_way} under way",
        rule=f"concurrency = {limits.concurrency}" if said.waiting or said.under_way else None,
    )
    turn = row.turn(now, cap, crawl_delay)
    delay = f"Crawl-delay of {row.host}"
    held = {
        "pace": f"rate = {limits.rate:g}",
        "hourly": f"hourly = {limits.hourly}",
        "crawl-delay": delay,
        "site": f"HTTP {pace.status}",
    }
    late = f", which is more than limits.max_wait = {max_wait:g}" if turn.wait > max_wait else ""
    yield Rung(
        "paced",
        passed=turn.wait <= max_wait,
        says=f"its next turn is in {turn.wait:.1f} s{late}" if turn.wait > 0 else "its turn is now",
        rule=held.get(turn.held_by),
    )
