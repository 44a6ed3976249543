"""Sessions and their pages as rows of a `browser.state.database.Database`.

Everything here runs in the database's thread and takes its connection. Decides what a save
writes (only what the file does not have), what ends when, and when a page goes: with the last
session that shows it, or when nobody showed it in the time of a long command. What has expired
is looked for at a save, a bounded number of rows at a time.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence

from browser.model.session import Display, Quote, Session, Step, Tally
from browser.state import codec
from browser.state.database import writing
from browser.state.eviction import Crowd
from browser.state.memory import PAGE_GRACE, SWEEP_EVERY, Lifetimes

SESSIONS_A_SWEEP = 32
PAGES_A_SWEEP = 500
ROBOTS_KEPT = 30 * 86_400.0  # seconds after its expiry (RFC 9309 2.3.1.4 speaks of 30 days)
STRIKES_KEPT = 86_400.0  # seconds after a pause that no good answer followed

_LOOSE = "NOT EXISTS (SELECT 1 FROM displays WHERE page_key = pages.key)"
_UPSERT = """INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET used = excluded.used, commands = excluded.commands,
    share = excluded.share"""
_TALLY = """INSERT INTO tallies VALUES (?, ?)
    ON CONFLICT (session) DO UPDATE SET json = excluded.json WHERE json <> excluded.json"""
_COUNTS = """SELECT (SELECT count(*) FROM displays WHERE session = key),
    (SELECT count(*) FROM quotes WHERE session = key),
    (SELECT count(*) FROM steps WHERE session = key),
    (SELECT count(*) FROM allowed WHERE session = key) FROM sessions WHERE key = ?"""

Counts = tuple[int, int, int, int]


class SessionRows:
    """What the file holds of each session.

    The number of rows already there is remembered, and whose sessions there are once there were
    too many; where it is not, the file is asked. So this memory may be lost at any moment, as it
    is when a transaction is rolled back.
    """

    def __init__(self, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes
        self._saved: dict[str, Counts] = {}
        self._crowd: Crowd | None = None
        self._sweep_at = 0.0
        self._checked = (0.0, "")  # pages stored up to here were looked at once

    def read(self, db: sqlite3.Connection, key: str) -> Session | None:
        """The session, ended or not; raises `codec.Damaged`."""
        row = db.execute(
            "SELECT id, owner, created, used, commands, share FROM sessions WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        session = Session(key, *row[:-1])
        session.share = row[-1]
        session.displays = [codec.display(text) for text in _texts(db, "displays", key)]
        session.quotes = [codec.quote(text) for text in _texts(db, "quotes", key)]
        session.steps = [codec.step(text) for text in _texts(db, "steps", key)]
        session.allowed = [codec.address(text) for text in _texts(db, "allowed", key)]
        tally = db.execute("SELECT json FROM tallies WHERE session = ?", (key,)).fetchone()
        session.tally = codec.tally(tally[0]) if tally else Tally()
        return session

    def key_of_share(self, db: sqlite3.Connection, share: str) -> str | None:
        """Where the session of this share is stored."""
        row = db.execute("SELECT key FROM sessions WHERE share = ?", (share,)).fetchone()
        return str(row[0]) if row else None

    def write(self, db: sqlite3.Connection, session: Session) -> list[str]:
        """Add what is new of *session*. Returns the keys of sessions that ended meanwhile."""
        key = session.key
        now = self._lifetimes.clock.now()
        counts = self._saved.get(key) or db.execute(_COUNTS, (key,)).fetchone()
        displays, quotes, steps, allowed = counts or (0, 0, 0, 0)
        gone: list[str] = []
        with self._writing(db):
            head = (key, session.id, session.owner, session.created)
            db.execute(_UPSERT, (*head, session.used, session.commands, session.share))
            db.executemany(
                "INSERT OR REPLACE INTO displays VALUES (?, ?, ?, ?)",
                [
                    (key, n, display.page_key, codec.pack(display))
                    for n, display in enumerate(session.displays[displays:], displays)
                ],
            )
            _add(db, "quotes", key, session.quotes, quotes)
            _add(db, "steps", key, session.steps, steps)
            _add(db, "allowed", key, session.allowed, allowed)
            if session.tally != Tally():
                db.execute(_TALLY, (key, codec.pack(session.tally)))
            if counts is None:
                gone = self._make_room(db, session, now)
        if self._crowd is not None:
            self._crowd.use(session.owner, key)
        self._saved[key] = (
            *(len(session.displays), len(session.quotes)),
            *(len(session.steps), len(session.allowed)),
        )
        if now >= self._sweep_at:
            # What was saved is saved: a sweep that fails is tried again, not told to the caller.
            with contextlib.suppress(sqlite3.Error):
                gone += self._sweep(db, now)
        return gone

    def delete(self, db: sqlite3.Connection, key: str) -> bool:
        """Remove it; whether there was one that had not ended."""
        row = db.execute("SELECT created, used FROM sessions WHERE key = ?", (key,)).fetchone()
        if row is None:
            return False
        with self._writing(db):
            self._drop(db, key, self._lifetimes.clock.now())
        return not self._lifetimes.over(*row)

    @contextlib.contextmanager
    def _writing(self, db: sqlite3.Connection) -> Iterator[None]:
        try:
            with writing(db):
                yield
        except BaseException:
            self._crowd = None  # it may know of what has not happened
            raise

    def _make_room(self, db: sqlite3.Connection, newest: Session, now: float) -> list[str]:
        (count,) = db.execute("SELECT count(*) FROM sessions").fetchone()
        surplus = min(count - self._lifetimes.max_sessions, SESSIONS_A_SWEEP)
        if surplus <= 0:
            return []
        if self._crowd is None:
            self._crowd = Crowd()
            for owner, key in db.execute("SELECT owner, key FROM sessions ORDER BY used, rowid"):
                self._crowd.use(owner, key)
        self._crowd.use(newest.owner, newest.key)
        gone: list[str] = []
        for _ in range(surplus):
            key = self._crowd.next(self._lifetimes.busy_or(newest.key))
            if key is None:
                break
            self._drop(db, key, now)
            gone.append(key)
        return gone

    def _drop(self, db: sqlite3.Connection, key: str, now: float) -> None:
        shown = db.execute("SELECT DISTINCT page_key FROM displays WHERE session = ?", (key,))
        pages = [(page, now - PAGE_GRACE) for (page,) in shown.fetchall()]
        db.execute("DELETE FROM sessions WHERE key = ?", (key,))
        db.executemany(
            f"DELETE FROM pages WHERE key = ? AND stored_at <= ? AND {_LOOSE}",  # noqa: S608 - a constant
            pages,
        )
        self._saved.pop(key, None)
        if self._crowd is not None:
            self._crowd.drop(key)

    def _sweep(self, db: sqlite3.Connection, now: float) -> list[str]:
        with self._writing(db):
            ended = db.execute(
                "SELECT key FROM sessions WHERE used < ? OR created < ? LIMIT ?",
                (now - self._lifetimes.idle, now - self._lifetimes.max_age, SESSIONS_A_SWEEP),
            ).fetchall()
            for (key,) in ended:
                self._drop(db, key, now)
            fresh = db.execute(
                "SELECT stored_at, key FROM pages WHERE (stored_at, key) > (?, ?)"
                " AND stored_at <= ? ORDER BY stored_at, key LIMIT ?",
                (*self._checked, now - PAGE_GRACE, PAGES_A_SWEEP),
            ).fetchall()
            db.executemany(
                f"DELETE FROM pages WHERE key = ? AND {_LOOSE}",  # noqa: S608 - a constant
                [(key,) for _, key in fresh],
            )
            db.execute("DELETE FROM robots WHERE expires_at < ?", (now - ROBOTS_KEPT,))
            db.execute("DELETE FROM hosts WHERE blocked_until < ?", (now - STRIKES_KEPT,))
        if fresh:
            self._checked = fresh[-1]
        more = len(ended) == SESSIONS_A_SWEEP or len(fresh) == PAGES_A_SWEEP
        self._sweep_at = now if more else now + SWEEP_EVERY
        return [key for (key,) in ended]


def _texts(db: sqlite3.Connection, table: str, key: str) -> list[str]:
    sql = f"SELECT json FROM {table} WHERE session = ? ORDER BY n"  # noqa: S608 - our own names
    return [text for (text,) in db.execute(sql, (key,)).fetchall()]


def _add(
    db: sqlite3.Connection,
    table: str,
    key: str,
    values: Sequence[Display | Quote | Step | str],
    saved: int,
) -> None:
    db.executemany(
        f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)",  # noqa: S608 - our own names
        [(key, n, codec.pack(value)) for n, value in enumerate(values[saved:], saved)],
    )
