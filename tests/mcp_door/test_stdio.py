"""``polite-browser mcp`` as clients start it: a process, its streams, its end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.mcp_door.calling import META, MODERN, NAMES, check
from tests.world import World

BEGIN = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}
COMMANDS = {
    "installed": [str(Path(sys.executable).with_name("polite-browser")), "mcp"],
    "module": [sys.executable, "-c", "from browser.cli import main; main()", "mcp"],
}


@pytest.fixture
def folder(tmp_path: Path, world: World) -> Path:
    """Where a client starts it, with settings for the test's web."""
    ours = f'[egress.hosts]\n"*.test" = "127.0.0.1:{world.port}"\n'
    quick = "[limits]\nrate = 1000\nburst = 1000\n[page]\nworkers = 1\n"
    (tmp_path / "settings.toml").write_text(f"{ours}{quick}")
    return tmp_path


class Process:
    """The process, spoken to line by line."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.process = subprocess.Popen(
            [*COMMANDS["installed"], "--config", "settings.toml", *more],
            cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._id = 0

    def send(self, method: str, params: dict[str, Any] | None = None) -> int:
        assert self.process.stdin is not None
        self._id += 1
        message = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params or {}}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return self._id

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        assert self.process.stdout is not None
        sent = self.send(method, params)
        answer = json.loads(self.process.stdout.readline())
        assert answer["id"] == sent
        return answer["result"]

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.ask("initialize", BEGIN)
        self.process.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')

    def children(self) -> list[int]:
        """Its workers, while it runs."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in found.split()]


@contextmanager
def started(folder: Path) -> Iterator[Process]:
    it = Process(folder)
    with it.process:
        try:
            yield it
        finally:
            it.process.kill()


def gone(processes: list[int]) -> None:
    """Return when none of them runs."""
    for number in processes:
        with contextlib.suppress(ProcessLookupError):
            process = os.pidfd_open(number)
            ended, _, _ = select.select([process], [], [], 20)
            os.close(process)
            assert ended


def refused(folder: Path) -> subprocess.CompletedProcess[str]:
    """What it says when it cannot start."""
    return subprocess.run(
        [*COMMANDS["installed"], "--config", "settings.toml"],
        cwd=folder, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=60,
    )  # fmt: skip


def databases(folder: Path) -> list[Path]:
    return list(folder.glob("*.db"))


