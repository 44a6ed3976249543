"""Asking the operating system for the addresses of a name, so that no domain takes every thread.

``getaddrinfo`` cannot be cancelled: a thread is free again when the C library returns, not when
its caller gives up. A name server that never answers keeps it for half a minute. Whoever runs
one chooses how many names it has, so the bound is on the domain and not on the name: at most
`SHARE` of the threads at a time. Once a look-up has hung for longer than callers wait, names of
its domain fail at once, as they would have after a wait.

Governing text: none. A domain is what one holder may register: the last two labels, or three
where the last but one is a customary one of a country (``co.uk``). Left to taste: the numbers,
and that list, which is short since the Public Suffix List changes with each week; two holders
below a suffix that is not in it share one share. What is remembered are the look-ups under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name as it is to be asked (a public one ends in a dot) and port, to addresses.

Raises ``OSError`` when the name does not resolve.
"""

THREADS = 32  # look-ups at a time; most of them wait
SHARE = 4  # of these for one domain
PATIENCE = 5.0  # seconds after which a look-up counts as hanging; callers wait as long
SILENCE = 30.0  # seconds for which a look-up that hangs speaks for its domain

_CUSTOMARY = frozenset(
    {
        *("ac", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ltd", "me", "mil", "ne", "net"),
        *("nom", "or", "org", "plc", "sch"),
    }
)


class Silent(OSError):
    """The name servers of this domain leave look-ups without an answer just now."""


class _Domain:
    """The look-ups of one domain.

    Attributes:
        free: How many more may be under way.
        began: When each of them did, in seconds; infinite while it waits for a thread.
        users: Callers and look-ups under way; without any, the domain is forgotten.
    """

    def __init__(self, share: int) -> None:
        self.free = asyncio.Semaphore(share)
        self.began: dict[object, float] = {}
        self.users = 0


class SystemLookup:
    """The operating system's resolver, in threads of its own.

    Args:
        threads: Look-ups at a time.
        share: Of these for one domain.
        ask: Name and port to addresses; blocks.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        threads: int = THREADS,
        share: int = SHARE,
        ask: Callable[[str, int], Sequence[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dns")
        self._share = share
        self._ask = ask or _getaddrinfo
        self._clock = clock
        self._domains: dict[str, _Domain] = {}

    async def __call__(self, name: str, port: int) -> Sequence[str]:
        """Ask for the addresses of *name*.

        Raises:
            OSError: there are none; `Silent` when its domain does not answer.
        """
        key = domain_of(name)
        domain = self._domains.setdefault(key, _Domain(self._share))
        domain.users += 1
        try:
            self._refuse_silent(domain)
            await domain.free.acquire()
            asked = self._begin(key, domain, name, port)
        finally:
            self._leave(key, domain)
        return await asyncio.wrap_future(asked)

    def _refuse_silent(self, domain: _Domain) -> None:
        now = self._clock()
        if any(PATIENCE <= now - began < PATIENCE + SILENCE for began in domain.began.values()):
            raise Silent("the name servers of this domain do not answer")

    def _begin(self, key: str, domain: _Domain, name: str, port: int) -> Future[Sequence[str]]:
        """Hand a look-up to the threads; it gives its place back itself, whoever still waits."""
        token, loop = object(), asyncio.get_running_loop()
        domain.began[token] = math.inf
        domain.users += 1

        def ask() -> Sequence[str]:
            domain.began[token] = self._clock()  # the key is there, so nobody's loop is upset
            return self._ask(name, port)

        def ended() -> None:
            del domain.began[token]
            domain.free.release()
            self._leave(key, domain)

        def tell(_: Future[Sequence[str]]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: the service ended
                loop.call_soon_threadsafe(ended)

        asked = self._pool.submit(ask)
        asked.add_done_callback(tell)
        return asked

    def _leave(self, key: str, domain: _Domain) -> None:
        domain.users -= 1
        if not domain.users:
            del self._domains[key]


def domain_of(name: str) -> str:
    """What one holder may have registered: ``example.co.uk`` of ``a.b.example.co.uk.``."""
    labels = name.removesuffix(".").lower().split(".")
    customary = len(labels[-1]) == 2 and labels[-2:-1] and labels[-2] in _CUSTOMARY
    return ".".join(labels[-3 if customary else -2 :])


def _getaddrinfo(name: str, port: int) -> list[str]:
    # As bytes: Python would else apply its IDNA 2003 codec to what is ASCII by now.
    answer = socket.getaddrinfo(name.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in answer]
