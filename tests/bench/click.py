"""Milliseconds a click on a page never seen before, beside fetching and extracting it by hand."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import trafilatura

from browser.browse import Browser, Options
from browser.client import Client
from browser.closing import Closing
from browser.compose_net import build_net, build_provider, build_store
from browser.conversation import Conversations
from browser.littleweb import fixtures
from browser.net.clock import SystemClock
from browser.net.sandbox import Sandbox
from browser.places import Places
from browser.settings import Settings
from browser.steps import Steps
from tests.bench import origin, pages, service, table
from tests.bench.pages import Sample

PAGES = 40
START = "start.test"
GET, KEPT = "httpx.get + trafilatura.extract", "the same, kept httpx.Client"
UNKNOWN, KNOWN = "click, robots.txt unknown", "click, robots.txt known"


def run() -> None:
    """Print clicks with robots.txt unknown and known, the work by hand, and a break-down."""
    every = pages.open_to_us()
    chosen = every[:: max(1, len(every) // PAGES)][:PAGES]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="polite-bench-")))
        new = _each_on_a_host_of_its_own(folder / "web", chosen)
        _start_page(folder / "web", new + chosen)
        port = stack.enter_context(origin.serving(folder / "web"))
        chosen_service = service.settings(port, f"sqlite:///{folder / 'http.db'}")
        address = stack.enter_context(service.warm(chosen_service))
        timed = _timed(port, address, new, chosen)
        in_process = service.settings(port, f"sqlite:///{folder / 'parts.db'}")
        parts = anyio.run(_parts, in_process, chosen)
    table.show(
        f"cold click: wall milliseconds over loopback, {len(chosen)} pages of the little web,"
        " each never seen before, one at a time, store: sqlite",
        ("what", "median", "p95", "ratio", "to kept"),
        [(name, *_row(timed, name)) for name in timed if not name.startswith("only")],
    )
    print(f"  ratio = median over pages of this / {GET}; to kept = this / {KEPT}")
    get, kept, extract = (median(timed[f"only {part}"]) for part in ("get", "kept", "extract"))
    print(
        f"  by hand: httpx.get {get:.1f} (it loads certificate authorities every time),"
        f" kept client {kept:.1f}, trafilatura.extract {extract:.1f}"
    )
    table.show(
        "where a click goes (robots.txt known; same pages, without the HTTP door)",
        ("part", "median ms"),
        [(name, median(times)) for name, times in parts.items()],
    )


def _each_on_a_host_of_its_own(web: Path, chosen: list[Sample]) -> list[Sample]:
    """Name each page's host anew, so that every click has a robots.txt to ask for."""
    web.mkdir()
    real = fixtures() / "web"
    for path in real.iterdir():
        if path.is_dir():
            (web / path.name).symlink_to(path)
    new = []
    for number, page in enumerate(chosen):
        host = f"h{number}.{page.host}"
        (web / host).symlink_to(real / page.host)
        new.append(page._replace(host=host))
    return new


def _start_page(web: Path, targets: list[Sample]) -> None:
    items = "".join(f'<li><a href="{page.url}">{page.url}</a></li>' for page in targets)
    (web / START).mkdir()
    (web / START / "index.html").write_text(f"<!doctype html><main><ul>{items}</ul></main>")


