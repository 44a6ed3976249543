"""The service as its users meet it: real sockets on both sides, and a caller of its API."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser.background import running
from browser.config import fixed
from browser.search.index import build as build_index
from tests.world import World

KEYS = {
    "session", "command", "ok", "cursor", "text", "page", "links", "quote", "failure", "politeness",
}  # fmt: skip
PAGE_KEYS = {
    "kind", "url", "title", "domain", "lines", "fetched_at", "digest", "published", "author",
    "language", "media_type", "truncated", "hidden_removed", "signals",
}  # fmt: skip
SIGNALS_KEYS = {"obeyed", "reported", "quote_max", "keep", "license"}
FAILURE_KEYS = {"code", "message", "url", "rule", "retry_after", "status"}
QUOTE_KEYS = {
    "id", "cursor", "start", "end", "text", "citation", "url", "title", "domain", "fetched_at",
    "digest", "source_url", "truncated",
}  # fmt: skip
VERBS = {
    "search": "Search", "click": "Click", "open_url": "Click", "find": "Find", "scroll": "Scroll",
    "back": "Back", "quote": "Quote", "sources": "Sources",
}  # fmt: skip

_numbers = itertools.count(1)


class Talk:
    """One conversation. Every reply is checked against the contract before it is returned."""

    def __init__(self, client: httpx.Client, session: str | None = None) -> None:
        self.client = client
        self.session = session or f"talk-{next(_numbers)}"

    def do(self, command: str, **parameters: Any) -> dict[str, Any]:
        given = {key: value for key, value in parameters.items() if value is not None}
        response = self.client.get(f"/v1/{command}", params={**given, "session": self.session})
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        reply: dict[str, Any] = response.json()
        check(reply, command, self.session)
        return reply

    def good(self, command: str, **parameters: Any) -> dict[str, Any]:
        reply = self.do(command, **parameters)
        assert reply["ok"], reply["text"]
        return reply

    def fails(self, code: str, command: str, **parameters: Any) -> dict[str, Any]:
        before = self.do("sources")["cursor"]
        reply = self.do(command, **parameters)
        assert not reply["ok"], reply["text"]
        failure: dict[str, Any] = reply["failure"]
        assert failure["code"] == code, failure
        assert reply["cursor"] == before, "a failure moved the cursor"
        assert self.do("sources")["cursor"] == before
        return failure

    def open(self, url: str) -> dict[str, Any]:
        return self.good("open_url", url=url)

    def resolve(self, text: str, **more: Any) -> dict[str, Any]:
        body = {"session": self.session, "text": text, **more}
        response = self.client.post("/v1/citations/resolve", json=body)
        assert response.status_code == 200, response.text
        resolved: dict[str, Any] = response.json()
        return resolved

    def transcript(self) -> dict[str, Any]:
        response = self.client.get(f"/v1/sessions/{self.session}")
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    def whole(self, cursor: int) -> dict[str, Any]:
        response = self.client.get(f"/v1/sessions/{self.session}/pages/{cursor}")
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page


def check(reply: dict[str, Any], command: str, session: str) -> None:
    """What holds for every reply, key by key."""
    assert set(reply) == KEYS
    assert reply["session"] == session
    assert reply["command"] == command
    assert isinstance(reply["text"], str)
    assert reply["text"]
    assert reply["cursor"] is None or reply["cursor"] >= 0
    assert reply["ok"] is (reply["failure"] is None)
    if reply["failure"] is not None:
        failure = reply["failure"]
        assert set(failure) == FAILURE_KEYS
        assert failure["message"] == reply["text"]
        assert failure["message"].startswith(f"{VERBS[command]} failed: ")
        assert reply["page"] is None
        assert reply["quote"] is None
        assert reply["links"] == []
        assert set(reply["politeness"]) == {"robots", "rule", "waited_ms", "cache"}
        return
    if reply["page"] is not None:
        assert set(reply["page"]) == PAGE_KEYS
        assert set(reply["page"]["signals"]) == SIGNALS_KEYS
        assert reply["page"]["kind"] in {"search", "page", "find"}
        first, last, end = reply["page"]["lines"]
        assert 0 <= first <= last <= end
    if reply["quote"] is not None:
        assert set(reply["quote"]) == QUOTE_KEYS
    for link in reply["links"]:
        assert set(link) == {"id", "text", "url", "domain"}


@contextmanager
def serving(
    world: World, *args: Any, headers: dict[str, str] | None = None, **sections: dict[str, Any]
) -> Iterator[httpx.Client]:
    """The service over *world*, with a client for it; *args* go on to `running`."""
    chosen: dict[str, dict[str, Any]] = {
        "server": {"port": 0, "rate": 1e6, "burst": 1_000_000, "concurrency": 1000},
        "egress": {"hosts": world.egress_hosts, "timeout": 60},  # a machine may be busy
        "limits": {"rate": 1000, "burst": 1000, "hourly": 1_000_000},
        "session": {"max_fetches": 1_000_000, "max_per_host": 1_000_000},
        "page": {"workers": 1, "timeout": 40},
        "store": {"url": "memory:"},
    }
    for name, section in sections.items():
        chosen[name] = {**chosen.get(name, {}), **section}
    with (
        _unhurried(str(chosen["store"]["url"])),
        running(fixed(**chosen), *args) as address,
        httpx.Client(base_url=address, timeout=60, headers=headers, trust_env=False) as client,
    ):
        yield client


@contextmanager
def _unhurried(store: str) -> Iterator[None]:
    """A shared store that answers late counts as away; here the machine may be busy."""
    with pytest.MonkeyPatch.context() as patch:
        if store.partition(":")[0] not in ("memory", "sqlite"):
            patch.setattr("browser.state.valkey.connection.PATIENCE", 15.0)
        yield


def small_library(world: World, folder: Path) -> Path:
    """Four pages on library.test and an index over them; returns the index."""
    pages = {
        "apples": ("Apples", "Apples grow on trees. The apple harvest begins in August."),
        "pears": ("Pears", "Pears ripen after the harvest, off the tree."),
        "walnuts": ("Walnuts", "Walnuts fall when they are ready. No ladder is needed."),
        "hazels": ("Hazels", "Hazels are nuts of the hedge, and the nuts of walnuts are cousins."),
    }
    (folder / "pages").mkdir()
    for name, (title, words) in pages.items():
        html = (
            f"<!doctype html><html lang=en><title>{title}</title><body><main><h1>{title}</h1>"
            f"<p>{words}</p></main>"
        )
        (folder / "pages" / f"{name}.html").write_text(html)
        world.reply("library.test", f"/{name}", body=html)
    index = folder / "index.db"
    build_index(folder / "pages", "http://library.test/", index)
    return index


def lock(path: Path) -> sqlite3.Connection:
    """Hold the write lock of a store's file until the connection is closed."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("BEGIN IMMEDIATE")
    return db
