"""Who waits for a host and whose request is under way, counted for whoever looks on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Those at one host.

    Attributes:
        waiting: For a turn or for a place.
        under_way: Requests that are being answered.
    """

    waiting: int = 0
    under_way: int = 0


NOBODY_THERE = Line()


class Lines:
    """Counts by host; a host where nobody is takes no room."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._under_way: dict[str, int] = {}

    def comes(self, host: str) -> None:
        """One more waits."""
        self._waiting[host] = self._waiting.get(host, 0) + 1

    def goes(self, host: str) -> None:
        """One of them has its turn."""
        _less(self._waiting, host)
        self._under_way[host] = self._under_way.get(host, 0) + 1

    def leaves(self, host: str, *, waits: bool) -> None:
        """One of them is done, or gave up when it still *waits*."""
        _less(self._waiting if waits else self._under_way, host)

    @property
    def hosts(self) -> Collection[str]:
        """Where somebody is."""
        return self._waiting.keys() | self._under_way.keys()

    def at(self, host: str) -> Line:
        """Those at *host*."""
        if host not in self._waiting and host not in self._under_way:
            return NOBODY_THERE
        return Line(self._waiting.get(host, 0), self._under_way.get(host, 0))


def _less(counts: dict[str, int], host: str) -> None:
    counts[host] -= 1
    if not counts[host]:
        del counts[host]
