"""How long the store takes and how often it fails, whichever adapter it is.

What operators change is counted here too, where the process that made the change writes it down:
every process of the store is told of it, and all of their counters are added up.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from browser.errors import StateUnavailable
from browser.model.limits import Change, HostOrder
from browser.state.open import Store
from browser.state.ports import HostOrders
from browser.telemetry.metrics import PORTS, Metrics


def measured(store: Store, metrics: Metrics) -> Store:
    """*store*, each call of whose ports is measured; not those that wait for others."""
    store = replace(store, orders=_Counted(store.orders, metrics))
    ports: dict[str, Any] = {
        name: _Measured(port, name, metrics)
        for name in PORTS
        if (port := getattr(store, name)) is not None
    }
    return replace(store, **ports)


class _Counted:
    """Orders of operators, whose changes are counted."""

    def __init__(self, orders: HostOrders, metrics: Metrics) -> None:
        self._orders = orders
        self._metrics = metrics
        self.all = orders.all
        self.changes = orders.changes
        self.revision = orders.revision

    async def put(self, order: HostOrder, change: Change) -> None:
        """As `HostOrders.put`."""
        await self._orders.put(order, change)
        self._metrics.changed(change.action)

    async def restore(self, order: HostOrder, change: Change) -> bool:
        """As `HostOrders.restore`. No operator has changed anything."""
        return await self._orders.restore(order, change)

    async def delete(self, host: str, change: Change) -> bool:
        """As `HostOrders.delete`."""
        done = await self._orders.delete(host, change)
        if done:
            self._metrics.changed(change.action)
        return done

    async def reload(self, change: Change) -> None:
        """As `HostOrders.reload`."""
        await self._orders.reload(change)
        self._metrics.changed(change.action)


class _Measured:
    """Stands for a port; its methods are made when they are first wanted, and kept."""

    def __init__(self, port: object, name: str, metrics: Metrics) -> None:
        self._port = port
        self._name = name
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if inspect.iscoroutinefunction(found):
            found = _timed(found, self._name, self._metrics)
            setattr(self, name, found)
        return found


def _timed(method: Callable[..., Any], port: str, metrics: Metrics) -> Callable[..., Any]:
    @wraps(method)
    async def timed(*args: Any, **named: Any) -> Any:
        began, failed = time.monotonic(), False
        try:
            return await method(*args, **named)
        except StateUnavailable:
            failed = True
            raise
        finally:
            metrics.stored(port, time.monotonic() - began, failed=failed)

    return timed
