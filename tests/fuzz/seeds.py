"""What the fuzzing starts from: the documents of the little web, and of folders that are named."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple

from browser.littleweb import fixtures

KINDS = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
}
LARGEST = 2_000_000  # octets; larger documents are mutations of their own


class Seed(NamedTuple):
    """One real document.

    Attributes:
        name: Where it came from, for a report.
        kind: Its media type.
        path: Its file.
    """

    name: str
    kind: str
    path: Path

    def body(self) -> bytes:
        """Its octets, without the compression of the file."""
        body = self.path.read_bytes()
        return gzip.decompress(body) if self.path.suffix == ".gz" else body


def little_web() -> list[Seed]:
    """Every document of the fixtures."""
    return folder(fixtures() / "web")


def folder(root: Path) -> list[Seed]:
    """Every document below *root* that is of a kind we read, in a fixed order."""
    found = []
    for path in sorted(root.rglob("*")):
        kind = KINDS.get(Path(path.name.removesuffix(".gz")).suffix.lower())
        if kind and path.is_file() and path.stat().st_size <= LARGEST:
            found.append(Seed(path.relative_to(root).as_posix(), kind, path))
    return found
