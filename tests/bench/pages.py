"""The pages that are measured on: the little web, and a sample of real ones where there is one."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from browser.littleweb import fixtures
from browser.model.verdict import Allow
from browser.rules.robots import parse

TOKEN = "ChatGPT-User"
A_CORPUS = 10  # real pages taken of each corpus
ARTICLE = "en.openlore.test/wiki/95th_Academy_Awards.html"
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pages"


class Sample(NamedTuple):
    """One page.

    Attributes:
        host: It belongs to.
        target: Path of its URL.
        body: Its bytes.
    """

    host: str
    target: str
    body: bytes

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.target}"


def little_web() -> list[Sample]:
    """Every HTML page of the fixtures."""
    root = fixtures() / "web"
    found = []
    for path in sorted(root.rglob("*.html")):
        host, *parts = path.relative_to(root).parts
        name = "/".join(parts).removesuffix(".html")
        target = "/" if name == "index" else f"/{quote(name)}"
        found.append(Sample(host, target, path.read_bytes()))
    return found


def open_to_us() -> list[Sample]:
    """Those of them that their host's robots.txt lets us read, without hosts that refuse."""
    root = fixtures() / "web"
    refusing = (root / "hosts.toml").read_text()
    files = {host: parse((root / host / "robots.txt").read_bytes()) for host in _hosts(root)}
    return [
        page
        for page in little_web()
        if page.host not in refusing
        and isinstance(files[page.host].judge(page.url, TOKEN), Allow)
        and not files[page.host].crawl_delay(TOKEN)
    ]


def _hosts(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.is_dir()]


def real() -> dict[str, list[Sample]]:
    """By corpus, an even sample of its pages; empty where there are none on this machine."""
    found = {}
    for folder in sorted(REAL.glob("*/pages")):
        paths = sorted(folder.glob("*.html.gz"))
        paths = paths[:: max(1, len(paths) // A_CORPUS)][:A_CORPUS]
        found[folder.parent.name] = [
            Sample("bench.test", "/", gzip.decompress(path.read_bytes())) for path in paths
        ]
    return found


def of_size(count: int) -> bytes:
    """An encyclopedia's article, as often as it takes to fill about *count* octets."""
    path = fixtures() / "web" / ARTICLE
    head, start, rest = path.read_bytes().partition(b"<body")
    tag, _, inside = rest.partition(b">")
    inside = inside.partition(b"</body>")[0]
    room = count - len(head)
    whole, part = divmod(room, len(inside))
    # A link leads elsewhere in each copy, as links of a long page do.
    copies = [inside.replace(b'href="/', b'href="/%d/' % n) for n in range(whole)]
    return head + start + tag + b">" + b"".join(copies) + inside[:part]
