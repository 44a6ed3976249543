"""An answer of 4,000 characters with 40 citations, resolved: in the process and over HTTP.

In the process it stands beside a regular expression that puts a number in place of each marker,
over HTTP beside an empty endpoint under the same server settings.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from dataclasses import replace
from random import Random
from statistics import median
from time import perf_counter

from browser.client import Client
from browser.errors import UsageError
from browser.littleweb import fixtures
from browser.model.page import Page
from browser.resolve import Resolved, Style, resolved
from browser.targets import Shown
from browser.text import render
from tests.bench import load, origin, service, table
from tests.state.samples import display

URL = "http://en.openlore.test/wiki/95th_Academy_Awards"
FILE = "en.openlore.test/wiki/95th_Academy_Awards.html"
CITATIONS = 40
LENGTH = 4000  # characters
CONNECTIONS = 4
COUNT = 60  # answers a connection
ROUNDS = 3
TIMES = 30  # answers in the process
FILLER = "The ceremony is told at some length by the page that was read"
WAYS: tuple[tuple[Style, bool], ...] = (("plain", False), ("markdown", False), ("markdown", True))


def run() -> None:
    """Print one row for each way to resolve."""
    page = render((fixtures() / "web" / FILE).read_bytes(), "text/html", URL)
    text = answer(page)
    markers = len(re.findall("【", text))
    print(f"resolve: an answer of {len(text)} characters, {markers} citations, half with a quote")
    _inside(page, text)
    _over_http(text)


def answer(page: Page) -> str:
    """An answer about *page* of which every second sentence quotes the line that it cites."""
    chance = Random(1)
    lines = [
        line for line in page.lines[2:] if len(line.plain.split()) > 5 and "\t" not in line.plain
    ]
    filler = itertools.cycle(FILLER.split())
    parts = []
    for n in range(CITATIONS):
        line = chance.choice(lines)
        said = f"“{' '.join(line.plain.split()[:5])}” " if n % 2 else ""
        marker = f"【0†L{line.n}】. "
        room = LENGTH // CITATIONS - len(said) - len(marker)
        words = "There "
        while len(words) < room:
            words += next(filler) + " "
        parts.append(words + said + marker)
    return "".join(parts)


def _inside(page: Page, text: str) -> None:
    numbers = itertools.count(1)
    plain = _each(lambda: re.sub(r"【(\d+)†[^】]*】", lambda _: f"[{next(numbers)}]", text))
    rows: list[tuple[object, ...]] = [("regular expression", "", plain * 1000)]
    for style, verify in WAYS:
        behind: dict[int, Shown | UsageError] = {}

        def once(style: Style = style, verify: bool = verify) -> Resolved:
            return resolved(text, style, behind, {}, verify=verify)  # noqa: B023 - set below

        behind[0] = Shown(display(0), replace(page))  # of which nothing is known yet
        began = perf_counter()
        once()
        first = perf_counter() - began
        rows.append((_name(style, verify), first * 1000, _each(once) * 1000))
    table.show("in the process", ("way", "first time, ms", "again, ms"), rows)


def _over_http(text: str) -> None:
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(origin.serving(fixtures() / "web"))
        plain = stack.enter_context(service.empty(service.settings(port, "memory:")))
        address = stack.enter_context(service.warm(service.settings(port, "memory:", workers=1)))
        for n in range(CONNECTIONS):
            with contextlib.closing(Client(address, session=f"resolve-{n}")) as client:
                client.command("open_url", url=URL)
        rates: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            empty = load.rate(plain, ["/empty"] * CONNECTIONS, COUNT)
            rates.setdefault("empty endpoint", []).append(empty)
            for style, verify in WAYS:
                bodies = [
                    json.dumps(
                        {"session": f"resolve-{n}", "text": text, "style": style, "verify": verify}
                    )
                    for n in range(CONNECTIONS)
                ]
                targets = ["/v1/citations/resolve"] * CONNECTIONS
                rate = load.rate(address, targets, COUNT, bodies)
                rates.setdefault(_name(style, verify), []).append(rate)
    base = median(rates["empty endpoint"])
    table.show(
        f"over HTTP, {CONNECTIONS} kept connections from another process, median of {ROUNDS}",
        ("way", "a second", "ms each", "ratio"),
        [(way, median(each), 1000 / median(each), median(each) / base)
         for way, each in rates.items()],
    )  # fmt: skip


def _name(style: str, verify: bool) -> str:
    return f"{style}, verified" if verify else style


def _each(work: object) -> float:
    """Seconds of one call, the median of many."""
    assert callable(work)
    spans = []
    for _ in range(TIMES):
        began = perf_counter()
        work()
        spans.append(perf_counter() - began)
    return median(spans)
