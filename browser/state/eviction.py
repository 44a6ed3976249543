"""Which conversation goes when there are too many.

Decides: of the owner that has the most, the one idle longest; of owners that have as many, again
the one idle longest. So whoever makes conversations without end only ends its own. One that runs
a command is passed over; when all of that owner's do, there is one too many until they end.

Left to taste: all of it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

_SLACK = 64  # entries that may be out of date, beside as many as there are owners


class Crowd:
    """Sessions by owner, each owner's in the order of their last use.

    A heap tells the owner with the most; what is out of date in it is thrown away when it comes
    up, so that a use costs the same however many sessions there are.
    """

    def __init__(self) -> None:
        self._uses = count()
        self._owners: dict[str, dict[str, int]] = {}  # number of its last use by key, oldest first
        self._owner_of: dict[str, str] = {}
        self._heap: list[tuple[int, int, str]] = []  # sessions (negative), oldest use, owner

    def use(self, owner: str, key: str) -> None:
        """The session *key* of *owner* is the one used last."""
        keys = self._owners.setdefault(owner, {})
        keys.pop(key, None)
        keys[key] = next(self._uses)
        self._owner_of[key] = owner
        self._enter(owner)

    def drop(self, key: str) -> None:
        """The session has ended."""
        owner = self._owner_of.pop(key, None)
        if owner is None:
            return
        keys = self._owners[owner]
        del keys[key]
        if keys:
            self._enter(owner)
        else:
            del self._owners[owner]

    def next(self, busy: Callable[[str], bool]) -> str | None:
        """The key of the one to end; ``None`` when all that might be are *busy*."""
        while self._heap and not self._holds(self._heap[0]):
            heapq.heappop(self._heap)
        if not self._heap:
            return None
        return next((key for key in self._owners[self._heap[0][2]] if not busy(key)), None)

    def _enter(self, owner: str) -> None:
        if len(self._heap) > 2 * len(self._owners) + _SLACK:
            self._heap = [_entry(name, keys) for name, keys in self._owners.items()]
            heapq.heapify(self._heap)
        else:
            heapq.heappush(self._heap, _entry(owner, self._owners[owner]))

    def _holds(self, entry: tuple[int, int, str]) -> bool:
        keys = self._owners.get(entry[2])
        return bool(keys) and entry == _entry(entry[2], keys or {})


def _entry(owner: str, keys: dict[str, int]) -> tuple[int, int, str]:
    return -len(keys), next(iter(keys.values())), owner