def _timed(
    port: int, address: str, new: list[Sample], chosen: list[Sample]
) -> dict[str, list[float]]:
    """Milliseconds of each way to each page; page by page, so that all meet the same weather."""
    found: dict[str, list[float]] = {name: [] for name in (GET, KEPT, UNKNOWN, KNOWN)}
    found |= {f"only {part}": [] for part in ("get", "kept", "extract")}
    with contextlib.closing(Client(address)) as client, httpx.Client(trust_env=False) as kept:
        _ok(client.command("open_url", url=f"http://{START}/"))
        for host in {page.host for page in chosen}:
            client.command("open_url", url=f"http://{host}/no-such-page")
        for number, page in enumerate(chosen):
            url = f"http://127.0.0.1:{port}{page.target}"
            plain, text = _get(httpx.get, url, page.host)
            again, text = _get(kept.get, url, page.host)
            began = perf_counter()
            trafilatura.extract(text)
            extract = 1000 * (perf_counter() - began)
            found["only get"].append(plain)
            found["only kept"].append(again)
            found["only extract"].append(extract)
            found[GET].append(plain + extract)
            found[KEPT].append(again + extract)
            found[UNKNOWN].append(_click(client, number))
            found[KNOWN].append(_click(client, len(new) + number))
    return found


def _get(get: Callable[..., httpx.Response], url: str, host: str) -> tuple[float, str]:
    began = perf_counter()
    reply = get(url, headers={"Host": host})
    text = reply.text
    took = 1000 * (perf_counter() - began)
    reply.raise_for_status()
    return took, text


def _click(client: Client, link: int) -> float:
    began = perf_counter()
    reply = client.command("click", id=link, cursor=0)
    took = perf_counter() - began
    _ok(reply)
    return 1000 * took


def _ok(reply: dict[str, Any]) -> None:
    if not reply["ok"]:
        raise RuntimeError(reply["text"])


async def _parts(chosen: Settings, samples: list[Sample]) -> dict[str, list[float]]:
    """Run the use cases in this process, with a stop-watch around each thing they use."""
    clock = SystemClock()
    watch = _StopWatch()
    store = build_store(chosen, clock)
    net = build_net(chosen, store, clock)
    sandbox = Sandbox()
    page = chosen.page
    put, get = watch.timed("store", store.pages.put), watch.timed("store", store.pages.get)
    conversations = Conversations(
        browser=Browser(
            fetch=_some(fetch=watch.timed("fetch", net.fetcher.fetch)),
            render=_some(render=watch.timed("render", sandbox.render)),
            provider=build_provider(chosen.search, _some(), clock),
            pages=_some(put=put, get=get),
            clock=clock,
            options=Options(window_chars=page.window_chars, line_chars=page.line_chars),
        ),
        sessions=_some(
            load=watch.timed("store", store.sessions.load),
            save=watch.timed("store", store.sessions.save),
        ),
        clock=clock,
        max_commands=500,
        safe="strict",
        language="en",
        steps=Steps(),
        places=Places(None),
        closing=Closing(),
    )
    await sandbox.warm()
    for host in {sample.host for sample in samples}:
        await conversations.run("", "s", "open_url", {"url": f"http://{host}/no-such-page"})
    found: dict[str, list[float]] = {}
    for sample in samples:
        watch.spent.clear()
        began = perf_counter()
        reply = await conversations.run("", "s", "open_url", {"url": sample.url})
        total = 1000 * (perf_counter() - began)
        assert reply.failure is None
        parts = {**watch.spent, "decode, display": total - sum(watch.spent.values())}
        for name, took in {"all": total, **parts}.items():
            found.setdefault(name, []).append(took)
    await sandbox.aclose()
    await net.transport.aclose()
    await store.aclose()
    return found


class _StopWatch:
    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def timed(self, name: str, job: Callable[..., Awaitable[Any]]) -> Any:
        async def timed(*args: Any) -> Any:
            began = perf_counter()
            try:
                return await job(*args)
            finally:
                took = 1000 * (perf_counter() - began)
                self.spent[name] = self.spent.get(name, 0.0) + took

        return timed


def _some(**methods: Any) -> Any:
    return SimpleNamespace(**methods)


def _row(timed: dict[str, list[float]], name: str) -> tuple[float, float, float, float]:
    times = timed[name]
    ratios = [
        median(a / b for a, b in zip(times, timed[base], strict=True)) for base in (GET, KEPT)
    ]
    return median(times), quantiles(times, n=20)[-1], ratios[0], ratios[1]
