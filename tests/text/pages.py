"""Short ways to ask what a piece of HTML becomes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser.model.page import Line, Link, Page
from browser.text import render
from browser.text.block import Block, Run
from browser.text.compose import compose, verbatim

URL = "https://site.example/dir/page"
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
MARKER = re.compile(r"【(\d+)†([^【】†]*)(?:†([^【】†]*))?】")


def page(html: str, url: str = URL, **options: int) -> Page:
    return render(html.encode(), "text/html; charset=utf-8", url, **options)


def shown(html: str, url: str = URL, **options: int) -> list[str]:
    """The lines as displayed, without the two at the top."""
    return [line.text for line in page(html, url, **options).lines[2:]]


def plain(html: str, url: str = URL, **options: int) -> list[str]:
    """The lines as the page has them."""
    return [line.plain for line in page(html, url, **options).lines[2:]]


def made(*lines: Line | str, links: tuple[Link, ...] = (), url: str = URL) -> Page:
    """A page of these lines from line 2 on."""
    body = [Line(0, "", "", "meta", glue=""), Line(1, f"URL: {url}", "", "meta")]
    for line in lines:
        one = Line(0, line, line) if isinstance(line, str) else line
        body.append(one._replace(n=len(body)))
    return Page(url=url, title="Title", lines=tuple(body), links=links)


def block(
    *runs: Run,
    role: str = "text",
    prefix: str = "",
    is_code: bool = False,
    hosts: dict[int, str] | None = None,
    limit: int = 200,
) -> Block:
    """A block of these pieces, composed for lines of *limit* characters."""
    parts = [run.text if run.kind == "text" else run for run in runs]
    write = verbatim if is_code else compose
    text, plain, spans, linked = write(parts, hosts or {}, limit - len(prefix))
    return Block(text, plain, role, prefix, linked=linked, verbatim=is_code, spans=spans)


def data(*parts: str) -> Path:
    """A file of the shared data, or a skip when this machine has none."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the shared data are not here: {'/'.join(parts)}")
    return path
