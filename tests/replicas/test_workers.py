"""``serve --workers 2``: real processes on one address and one real Valkey."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.held import SLOW, Held
from tests.service.living import Talk
from tests.service.processes import PATIENCE, Served, run
from tests.service.test_processes import client, config
from tests.service.test_shutdown import children, until_closing
from tests.until import until
from tests.valkey import Servers
from tests.world import World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.page("worked.test", "/", "<p>Words.</p>", "Worked")
        yield origin


@pytest.fixture
def settings(world: World, servers: Servers, tmp_path: Path) -> Path:
    return config(tmp_path, world, store={"url": servers("valkey").url})


@contextlib.contextmanager
def ends(pid: int) -> Iterator[None]:
    """Wait, at the end, for the end of a process."""
    process = os.pidfd_open(pid)
    try:
        yield
        assert select.select([process], [], [], PATIENCE)[0], "it lives on"
    finally:
        os.close(process)


def value(metrics: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    assert found, f"no {name} in {metrics}"
    return float(found[1])


def both(served: Served) -> list[int]:
    until(lambda: len(children(served.pid)) >= 2)
    return children(served.pid)


def open_it(served: Served, session: str) -> None:
    """Open a page on a connection of its own, which either process takes."""
    with client(served) as caller:
        Talk(caller, session).open("http://worked.test/")


def test_all_read_the_settings_again_count_together_are_replaced_and_end(
    settings: Path, site: Held
):
    with Served(settings, "--workers", "2") as served:
        first, second = both(served)
        served.says('"start"', times=2)  # both listen to signals
        served.send(signal.SIGHUP)
        served.says("asked for in another process")
        assert sum('"audit"' in line for line in served.log) == 1, "the signal was obeyed twice"
        good = settings.read_text()
        settings.write_text("[server]\nprot = 1\n")
        served.send(signal.SIGHUP)
        served.says("unknown setting server.prot", times=2)
        settings.write_text(good)
        for n in range(6):
            open_it(served, f"before-{n % 2}")
        with ends(first):
            os.kill(first, signal.SIGKILL)
        for n in range(4):
            open_it(served, f"before-{n % 2}")
        served.says(f"process {first} ended by SIGKILL")
        assert second in both(served)
        with client(served) as caller:
            told = caller.get("/v1/sessions/before-0").json()
            assert [step["cursor"] for step in told["steps"]] == [0, 1, 2, 3, 4]
            metrics = caller.get("/metrics").text
        commands = 'polite_browser_commands_total{command="open_url",outcome="ok"}'
        assert value(metrics, commands) == 10, "what the dead process had counted is lost"
        folder = next(iter(_metrics(second)))
        with stopping(served, site) as click:
            site.release.set()
            assert click.result(PATIENCE)["ok"]
        assert served.wait() == 0
        assert not folder.exists()
        assert not [line for line in served.log if "Traceback" in line]


def _metrics(pid: int) -> Iterator[Path]:
    """The folder in which a process counts."""
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        if line.endswith(".db") and "polite-browser-" in line:
            yield Path(line.split(maxsplit=5)[5]).parent


@contextlib.contextmanager
def stopping(served: Served, site: Held) -> Iterator[Future[Any]]:
    """While a command runs and all processes were told to end, which they do afterwards."""
    with client(served) as caller, ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as stack:
        click = pool.submit(Talk(caller, "stopping").do, "open_url", url=SLOW)
        stack.callback(site.release.set)
        site.is_asked()
        for child in both(served):
            stack.enter_context(ends(child))
        served.send(signal.SIGINT)
        until_closing(caller)
        yield click


def test_a_second_signal_ends_all_at_once(settings: Path, site: Held):
    with Served(settings, "--workers", "2") as served:
        with stopping(served, site) as click:
            served.send(signal.SIGTERM)
            with pytest.raises(httpx.HTTPError):
                click.result(PATIENCE)
        assert served.wait() == 1
        assert not [line for line in served.log if "Traceback" in line]


def test_children_do_not_outlive_their_parent(settings: Path):
    with Served(settings, "--workers", "2") as served, contextlib.ExitStack() as stack:
        with client(served) as caller:
            caller.get("/healthz")
        for child in both(served):
            stack.enter_context(ends(child))
        served.kill()


def test_a_process_that_cannot_start_ends_all(tmp_path: Path):
    (tmp_path / "settings.toml").write_text(
        '[store]\nurl = "valkey://127.0.0.1:1/0"\n[agent]\n'
        'signing_key = "missing.pem"\nsignature_agent = "https://browser.example"\n'
    )
    done = run(
        *("serve", "--port", "0", "--workers", "2", "--config", "settings.toml"), cwd=tmp_path
    )
    assert done.returncode == 2
    assert "missing.pem" in done.stderr
    assert "Traceback" not in done.stderr
