"""A small deployment on this machine: Valkey, several services, nginx before them, and sites.

Everything is a process of its own, so that any of them can be killed while a load runs.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.service.processes import PROGRAM, PROJECT, environment
from tests.until import until
from tests.valkey import found

TOKEN = "a-token-for-the-load"
NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  upstream browsers {{
{servers}
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://browsers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_read_timeout 90s;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 2;
    }}
  }}
}}
"""


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def nginx() -> str | None:
    """The program, also where Debian puts it."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


class Fleet:
    """Started on entry, killed on exit.

    Args:
        replicas: How many services.
        limits: Their ``[limits]``.
        more: Other sections of their settings.

    Attributes:
        address: Of the proxy.
        replicas: Their processes.
        valkey: Its process.
    """

    def __init__(
        self, replicas: int, limits: dict[str, Any], more: dict[str, dict[str, Any]] | None = None
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="polite-fleet-"))
        self._origin_port = free_port()
        self._valkey_port = free_port()
        self._ports = [free_port() for _ in range(replicas)]
        self._proxy_port = free_port()
        self.address = f"http://127.0.0.1:{self._proxy_port}"
        self._settings: dict[str, dict[str, Any]] = {
            "server": {"tokens": [TOKEN], "rate": 100_000.0, "burst": 100_000, "concurrency": 4096},
            "limits": limits,
            "egress": {"ports": [80], "hosts": {"*.test": f"127.0.0.1:{self._origin_port}"}},
            "store": {"url": f"valkey://127.0.0.1:{self._valkey_port}/0"},
            **(more or {}),
        }
        self._running: list[subprocess.Popen[str]] = []
        self.replicas: list[subprocess.Popen[str]] = []
        self.valkey: subprocess.Popen[str]

    @property
    def log(self) -> Path:
        """What the sites were asked, and when."""
        return self._folder / "asked.log"

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as failed:
            failed.callback(self._end)
            self._begin()
            failed.pop_all()
        return self

    def _begin(self) -> None:
        self._start(
            [sys.executable, "-m", "tests.soak.origin", str(self._origin_port), str(self.log)],
            "origin",
        )
        self.start_valkey()
        self.replicas = [self._replica(number) for number in range(len(self._ports))]
        for port in self._ports:
            self.ready(f"http://127.0.0.1:{port}")
        proxy = nginx()
        if proxy is None:
            raise RuntimeError("nginx is needed: install Debian's package nginx")
        servers = "\n".join(
            f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in self._ports
        )
        config = self._folder / "nginx.conf"
        text = NGINX.format(folder=self._folder, servers=servers, port=self._proxy_port)
        config.write_text(text)
        self._start([proxy, "-e", "stderr", "-c", str(config)], "nginx")
        self.ready(self.address)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        for process in reversed(self._running):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start_valkey(self) -> None:
        """Start it, or start it anew on what it had written down."""
        self.valkey = self._start(
            [
                *(found("valkey"), "--port", str(self._valkey_port), "--bind", "127.0.0.1"),
                *("--dir", str(self._folder), "--save", ""),
                *("--appendonly", "yes", "--appendfsync", "always"),
            ],
            "valkey",
        )
        until(lambda: _listens(self._valkey_port), "valkey-server does not listen")

    def restart_replica(self, number: int) -> None:
        """Start a service that was killed."""
        self.replicas[number] = self._replica(number)

    def ready(self, address: str) -> None:
        """Wait until the service says that commands can be served."""

        def is_ready() -> bool:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz") as reply:
                return bool(json.load(reply)["ready"])
            return False

        until(is_ready, f"{address} is not ready")

    def asked(self) -> list[tuple[float, str, str]]:
        """Moment, host and target of every request that reached a site."""
        lines = (line.split(" ") for line in self.log.read_text().splitlines())
        return [(float(moment), host, target) for moment, host, target in lines]

    def _replica(self, number: int) -> subprocess.Popen[str]:
        config = self._folder / "service.toml"
        config.write_text(toml(self._settings))
        port = str(self._ports[number])
        arguments = [*PROGRAM, "serve", "--config", str(config), "--port", port]
        return self._start(arguments, f"replica-{number}")

    def _start(self, arguments: Sequence[str], name: str) -> subprocess.Popen[str]:
        with (self._folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                arguments,
                cwd=PROJECT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
            )
        self._running.append(process)
        return process


def toml(settings: dict[str, dict[str, Any]]) -> str:
    """Settings as a file; JSON's strings, numbers and lists are TOML's too."""
    lines = []
    for section, values in settings.items():
        lines.append(f"[{section}]")
        for key, value in values.items():
            if isinstance(value, dict):
                inner = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
                lines.append(f"{key} = {{ {inner} }}")
            else:
                lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
