"""How much of a display is not the page's text: ours beside OpenAI's reference tool.

overhead = 1 - characters of the page's words / characters of the display. A page's words are its
text with white space folded; line numbers, link markers, image marks, bullets, bars, headers and
fold marks are not. The peer is `gpt-oss`, called where it can be imported; its words are what
its display holds without line numbers, markers, image marks and the marks of Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module
from statistics import median
from typing import NamedTuple

from browser.errors import BrowserError
from browser.model.page import Line, Page
from browser.text import display, render
from tests.bench import pages, table
from tests.bench.pages import Sample

WINDOW = 4000  # characters of a window of either tool
EVERY = 5  # one page of the little web in so many

_LINK = re.compile(r"【\d+†([^†】]*)(?:†[^】]*)?】")
_IMAGE = re.compile(r"\[Image \d+(?:: [^\]]*)?\]")
_MARKDOWN = re.compile(r"^\s*(?:#{1,6} |\* |\d+\. |> |\* \* \*$)", re.MULTILINE)

Shown = tuple[int, int]  # characters of words, characters of the display
Peer = Callable[[Sample], tuple[Shown, Shown]]


class Found(NamedTuple):
    """One page: every line of it, the whole of it with what is folded, and its first window."""

    opened: float
    whole: float
    window: float
    peer_whole: float
    peer_window: float


def run() -> None:
    """Print one row for the little web and one for each corpus of real pages."""
    peer = _peer()
    spent: Counter[str] = Counter()
    real = pages.real()
    rows = [_row("little web", pages.little_web()[::EVERY], peer, spent)]
    rows += [_row(corpus, sample, peer, spent) for corpus, sample in real.items()]
    if len(real) > 1:
        together = [sample for samples in real.values() for sample in samples]
        rows.append(_row("real pages together", together, peer, Counter()))
    table.show(
        "overhead: share of a display that is not the page's text (median over pages)",
        ("pages", "n", "opened", "whole", "gpt-oss", "ratio", "window", "gpt-oss", "ratio"),
        rows,
    )
    print("  whole = with folds, as read window by window; opened = every line; ratio to gpt-oss")
    total = sum(spent.values())
    shares = ", ".join(f"{what} {count / total:.0%}" for what, count in spent.most_common())
    print(f"  ours, whole, all pages together: {shares}")
    if peer is None:
        print("  gpt-oss is not installed: there is nothing to compare with")


def _row(
    name: str, samples: list[Sample], peer: Peer | None, spent: Counter[str]
) -> tuple[object, ...]:
    found = [one for sample in samples if (one := _measure(sample, peer, spent))]
    opened, whole, window, peer_whole, peer_window = map(median, zip(*found, strict=True))
    theirs = (f"{peer_whole:.3f}", f"{peer_window:.3f}") if peer else ("-", "-")
    ratios = ("-", "-")
    if peer:
        ratios = (
            f"{median(one.whole / one.peer_whole for one in found):.2f}",
            f"{median(one.window / one.peer_window for one in found):.2f}",
        )
    return (
        name, len(found), f"{opened:.3f}",
        f"{whole:.3f}", theirs[0], ratios[0],
        f"{window:.3f}", theirs[1], ratios[1],
    )  # fmt: skip


def _measure(sample: Sample, peer: Peer | None, spent: Counter[str]) -> Found | None:
    try:
        page = render(sample.body, "text/html", sample.url)
    except BrowserError:
        return None
    _account(page, spent)
    theirs = peer(sample) if peer else ((1, 1), (1, 1))
    return Found(*map(_share, (_opened(page), _window(page, 10**9), _window(page), *theirs)))


def _share(shown: Shown) -> float:
    words, characters = shown
    return 1 - words / characters


def _opened(page: Page) -> Shown:
    head = display.header(0, page.title, page.url, 0, page.last, page.last)
    rows = "\n".join(f"L{line.n}: {line.text}" for line in page.lines)
    return _words(line.plain for line in page.lines), len(head) + len(rows)


def _window(page: Page, window_chars: int = WINDOW) -> Shown:
    seen = display.window(page, 0, window_chars)
    head = display.header(0, page.title, page.url, seen.first, seen.last, page.last)
    return _words(page.lines[n].plain for n in seen.shown), len(head) + len(seen.text)


def _words(texts: Iterable[str]) -> int:
    return len(" ".join(" ".join(texts).split()))


def _account(page: Page, spent: Counter[str]) -> None:
    """Add up what the whole display of *page* is made of."""
    seen = display.window(page, 0, 10**9)
    spent["fold marks"] += len(seen.text)
    for line in (page.lines[n] for n in seen.shown):
        words = _words([line.plain])
        images = sum(len(mark) for mark in _IMAGE.findall(line.text))
        links = _marks(line)
        number = len(f"L{line.n}: \n")
        spent["fold marks"] -= number + len(line.text)
        spent["words"] += words
        spent["line numbers"] += number
        spent["link markers"] += links
        spent["images"] += images
        spent["bullets and bars"] += max(0, len(line.text) - words - images - links)


def _marks(line: Line) -> int:
    return sum(len(found[0]) - len(found[1]) for found in _LINK.finditer(line.text))


def _peer() -> Peer | None:
    """The reference tool's display of a page, whole and as much as a window holds."""
    try:
        contents = import_module("gpt_oss.tools.simple_browser.page_contents")
        tool = import_module("gpt_oss.tools.simple_browser.simple_browser_tool")
    except ImportError:
        return None

    def show(sample: Sample) -> tuple[Shown, Shown]:
        html = sample.body.decode("utf-8", "replace")
        page = contents.process_html(html, sample.url, None, display_urls=True)
        lines: list[str] = tool.wrap_lines(page.text)
        size, some = 0, 0
        while some < len(lines) and size < WINDOW:
            size += len(f"L{some}: {lines[some]}\n")
            some += 1
        return _theirs(lines, page.title, page.url), _theirs(lines[:some], page.title, page.url)

    def _theirs(lines: list[str], title: str, url: str) -> Shown:
        end = len(lines) - 1
        head = f"[0] {title} ({url})\n**viewing lines [0 - {end}] of {end}**\n\n"
        body = tool.join_lines(lines, add_line_numbers=True)
        text = "\n".join(lines).replace(f"URL: {url}", "", 1)
        text = _MARKDOWN.sub("", _IMAGE.sub("", _LINK.sub(r"\1", text)))
        return _words([text]), len(head) + len(body)

    return show
