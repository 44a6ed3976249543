"""What operators have ordered, and the audit log, where all replicas see them.

Governing text: `browser.state.ports.HostOrders`. An order and its line of the log are written
together or not at all. The orders are a hash, the log a list of the newest `MAX_CHANGES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from browser.errors import StateUnavailable
from browser.model.limits import Change, HostOrder
from browser.state import codec
from browser.state.alone import MAX_CHANGES
from browser.state.database import AWAY
from browser.state.ports import Revision
from browser.state.valkey.connection import Command, Valkey

# KEYS: orders, log, revision. ARGV: host, the line of the log, how many lines are kept.
_DELETE = """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
redis.call('HINCRBY', KEYS[3], 'orders', 1)
return 1
"""


class ValkeyOrders:
    """Orders that replicas share."""

    def __init__(self, server: Valkey) -> None:
        self._server = server
        self._orders = server.key("orders")
        self._log = server.key("changes")
        self._revision = server.key("revision")

    async def all(self) -> Mapping[str, HostOrder]:
        """Every order that stands, by host."""
        found = await self._server.command("HGETALL", self._orders)
        try:
            return {host.decode(): codec.order(order) for host, order in found.items()}
        except codec.Damaged as error:
            raise StateUnavailable(AWAY) from error

    async def put(self, order: HostOrder, change: Change) -> None:
        """Let *order* stand in the place of an earlier one, and write *change* down with it."""
        await self._server.atomically(
            ("HSET", self._orders, order.host, codec.pack(order)), *self._written(change, "orders")
        )

    async def delete(self, host: str, change: Change) -> bool:
        """Take the order back; whether there was one."""
        keys = self._orders, self._log, self._revision
        return bool(await self._server.call(_DELETE, keys, host, codec.pack(change), MAX_CHANGES))

    async def reload(self, change: Change) -> None:
        """Ask every process to read its settings again."""
        await self._server.atomically(*self._written(change, "reloads"))

    async def changes(self, limit: int) -> Sequence[Change]:
        """What was written down last, the newest first."""
        if limit <= 0:
            return []
        lines = await self._server.command("LRANGE", self._log, 0, limit - 1)
        try:
            return [codec.change(line) for line in lines]
        except codec.Damaged as error:
            raise StateUnavailable(AWAY) from error

    async def revision(self) -> Revision:
        """How often something changed."""
        orders, reloads = await self._server.command("HMGET", self._revision, "orders", "reloads")
        return Revision(int(orders or 0), int(reloads or 0))

    def _written(self, change: Change, counted: str) -> tuple[Command, ...]:
        return (
            ("LPUSH", self._log, codec.pack(change)),
            ("LTRIM", self._log, 0, MAX_CHANGES - 1),
            ("HINCRBY", self._revision, counted, 1),
        )
