"""Processor milliseconds a page, main content marked, beside what others take for the same."""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median, quantiles
from time import process_time
from typing import NamedTuple

from browser.errors import BrowserError
from browser.text import render
from tests.bench import pages, peers, table
from tests.bench.pages import Sample
from tests.bench.peers import Peer

TIMES = 3  # each page; the median counts
EVERY = 8  # one page of the little web in so many


class Found(NamedTuple):
    """One page.

    Attributes:
        size: KB of its HTML.
        ours: Milliseconds.
        theirs: Milliseconds of each peer; ``None`` where it fails or is not installed.
    """

    size: float
    ours: float
    theirs: list[float | None]


def run() -> None:
    """Print one row for the little web, one for each corpus of real pages, one for all of these."""
    others = peers.every()
    groups = {"little web": pages.little_web()[::EVERY], **pages.real()}
    found = {name: _measured(samples, others) for name, samples in groups.items()}
    real = [page for name, rows in found.items() if name != "little web" for page in rows]
    if len(found) > 2:
        found["real pages together"] = real
    table.show(
        f"render, main content marked: CPU milliseconds a page (median over pages, each the"
        f" median of {TIMES}); others: how many times as long (median of the pages' own ratios)",
        ("pages", "n", "KB", "ms", "p95", "ms/100 KB", *(f"{peer.name} x" for peer in others)),
        [_row(name, rows) for name, rows in found.items()],
    )
    for place, peer in enumerate(others):
        print(f"  {peer.name}: {peer.what}; {_summary(peer, place, real or found['little web'])}")


def _row(name: str, rows: list[Found]) -> tuple[object, ...]:
    ours = [page.ours for page in rows]
    return (
        name,
        len(rows),
        median(page.size for page in rows),
        median(ours),
        quantiles(ours, n=20)[-1] if len(ours) > 1 else ours[0],
        median(100 * page.ours / page.size for page in rows),
        *(_ratio(rows, place) for place in range(len(rows[0].theirs))),
    )


def _ratios(rows: list[Found], place: int) -> list[float]:
    return [took / page.ours for page in rows if (took := page.theirs[place]) is not None]


def _ratio(rows: list[Found], place: int) -> object:
    ratios = _ratios(rows, place)
    return median(ratios) if ratios else "-"


def _summary(peer: Peer, place: int, rows: list[Found]) -> str:
    if peer.read is None:
        return "not installed"
    ratios = _ratios(rows, place)
    if not ratios:
        return "fails on every page"
    failed = len(rows) - len(ratios)
    return f"it takes {_times(median(ratios))} as long as we do, goal {_times(peer.goal)}" + (
        f"; it fails on {failed} of {len(rows)}" if failed else ""
    )


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio >= 1 else f"1/{1 / ratio:.1f}"


def _measured(samples: list[Sample], others: list[Peer]) -> list[Found]:
    return [found for sample in samples if (found := _measure(sample, others))]


def _measure(sample: Sample, others: list[Peer]) -> Found | None:
    """Ours and theirs; ``None`` for a page without text."""

    def ours() -> object:
        return render(sample.body, "text/html", sample.url)

    try:
        ours()
    except BrowserError:
        return None
    html = peers.html_of(sample)
    mine = _median(ours, TIMES)
    return Found(len(sample.body) / 1000, mine, [_theirs(peer, html) for peer in others])


def _theirs(peer: Peer, html: str) -> float | None:
    read = peer.read
    if read is None:
        return None
    try:
        return _median(lambda: read(html), peer.times)
    except Exception:  # noqa: BLE001 - a page that another reader trips over is not compared
        return None


def _median(job: Callable[[], object], times: int) -> float:
    """Milliseconds of *job*, which does not pay for the garbage of others."""
    gc.collect()
    return median(_time(job) for _ in range(times))


def _time(job: Callable[[], object]) -> float:
    began = process_time()
    job()
    return (process_time() - began) * 1000
