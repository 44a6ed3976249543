"""What others do with the same page: each as its own authors call it, or not installed.

``pip install -e '.[bench]'`` brings them, but for gpt-oss, which asks for Python 3.12. The part
that is measured runs on 3.11 too: ``pip install --no-deps --ignore-requires-python gpt-oss``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from tests.bench.pages import Sample

Read = Callable[[str], object]


class Peer(NamedTuple):
    """Another way to read a page.

    Attributes:
        name: As the table calls it.
        what: It is.
        goal: How many times as long it should take as we do.
        times: How often it is timed on each page; slow ones once.
        read: Reads a page of HTML; ``None`` when it is not installed.
    """

    name: str
    what: str
    goal: float
    times: int
    read: Read | None


def parse() -> Peer:
    """The least that reading a page can cost."""
    return Peer("parse", "selectolax.lexbor.LexborHTMLParser", 1 / 4, 5, LexborHTMLParser)


def trafilatura() -> Peer:
    """The extractor that most others are measured by."""
    what = "trafilatura.extract"
    try:
        read = importlib.import_module("trafilatura").extract
    except ImportError:
        return Peer("trafilatura", what, 5, 3, None)
    return Peer("trafilatura", what, 5, 3, read)


def mcp_fetch() -> Peer:
    """What mcp-server-fetch does where there is no Node.js."""
    what = "readabilipy (pure Python) + markdownify, as mcp-server-fetch"
    try:
        simple = importlib.import_module("readabilipy.simple_json").simple_json_from_html_string
        markdownify = importlib.import_module("markdownify")
    except ImportError:
        return Peer("mcp-fetch", what, 30, 1, None)

    def read(html: str) -> object:
        content = simple(html, use_readability=False)["content"]
        return markdownify.markdownify(content or "", heading_style=markdownify.ATX)

    return Peer("mcp-fetch", what, 30, 1, read)


def gpt_oss() -> Peer:
    """What the reference browser tool of gpt-oss does between a fetch and a display."""
    what = "process_html + wrap_lines + join_lines of gpt_oss.tools.simple_browser"
    try:
        process = importlib.import_module("gpt_oss.tools.simple_browser.page_contents").process_html
        tool = importlib.import_module("gpt_oss.tools.simple_browser.simple_browser_tool")
    except ImportError:
        return Peer("gpt-oss", what, 20, 1, None)

    def read(html: str) -> object:
        page = process(html, "http://bench.test/", None, display_urls=True)
        return tool.join_lines(tool.wrap_lines(page.text), add_line_numbers=True)

    return Peer("gpt-oss", what, 20, 1, read)


def every() -> list[Peer]:
    """All of them, the fastest first."""
    return [parse(), trafilatura(), gpt_oss(), mcp_fetch()]


def html_of(sample: Sample) -> str:
    """The page as text: what each of them takes."""
    return sample.body.decode("utf-8", "replace")
