"""What operators have ordered, and the audit log, where all replicas see them.

Governing text: `browser.state.ports.HostOrders`. An order and its line of the log are written
together or not at all. The orders are a hash, the log a list of the newest `MAX_CHANGES`.

An epoch is a random name made with the counts, and the server's run id: a server that was emptied
has another name, one that was restarted, or took over, may have lost the last of what it was told.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from browser.model.limits import Change, HostOrder
from browser.state import codec
from browser.state.alone import MAX_CHANGES
from browser.state.ports import Revision
from browser.state.valkey.connection import Command, Valkey

# KEYS: orders, log, revision. ARGV: host, the line of the log, how many lines are kept.
_WRITE = """
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
redis.call('HINCRBY', KEYS[3], 'orders', 1)
return 1
"""
_DELETE = f"if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end {_WRITE}"
# ARGV[4]: the order.
_RESTORE = f"if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[4]) == 0 then return 0 end {_WRITE}"


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
        named = {host.decode("utf-8", "replace"): order for host, order in found.items()}
        return {host: codec.standing(host, order) for host, order in named.items()}

    async def put(self, order: HostOrder, change: Change) -> None:
        """Let *order* stand in the place of an earlier one, and write *change* down with it."""
        await self._server.atomically(
            ("HSET", self._orders, order.host, codec.pack(order)), *self._written(change, "orders")
        )

    async def restore(self, order: HostOrder, change: Change) -> bool:
        """Let *order* stand, unless there is one."""
        return await self._call(_RESTORE, order.host, change, codec.pack(order))

    async def delete(self, host: str, change: Change) -> bool:
        """Take the order back; whether there was one."""
        return await self._call(_DELETE, host, change)

    async def reload(self, change: Change) -> None:
        """Ask every process to read its settings again."""
        await self._server.atomically(*self._written(change, "reloads"))

    async def changes(self, limit: int) -> Sequence[Change]:
        """What was written down last, the newest first."""
        if limit <= 0:
            return []
        return codec.changes(await self._server.command("LRANGE", self._log, 0, limit - 1))

    async def revision(self) -> Revision:
        """How often something changed."""
        fields = "HMGET", self._revision, "orders", "reloads", "epoch"
        orders, reloads, epoch = await self._server.command(*fields)
        if epoch is None:
            made = "HSETNX", self._revision, "epoch", secrets.token_hex(8)
            _, (orders, reloads, epoch) = await self._server.atomically(made, fields)
        name = f"{epoch.decode()} {self._server.run_id}"
        return Revision(int(orders or 0), int(reloads or 0), name)

    async def _call(self, script: str, host: str, change: Change, *more: str) -> bool:
        keys = self._orders, self._log, self._revision
        written = codec.pack(change)
        return bool(await self._server.call(script, keys, host, written, MAX_CHANGES, *more))

    def _written(self, change: Change, counted: str) -> tuple[Command, ...]:
        return (
            ("LPUSH", self._log, codec.pack(change)),
            ("LTRIM", self._log, 0, MAX_CHANGES - 1),
            ("HINCRBY", self._revision, counted, 1),
        )
