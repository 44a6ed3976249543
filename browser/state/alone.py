"""What one process needs of ports that exist for the sake of others.

A store of one process has nobody to share with: every lease is granted.
Left to taste: all of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from browser.model.limits import Change, HostOrder
from browser.state.ports import Revision

MAX_CHANGES = 1000  # of the audit log, kept in memory; every one is logged too


class FreeLeases:
    """Grants everything at once."""

    @asynccontextmanager
    async def hold(self, name: str, patience: float) -> AsyncIterator[bool]:
        """It is ours."""
        del name, patience
        yield True


EVERYTHING = FreeLeases()


class MemoryOrders:
    """Orders for as long as the process lives."""

    def __init__(self) -> None:
        self._orders: dict[str, HostOrder] = {}
        self._changes: deque[Change] = deque(maxlen=MAX_CHANGES)
        self._revision = Revision()

    async def all(self) -> Mapping[str, HostOrder]:
        """Every order that stands, by host."""
        return dict(self._orders)

    async def put(self, order: HostOrder, change: Change) -> None:
        """Let *order* stand."""
        self._orders[order.host] = order
        self._wrote(change)

    async def delete(self, host: str, change: Change) -> bool:
        """Take it back."""
        if self._orders.pop(host, None) is None:
            return False
        self._wrote(change)
        return True

    async def restore(self, order: HostOrder, change: Change) -> bool:
        """Let *order* stand, unless there is one."""
        if order.host in self._orders:
            return False
        await self.put(order, change)
        return True

    async def reload(self, change: Change) -> None:
        """Ask for the settings to be read again."""
        self._changes.appendleft(change)
        self._revision = Revision(self._revision.orders, self._revision.reloads + 1)

    async def changes(self, limit: int) -> Sequence[Change]:
        """The newest first."""
        return list(self._changes)[:limit]

    async def revision(self) -> Revision:
        """How often something changed."""
        return self._revision

    def _wrote(self, change: Change) -> None:
        self._changes.appendleft(change)
        self._revision = Revision(self._revision.orders + 1, self._revision.reloads)
