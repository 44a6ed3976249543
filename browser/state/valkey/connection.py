"""One client of a Valkey or Redis server: every command passes it.

Governing texts: the Valkey and Redis command references; RESP2. Which servers are fit, and how
they are named, is in `browser.state.valkey.fit`.

**Away.** Every command passes `Valkey.run`, which turns whatever goes wrong into
`StateUnavailable` within two seconds. Nothing is tried twice: a reservation whose answer was lost
may have been made, and making it again would take a second turn. Opening does not connect; a
server that comes back is used again with the next command.

**Cancellation.** A reply must never be read by another question (the fault behind the chat outage
of March 2023). redis-py closes a connection whose question was cancelled before its answer came;
it also refuses a connection on which something waits to be read, which it does only without
RESP3's push messages, and so RESP2 is spoken.

**Lost memory.** A server that was restarted, or a replica that took over, may know less than it
did. Each connection compares the server's run id with the one noted in it; when they differ,
the moment is noted with the new one (`meet.lua`), and `turns.lua` treats every host as having
used up its burst by then. Processes that were up before also tell again which sites asked for
a pause (`Valkey.teach`). Only when server and all processes restart at once, and the server kept
nothing on disk, is one burst too many possible, and a pause that a site asked for forgotten.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import anyio
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ChildDeadlockedError,
    IncorrectPolicyType,
    NoScriptError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from browser.errors import StateUnavailable
from browser.state.database import AWAY
from browser.state.valkey.fit import Unfit, check, reached_by, read
from browser.state.valkey.why import why

T = TypeVar("T")

PREFIX = "pb:1:"  # of every key; the number is the version of what is stored under them
PATIENCE = 1.5  # seconds that one call may take
GOODBYE = 0.3  # seconds that closing connections may take; TLS would wait for an answer
CONNECTIONS = 32  # at most, of one process; more calls at once wait for one another
FAILURES = (
    *(RedisError, RedisClusterException, ChildDeadlockedError, IncorrectPolicyType),
    *(OSError, EOFError, UnicodeError),  # OSError: TimeoutError and TLS errors too
    RuntimeError,  # uvloop, of writing to a socket that was closed
)
_log = logging.getLogger("browser.state")

Command = Sequence[str | bytes | int | float]


@cache
def script(name: str, **constants: float | str) -> str:
    """The text of the script *name*.lua, after what is common to all and its *constants*."""
    folder = files("browser.state.valkey")
    given = "".join(f"local {key} = {value!r}\n" for key, value in constants.items())
    texts = ((folder / f"{each}.lua").read_text("utf-8") for each in ("common", name))
    return given + "".join(texts)


@cache
def _name(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Valkey:
    """The server.

    Args:
        url: Where it is; `browser.state.valkey.fit` has the forms.
        now: Tells the time in place of the server's clock. For tests, which own the time.

    Raises:
        ValueError: when the URL has no valid form; it does not repeat the URL.
    """

    def __init__(self, url: str, now: Callable[[], float] | None = None) -> None:
        self._now = now
        self._pool = ConnectionPool(**reached_by(url), **self._manners())
        self._client = Redis(connection_pool=self._pool)
        self._places = anyio.Semaphore(CONNECTIONS, fast_acquire=True)
        self._closed = False
        self._away = False
        self._run_id = ""  # of the server that was met last
        self._maxmemory = 0  # as well
        self._teachers: list[Callable[[], Iterable[Command]]] = []

    @staticmethod
    def key(*parts: str) -> str:
        """The key of these parts. The last one may be anything, the others have no colon."""
        return PREFIX + ":".join(parts)

    def moment(self) -> str:
        """What a script's `clock` is to go by: nothing, which is the server's clock, or ours."""
        return "" if self._now is None else repr(self._now())

    @property
    def run_id(self) -> str:
        """Of the server that was met last; empty before the first."""
        return self._run_id

    @property
    def maxmemory(self) -> int:
        """Octets, of the server that was met last; 0 for no bound, and before the first."""
        return self._maxmemory

    def teach(self, commands: Callable[[], Iterable[Command]]) -> None:
        """Let each server first be told *commands* that may have lost them, or that was away."""
        self._teachers.append(commands)

    async def run(self, job: Callable[[Any], Awaitable[T]]) -> T:
        """Let *job* ask the server. It may be cancelled at any moment, and is after `PATIENCE`.

        Raises:
            StateUnavailable: when the server is away, refuses, or is not fit; it says why to the
                operator.
        """
        if self._closed:
            raise StateUnavailable(AWAY, for_operator="This process has let go of its store.")
        try:
            with anyio.fail_after(PATIENCE):
                async with self._places:
                    answer = await job(self._client)
        except FAILURES as error:
            await self._failed(error)
            raise StateUnavailable(AWAY, for_operator=why(error)) from error
        if self._away:
            self._away = False
            _log.warning("the shared store is there again")
        return answer

    async def command(self, *command: str | bytes | float) -> Any:
        """The answer to one command, as redis-py gives it."""
        return await self.run(lambda client: client.execute_command(*command))

    async def atomically(self, *commands: Command) -> list[Any]:
        """The answers to commands that are done all, at once, or not at all."""

        async def transaction(client: Any) -> list[Any]:
            async with client.pipeline(transaction=True) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                return list(await pipe.execute())

        return await self.run(transaction)

    async def call(self, text: str, keys: Sequence[str], *args: str | bytes | float) -> Any:
        """The answer of the script *text* (see `script`), which is sent once to each server."""

        async def evaluated(client: Any) -> Any:
            given = (len(keys), *keys, *args)
            try:
                return await client.execute_command("EVALSHA", _name(text), *given)
            except NoScriptError:
                return await client.execute_command("EVAL", text, *given)

        return await self.run(evaluated)

    async def ping(self) -> None:
        """See that the server is still fit, and write: a full one is not taken for ready.

        Raises:
            StateUnavailable: as `run` does.
        """

        async def pinged(client: Any) -> None:
            facts = await client.execute_command("INFO")
            check({name: str(value) for name, value in facts.items()})
            await client.execute_command("SET", self.key("ping"), "", "PX", 60_000)

        await self.run(pinged)

    def subscriber(self) -> Any:
        """A connection of its own that listens (`browser.state.valkey.bus`)."""
        return self._client.pubsub()

    async def aclose(self) -> None:
        """Let go of all connections. Closing twice is harmless."""
        self._closed = True
        with anyio.CancelScope(shield=True):
            await self._let_go(in_use=True)

    def _manners(self) -> dict[str, Any]:
        return {
            "protocol": 2,
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            "redis_connect_func": self._meet,
            "client_name": "polite-browser",
            "driver_info": None,
        }

    async def _failed(self, error: BaseException) -> None:
        if not self._away:
            self._away = True
            _log.warning("the shared store is away: %s", _said(error))
        if not isinstance(error, ResponseError) or isinstance(error, ReadOnlyError):
            # The others are as dead. Or what was a primary is a replica now, and the name leads
            # to the new one.
            await self._let_go(in_use=False)

    async def _let_go(self, *, in_use: bool) -> None:
        with anyio.move_on_after(GOODBYE), suppress(*FAILURES):
            await self._pool.disconnect(inuse_connections=in_use)

    async def _meet(self, connection: AbstractConnection) -> None:
        """See that a new connection leads to a server that is fit, and whether it is the same."""
        try:
            await connection.on_connect()
            facts = read(await _ask(connection, "INFO"))
            check(facts)
            run_id, known = facts.get("run_id", ""), self._run_id
            marker = self.key("server")
            meeting = ("EVAL", script("meet"), 1, marker, self.moment(), run_id, known)
            await _ask(connection, *meeting)
            if known and (known != run_id or self._away):
                for commands in self._teachers:
                    for command in commands():
                        await _ask(connection, *command)
            self._run_id = run_id
            self._maxmemory = int(facts.get("maxmemory", "0"))
        except BaseException:
            await connection.disconnect(nowait=True)
            raise


async def _ask(connection: AbstractConnection, *command: str | bytes | float) -> Any:
    await connection.send_command(*command)
    return await connection.read_response()


def _said(error: BaseException) -> str:
    text = str(error) if isinstance(error, Unfit) else f"{type(error).__name__}: {error}"
    return "".join(sign if sign.isprintable() else " " for sign in text)[:300]
