"""What manners and guard cost: microseconds a request, beside plain httpx on loopback."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import anyio
import httpx
from aiolimiter import AsyncLimiter
from protego import Protego

from browser.compose_net import Net, build_net, build_store
from browser.config import fixed
from browser.model.limits import HostLimits, Limits
from browser.model.url import Url
from browser.net.clock import SystemClock
from browser.net.dial import GuardedBackend, pins
from browser.net.limits import by_settings
from browser.net.pace import Pace
from browser.net.resolver import Resolver
from browser.net.transport import GetOnly
from browser.rules.own_hosts import HostMap
from browser.rules.robots import parse
from browser.settings import Settings
from browser.state.memory import MemoryTurns
from tests.bench import table
from tests.bench.origin import started

ROUNDS, EACH = 15, 60  # rounds of every contestant in turn, requests a round
HOST = "bench.test"
BODY = b"<!doctype html><title>t</title><p>" + b"Some words of a page. " * 90
ROBOTS = b"User-agent: *\nDisallow: /private/\nAllow: /private/open\n" + b"".join(
    b"Disallow: /area-%d/*.cgi\n" % n for n in range(60)
)
Once = Callable[[], Awaitable[object]]


def run() -> None:
    """Print the table."""
    with started("tests.bench.ladder") as port:
        rows, notes = anyio.run(_measure, port)
    table.show(
        f"manners and guard: microseconds, median of {ROUNDS} rounds of {EACH}",
        ("what", "µs", "beside", "ratio"),
        rows,
    )
    for note in notes:
        print(f"  {note}")


async def _measure(port: int) -> tuple[list[tuple[object, ...]], list[str]]:
    settings = _settings(port)
    clock = SystemClock()
    store = build_store(settings, clock)
    net = build_net(settings, store, clock)
    address = f"http://127.0.0.1:{port}"
    limits = httpx.Limits(max_keepalive_connections=0)
    async with (
        httpx.AsyncClient(trust_env=False) as kept,
        httpx.AsyncClient(trust_env=False, limits=limits) as anew,
    ):
        plain = {
            "plain httpx, kept connection": lambda: kept.get(f"{address}/fresh"),
            "plain httpx, new connection": lambda: anew.get(f"{address}/close"),
        }
        guarded = _guarded(port)
        ours: dict[str, Once] = {
            "guarded transport, kept connection": lambda: _send(guarded, port, "/fresh"),
            "guarded transport, new connection": lambda: _send(guarded, port, "/close"),
            "whole ladder, kept connection": lambda: _fetch(net, "/fresh"),
            "cache hit through the ladder": lambda: _fetch(net, "/kept"),
            "pace: one turn": _turn(clock),
        }
        other: dict[str, Once] = {"aiolimiter: one turn": _limiter()}
        took = await _race({**plain, **ours, **other})
    await net.transport.aclose()
    await guarded.aclose()
    await store.aclose()
    took |= _robots()
    beside = {
        "guarded transport, kept connection": "plain httpx, kept connection",
        "guarded transport, new connection": "plain httpx, new connection",
        "whole ladder, kept connection": "plain httpx, kept connection",
        "cache hit through the ladder": "plain httpx, kept connection",
        "pace: one turn": "aiolimiter: one turn",
        "robots.txt: judge one URL": "Protego.can_fetch alone",
    }
    rows: list[tuple[object, ...]] = [
        (name, took[name], other_name, took[name] / took[other_name])
        for name, other_name in beside.items()
    ]
    absolute = ", ".join(f"{name} {took[name]:.0f}" for name in dict.fromkeys(beside.values()))
    return rows, [absolute, "goal: the whole ladder at most 1.5 times plain httpx"]


def _settings(port: int) -> Settings:
    return fixed(
        egress={"hosts": {"*.test": f"127.0.0.1:{port}"}},
        limits={"rate": 1e6, "burst": 10**6, "hourly": 10**9, "total_concurrency": 10**6},
        store={"url": "memory:"},
    )


async def _race(contestants: dict[str, Once]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, once in contestants.items():
            await once()  # connections, look-ups and first uses are not what is measured
            began = perf_counter()
            for _ in range(EACH):
                await once()
            times[name].append((perf_counter() - began) / EACH * 1e6)
    return {name: median(each) for name, each in times.items()}


async def _fetch(net: Net, target: str) -> None:
    await net.fetcher.fetch(Url.parse(f"http://{HOST}{target}"), "bench")


def _guarded(port: int) -> GetOnly:
    backend = GuardedBackend(Resolver(HostMap.parse({HOST: f"127.0.0.1:{port}"})))
    return GetOnly(backend, max_connections=64)


async def _send(transport: GetOnly, port: int, target: str) -> None:
    with pins():
        request = httpx.Request("GET", f"http://{HOST}:{port}{target}")
        response = await transport.handle_async_request(request)
        await response.aread()
        await response.aclose()


def _turn(clock: SystemClock) -> Once:
    wide = HostLimits(rate=1e6, burst=10**6, concurrency=1000, hourly=10**9)
    pace = Pace(MemoryTurns(), by_settings(Limits(wide, total_concurrency=10**6)), clock)

    async def once() -> None:
        async with pace.turn(HOST, 10):
            pass

    return once


def _limiter() -> Once:
    limiter = AsyncLimiter(10**6, 1)
    return limiter.acquire


def _robots() -> dict[str, float]:
    ours, protego = parse(ROBOTS), Protego.parse(ROBOTS.decode())
    url = f"http://{HOST}/area-7/page.html?q=1"
    names: dict[str, Callable[[], object]] = {
        "robots.txt: judge one URL": lambda: ours.judge(url, "ChatGPT-User"),
        "Protego.can_fetch alone": lambda: protego.can_fetch(url, "ChatGPT-User"),
    }
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name, once in names.items():
            began = perf_counter()
            for _ in range(EACH):
                once()
            times[name].append((perf_counter() - began) / EACH * 1e6)
    return {name: median(each) for name, each in times.items()}


class _Origin(asyncio.Protocol):
    """Answers as fast as Python can: pages that may be kept, or not, and a robots.txt."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        target = data.split(b" ", 2)[1]
        if target == b"/robots.txt":
            body, more = ROBOTS, b"Content-Type: text/plain\r\n"
        else:
            keep = b"max-age=600" if target == b"/kept" else b"no-store"
            body, more = BODY, b"Content-Type: text/html\r\nCache-Control: " + keep + b"\r\n"
        if target == b"/close":
            more += b"Connection: close\r\n"
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (len(body), more)
        self._transport.write(head + body)
        if target == b"/close":
            self._transport.close()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Origin, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
