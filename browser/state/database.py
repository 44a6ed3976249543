"""One SQLite file: its thread, its tables, its version, and what is refused at opening.

Governing text: the SQLite documentation on write-ahead logging and on PRAGMA user_version and
application_id. A commit is in the operating system's hands before it is reported, so a killed
process loses nothing; a machine that loses power may lose the last moments (synchronous=NORMAL)
but never the file.

One process owns the file. One thread holds its only connection, and jobs run in the order in
which they were handed in.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from browser.errors import StateUnavailable
from browser.state.codec import Damaged

T = TypeVar("T")

APPLICATION = 0x706F6C62  # "polb": tells our files from another program's
VERSION = 6  # of the tables; what each version added to the one before is in `STEPS`
BUSY = 5.0  # seconds to wait for another program that reads the file
WAL_LIMIT = 64 * 2**20  # bytes the log may keep on disk after a checkpoint

_ALLOWED = """CREATE TABLE IF NOT EXISTS allowed (session TEXT NOT NULL
    REFERENCES sessions ON DELETE CASCADE, n INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (session, n))"""
_TALLIES = """CREATE TABLE IF NOT EXISTS tallies (session TEXT PRIMARY KEY
    REFERENCES sessions ON DELETE CASCADE, json TEXT NOT NULL)"""
_BY_SHARE = "CREATE INDEX sessions_share ON sessions (share)"
_ORDERS = "CREATE TABLE IF NOT EXISTS orders (host TEXT PRIMARY KEY, json TEXT NOT NULL)"
_CHANGES = """CREATE TABLE IF NOT EXISTS changes
    (n INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL)"""
TABLES = (
    """CREATE TABLE sessions (key TEXT PRIMARY KEY, id TEXT NOT NULL, owner TEXT NOT NULL,
        created REAL NOT NULL, used REAL NOT NULL, commands INTEGER NOT NULL,
        share TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX sessions_used ON sessions (used)",
    "CREATE INDEX sessions_created ON sessions (created)",
    _BY_SHARE,
    """CREATE TABLE displays (session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        n INTEGER NOT NULL, page_key TEXT NOT NULL, json TEXT NOT NULL,
        PRIMARY KEY (session, n))""",
    "CREATE INDEX displays_page ON displays (page_key)",
    """CREATE TABLE quotes (session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        n INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (session, n))""",
    """CREATE TABLE steps (session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        n INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (session, n))""",
    "CREATE TABLE pages (key TEXT PRIMARY KEY, stored_at REAL NOT NULL, blob BLOB NOT NULL)",
    "CREATE INDEX pages_stored ON pages (stored_at, key)",
    """CREATE TABLE robots (authority TEXT PRIMARY KEY, kind TEXT NOT NULL,
        fetched_at REAL NOT NULL, expires_at REAL NOT NULL, good_at REAL NOT NULL,
        failures INTEGER NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL,
        etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX robots_expires ON robots (expires_at)",
    """CREATE TABLE hosts (host TEXT PRIMARY KEY, blocked_until REAL NOT NULL,
        strikes INTEGER NOT NULL, status INTEGER NOT NULL)""",
    _ALLOWED,
    _TALLIES,
    _ORDERS,
    _CHANGES,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE robots ADD COLUMN etag TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE robots ADD COLUMN last_modified TEXT NOT NULL DEFAULT ''",
    ),
    3: (_ALLOWED, _TALLIES),
    4: ("ALTER TABLE sessions ADD COLUMN share TEXT NOT NULL DEFAULT ''",),
    5: (_BY_SHARE,),
    6: (_ORDERS, _CHANGES),
}

AWAY = "The browser cannot reach its memory at the moment. Try again in a few seconds."

MOVED = "The file of the store is not there any more: put it back, and restart the service."


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One write transaction: all of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class Database:
    """The file, open. Made where waiting a few milliseconds does no harm.

    Args:
        path: Of the file; its folder must exist. It is made readable for its owner only.

    Raises:
        ValueError: when the file cannot be used; the sentence is for the operator.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        if not self._path.parent.is_dir():
            raise ValueError(f"The folder {self._path.parent} of the store does not exist.")
        self._lock = self._own()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="state")
        try:
            self._db, self._inode = self._thread.submit(self._open).result()
        except OSError as error:
            self._give_up()
            raise self._unwritable(error) from error
        except sqlite3.Error as error:
            self._give_up()
            raise self._unusable(error) from error
        except ValueError:
            self._give_up()
            raise

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run *job* in the file's thread, after every job handed in before.

        Raises:
            StateUnavailable: when the file is closed, locked, full, unreadable or damaged.
        """
        try:
            future = self._thread.submit(job, self._db)
        except RuntimeError as error:
            raise StateUnavailable(AWAY) from error
        try:
            return await asyncio.wrap_future(future)
        except (sqlite3.Error, Damaged) as error:
            raise StateUnavailable(AWAY, for_operator=_why(error)) from error

    def run_now(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run *job* and wait for it, as part of opening, before there is an event loop.

        Raises:
            ValueError: when the file turns out to be unusable; it is closed then.
        """
        try:
            return self._thread.submit(job, self._db).result()
        except sqlite3.Error as error:
            self.close()
            raise self._unusable(error) from error

    async def ping(self) -> None:
        """Write to the file, and see that it is still where it was.

        Raises:
            StateUnavailable: when what is saved now would not be found after a restart.
        """
        await self.run(self._probe)

    async def aclose(self) -> None:
        """Finish the jobs handed in and close the file. Closing twice is harmless."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.close)

    def close(self) -> None:
        """Like `aclose`, without an event loop."""
        try:
            self._thread.submit(self._db.close)
        except RuntimeError:  # closed before
            return
        self._give_up()

    def _own(self) -> int:
        """Hold the lock beside the file: two services on one file would each pace on its own.

        SQLite's locks last as long as a transaction; this one as long as the process, however
        it ends.
        """
        try:
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise ValueError(
                f"The store {self._path} is in use by another process. Stop that one, or name "
                "another file in store.url."
            ) from error
        return lock

    def _give_up(self) -> None:
        self._thread.shutdown(wait=True)
        os.close(self._lock)

    def _unwritable(self, error: OSError) -> ValueError:
        return ValueError(f"The store {self._path} cannot be written: {error.strerror}.")

    def _unusable(self, error: sqlite3.Error) -> ValueError:
        return ValueError(f"The store {self._path} is not a usable SQLite database: {error}.")

    def _open(self) -> tuple[sqlite3.Connection, int]:
        # SQLite gives its log files the mode of the database, so this decides for all three.
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        inode = os.fstat(handle).st_ino
        os.close(handle)
        db = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, cached_statements=256)
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db, inode

    def _prepare(self, db: sqlite3.Connection) -> None:
        self._judge(db)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
        with writing(db):
            # Judged again under the lock: another process may have made the tables meanwhile.
            for statement in _missing(self._judge(db)):
                db.execute(statement)

    def _judge(self, db: sqlite3.Connection) -> int:
        """The version of the tables, 0 for a new file; ``ValueError`` when it is not ours."""
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not (application or version or tables):
            return 0
        if application != APPLICATION:
            raise ValueError(f"The store {self._path} is the database of another program.")
        if version > VERSION:
            raise ValueError(
                f"The store {self._path} was written by a newer polite-browser (version "
                f"{version} of its tables; this one knows {VERSION}). Update, or use another file."
            )
        return int(version)

    def _probe(self, db: sqlite3.Connection) -> None:
        with writing(db):
            db.execute(f"PRAGMA user_version = {VERSION}")
        try:
            moved = self._path.stat().st_ino != self._inode
        except OSError:
            moved = True
        if moved:
            raise StateUnavailable(AWAY, for_operator=MOVED)


def _why(error: Exception) -> str:
    # SQLite says what is wrong and no name of a file; what is damaged may be anything.
    what = str(error) if isinstance(error, sqlite3.Error) else "what it holds is damaged"
    return f"The file of the store cannot be used: {what}."


def _missing(version: int) -> tuple[str, ...]:
    """What brings a file of *version* up to ours."""
    if not version:
        return TABLES
    late = [step for number in range(version + 1, VERSION + 1) for step in STEPS[number]]
    return (*late, f"PRAGMA user_version = {VERSION}")
