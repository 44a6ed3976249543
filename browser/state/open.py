"""From the `store.url` setting to a running store.

Decides which adapter a URL names; the forms are those of SQLAlchemy, whose three slashes before
a relative path operators know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from browser.model.clock import Clock
from browser.state.alone import FreeLeases, MemoryOrders
from browser.state.database import Database
from browser.state.memory import (
    Lifetimes,
    MemoryPages,
    MemoryRobots,
    MemorySessions,
    MemoryTurns,
    nobody,
)
from browser.state.ports import (
    Boards,
    Bus,
    HostOrders,
    Leases,
    Pages,
    Responses,
    RobotsCopies,
    Sessions,
    Turns,
)
from browser.state.responses import MAX_OCTETS, MemoryResponses
from browser.state.sqlite import (
    SqlitePages,
    SqliteRobots,
    SqliteSessions,
    SqliteTurns,
    read_hosts,
)
from browser.state.sqlite_orders import SqliteOrders

FORMS = (
    'Valid forms are "memory:", "sqlite:///relative.db", "sqlite:////absolute/path.db" and, shared'
    ' by replicas, "valkey://host:6379/0" (also valkeys, redis, rediss, unix).'
)
SHARED = frozenset({"valkey", "valkeys", "redis", "rediss", "unix"})  # schemes of shared stores


async def _nothing() -> None:
    """There is nothing to close or to reach in memory."""


@dataclass(frozen=True)
class Store:
    """Everything the service keeps.

    Attributes:
        sessions: Conversations.
        pages: Encoded pages.
        robots: Copies of robots.txt.
        turns: The pace of each host.
        responses: Replies that may be used again.
        orders: What operators have ordered for single hosts.
        leases: Who does what only one process should.
        boards: What each replica says of its hosts; ``None`` when there is no other one.
        bus: Messages to the other processes; likewise.
    """

    sessions: Sessions
    pages: Pages
    robots: RobotsCopies
    turns: Turns
    responses: Responses
    orders: HostOrders
    leases: Leases = field(default_factory=FreeLeases)
    boards: Boards | None = None
    bus: Bus | None = None
    _close: Callable[[], Awaitable[None]] = _nothing
    _ping: Callable[[], Awaitable[None]] = _nothing

    async def aclose(self) -> None:
        """Finish what was begun and let go of files. Closing twice is harmless."""
        await self._close()

    async def ping(self) -> None:
        """Prove that the store works.

        Raises:
            StateUnavailable: when it does not.
        """
        await self._ping()


def open_store(
    url: str,
    *,
    idle: float,
    max_age: float,
    max_sessions: int,
    clock: Clock,
    busy: Callable[[str], bool] = nobody,
    cache_bytes: int = MAX_OCTETS,
) -> Store:
    """Open the store that *url* names. Waits for the disk: call it before serving.

    A shared store is not waited for: while it is away, everything raises `StateUnavailable`.

    Args:
        url: ``memory:``, ``sqlite:///relative.db``, ``sqlite:////absolute/path.db`` or what
            `browser.state.valkey.fit` has, such as ``valkey://host:6379/0``.
        idle: Seconds without a command after which a session ends.
        max_age: Seconds after which a session ends anyway.
        max_sessions: When there are more, the one idle longest of the owner with most ends.
        clock: Tells the time.
        busy: Whether the session of a key runs a command, if that is known.
        cache_bytes: Of memory for replies that may be used again.

    Raises:
        ValueError: when the URL has no valid form, its file cannot be used, or the extra
            ``shared`` is not installed.
    """
    lifetimes = Lifetimes(idle, max_age, max_sessions, clock, busy)
    if url == "memory:":
        pages = MemoryPages(clock)
        return Store(
            sessions=MemorySessions(lifetimes, pages),
            pages=pages,
            robots=MemoryRobots(),
            turns=MemoryTurns(),
            responses=MemoryResponses(cache_bytes),
            orders=MemoryOrders(),
        )
    if is_shared(url):
        return _open_shared(url, lifetimes, cache_bytes)
    return _open_sqlite(Database(_path(url)), lifetimes, cache_bytes)


def is_shared(url: str) -> bool:
    """Whether *url* names a store that several processes may use at once."""
    return url.partition(":")[0] in SHARED


def _open_shared(url: str, lifetimes: Lifetimes, cache_bytes: int) -> Store:
    try:
        from browser.state.valkey.store import open_valkey  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        raise ValueError(
            "A shared store needs the extra `shared`: pip install 'polite-browser[shared]'."
        ) from None
    return open_valkey(url, lifetimes, cache_bytes)


def _path(url: str) -> Path:
    # Of a URL only the scheme is repeated: the rest may hold a password.
    scheme, _, rest = url.partition(":")
    name = rest.removeprefix("///")
    if scheme == "sqlite" and name == rest:
        raise ValueError(f"After sqlite: of the store URL come three slashes and a path. {FORMS}")
    if scheme != "sqlite":
        raise ValueError(f"The store URL beginning {scheme[:20]!r} is not known. {FORMS}")
    if name in {"", ":memory:"} or "?" in name:
        raise ValueError(f"The store sqlite:///{name} does not name a file. {FORMS}")
    return Path(name)


def _open_sqlite(file: Database, lifetimes: Lifetimes, cache_bytes: int) -> Store:
    now = lifetimes.clock.now()
    turns = SqliteTurns(file)
    turns.recall(file.run_now(lambda db: read_hosts(db, now)), now)
    return Store(
        sessions=SqliteSessions(file, lifetimes),
        pages=SqlitePages(file, lifetimes.clock),
        robots=SqliteRobots(file),
        turns=turns,
        responses=MemoryResponses(cache_bytes),
        orders=SqliteOrders(file),
        _close=file.aclose,
        _ping=file.ping,
    )
