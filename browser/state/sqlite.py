"""State in one SQLite file, for a service of one process.

This process is the only writer, and so may keep what it uses in memory: a session in use is
read from the file once. A restart finds sessions, pages, copies of robots.txt and the pauses
that sites asked for; the pace of each host starts fresh, which is at most one burst too many.
The governing text is `browser.state.ports`. Left to taste: how many sessions stay in memory.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial

from browser.model.clock import Clock
from browser.model.fetch import RobotsCopy
from browser.model.session import Session
from browser.rules.pace import HostPace, Rate, Turn, random_jitter
from browser.state.database import Database, writing
from browser.state.memory import Lifetimes, MemoryTurns
from browser.state.rows import STRIKES_KEPT, SessionRows
from browser.text import codec

HOT_SESSIONS = 256  # sessions kept in memory; a long one takes a few megabytes
COMPRESSION = 1  # zlib; a third of the size for a tenth of the time of the default
TOUCH_AFTER = 60.0  # seconds after which storing a known page again is worth a write


class SqliteSessions:
    """Sessions, those used last also in memory.

    A session in memory is one object, which the caller changes and saves; the caller runs one
    command of a session at a time. Its displays, quotes, steps and allowed addresses only grow.
    """

    def __init__(self, file: Database, lifetimes: Lifetimes, hot: int = HOT_SESSIONS) -> None:
        self._file = file
        self._lifetimes = lifetimes
        self._rows = SessionRows(lifetimes)
        self._capacity = hot
        self._hot: OrderedDict[str, Session] = OrderedDict()

    async def load(self, key: str) -> Session | None:
        """The session, unless it is unknown or has ended; one that has ended is deleted."""
        session = self._hot.get(key)
        if session is None:
            found = await self._file.run(partial(self._rows.read, key=key))
            if found is None:
                return None
            # Another load may have come first: there must be one object only.
            session = self._hot.get(key, found)
        if self._lifetimes.over(session.created, session.used):
            await self.delete(key)
            return None
        self._warm(session)
        return session

    async def shared(self, share: str) -> Session | None:
        """The session of this share, as `load` gives it."""
        if not share or not share.isascii():  # none has been given that is not
            return None
        key = await self._file.run(partial(self._rows.key_of_share, share=share))
        return await self.load(key) if key else None

    async def save(self, session: Session) -> None:
        """Write what is new; once this returns, killing the process loses nothing of it."""
        self._warm(session)
        copy = replace(
            session,
            displays=session.displays.copy(),
            quotes=session.quotes.copy(),
            steps=session.steps.copy(),
            allowed=session.allowed.copy(),
            tally=replace(session.tally, hosts=session.tally.hosts.copy()),
        )
        for key in await self._file.run(partial(self._rows.write, session=copy)):
            self._hot.pop(key, None)

    async def delete(self, key: str) -> bool:
        """Forget it; whether there was one that had not ended."""
        self._hot.pop(key, None)
        there = await self._file.run(partial(self._rows.delete, key=key))
        self._hot.pop(key, None)  # a load that began before may have brought it back
        return there

    async def count(self) -> int:
        """How many are kept."""
        return await self._file.run(_count_sessions)

    def _warm(self, session: Session) -> None:
        self._hot[session.key] = session
        self._hot.move_to_end(session.key)
        while len(self._hot) > self._capacity:
            self._hot.popitem(last=False)


def _count_sessions(db: sqlite3.Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM sessions").fetchone()
    return int(count)


class SqlitePages:
    """Encoded pages, each stored once."""

    def __init__(self, file: Database, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; a key that is there already stays as it is, but counts as new."""
        await self._file.run(partial(_put_page, key=key, blob=blob, now=self._clock.now()))

    async def get(self, key: str) -> bytes | None:
        """The encoded page."""
        return await self._file.run(partial(_get_page, key=key))


def _put_page(db: sqlite3.Connection, key: str, blob: bytes, now: float) -> None:
    with writing(db):
        db.execute(
            "INSERT INTO pages VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET stored_at = excluded.stored_at WHERE pages.stored_at < excluded.stored_at - ?",
            (key, now, zlib.compress(blob, COMPRESSION), TOUCH_AFTER),
        )


