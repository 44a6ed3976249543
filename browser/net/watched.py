"""A gate of robots.txt that tells what it learned of a site, for the operator's view."""

from __future__ import annotations

from collections.abc import Callable

from browser.model.url import Authority, Url
from browser.net.judged import Judged
from browser.net.ladder import Spent
from browser.net.robots import RobotsGate

Told = Callable[[Authority, Judged], None]


class WatchedGate(RobotsGate):
    """Tells *told*, when that is set, of every verdict."""

    told: Told | None = None

    async def judge(self, url: Url, max_wait: float, spent: Spent | None = None) -> Judged:
        """Say whether *url* may be fetched, as `RobotsGate.judge` does."""
        judged = await super().judge(url, max_wait, spent)
        if self.told is not None:
            self.told(url.authority, judged)
        return judged
