"""``polite-browser demo``: one conversation over the little web, with nothing set up.

The hosts of ``fixtures/web`` are served on loopback, a search index over them is built, and the
real service is started with both. A scripted conversation then runs through its HTTP API; what
is printed is what a model sees, to the letter.
"""

from __future__ import annotations

import contextlib
import functools
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser.background import running
from browser.client import Client
from browser.compose import build
from browser.config import fixed
from browser.littleweb import LittleWeb, fixtures
from browser.search.index import build as build_index
from browser.settings import Settings

Print = Callable[[str], None]
WINDOW = 1500  # characters; a demo is read by people, whose patience is shorter than a model's

EXAMPLES = (
    "Who won best actress at the Oscars 2023?",
    "open http://www.harborledger.test/culture/2023/03/13/95th-academy-awards-winners",
)


@contextmanager
def world() -> Iterator[tuple[str, LittleWeb]]:
    """The little web, its index, and the service over both; yields the service's address."""
    with (
        tempfile.TemporaryDirectory(prefix="polite-browser-") as folder,
        LittleWeb(fixtures() / "web") as web,
    ):
        index = Path(folder) / "index.db"
        for host in web.hosts():
            build_index(web.folder / host, f"http://{host}/", index)
        make = functools.partial(build, examples=EXAMPLES)
        with running(settings(web.port, index), make) as address:
            yield address, web


def settings(port: int, index: Path) -> Settings:
    """The service's settings for the little web on *port*."""
    return fixed(
        server={"port": 0},
        search={"provider": "local", "local": {"index": str(index)}},
        egress={"hosts": {"*.test": f"127.0.0.1:{port}"}},
        page={"window_chars": WINDOW},
        store={"url": "memory:"},
    )


def run(tell: Print = print) -> None:
    """Run the conversation once; *tell* gets what is to be printed, piece by piece."""
    tell("# The hosts of fixtures/web on loopback, a search index over them, the real service.")
    with world() as (address, _), contextlib.closing(Client(address)) as client:
        converse(client, tell)


def serve(tell: Print = print) -> None:
    """Run the conversation, then leave everything running until interrupted."""
    with world() as (address, web):
        with contextlib.closing(Client(address)) as client:
            converse(client, tell)
        tell(f"\nStill running. Open {address}/ in a web browser,")
        tell(f"or type: polite-browser shell --server {address}")
        tell(f"The little web is on port {web.port}. Stop with Ctrl-C.")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        stop.wait()


def converse(client: Client, tell: Print) -> None:
    """The script: search, click, find, a refused click, scroll, quote, resolve."""
    talk = _Talk(client, tell)
    results = talk.do("search", query="Oscars 2023 Michelle Yeoh best actress", topn=4)
    article = talk.do("click", id=_link(results, "www.harborledger.test"), cursor=0)
    found = talk.do("find", pattern="press kit")
    talk.do("click", id=_link(found, "reelarchive.test"))
    talk.do("scroll", line=article["page"]["lines"][1] + 1, cursor=article["cursor"])
    best = talk.do("find", pattern="first Asian winner")
    line = _line(best["text"], "first Asian winner")
    quote = talk.do("quote", start=line, end=line)["quote"]
    wiki = talk.do("click", id=_link(article, "en.openlore.test"), cursor=article["cursor"])
    talk.do("sources")
    answer = (
        f"Michelle Yeoh was the first Asian winner of the award {quote['citation']}, at the 95th "
        f"Academy Awards 【{wiki['cursor']}†encyclopedia】. A claim without a source 【99†L1】."
    )
    tell(f"\n$ POST /v1/citations/resolve  {answer}\n")
    resolved = client.ask(
        "POST", "/v1/citations/resolve", {"session": client.session, "text": answer}
    )
    tell(resolved["text"])
    for source in resolved["sources"]:
        tell(f"source {source['n']}: {source['title']} — {source['source_url']}")
    for lost in resolved["unresolved"]:
        tell(f"unresolved: {lost['marker']} ({lost['reason']})")


class _Talk:
    def __init__(self, client: Client, tell: Print) -> None:
        self._client = client
        self._tell = tell

    def do(self, name: str, **parameters: Any) -> dict[str, Any]:
        shown = " ".join(f"{key}={value}" for key, value in parameters.items())
        self._tell(f"\n$ GET /v1/{name}  {shown}".rstrip() + "\n")
        reply = self._client.command(name, **parameters)
        self._tell(reply["text"])
        return reply


def _link(reply: dict[str, Any], domain: str) -> int:
    for link in reply["links"]:
        if link["domain"] == domain:
            return int(link["id"])
    raise LookupError(f"no link to {domain} in this display")


def _line(text: str, words: str) -> int:
    for row in text.splitlines():
        label, colon, rest = row.partition(": ")
        if colon and label.startswith("L") and words.lower() in rest.lower():
            return int(label[1:])
    raise LookupError(f"{words!r} is not in this display")
