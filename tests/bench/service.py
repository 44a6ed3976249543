"""The real service for measuring, with limits that do not hold its own host back."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from browser.background import running
from browser.config import fixed
from browser.model.url import Url
from browser.serve import bind, server
from browser.settings import Settings

PATIENCE = 600  # looks, a twentieth of a second apart, until the workers must be ready


def settings(origin: int, store: str, workers: int = 0) -> Settings:
    """Defaults, but for the origin's port, the store, and a pace no bench could reach."""
    return fixed(
        server={"port": 0, "rate": 1e6, "burst": 1_000_000, "concurrency": 1000},
        egress={"hosts": {"*.test": f"127.0.0.1:{origin}"}},
        limits={
            "rate": 10_000, "burst": 10_000, "concurrency": 16, "hourly": 1_000_000,
            "crawl_delay_cap": 0,
        },
        session={"max_fetches": 1_000_000, "max_per_host": 1_000_000},
        page={"workers": workers},
        store={"url": store},
    )  # fmt: skip


@contextlib.contextmanager
def warm(chosen: Settings) -> Iterator[str]:
    """Run the service; yields its address once its workers are ready."""
    with running(chosen) as address:
        pause = threading.Event()
        for _ in range(PATIENCE):
            if _is_ready(address):
                break
            pause.wait(0.05)
        else:
            raise RuntimeError("the workers do not get ready")
        yield address


def _is_ready(address: str) -> bool:
    url = Url.parse(address)
    connection = http.client.HTTPConnection(url.host, url.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200


@contextlib.contextmanager
def empty(chosen: Settings) -> Iterator[str]:
    """Run an application that does nothing under the very server settings of the service."""
    app = FastAPI()

    @app.get("/empty")
    async def answer() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/page", response_class=HTMLResponse)
    async def page() -> str:
        return "<!doctype html><html lang=en><title>Empty</title><p>Empty."

    listener = bind(chosen)
    nothing = server(chosen)
    nothing.config.app = app
    thread = threading.Thread(target=nothing.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        nothing.should_exit = True
        thread.join(30)
        listener.close()
