"""What a second conversation notices while a first one meets every hostile reply in turn.

Origin, service and callers are processes of their own. The second conversation does ordinary
clicks on other hosts, first alone, then while the first one opens bombs and floods without a
pause, then while it opens all of them, those that only keep it waiting too. The service itself
tells the longest time its event loop was held, and the most memory it had.

``python -m tests.bench.hostile origin`` and ``… service PORT`` are the other two processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles
from time import perf_counter, thread_time
from typing import Any

import httpx
from fastapi import FastAPI

from browser.background import running
from browser.compose import build
from browser.config import fixed
from browser.serve import settle
from browser.settings import Settings
from tests.bench import table
from tests.bench.origin import started
from tests.net import hostile
from tests.world import World

CLICKS = 400
HOSTS, PAGES = 20, 40
TICK = 0.002  # seconds between two looks at the event loop
WITHIN = (
    3.0  # seconds a fetch may take: a reply that only drips keeps the first one waiting so long
)
LATE = {"timeout"}

_number = count()


def run() -> None:
    """Print the latency of the second conversation, the stalls and the memory of the service."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(started("tests.bench.hostile", "origin"))
        service = started("tests.bench.hostile", "service", str(port))
        address = f"http://127.0.0.1:{stack.enter_context(service)}"
        client = stack.enter_context(httpx.Client(base_url=address, timeout=60, trust_env=False))
        replies = [reply for reply in hostile.every() if reply.name != "circle"]
        floods = [reply.name for reply in replies if reply.ends != LATE]
        _clicks(client, CLICKS // 4)  # workers and tables are warm afterwards
        idle = _inside(client)
        rows = [_row("alone", _clicks(client, CLICKS), _inside(client), idle)]
        for name, chosen, least in (
            ("beside bombs and floods", floods, CLICKS),
            ("beside all, once", [reply.name for reply in replies], 0),
        ):
            with _storm(address, chosen, once=not least) as over:
                times = _clicks(client, least or 10**6, over)
            rows.append(_row(name, times, _inside(client), idle))
    table.show(
        f"a second conversation's clicks, milliseconds; {len(replies)} hostile replies,"
        f" deadline {WITHIN:g} s",
        ("while", "clicks", "p50", "p99", "max", "loop late", "computing", "peak MiB above idle"),
        rows,
    )
    print(
        "  loop late = the most a timer of the service came late; computing = the most its loop"
        " computed at a stretch, whatever else the machine did"
    )
    print(f"  the service alone has {idle['peak']:.0f} MiB (its page workers are not counted)")


def _row(
    name: str, times: list[float], inside: dict[str, float], idle: dict[str, float]
) -> tuple[object, ...]:
    cuts = quantiles(times, n=100)
    above = inside["peak"] - idle["peak"]
    held = inside["late"] * 1000, inside["busy"] * 1000
    return (name, len(times), cuts[49], cuts[98], max(times), *held, above)


def _clicks(client: httpx.Client, most: int, over: threading.Event | None = None) -> list[float]:
    """Open *most* pages never seen before, or as many as there is time for; milliseconds each."""
    times: list[float] = []
    while len(times) < most and not (over is not None and over.is_set()):
        number = next(_number)
        url = f"http://h{number % HOSTS}.fine.test/p{number % PAGES}?{number}"
        began = perf_counter()
        reply = _open(client, url, f"second-{number // 50}")
        times.append((perf_counter() - began) * 1000)
        if not reply["ok"]:
            raise RuntimeError(reply["text"])
    return times


@contextlib.contextmanager
def _storm(address: str, names: list[str], *, once: bool) -> Iterator[threading.Event]:
    """A first conversation that opens hostile URLs, each *once* or for as long as it is left to."""
    over = threading.Event()

    def meet() -> None:
        order: Iterable[str] = names if once else cycle(names)
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            for number, name in enumerate(order):
                if over.is_set():
                    return
                _open(client, f"http://hostile.test/{name}", f"first-{number // 20}")
        over.set()

    thread = threading.Thread(target=meet)
    thread.start()
    try:
        yield over
    finally:
        over.set()
        thread.join()


def _open(client: httpx.Client, url: str, session: str) -> dict[str, Any]:
    response = client.get("/v1/open_url", params={"url": url, "session": session})
    response.raise_for_status()
    reply: dict[str, Any] = response.json()
    return reply


def _inside(client: httpx.Client) -> dict[str, float]:
    """How long the event loop was held since the last look, in seconds, and the peak in MiB."""
    told: dict[str, float] = client.get("/bench/inside").json()
    return told


def origin() -> None:
    """Serve hostile replies, and pages that are none, until the input ends."""
    with World() as world:
        hostile.serve_all(world)
        words = "".join(
            f"<p>Paragraph {n} tells of apples, pears and their season.</p>" for n in range(60)
        )
        for host in range(HOSTS):
            for page in range(PAGES):
                world.page(f"h{host}.fine.test", f"/p{page}", f"<h1>Page {page}</h1>{words}")
        _forget_queries(world)
        print(world.port, flush=True)
        sys.stdin.read()


def _forget_queries(world: World) -> None:
    """A page answers whatever its query, so that each click asks for a URL never seen before."""
    answers = world._answers

    class Bare(dict[tuple[str, str], Any]):
        def get(self, key: tuple[str, str], default: Any = None) -> Any:
            return super().get((key[0], key[1].partition("?")[0]), default)

    world._answers = Bare(answers)


def service(port: int) -> None:
    """The service, with a door that tells how it fares, until the input ends."""
    chosen = fixed(
        server={"port": 0, "rate": 100_000, "burst": 100_000},
        egress={"hosts": {"*.test": f"127.0.0.1:{port}"}, "timeout": WITHIN},
        limits={"rate": 10_000, "burst": 10_000, "concurrency": 16, "hourly": 1_000_000},
        session={"max_fetches": 1_000_000, "max_per_host": 1_000_000},
        store={"url": "memory:"},
    )
    with running(chosen, _watched) as address:
        settle()
        print(address.rpartition(":")[2], flush=True)
        sys.stdin.read()


def _watched(settings: Settings) -> FastAPI:
    app = build(settings)
    watch = _Watch()

    @app.get("/bench/inside")
    async def inside() -> dict[str, float]:
        return {**watch.look(), "peak": _peak()}

    return app


class _Watch:
    """Measures how late a timer of the event loop comes, and what was computed meanwhile."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._computed = 0.0
        self._late = self._busy = 0.0

    def look(self) -> dict[str, float]:
        """The longest delay since the last look, and the most computing between two turns."""
        told = {"late": self._late, "busy": self._busy}
        self._late = self._busy = 0.0
        if self._due is None:
            self._next()
        return told

    def _next(self) -> None:
        loop = asyncio.get_running_loop()
        self._due, self._computed = loop.time() + TICK, thread_time()
        loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._late = max(self._late, asyncio.get_running_loop().time() - (self._due or 0.0))
        self._busy = max(self._busy, thread_time() - self._computed)
        self._next()


def _peak() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    if sys.argv[1] == "origin":
        origin()
    else:
        service(int(sys.argv[2]))
