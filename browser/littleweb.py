"""The little web: the hosts of ``fixtures/web``, served over real sockets on loopback.

One folder a host; ``/a/b`` is ``a/b.html``, ``/`` is ``index.html``, other files are themselves.
``hosts.toml`` says which hosts answer something else. Used by the demo and by tests.
"""

from __future__ import annotations

import gzip
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

TYPES = {
    ".html": "text/html",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
}


def fixtures() -> Path:
    """The folder of fixtures, in a checkout or in an installed package.

    Raises:
        FileNotFoundError: when neither has it.
    """
    here = Path(__file__).parent
    for folder in (here / "fixtures", here.parent / "fixtures"):
        if (folder / "web").is_dir():
            return folder
    raise FileNotFoundError("the fixtures folder is missing from this installation")


class LittleWeb:
    """Serves the hosts below a folder until closed.

    Args:
        folder: Holds one folder a host, and ``hosts.toml``.

    Attributes:
        port: On 127.0.0.1.
        asked: Every request so far: host, target, header fields.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rules = folder / "hosts.toml"
        self.rules: dict[str, Any] = tomllib.loads(rules.read_text()) if rules.exists() else {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        web = self

        class Handler(_Handler):
            little_web = web

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def hosts(self) -> list[str]:
        """Names of the hosts, sorted."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def find(self, host: str, target: str) -> Path | None:
        """The file behind a request, or ``None``."""
        root = (self.folder / host).resolve()
        name = unquote(target.partition("?")[0]).strip("/")
        for path in (root / name, root / f"{name}.html", root / name / "index.html"):
            if path.is_file() and path.resolve().is_relative_to(root):
                return path
        return None


class _Handler(BaseHTTPRequestHandler):
    little_web: LittleWeb
    protocol_version = "HTTP/1.1"
    timeout = 30
    # A body would else wait up to 40 ms for the acknowledgement of its head.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        web = self.little_web
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        web.asked.append((host, self.path, dict(self.headers)))
        rule = web.rules.get(host)
        if rule and self.path != "/robots.txt":
            self._send(
                int(rule["status"]), "text/plain", str(rule["body"]).encode(), rule["headers"]
            )
            return
        path = web.find(host, self.path) if host in web.hosts() else None
        if path is None:
            page = b"<!doctype html><title>Not found</title><h1>Not found</h1><p>No such page."
            self._send(404, "text/html", page, {})
            return
        self._send(200, TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes(), {})

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 1024:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing: requests are in `LittleWeb.asked`."""
