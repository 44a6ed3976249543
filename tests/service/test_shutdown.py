"""The end of a service: real processes and signals, a site that answers when the test lets it."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import pytest

from browser import serve
from browser.closing import AGAIN
from browser.net import child
from tests.gptoss.calling import calling
from tests.mcp_door.calling import call
from tests.service.held import SLOW, Held
from tests.service.living import Talk, serving
from tests.service.processes import PATIENCE, Served
from tests.service.stream import Reader
from tests.service.test_processes import client, config
from tests.until import until
from tests.world import World

on_linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux only")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def until_ready(caller: httpx.Client) -> None:
    until(lambda: caller.get("/readyz").json()["ready"])


def until_closing(caller: httpx.Client) -> None:
    """Return as soon as the service knows that it has to stop, and says so."""
    until(lambda: caller.get("/readyz").json()["checks"]["service"] != "ready")
    answer = caller.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert "about to stop" in answer.json()["checks"]["service"]


def children(pid: int) -> list[int]:
    """What the process *pid* has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(entry.parent.name))
    return found


def gone(process: int) -> None:
    """Wait for the end of a process, of which this is the file descriptor."""
    assert select.select([process], [], [], PATIENCE)[0], "it lives on"
    os.close(process)


def test_what_runs_is_finished_and_what_comes_is_told_to_come_back(
    world: World, site: Held, pool: ThreadPoolExecutor, tmp_path: Path
):
    world.page("read.test", "/", "<p>Words.</p>")
    with Served(config(tmp_path, world)) as served, client(served) as caller:
        Talk(caller, "read").open("http://read.test/")
        click = pool.submit(Talk(caller, "stopping").open, SLOW)
        site.is_asked()
        with Reader(caller, "/v1/sessions/read/steps") as reader:
            assert reader.next().event == "step"
            served.send(signal.SIGTERM)
            reader.rest()  # it is let go
        until_closing(caller)
        assert caller.get("/healthz").status_code == 200

        with client(served) as newcomer:  # on connections of its own
            failure = Talk(newcomer, "new").do("open_url", url="http://other.test/")["failure"]
            assert (failure["code"], failure["retry_after"]) == ("busy", AGAIN)
            result = call(newcomer, "browser_open", {"url": "http://other.test/"})
            assert result["isError"]
            assert result["structuredContent"]["failure"]["code"] == "busy"
            engine = newcomer.post("/openwebui/search", json={"query": "words", "count": 1})
            assert engine.headers["search-failed"] == "busy"
            loaded = newcomer.post("/openwebui/load", json={"urls": ["http://other.test/"]})
            assert loaded.headers["load-failed"] == "0;code=busy"
        assert not world.targets("other.test"), "a site was asked for a command that did not run"

        site.release.set()
        assert "Late words." in click.result(PATIENCE)["text"]
        assert served.wait() == 0
        assert not [line for line in served.log if "Traceback" in line]
    with serving(world, store={"url": f"sqlite:///{tmp_path}/state.db"}) as again:
        assert Talk(again, "stopping").whole(0)["lines"][2]["text"] == "Late words."
        assert again.get("/v1/sessions/new").status_code == 404


def test_streams_end_but_for_the_one_that_brings_a_model_its_answer(
    world: World, site: Held, tmp_path: Path
):
    async def model(served: Served, caller: httpx.Client) -> tuple[str, str]:
        """Call the tool `open` before the signal and after it."""
        async with calling(caller) as talking, anyio.create_task_group() as group:
            answers: list[str] = []
            await talking.session.list_tools()  # else the SDK asks for them after the answer

            async def first() -> None:
                answers.append(await talking.good("open", id=SLOW))

            group.start_soon(first)
            await anyio.to_thread.run_sync(site.is_asked)
            served.send(signal.SIGINT)
            await anyio.to_thread.run_sync(until_closing, caller)
            async with calling(caller) as other:
                refused = "\n".join(await other.fails("open", id="http://other.test/"))
                site.release.set()
        return answers[0], refused

    with Served(config(tmp_path, world)) as served, client(served) as caller:
        answer, refused = anyio.run(model, served, caller)
        assert "Late words." in answer
        assert "about to stop" in refused
        assert served.wait() == 0


@on_linux
def test_a_second_signal_ends_it_at_once_with_its_workers(
    world: World, site: Held, pool: ThreadPoolExecutor, tmp_path: Path
):
    with Served(config(tmp_path, world)) as served, client(served) as caller:
        click = pool.submit(Talk(caller, "stopping").do, "open_url", url=SLOW)
        site.is_asked()
        workers = [os.pidfd_open(worker) for worker in children(served.pid)]
        assert workers
        served.send(signal.SIGTERM)
        until_closing(caller)
        served.send(signal.SIGTERM)
        assert served.wait() == -signal.SIGTERM
        with pytest.raises(httpx.HTTPError):
            click.result(PATIENCE)
        for worker in workers:
            gone(worker)


def test_a_command_that_needs_longer_than_it_may_is_answered_too(
    world: World, site: Held, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(serve, "GRACE", 0.1)
    with httpx.Client(timeout=PATIENCE, trust_env=False) as caller:
        with serving(world) as service:
            caller.base_url = service.base_url
            click = pool.submit(Talk(caller, "late").do, "open_url", url=SLOW)
            site.is_asked()
        assert click.result(PATIENCE)["failure"]["code"] == "busy"


@on_linux
def test_a_service_whose_workers_have_died_is_not_ready_until_others_are(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    others = children(os.getpid())
    with serving(world) as service:
        until_ready(service)
        monkeypatch.setattr(child, "PROGRAM", f"open({str(gate)!r}).close()\n{child.PROGRAM}")
        dead = [os.pidfd_open(one) for one in children(os.getpid()) if one not in others]
        assert dead
        for worker in dead:
            signal.pidfd_send_signal(worker, signal.SIGKILL)
        for worker in dead:
            gone(worker)
        until(lambda: not service.get("/readyz").json()["ready"])
        assert "starting" in service.get("/readyz").json()["checks"]["workers"]
        opened = os.open(gate, os.O_RDWR)  # those who wait at it go on, and those who come
        until_ready(service)
        world.page("alive.test", "/", "<p>Read by another.</p>")
        assert Talk(service, "alive").open("http://alive.test/")["ok"]
        os.close(opened)
