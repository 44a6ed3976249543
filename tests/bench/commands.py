"""Commands a second on an open page, beside an empty endpoint under the same server settings."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from browser.client import Client
from browser.littleweb import fixtures
from tests.bench import load, origin, service, table
from tests.valkey import Server

CONNECTIONS = 4  # each with a conversation of its own
COUNT = 120  # commands a conversation; its budget is 500
ROUNDS = 3
URL = "http://en.openlore.test/wiki/95th_Academy_Awards"
COMMANDS = {
    "find": "/v1/find?pattern=Michelle%20Yeoh&cursor=0",
    "scroll": "/v1/scroll?line=60&cursor=0",
    "quote": "/v1/quote?start=23&end=24&cursor=0",
}

Rate = tuple[float, float]


def run() -> None:
    """Print one row for each command and store."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="polite-bench-"))
        port = stack.enter_context(origin.serving(fixtures() / "web"))
        valkey = Server("valkey", Path(folder))
        stack.callback(valkey.stop)
        stores = {
            "memory": "memory:",
            "sqlite": f"sqlite:///{Path(folder) / 'bench.db'}",
            "valkey": valkey.url,
        }
        plain = stack.enter_context(service.empty(service.settings(port, "memory:")))
        running = {
            name: stack.enter_context(service.warm(service.settings(port, url, workers=1)))
            for name, url in stores.items()
        }
        empty: list[Rate] = []
        found: dict[tuple[str, str], list[Rate]] = {}
        for number in range(ROUNDS):
            empty.append(_rate(plain, ["/empty"] * CONNECTIONS))
            for store, address in running.items():
                for command, target in COMMANDS.items():
                    names = [f"{command}-{number}-{n}" for n in range(CONNECTIONS)]
                    for name in names:
                        _open(address, name)
                    targets = [f"{target}&session={name}" for name in names]
                    found.setdefault((command, store), []).append(_rate(address, targets))
    base = median(rate for rate, _ in empty)
    rows = [
        (command, store, *_row(rates, base))
        for (command, store), rates in [(("empty", ""), empty), *sorted(found.items())]
    ]
    table.show(
        f"commands: on an open page, {CONNECTIONS} kept connections from another process,"
        f" {COUNT} each, median of {ROUNDS} rounds",
        ("endpoint", "store", "a second", "CPU ms each", "ratio"),
        rows,
    )
    print("  ratio = commands a second / requests a second of the empty endpoint")


def _row(rates: list[Rate], base: float) -> tuple[float, float, float]:
    rate = median(rate for rate, _ in rates)
    return rate, median(cpu for _, cpu in rates), rate / base


def _rate(address: str, targets: list[str]) -> Rate:
    """Commands a second, and what one costs this process, which is the server's alone."""
    before = process_time()
    rate = load.rate(address, targets, COUNT)
    return rate, 1000 * (process_time() - before) / (len(targets) * COUNT)


def _open(address: str, session: str) -> None:
    with contextlib.closing(Client(address, session=session)) as client:
        reply = client.command("open_url", url=URL)
    if not reply["ok"]:
        raise RuntimeError(reply["text"])
