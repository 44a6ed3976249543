"""Milliseconds between a page and its worker: everything about rendering but the rendering."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import anyio
import pytest

from browser.net import child
from browser.net.sandbox import Sandbox
from browser.text import codec
from tests.bench import pages, table

SIZES = (20, 100, 500)  # KB of HTML
TYPICAL = (70_000, 140_000)  # octets of a real page of about 100 KB
TIMES = 60
Row = tuple[object, ...]
URL = "http://bench.test/"

# The worker as it is, but for a reader that reads each document once and then remembers it.
PROGRAM = """\
import gc, json, sys
path, options = json.loads(sys.argv[1])
sys.path[:] = path
from browser.net import worker
known, read = {}, worker.render
def remember(body, *args, **options):
    key = len(body), body[-500:]
    if key not in known:
        known[key] = read(body, *args, **options)
        gc.freeze()
    return known[key]
worker.render = remember
worker.main(worker.Options(*options))
"""


def run() -> None:
    """Print one row for each size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "PROGRAM", PROGRAM)
        rows = anyio.run(_rows, backend_options={"use_uvloop": True})
    table.show(
        "hand-over: wall milliseconds from a fetched document to a page, without reading it"
        f" (median of {TIMES}; an article full of links, and the median of real pages)",
        (
            "pages",
            "HTML KB",
            "lines",
            "links",
            "page KB",
            "encode",
            "pipes",
            "decode",
            "together",
            "least",
        ),
        rows,
    )
    print(
        "  encode in the worker; pipes = both ways, framing, waking up; decode in the service;"
        " least: of all times, since a busy machine is slow to wake"
    )


async def _rows() -> list[Row]:
    readers = Sandbox(workers=1, timeout=60)
    try:
        rows = [("article", *await _row(readers, pages.of_size(1000 * size))) for size in SIZES]
        found = [sample for samples in pages.real().values() for sample in samples]
        real = [
            await _row(readers, sample.body)
            for sample in found
            if TYPICAL[0] <= len(sample.body) <= TYPICAL[1]
        ]
        if real:
            rows.append((f"{len(real)} real", *(median(row) for row in zip(*real, strict=True))))
        return rows
    finally:
        await readers.aclose()


async def _row(readers: Sandbox, body: bytes) -> tuple[float, ...]:
    blob = await readers.render(body, "text/html", URL)
    page = codec.decode(blob)
    times: list[tuple[float, float, float]] = []
    for _ in range(TIMES):
        began = perf_counter()
        codec.encode(page)
        encoded = perf_counter()
        blob = await readers.render(body, "text/html", URL)
        arrived = perf_counter()
        codec.decode(blob)
        decoded = perf_counter()
        times.append((encoded - began, arrived - encoded, decoded - arrived))
    encode, through, decode = (1000 * median(column) for column in zip(*times, strict=True))
    whole = [1000 * (through + decode) for _, through, decode in times]
    sizes = (len(body) / 1000, len(page.lines), len(page.links), len(blob) / 1000)
    return (*sizes, encode, through - encode, decode, median(whole), min(whole))
