"""A page as bytes: how it leaves the worker process and how it is stored.

A head, one number a line, one small JSON object, and all words of the page in one piece, parted
by a character that stands nowhere in them: reading it is a few calls for the whole page and not
some for each line. Not pickle: the process that parsed hostile bytes must not be able to hand
its parent code to run. Not compressed: who keeps pages may do that, and the way from process to
process is shorter than any compression.

Layout, numbers little-endian: magic (4 octets), version (1), separator (1), lines, lines whose
plain words differ from their text, links, octets of the JSON object and of the rest (4 each);
the kind of each line (2 each); the number of each line that differs (4 each); the JSON object;
and the rest in UTF-8: texts, differing plain words, then texts, URLs and domains of the links.

What a worker wrote that a document has taken over is read as well. So reading takes only what
`browser.text.render` and `browser.text.results` make (`browser.text.sound`), and little time for
what is nonsense: the JSON object is short, and long lists are made in pieces, between which
other threads run.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, compress, count, islice
from operator import add, ne
from typing import Any, TypeVar

from browser.model.page import Line, Link, Page
from browser.text import sound

T = TypeVar("T")

VERSION = 3
MAX_PAGE = 64 * 1024 * 1024  # octets of an encoded page
MAX_KINDS = 0xFFFF + 1  # of lines: role, main, glue and area
MAX_CELLS = 2_000_000  # texts of a page: a Python object costs more than an octet on the wire
# Octets of the JSON object. Real pages have 100 KB at most, which are nearly all anchors; 50,000
# lines that may not be quoted take 350 KB; nonsense of this length is read in 0.1 s.
MAX_RECORD = 1024 * 1024
PIECE = 20_000  # lines or links made at a time

# What reading nonsense raises, beside ValueError.
_BROKEN = (
    *(struct.error, LookupError, TypeError, AttributeError),
    *(RecursionError, OverflowError),
)
_MAGIC = b"PBpg"
_HEAD = struct.Struct("<4sBBIIIII")
_ZLIB = b"\x78"  # how pages of version 1 begin

_line = partial(tuple.__new__, Line)  # a NamedTuple's own constructor checks what holds here
_link = partial(tuple.__new__, Link)


def encode(page: Page) -> bytes:
    """Write *page* as bytes. Of more anchors than there is room for, the last are left out.

    Raises:
        ValueError: a text holds a lone surrogate, the lines are of too many kinds, every ASCII
            character is used, or what is known about the page is too long without any anchor.
    """
    _, texts, plains, *rest = zip(*page.lines, strict=True) if page.lines else ((),) * 7
    _, *links = zip(*page.links, strict=True) if page.links else ((),) * 4
    differs = list(map(ne, texts, plains))
    differing = list(compress(range(len(texts)), differs))
    kinds: defaultdict[tuple[object, ...], int] = defaultdict(count().__next__)
    kind_of = list(map(kinds.__getitem__, zip(*rest, strict=True)))
    if len(kinds) > MAX_KINDS:
        raise ValueError("a page with more kinds of lines than can be told apart")
    separator, words = _join([*texts, *compress(plains, differs), *chain(*links)])
    record = _record(page, list(kinds))
    counts = (len(texts), len(differing), len(page.links), len(record), len(words))
    return b"".join(
        (
            _HEAD.pack(_MAGIC, VERSION, separator, *counts),
            struct.pack(f"<{len(kind_of)}H", *kind_of),
            struct.pack(f"<{len(differing)}I", *differing),
            record,
            words,
        )
    )


def _record(page: Page, kinds: list[tuple[object, ...]]) -> bytes:
    """What is known about *page*, as JSON."""
    meta = {
        "kinds": kinds,
        "url": page.url,
        "title": page.title,
        "digest": page.digest,
        "media_type": page.media_type,
        "language": page.language,
        "author": page.author,
        "published": page.published,
        "truncated": page.truncated,
        "anchors": page.anchors,
        "directives": page.directives,
        "unquotable": sorted(page.unquotable),
        "hidden_removed": page.hidden_removed,
        "hits": page.hits,
    }
    record = _json(meta)
    if len(record) > MAX_RECORD:
        room = MAX_RECORD - len(_json({**meta, "anchors": {}}))
        record = _json({**meta, "anchors": dict(_fitting(page.anchors, room))})
    if len(record) > MAX_RECORD:
        raise ValueError("a page of which more is known than there is room for")
    return record


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _fitting(anchors: dict[str, int], room: int) -> Iterator[tuple[str, int]]:
    """The first *anchors*, as many as take *room* octets of JSON."""
    for place, line in anchors.items():
        room -= len(_json(place)) + len(str(line)) + len(": , ")
        if room < 0:
            return
        yield place, line


def _join(cells: list[str]) -> tuple[int, bytes]:
    """Join *cells* by a character that stands in none; returns its code and the whole."""
    for code in range(0x80):
        words = chr(code).join(cells).encode()
        if words.count(code) == max(0, len(cells) - 1):
            return code, words
    raise ValueError("a page that uses every ASCII character")


def decode(blob: bytes) -> Page:
    """Read what `encode` wrote. What it reads may be made by a hostile worker.

    Raises:
        ValueError: *blob* is not such a page, or one of another version.
    """
    if len(blob) > MAX_PAGE:
        raise ValueError("a page that is larger than any page")
    if blob[:1] == _ZLIB:
        raise ValueError(f"a page of version 1, not {VERSION}")
    try:
        return _decode(blob)
    except _BROKEN as error:
        raise ValueError("not a stored page") from error


def _decode(blob: bytes) -> Page:
    magic, version, separator, lines, differ, links, length, size = _HEAD.unpack_from(blob)
    if magic != _MAGIC:
        raise ValueError("not a stored page")
    if version != VERSION:
        raise ValueError(f"a page of version {version}, not {VERSION}")
    wanted = lines + differ + 3 * links
    if wanted > MAX_CELLS or length > MAX_RECORD:
        raise ValueError("a page that is larger than any page")
    at = _HEAD.size
    kind_of = struct.unpack_from(f"<{lines}H", blob, at)
    at += 2 * lines
    differing = struct.unpack_from(f"<{differ}I", blob, at)
    at += 4 * differ
    meta = _known(blob[at : at + length])
    at += length
    if len(blob) != at + size:
        raise ValueError("a page that is cut off, or longer than it says")
    cells = _split(blob[at:], chr(separator), wanted)
    texts = cells[:lines]
    plains = texts.copy()
    at = lines
    for n, plain in zip(differing, cells[at : at + differ], strict=True):
        plains[n] = plain
    at += differ
    columns = [cells[at + n * links : at + (n + 1) * links] for n in range(3)]
    sound.check_head(meta["url"], texts)
    sound.check_links(columns[1])
    sound.check_places(meta, lines, links)
    kinds = [*map(tuple, meta["kinds"])]
    rows = zip(range(lines), texts, plains, strict=True)
    return Page(
        url=meta["url"],
        title=meta["title"],
        lines=_made(_line, map(add, rows, map(kinds.__getitem__, kind_of)), lines),
        links=_made(_link, zip(range(links), *columns, strict=True), links),
        digest=meta["digest"],
        media_type=meta["media_type"],
        language=meta["language"],
        author=meta["author"],
        published=meta["published"],
        truncated=meta["truncated"],
        anchors=meta["anchors"],
        directives=tuple((name, content) for name, content in meta["directives"]),
        unquotable=frozenset(meta["unquotable"]),
        hidden_removed=meta["hidden_removed"],
        hits={int(line): link for line, link in meta["hits"].items()},
    )


def _known(record: bytes) -> dict[str, Any]:
    """The JSON object, of which each member is of the type that it should be of."""
    meta = json.loads(record.decode())
    if b"\\u" in record:  # a lone surrogate may hide there, which no later text could hold
        _json(meta)
    sound.check_record(meta)
    known: dict[str, Any] = meta
    return known


def _made(make: Callable[[Any], T], rows: Iterable[Any], number: int) -> tuple[T, ...]:
    """A row made of each of *rows*; another thread may run between one piece and the next."""
    if number <= PIECE:
        return tuple(map(make, rows))
    made: list[T] = []
    for _ in range(0, number, PIECE):
        made.extend(map(make, islice(rows, PIECE)))
    return tuple(made)


def _split(words: bytes, separator: str, wanted: int) -> list[str]:
    """The texts of a page, which must be *wanted*."""
    if b"\n" in words and separator != "\n":
        raise ValueError("a page of which a line is two")
    cells = words.decode().split(separator, wanted)
    if len(cells) != max(1, wanted) or (not wanted and words):
        raise ValueError("a page of fewer or more texts than it says")
    return cells if wanted else []


def key(blob: bytes) -> str:
    """Where an encoded page is stored: pages that are equal in every part share one place."""
    return hashlib.sha256(blob).hexdigest()
