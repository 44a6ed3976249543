"""Milliseconds a page: ours beside trafilatura on the same pages, and a bare parse."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles
from time import process_time

import trafilatura
from selectolax.lexbor import LexborHTMLParser

from browser.errors import BrowserError
from browser.text import render
from tests.bench import pages, table
from tests.bench.pages import Sample

TIMES = 3  # each page; the median counts
EVERY = 5  # one page of the little web in so many

Times = tuple[float, float, float]


def run() -> None:
    """Print one row for the little web and one for each corpus of real pages."""
    rows = [_row("little web", pages.little_web()[::EVERY])]
    samples = pages.real()
    rows += [_row(corpus, sample) for corpus, sample in samples.items()]
    if len(samples) > 1:
        rows.append(_row("real pages together", [p for ps in samples.values() for p in ps]))
    table.show(
        f"render: CPU milliseconds a page (median over pages, each the median of {TIMES});"
        " ratios are medians of the pages' own",
        ("pages", "n", "KB", "render", "p95", "trafilatura", "p95", "parse", "ratio", "to parse"),
        rows,
    )
    print("  ratio = render / trafilatura.extract; to parse = render / bare selectolax parse")


def _row(name: str, samples: list[Sample]) -> tuple[object, ...]:
    found = [times for sample in samples if (times := _measure(sample))]
    ours, theirs, parse = zip(*found, strict=True)
    return (
        name,
        len(found),
        median(len(sample.body) / 1000 for sample in samples),
        median(ours), _p95(ours), median(theirs), _p95(theirs), median(parse),
        median(a / b for a, b, _ in found),
        median(a / c for a, _, c in found),
    )  # fmt: skip


_measured: dict[bytes, Times | None] = {}


def _measure(sample: Sample) -> Times | None:
    """Milliseconds of ours, trafilatura's and a bare parse; ``None`` for a page without text."""
    if sample.body not in _measured:
        _measured[sample.body] = _measure_now(sample)
    return _measured[sample.body]


def _measure_now(sample: Sample) -> Times | None:
    text = sample.body.decode("utf-8", "replace")

    def ours() -> object:
        return render(sample.body, "text/html", sample.url)

    try:
        ours()
    except BrowserError:
        return None
    runs = [
        (
            _time(ours),
            _time(lambda: trafilatura.extract(text)),
            _time(lambda: LexborHTMLParser(sample.body)),
        )
        for _ in range(TIMES)
    ]
    a, b, c = zip(*runs, strict=True)
    return median(a), median(b), median(c)


def _time(job: Callable[[], object]) -> float:
    began = process_time()
    job()
    return (process_time() - began) * 1000


def _p95(values: tuple[float, ...]) -> float:
    return quantiles(values, n=20)[-1]
