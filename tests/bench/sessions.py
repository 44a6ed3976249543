"""Memory of a service that holds 10,000 sessions, and of one that has held 20,000 of them.

Each session opens one of a few pages. The second ten thousand end the first, the oldest idle
first, so what is held then should be what was held before. Linux only.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from browser.model.url import Url
from tests.bench import load, table
from tests.service.processes import Served
from tests.service.test_processes import config
from tests.world import World

SESSIONS = 10_000
CALLERS = 4
ROUND = 250  # sessions that a caller begins in one go
TARGETS = [f"/v1/open_url?url=http://held.test/{n}" for n in range(CALLERS)]
PAGE = 4096  # octets of a page of memory
MIB = 2**20


def run() -> None:
    """Print resident memory before, with 10,000 sessions, and after 10,000 others."""
    rows = []
    with World() as world, stores() as urls:
        for n in range(CALLERS):
            body = "".join(f"<p>Line {line} of page {n}.</p>" for line in range(100))
            fresh = {"Cache-Control": "max-age=3600"}
            world.reply("held.test", f"/{n}", body=f"<title>{n}</title>{body}", headers=fresh)
        for name, url in urls.items():
            rows.append((name, *_held(world, url)))
    table.show(
        f"sessions: resident MiB of the service, {SESSIONS:,} sessions at most",
        ("store", "empty", "held", "KiB each", "after as many more", "sessions a second"),
        rows,
    )


@contextlib.contextmanager
def stores() -> Iterator[dict[str, str]]:
    """Each kind of store, by name."""
    with tempfile.TemporaryDirectory() as name:
        urls = {"memory": "memory:", "sqlite": f"sqlite:///{name}/state.db"}
        try:
            from tests.valkey import Server

            server = Server("valkey", Path(name))
        except ImportError:
            yield urls
            return
        try:
            yield {**urls, "valkey": server.url}
        finally:
            server.stop()


def _held(world: World, store: str) -> tuple[float, ...]:
    sections: dict[str, dict[str, Any]] = {
        "store": {"url": store},
        "session": {"max_sessions": SESSIONS, "max_per_host": 1_000_000},
        "limits": {"rate": 10_000, "burst": 10_000, "hourly": 1_000_000},
    }
    with (
        tempfile.TemporaryDirectory() as name,
        Served(config(Path(name), world, **sections)) as served,
    ):
        while not _ready(served.address):
            time.sleep(0.05)
        load.rate(served.address, TARGETS, 20)  # what is loaded late
        empty = _resident(served.pid)
        began = time.monotonic()
        _make(served.address)
        seconds = time.monotonic() - began
        held = _resident(served.pid)
        _make(served.address)
        each = (held - empty) / SESSIONS / 1024
        after = _resident(served.pid)
    return empty / MIB, held / MIB, each, after / MIB, SESSIONS / seconds


def _make(address: str) -> None:
    for _ in range(SESSIONS // CALLERS // ROUND):
        load.rate(address, TARGETS, ROUND)


def _ready(address: str) -> bool:
    url = Url.parse(address)
    connection = http.client.HTTPConnection(url.host, url.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return bool(json.load(connection.getresponse())["ready"])


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
