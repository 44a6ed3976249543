"""Displays of pages of the little web, kept as files that people read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from browser.littleweb import TYPES, fixtures
from browser.model.page import Page
from browser.text import render
from browser.text.display import header, window

WEB = fixtures() / "web"
HERE = Path(__file__).parent
DISPLAYS = HERE / "displays"
ALL = 10**9  # characters: one window holds the page
OTHER = {".pdf": "application/pdf", ".json": "application/json", ".csv": "text/csv"}


def paths() -> list[Path]:
    """The files whose displays are kept, sorted: pages of every kind, and all that are no HTML."""
    named = [WEB / f"{name}.html" for name in (HERE / "pages.txt").read_text("utf-8").split()]
    other = [
        path
        for path in WEB.rglob("*.*")
        if path.is_file() and path.suffix not in (".html", ".toml") and path.name != "robots.txt"
    ]
    return sorted([*named, *other])


def kept(path: Path) -> Path:
    """Where the display of the page *path* is kept."""
    name = path.relative_to(WEB).as_posix().removesuffix(".html").replace("/", "__")
    return DISPLAYS / f"{name}.txt"


def page(path: Path) -> Page:
    """The page as the browser reads it from the little web."""
    name = path.relative_to(WEB).as_posix()
    if path.suffix == ".html":
        name = name.removesuffix(".html").removesuffix("index")
    kind = OTHER.get(path.suffix) or TYPES[path.suffix]
    return render(path.read_bytes(), kind, "http://" + quote(name))


def display(path: Path) -> str:
    """What a model sees of the page, then what is known about it and where its links lead."""
    shown = page(path)
    about = (
        f"{shown.media_type}, language {shown.language or '-'}, author {shown.author or '-'}, "
        f"published {shown.published or '-'}"
    )
    links = [f"{link.id} {link.text} {link.url}" for link in shown.links]
    top = header(1, shown.title, shown.url, 0, shown.last, shown.last)
    parts = [top + window(shown, 0, ALL).text, about, "\n".join(links)]
    return f"\n\n{'-' * 40}\n".join(parts) + "\n"
