"""A page as bytes: how it leaves the worker process and how it is stored.

Compressed JSON, columns in a fixed order, with a version in front. Not pickle: the process that
parsed hostile bytes must not be able to hand its parent code to run.
"""

from __future__ import annotations

import hashlib
import json
import zlib

from browser.model.page import Line, Link, Page

VERSION = 1
MAX_PAGE = 128 * 1024 * 1024  # octets of a page when inflated
LEVEL = 1  # zlib; a third of the size for a tenth of the time of the default


def encode(page: Page) -> bytes:
    """Write *page* as bytes."""
    lines = [
        [
            line.text,
            None if line.plain == line.text else line.plain,
            line.role,
            int(line.main),
            line.glue,
            line.area,
        ]
        for line in page.lines
    ]
    record = {
        "v": VERSION,
        "url": page.url,
        "title": page.title,
        "lines": lines,
        "links": [[link.text, link.url, link.domain] for link in page.links],
        "digest": page.digest,
        "media_type": page.media_type,
        "language": page.language,
        "author": page.author,
        "published": page.published,
        "truncated": page.truncated,
        "hits": page.hits,
    }
    return zlib.compress(json.dumps(record, ensure_ascii=False).encode(), LEVEL)


def decode(blob: bytes) -> Page:
    """Read what `encode` wrote.

    Raises:
        ValueError: *blob* is not such a page.
    """
    try:
        record = json.loads(_inflate(blob))
        if record["v"] != VERSION:
            raise ValueError(f"a page of version {record['v']}, not {VERSION}")
        return Page(
            url=record["url"],
            title=record["title"],
            lines=tuple(
                Line(n, text, text if plain is None else plain, role, bool(main), glue, area)
                for n, (text, plain, role, main, glue, area) in enumerate(record["lines"])
            ),
            links=tuple(Link(n, *link) for n, link in enumerate(record["links"])),
            digest=record["digest"],
            media_type=record["media_type"],
            language=record["language"],
            author=record["author"],
            published=record["published"],
            truncated=record["truncated"],
            hits={int(line): link for line, link in record["hits"].items()},
        )
    except (zlib.error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a stored page") from error


def _inflate(blob: bytes) -> bytes:
    """Decompress at most `MAX_PAGE`: a worker that read hostile bytes is not trusted either."""
    inflater = zlib.decompressobj()
    record = inflater.decompress(blob, MAX_PAGE)
    if not inflater.eof:
        raise ValueError("a page that is cut off, or larger than any page")
    return record


def key(blob: bytes) -> str:
    """Where an encoded page is stored: pages that are equal in every part share one place."""
    return hashlib.sha256(blob).hexdigest()