@pytest.mark.parametrize(
    ("mode", "command"),
    list(zip(["legacy", "auto"], COMMANDS, strict=True)),
    ids=["legacy", "auto"],
)
async def test_a_client_of_the_sdk_browses_in_one_conversation(
    folder: Path, mode: str, command: str
):
    program, *arguments = COMMANDS[command]
    server = StdioServerParameters(
        command=program, args=[*arguments, "--config", "settings.toml"], cwd=folder,
        env={"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    with (folder / "log").open("w") as log:
        async with Client(stdio_client(server, errlog=log), mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == NAMES
            first = await client.call_tool("browser_open", {"url": "http://mcp.test/"})
            second = await client.call_tool("browser_open", {"id": 0})
            assert isinstance(first.structured_content, dict)
            assert isinstance(second.structured_content, dict)
            check(tools[1].output_schema, list(second.content), second.structured_content)
            assert second.structured_content["cursor"] == 1
            assert second.structured_content["session"] == first.structured_content["session"]
            robots = await client.call_tool("browser_open", {"url": "http://shut.test/private"})
            assert robots.is_error
    assert not databases(folder)


def test_several_may_run_in_one_folder(folder: Path):
    with started(folder) as first, started(folder) as second:
        first.begin()
        second.begin()
        for it in (first, second):
            opened = it.ask(
                "tools/call", {"name": "browser_open", "arguments": {"url": "http://mcp.test/"}}
            )
            assert opened["structuredContent"]["cursor"] == 0


def test_a_store_that_is_configured_is_used(folder: Path):
    with (folder / "settings.toml").open("a") as settings:
        settings.write('[store]\nurl = "sqlite:///kept.db"\n')
    with started(folder) as first:
        first.begin()
        assert (folder / "kept.db").exists()
        second = refused(folder)
    assert second.returncode == 2
    assert second.stdout == ""
    assert second.stderr.startswith("polite-browser: config: store.url:")


@pytest.mark.parametrize("end", ["end of input", "SIGTERM", "SIGINT", "SIGKILL"])
def test_it_ends_with_its_workers(folder: Path, end: str):
    with started(folder) as it:
        it.begin()
        it.ask("tools/call", {"name": "browser_open", "arguments": {"url": "http://mcp.test/"}})
        workers = it.children()
        assert workers
        if end == "end of input":
            rest, log = it.process.communicate(timeout=30)
        else:
            it.process.send_signal(getattr(signal, end))
            it.process.wait(30)
            assert it.process.stdout is not None
            assert it.process.stderr is not None
            rest, log = it.process.stdout.read(), it.process.stderr.read()
        assert it.process.returncode == (-9 if end == "SIGKILL" else 0), log
        assert rest == ""
        assert "Traceback" not in log
        gone(workers)


@contextmanager
def kept_waiting(world: World, host: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """A site that says when it is asked, and answers when it is told to."""
    asked, go_on = threading.Event(), threading.Event()

    def silent(connection: Any) -> None:
        asked.set()
        go_on.wait(30)
        page = b"<!doctype html><title>Late</title><main><p>It came late.</p></main>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        with contextlib.suppress(OSError):
            connection.sendall(head.encode() + page)

    world.raw(host, "/", silent)
    try:
        yield asked, go_on
    finally:
        go_on.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_while_a_site_keeps_it_waiting(
    folder: Path, world: World, number: signal.Signals
):
    host = f"silent{number:d}.test"
    with started(folder) as it, kept_waiting(world, host) as (asked, _):
        it.begin()
        it.send("tools/call", {"name": "browser_open", "arguments": {"url": f"http://{host}/"}})
        assert asked.wait(30)
        workers = it.children()
        assert workers
        assert it.process.stdin is not None
        it.process.stdin.close()  # nor does it wait for what was asked before the end
        it.process.stdin = None  # else it would be flushed below
        it.process.send_signal(number)
        rest, log = it.process.communicate(timeout=10)
        assert (it.process.returncode, rest) == (0, "")
        assert "Traceback" not in log
        gone(workers)


def test_what_was_asked_before_the_end_of_the_input_is_answered(folder: Path, world: World):
    with started(folder) as it, kept_waiting(world, "late.test") as (asked, go_on):
        it.begin()
        sent = it.send(
            "tools/call", {"name": "browser_open", "arguments": {"url": "http://late.test/"}}
        )
        assert asked.wait(30)
        assert it.process.stdin is not None
        assert it.process.stdout is not None
        it.process.stdin.close()
        go_on.set()
        answer = json.loads(it.process.stdout.readline())
        assert answer["id"] == sent
        assert answer["result"]["structuredContent"]["page"]["title"] == "Late"
        assert it.process.stdout.read() == ""
        assert it.process.wait(30) == 0


def test_a_request_that_was_cancelled_is_not_waited_for(folder: Path, world: World):
    with started(folder) as it, kept_waiting(world, "cancelled-late.test") as (asked, _):
        it.begin()
        sent = it.send(
            "tools/call",
            {"name": "browser_open", "arguments": {"url": "http://cancelled-late.test/"}},
        )
        assert asked.wait(30)
        told = {"requestId": sent, "reason": "enough"}
        message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": told}
        rest, _ = it.process.communicate(json.dumps(message) + "\n", timeout=15)
        assert (it.process.returncode, rest) == (0, "")


def test_a_file_of_requests_is_answered_whole(folder: Path):
    def request(number: int, method: str, **params: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    lines = [
        request(1, "initialize", **BEGIN),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        request(2, "tools/call", name="browser_open", arguments={"url": "http://mcp.test/"}),
        request(3, "tools/list"),
        request(4, "tools/call", name="browser_sources", arguments={}),
    ]
    with (folder / "requests.jsonl").open("w") as file:
        file.write("\n".join(json.dumps(line) for line in lines))  # the last line has no end
    with (folder / "requests.jsonl").open() as file:
        done = subprocess.run(
            [*COMMANDS["installed"], "--config", "settings.toml"],
            cwd=folder, text=True, stdin=file, capture_output=True, check=True, timeout=60,
        )  # fmt: skip
    by_id = {answer["id"]: answer["result"] for answer in map(json.loads, done.stdout.splitlines())}
    assert sorted(by_id) == [1, 2, 3, 4]
    assert by_id[2]["structuredContent"]["page"]["title"] == "One"


def test_what_takes_too_long_after_the_end_of_the_input_is_dropped(folder: Path, world: World):
    short = "from browser import cli, stdio; stdio.PATIENCE = 0.5; cli.main()"
    with kept_waiting(world, "never.test") as (asked, _), subprocess.Popen(
        [sys.executable, "-c", short, "mcp", "--config", "settings.toml"],
        cwd=folder, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        call = {"name": "browser_open", "arguments": {"url": "http://never.test/"}, "_meta": META}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        assert process.stdin is not None
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        assert asked.wait(30)
        rest, log = process.communicate(timeout=15)
        assert process.returncode == 0, log
        (line,) = rest.splitlines()
        assert "this service is about to stop" in line


def test_it_ends_quietly_when_its_client_is_gone(folder: Path):
    with started(folder) as it:
        it.begin()
        workers = it.children()
        assert it.process.stdout is not None
        assert it.process.stderr is not None
        it.process.stdout.close()
        it.send("ping")
        assert it.process.wait(30) == 0
        assert "Traceback" not in it.process.stderr.read()
        gone(workers)


def test_standard_output_carries_messages_only(folder: Path):
    with started(folder) as it:
        it.begin()
        for name in ("browser_open", "browser_none"):
            it.send("tools/call", {"name": name, "arguments": {"url": "http://mcp.test/"}})
        it.send("nothing/known")
        assert it.process.stdout is not None
        answers = [json.loads(it.process.stdout.readline()) for _ in range(3)]
        rest, _ = it.process.communicate(timeout=30)
    by_id = {answer["id"]: answer for answer in answers}
    assert sorted(by_id) == [2, 3, 4]
    assert by_id[2]["result"]["content"]
    assert by_id[3]["error"]["code"] == -32602
    assert by_id[4]["error"]["code"] == -32601
    assert rest == ""


@pytest.mark.parametrize("begun", [True, False])
def test_a_line_that_is_no_message_is_answered_and_the_next_one_too(folder: Path, begun: bool):
    lines = {
        "CANARY": -32700, "\x00": -32700, "{": -32700, "[" * 100_000: -32700,
        "{}": -32600, "[]": -32600, '{"CANARY": 1}': -32600, '"CANARY"': -32600,
        '[{"jsonrpc": "2.0", "id": 1, "method": "CANARY"}]': -32600,
    }  # fmt: skip
    with started(folder) as it:
        if begun:
            it.begin()
        assert it.process.stdin is not None
        assert it.process.stdout is not None
        for line, code in lines.items():
            it.process.stdin.write(f"\n{line}\n")
            it.process.stdin.flush()
            answer = json.loads(it.process.stdout.readline())
            assert (answer["jsonrpc"], answer["id"], answer["error"]["code"]) == ("2.0", None, code)
            assert "Send one" in answer["error"]["message"]
            assert "CANARY" not in json.dumps(answer)
        if begun:
            assert it.ask("tools/list")["tools"]
            return
        found = it.ask("server/discover", {"_meta": META})  # without initialize
        assert MODERN in found["supportedVersions"]
        told = it.ask("tools/call", {"name": "browser_sources", "arguments": {}, "_meta": META})
        assert told["resultType"] == "complete"


def test_settings_that_cannot_be_used_are_told_on_standard_error(folder: Path):
    (folder / "settings.toml").write_text("[sever]\n")
    done = refused(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown setting sever" in done.stderr
