"""Make the index that `browser.search.local` searches, out of a folder of pages.

Each file becomes one page under the URL that a plain file server would give it: the base URL
joined with the relative path, without ``.html`` or ``.htm``; an ``index.html`` is its folder.
Pages are read exactly as the browser reads them, so the words found are words it will show.

Left to taste: only the main content is searched (all of it where nothing is main); robots.txt,
hidden files and folders named ``static`` are no pages; a file without a suffix is one when it
is text. Pages whose files are gone stay until the index file is deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from browser.errors import BrowserError
from browser.model.page import Page
from browser.model.url import Url
from browser.search._util import iso_date
from browser.search.local import APPLICATION, SCHEMA, VERSION, spaced
from browser.text import render

# The suffixes that are pages; a file without a suffix is looked at.
TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    "": "",
}
MAX_BYTES = 5_000_000  # of one file, as for a page from the web
_PLAIN = "/:@!$&'()*+,;=~"  # stand unescaped in a path (WHATWG path percent-encode set)
BATCH = 100  # pages a transaction: a searcher waits no longer than this takes to write


@dataclass(frozen=True)
class Built:
    """What came of building an index.

    Attributes:
        added: Pages now in the index from this folder.
        skipped: Files that look like pages and are none, each with the reason.
    """

    added: int
    skipped: tuple[str, ...]


class Row(NamedTuple):
    """One page, as it is stored."""

    url: str
    host: str
    published: str | None
    title: str
    body: str


def build(folder: Path, base_url: str, database: Path) -> Built:
    """Add the pages of *folder* to the index *database*, in place of those with the same URLs.

    Args:
        folder: Where the pages are.
        base_url: What the folder is called on the web, http or https.
        database: The index file; made when missing.

    Raises:
        ValueError: *base_url* is not a web URL, *folder* is none, or *database* is another file.
    """
    base = _base(base_url)
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder")
    skipped: list[str] = []
    added: set[str] = set()
    try:
        with closing(sqlite3.connect(database)) as index:
            _prepare(index, database)
            batch: list[Row] = []
            for row in _rows(folder, base, skipped):
                added.add(row.url)
                batch.append(row)
                if len(batch) == BATCH:
                    _write(index, batch)
                    batch = []
            _write(index, batch)
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{database} cannot be written as an index: {error}") from error
    return Built(len(added), tuple(skipped))


def _base(text: str) -> Url:
    base = Url.parse(text)
    if not base.is_web or base.has_userinfo:
        raise ValueError(f"{text} is not a plain http or https URL")
    return base.join(base.path if base.path.endswith("/") else base.path + "/")


def _prepare(index: sqlite3.Connection, database: Path) -> None:
    made_by = index.execute("PRAGMA application_id").fetchone()[0]
    version = index.execute("PRAGMA user_version").fetchone()[0]
    if (made_by, version) == (APPLICATION, VERSION):
        return
    if index.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ValueError(
            f"{database} is not an index of this version; delete it or name another file"
        )
    index.executescript(
        f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION};"
        f" PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _rows(folder: Path, base: Url, skipped: list[str]) -> Iterator[Row]:
    """Read every page below *folder*; what cannot be read goes to *skipped*."""
    taken: set[str] = set()
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if not _is_page(name) or not path.is_file():
            continue
        url = base.join(_address(name)).href
        if url in taken:
            skipped.append(f"{name}: another file is {url}")
            continue
        try:
            page = _read(path, name, url)
        except BrowserError as error:
            skipped.append(f"{name}: {error.sentence}")
        except (OSError, ValueError) as error:
            skipped.append(f"{name}: {error}")
        else:
            taken.add(url)
            title = page.title or name.stem
            published = iso_date(page.published)
            yield Row(url, Url(url).host, published, spaced(title), spaced(body_of(page)))


def _is_page(name: PurePosixPath) -> bool:
    return (
        name.suffix.lower() in TYPES
        and name.name != "robots.txt"
        and "static" not in name.parts[:-1]
        and not any(part.startswith(".") for part in name.parts)
    )


def _address(name: PurePosixPath) -> str:
    """The relative URL of a file."""
    if TYPES[name.suffix.lower()] == "text/html":
        name = name.with_suffix("")
        if name.name == "index":
            parent = name.parent.as_posix()
            return "./" if parent == "." else f"./{quote(parent, safe=_PLAIN)}/"
    return f"./{quote(name.as_posix(), safe=_PLAIN)}"


def _read(path: Path, name: PurePosixPath, url: str) -> Page:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES:,} bytes")
    body = path.read_bytes()
    return render(body, TYPES[name.suffix.lower()] or _sniff(body), url)


def _sniff(body: bytes) -> str:
    """The type of a file without a suffix.

    Raises:
        ValueError: it is not text.
    """
    text = body.decode("utf-8")
    if "\0" in text:
        raise ValueError("not a text file")
    return "text/html" if text.lstrip().startswith("<") else "text/plain"


def body_of(page: Page) -> str:
    """The words of *page* worth searching: its main content, or everything without one."""
    lines = [line for line in page.lines if line.n >= 2]
    main = [line for line in lines if line.main] or lines
    return "".join(line.glue + line.plain for line in main).strip()


def _write(index: sqlite3.Connection, rows: list[Row]) -> None:
    with index:
        for row in rows:
            (number,) = index.execute(
                "INSERT INTO pages (url, host, published) VALUES (?, ?, ?)"
                " ON CONFLICT (url) DO UPDATE SET published = excluded.published RETURNING id",
                (row.url, row.host, row.published),
            ).fetchone()
            index.execute("DELETE FROM words WHERE rowid = ?", (number,))
            index.execute(
                "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
                (number, row.title, row.body),
            )