def _get_page(db: sqlite3.Connection, key: str) -> bytes | None:
    row = db.execute("SELECT blob FROM pages WHERE key = ?", (key,)).fetchone()
    return _inflated(row[0]) if row else None


def _inflated(blob: bytes) -> bytes | None:
    """The page in *blob*; ``None`` for one that an older version wrote in another way."""
    inflater = zlib.decompressobj()
    try:
        page = inflater.decompress(blob, codec.MAX_PAGE)
    except zlib.error:
        return None
    return page if inflater.eof else None


class SqliteRobots:
    """Copies of robots.txt."""

    def __init__(self, file: Database) -> None:
        self._file = file

    async def get(self, authority: str) -> RobotsCopy | None:
        """The copy, expired or not."""
        return await self._file.run(partial(_get_robots, authority=authority))

    async def put(self, authority: str, copy: RobotsCopy) -> None:
        """Replace the copy."""
        await self._file.run(partial(_put_robots, authority=authority, copy=copy))


def _get_robots(db: sqlite3.Connection, authority: str) -> RobotsCopy | None:
    row = db.execute(
        "SELECT kind, body, fetched_at, expires_at, good_at, failures, why, etag, last_modified"
        " FROM robots WHERE authority = ?",
        (authority,),
    ).fetchone()
    return RobotsCopy(*row) if row else None


def _put_robots(db: sqlite3.Connection, authority: str, copy: RobotsCopy) -> None:
    times = (copy.fetched_at, copy.expires_at, copy.good_at)
    with writing(db):
        db.execute(
            "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(authority, copy.kind, *times, copy.failures, copy.why, copy.body),
                *(copy.etag, copy.last_modified),
            ),
        )


class SqliteTurns:
    """The pace of each host in memory; what a site asked for also in the file."""

    def __init__(self, file: Database, jitter: Callable[[], float] = random_jitter) -> None:
        self._file = file
        self._memory = MemoryTurns(jitter)

    def recall(self, hosts: dict[str, HostPace], now: float) -> None:
        """Take over the pauses of an earlier process."""
        for host, pace in hosts.items():
            self._memory.remember(host, pace, now)

    async def reserve(
        self, host: str, rates: tuple[Rate, ...], now: float, max_wait: float
    ) -> Turn:
        """Take the next turn of *host* if it comes within *max_wait* seconds."""
        return await self._memory.reserve(host, rates, now, max_wait)

    async def give_back(self, host: str, turn: Turn) -> None:
        """A turn of *host* was not used."""
        await self._memory.give_back(host, turn)

    async def go(self, asked: Mapping[str, tuple[Rate, ...]], now: float) -> Turn:
        """Note that a request is sent now, if it may be."""
        return await self._memory.go(asked, now)

    async def back_off(
        self, host: str, now: float, retry_after: float | None, status: int
    ) -> float:
        """Hold every turn of *host* back, at once and after a restart. Returns the pause."""
        pause = await self._memory.back_off(host, now, retry_after, status)
        await self._keep(host)
        return pause

    async def relax(self, host: str) -> None:
        """Forget its strikes; costs nothing when there are none."""
        if self._memory.pace(host).strikes:
            await self._memory.relax(host)
            await self._keep(host)

    async def look(self, hosts: Collection[str]) -> Mapping[str, HostPace]:
        """What is remembered of *hosts*."""
        return await self._memory.look(hosts)

    async def _keep(self, host: str) -> None:
        await self._file.run(partial(_put_host, host=host, pace=self._memory.pace(host)))


def _put_host(db: sqlite3.Connection, host: str, pace: HostPace) -> None:
    with writing(db):
        db.execute(
            "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?)",
            (host, pace.blocked_until, pace.strikes, pace.status),
        )


def read_hosts(db: sqlite3.Connection, now: float) -> dict[str, HostPace]:
    """The pauses and strikes that still mean something."""
    rows = db.execute(
        "SELECT host, blocked_until, strikes, status FROM hosts WHERE blocked_until > ?",
        (now - STRIKES_KEPT,),
    )
    return {host: HostPace({}, until, strikes, status) for host, until, strikes, status in rows}
