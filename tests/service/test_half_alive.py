"""A part of the service dies of a defect: the process goes, and a supervisor starts another one."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from browser.api.lazy import Lazy
from browser.closing import Closing
from browser.errors import BrowserError
from tests.service.living import serving
from tests.service.processes import environment
from tests.until import PATIENCE, until
from tests.valkey import Servers
from tests.world import World

TOKEN = "an-operator-token-of-a-test"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
FAILS = """
import sys
from browser.cli import main
from browser.sights.keeper import Sights

async def run(self):
    raise RuntimeError("secret")

Sights.run = run
main()
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_a_process_whose_task_has_failed_ends_so_that_it_is_started_again(
    command: str, tmp_path: Path
):
    config = tmp_path / "browser.toml"
    config.write_text('[store]\nurl = "memory:"\n[page]\nworkers = 1\n')
    port = ["--port", "0"] if command == "serve" else []
    ended = subprocess.run(
        [sys.executable, "-c", FAILS, command, "--config", str(config), *port],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert '"defect"' in ended.stderr
    assert "RuntimeError" in ended.stderr
    assert "secret" not in ended.stderr


async def test_who_has_failed_is_not_ready_and_is_to_stop():
    closing, stopped = Closing(), []
    closing.stop = lambda: stopped.append(True)
    await closing.check()
    closing.fail()
    assert (stopped, closing.failed) == ([True], True)
    with pytest.raises(BrowserError):
        await closing.check()


async def test_a_door_whose_tasks_fail_says_so_and_logs_no_word_of_it(caplog):
    breaks, failed = anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def needed():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail)
            yield

    async def fail():
        await breaks.wait()
        raise RuntimeError("secret")

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        del message

    door = Lazy(lambda: (answer, needed()))
    async with anyio.create_task_group() as tasks:
        door.tasks, door.failed = tasks, failed.set
        await door({}, receive, send)
        caplog.set_level(logging.INFO)
        breaks.set()
        with anyio.fail_after(PATIENCE):
            await failed.wait()
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_a_message_that_is_none_of_ours_stops_no_replica(servers: Servers):
    server = servers("valkey")
    given = {"store": {"url": server.url}, "server": {"operator_token": TOKEN}}
    with (
        World() as world,
        serving(world, headers=OPERATOR, **given) as here,
        serving(world, headers=OPERATOR, **given) as there,
        there.stream("GET", "/sse") as stream,
    ):
        assert next(stream.iter_lines())
        for channel in ("messages", "steps"):
            server.say("PUBLISH", f"pb:1:bus:{channel}", "[]")
        assert here.put("/operator/hosts/a.test", json={"blocked": True}).status_code == 200
        until(lambda: limits(there)["blocked"])
        until(lambda: there.get("/readyz").json()["ready"])


def test_why_the_store_serves_nobody_is_told_to_operators_alone(servers: Servers):
    server = servers("valkey")
    given = {"store": {"url": server.url}, "server": {"operator_token": TOKEN}}
    with World() as world, serving(world, headers=OPERATOR, **given) as client:

        def told() -> str:
            answer = client.put("/operator/hosts/a.test", json={"blocked": True})
            return answer.text if answer.status_code == 503 else ""

        server.say("CONFIG", "SET", "maxmemory", "50mb")
        server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        assert client.get("/readyz").status_code == 503  # it is looked at from time to time
        assert "allkeys-lru" in until(told)
        answer = client.get("/v1/sessions/anyone")
        assert answer.status_code == 503
        assert "allkeys" not in answer.text


def limits(client: httpx.Client) -> dict[str, object]:
    found: dict[str, object] = client.get("/operator/hosts/a.test").json()["limits"]
    return found
