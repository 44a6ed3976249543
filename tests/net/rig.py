"""The ladder over real sockets: the service's own wiring, with a world instead of the internet."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import httpcore
import trustme
from httpcore._backends.anyio import AnyIOStream

from browser.compose_net import Net, build_net
from browser.config import fixed
from browser.errors import BrowserError
from browser.model.clock import Clock
from browser.model.fetch import Fetched, FetchRecord
from browser.model.url import Url
from browser.net.clock import SystemClock
from browser.state.open import Store, open_store
from tests.world import World

FAST = {"rate": 1000.0, "burst": 1000, "concurrency": 50, "hourly": 100_000}
PUBLIC = "93.184.215.14"
# After how many turns of the event loop a test cancels: each of the first, then ever fewer.
STEPS = [*range(80), *(int(80 * 1.1**power) for power in range(1, 80))]
OTHER_PUBLIC = "93.184.215.15"

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the service's own takes 30 ms to make


@dataclass
class Rig:
    net: Net
    store: Store
    records: list[FetchRecord]

    async def get(self, url: str) -> Fetched:
        return await self.net.fetcher.fetch(Url.parse(url), "session-of-a-test")

    async def fails(self, url: str) -> BrowserError:
        """The failure that *url* ends in."""
        try:
            await self.get(url)
        except BrowserError as error:
            return error
        raise AssertionError(f"{url} was fetched")

    @property
    def pool(self) -> httpcore.AsyncConnectionPool:
        return self.net.transport._pool

    def idle_only(self) -> bool:
        """Whether nothing is held: no request, place or lock, and no connection but idle ones."""
        pace, robots = self.net.hop._pace, self.net.robots
        return (
            not self.pool._requests
            and all(connection.is_idle() for connection in self.pool.connections)
            and pace._gates.empty
            and not (robots._locks or robots._users)
        )


@contextlib.asynccontextmanager
async def rig(
    world: World,
    *,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = TRUSTS_NOBODY,
    lookup: Any = None,
    **sections: Mapping[str, Any],
) -> AsyncIterator[Rig]:
    """The ladder over *world*, quick unless *sections* say otherwise."""
    egress = {"hosts": world.egress_hosts, "timeout": 20.0, "connect_timeout": 10.0}
    merged: dict[str, dict[str, Any]] = {"limits": dict(FAST), "egress": egress}
    for name, values in sections.items():
        merged[name] = {**merged.get(name, {}), **values}
    clock = clock or SystemClock()
    store = open_store("memory:", idle=3600, max_age=3600, max_sessions=10, clock=clock)
    net = build_net(fixed(**merged), store, clock, lookup=lookup, tls=tls)
    records: list[FetchRecord] = []
    net.fetcher._subscribers += (records.append,)
    try:
        yield Rig(net, store, records)
    finally:
        await net.transport.aclose()
        await store.aclose()


async def hung_up(world: World) -> None:
    """Wait until *world* has seen every connection end; a socket left behind never does."""
    with anyio.fail_after(10):
        while world._live:
            await anyio.lowlevel.checkpoint()


class Internet(httpcore.AnyIOBackend):
    """Public addresses, each of which is a world's port on loopback; notes what is dialled."""

    def __init__(self, routes: Mapping[str, int]) -> None:
        self.routes = routes
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if host not in self.routes:
            raise httpcore.ConnectError("no route")
        near = await super().connect_tcp("127.0.0.1", self.routes[host], *args, **options)
        return _Far(near, (host, port))


class _Far(AnyIOStream):
    """A stream whose peer has a public address."""

    def __init__(self, near: httpcore.AsyncNetworkStream, peer: tuple[str, int]) -> None:
        super().__init__(near._stream)  # type: ignore[attr-defined]
        self._peer = peer

    def get_extra_info(self, info: str) -> Any:
        return self._peer if info == "server_addr" else super().get_extra_info(info)


def online(net: Net, routes: Mapping[str, int]) -> Internet:
    """Connect *net* to an internet of *routes*."""
    net.hop._backend._inner = internet = Internet(routes)
    return internet


class Names:
    """A name server; each name has answers given one after the other, of which the last stays."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, name: str, _port: int) -> list[str]:
        name = name.removesuffix(".")
        self.asked.append(name)
        given = self.answers.get(name)
        if given is None:
            raise OSError("no such name")
        answer = given.pop(0) if len(given) > 1 else given[0]
        return [answer] if isinstance(answer, str) else answer


class Certified:
    """A certificate authority, a server with certificates of *names*, and who trusts it."""

    def __init__(self, *names: str) -> None:
        authority = trustme.CA()
        self.asked_for: list[str | None] = []
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(self.server)
        self.server.sni_callback = lambda _socket, name, _context: self.asked_for.append(name)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)
        self.authority = authority
