"""Pages with known main text, read as the browser reads them, and what of them is main."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from browser.errors import FetchFailed
from browser.model.url import Url
from browser.text import htmlpage
from browser.text.block import Block
from browser.text.box import Box
from browser.text.charset import decode

SHINGLE = 4  # words
LEAST_WORDS = 30  # a page with less main text does not weigh more than one with so much
LEAST_MAIN = 0.15  # idem, of the page's words

_WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
)
_WORD = re.compile(f"[{_WIDE}]|[^\\W{_WIDE}]+")


@dataclass
class Sample:
    """A page to learn from.

    Attributes:
        key: The same for pages that are learned from or tried together, a site's.
        blocks, boxes, types: As the browser reads the page.
        words: By block, how many.
        main: By block, the share of its words that is main; ``None`` without words.
    """

    key: str
    blocks: Sequence[Block]
    boxes: Sequence[Box]
    types: frozenset[str]
    words: list[int]
    main: list[float | None]

    def fold(self, count: int, salt: str = "") -> int:
        """In which of *count* parts the page falls."""
        return int(hashlib.md5((salt + self.key).encode()).hexdigest(), 16) % count

    def weights(self) -> list[float]:
        """What each block weighs: each page about the same, however long."""
        main = sum(n * (part or 0) for n, part in zip(self.words, self.main, strict=True))
        whole = max(main, LEAST_MAIN * sum(self.words), LEAST_WORDS)
        return [
            0.0 if part is None else (n + 1) / whole
            for n, part in zip(self.words, self.main, strict=True)
        ]


def samples(folder: Path) -> Iterator[Sample]:
    """Read ``<corpus>/gold.jsonl`` and ``<corpus>/pages/<id>.html.gz`` below *folder*."""
    for listing in sorted(folder.glob("*/gold.jsonl")):
        for line in listing.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if not record.get("gold"):
                continue
            packed = listing.parent / "pages" / f"{record['id']}.html.gz"
            url = Url.parse(record["url"] or "about:blank")
            read = _read(gzip.decompress(packed.read_bytes()), url)
            if read is not None:
                made = "example" in url.host or "fakehost" in url.host or not url.host
                key = record["id"] if made else ".".join(url.host.split(".")[-2:])
                yield _sample(f"{listing.parent.name} {key}" if made else key, record["gold"], read)


_Read = tuple[Sequence[Block], Sequence[Box], frozenset[str]]


def _read(body: bytes, url: Url) -> _Read | None:
    found: list[_Read] = []

    def keep(
        blocks: Sequence[Block],
        boxes: Sequence[Box],
        types: frozenset[str],
        judge: Callable[[], str | None],
    ) -> None:
        del judge
        found.append((blocks, boxes, frozenset(types)))

    with patch.object(htmlpage, "mark_main", keep):
        try:
            htmlpage.read_html(decode(body, "text/html", markup=True), url)
        except FetchFailed:
            return None
    return found[0] if found else None


def _sample(key: str, gold: str, read: _Read) -> Sample:
    """Tell which words of a page stand in the gold text, by runs of words."""
    told = _WORD.findall(gold)
    runs = {tuple(told[at : at + SHINGLE]) for at in range(len(told) - SHINGLE + 1)}
    lines = {tuple(_WORD.findall(line)) for line in gold.splitlines()}
    owns = [_WORD.findall(block.plain) for block in read[0]]
    words = [word for own in owns for word in own]
    covered = [0] * len(words)
    for at in range(len(words) - SHINGLE + 1):
        if tuple(words[at : at + SHINGLE]) in runs:
            covered[at : at + SHINGLE] = [1] * SHINGLE
    main: list[float | None] = []
    start = 0
    for own in owns:
        size = len(own)
        if not size:
            main.append(None)
        elif size < SHINGLE and tuple(own) in lines:
            main.append(1.0)
        else:
            main.append(sum(covered[start : start + size]) / size)
        start += size
    return Sample(key, *read, [len(own) for own in owns], main)
