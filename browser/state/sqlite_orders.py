"""Operators' orders and the audit log in the SQLite file.

An order and its line of the log are one transaction. This process is the only writer, so the
revision is counted in memory, and begins anew with every start.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from browser.model.limits import Change, HostOrder
from browser.state import codec
from browser.state.alone import MAX_CHANGES
from browser.state.database import Database, writing
from browser.state.ports import Revision


class SqliteOrders:
    """Orders that survive a restart."""

    def __init__(self, file: Database) -> None:
        self._file = file
        self._revision = Revision()

    async def all(self) -> Mapping[str, HostOrder]:
        """Every order that stands, by host."""
        return await self._file.run(_read_orders)

    async def put(self, order: HostOrder, change: Change) -> None:
        """Let *order* stand, and write *change* down with it."""
        await self._file.run(partial(_put, order=order, change=change))
        self._revision = replace(self._revision, orders=self._revision.orders + 1)

    async def restore(self, order: HostOrder, change: Change) -> bool:
        """Let *order* stand, unless there is one. This process is the only writer."""
        if order.host in await self.all():
            return False
        await self.put(order, change)
        return True

    async def delete(self, host: str, change: Change) -> bool:
        """Take the order back; whether there was one."""
        there = await self._file.run(partial(_delete, host=host, change=change))
        if there:
            self._revision = replace(self._revision, orders=self._revision.orders + 1)
        return there

    async def reload(self, change: Change) -> None:
        """Write *change* down, and ask for the settings to be read again."""
        await self._file.run(partial(_note, change=change))
        self._revision = replace(self._revision, reloads=self._revision.reloads + 1)

    async def changes(self, limit: int) -> Sequence[Change]:
        """What was written down last, the newest first."""
        return await self._file.run(partial(_read_changes, limit=limit))

    async def revision(self) -> Revision:
        """How often something changed since the start."""
        return self._revision


def _read_orders(db: sqlite3.Connection) -> dict[str, HostOrder]:
    rows = db.execute("SELECT host, json FROM orders").fetchall()
    return {host: codec.standing(host, text) for host, text in rows}


def _read_changes(db: sqlite3.Connection, limit: int) -> list[Change]:
    rows = db.execute("SELECT json FROM changes ORDER BY n DESC LIMIT ?", (max(limit, 0),))
    return codec.changes(text for (text,) in rows.fetchall())


def _put(db: sqlite3.Connection, order: HostOrder, change: Change) -> None:
    with writing(db):
        db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?)", (order.host, codec.pack(order)))
        _write(db, change)


def _delete(db: sqlite3.Connection, host: str, change: Change) -> bool:
    with writing(db):
        gone = db.execute("DELETE FROM orders WHERE host = ?", (host,)).rowcount > 0
        if gone:
            _write(db, change)
    return gone


def _note(db: sqlite3.Connection, change: Change) -> None:
    with writing(db):
        _write(db, change)


def _write(db: sqlite3.Connection, change: Change) -> None:
    newest = db.execute("INSERT INTO changes (json) VALUES (?)", (codec.pack(change),)).lastrowid
    db.execute("DELETE FROM changes WHERE n <= ?", ((newest or 0) - MAX_CHANGES,))
