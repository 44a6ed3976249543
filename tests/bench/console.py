"""Milliseconds to the first paint of the console in Chromium, beside an empty page."""

from __future__ import annotations

import shutil
import statistics

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.bench import service, table
from tests.chromium.conftest import FLAGS

RUNS = 15
PAINTS = ("first-paint", "first-contentful-paint")
Times = dict[str, float]


def run() -> None:
    """Print first paint and first contentful paint, of first visits and of later ones."""
    path = shutil.which("chromium")
    if path is None:
        print("console: needs Chromium (Debian: apt-get install chromium)")
        return
    settings = service.settings(origin=9, store="memory:", workers=1)
    with (
        service.warm(settings) as address,
        service.empty(settings) as nothing,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        pages = {"console": f"{address}/", "empty page": f"{nothing}/page"}
        timed = _timed(browser, pages)
        browser.close()
    rows = []
    for visit in ("first visit", "later visit"):
        for paint in PAINTS:
            ours, theirs = (
                statistics.median(times[paint] for times in timed[page, visit]) for page in pages
            )
            rows.append((f"{visit}, {paint}", ours, theirs, ours / theirs))
    table.show(
        f"console: milliseconds in Chromium over loopback, medians of {RUNS} visits in turn",
        ("what", "console", "empty page", "ratio"),
        rows,
    )
    print("  first visit: nothing cached; later visit: every file asked again and unchanged")


def _timed(browser: Browser, pages: dict[str, str]) -> dict[tuple[str, str], list[Times]]:
    timed: dict[tuple[str, str], list[Times]] = {}
    for page in pages.values():  # the browser's own first time is no page's
        context = browser.new_context()
        _paints(context, page)
        context.close()
    for _ in range(RUNS):
        for name, page in pages.items():
            context = browser.new_context()
            timed.setdefault((name, "first visit"), []).append(_paints(context, page))
            timed.setdefault((name, "later visit"), []).append(_paints(context, page))
            context.close()
    return timed


def _paints(context: BrowserContext, page: str) -> Times:
    tab = context.new_page()
    tab.goto(page)
    tab.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    found: Times = tab.evaluate(
        "Object.fromEntries("
        "performance.getEntriesByType('paint').map((paint) => [paint.name, paint.startTime]))"
    )
    tab.close()
    return found
