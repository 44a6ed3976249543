"""Origins under test control: real sockets on loopback, any bytes, any host name.

A `World` is one server that answers for every host name. `page` and `reply` add ordinary
answers; `raw` takes whatever bytes (or a function that gets the socket) for origins that
misbehave. Every request line is kept in `asked`, every connection counted in `connections`.
Map host names to it with `egress_hosts`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

Serve = Callable[[socket.socket], None]


class World:
    """Answers by (host, target); an unknown target is 404, an unknown robots.txt too."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._answers: dict[tuple[str, str], bytes | Serve] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = True
        self._live: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._workers: list[threading.Thread] = []

    @property
    def egress_hosts(self) -> dict[str, str]:
        return {"*.test": f"127.0.0.1:{self.port}"}

    def targets(self, host: str) -> list[str]:
        """Targets asked of *host*, in order."""
        return [target for name, _, target in self.asked if name == host]

    def forget(self) -> None:
        """What was asked so far was not asked."""
        self.asked.clear()
        self.headers.clear()

    def raw(self, host: str, target: str, answer: bytes | Serve) -> None:
        self._answers[host, target] = answer

    def reply(
        self,
        host: str,
        target: str,
        status: int = 200,
        body: bytes | str = b"",
        headers: dict[str, str] | None = None,
        kind: str = "text/html; charset=utf-8",
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}
        head = f"HTTP/1.1 {status} Status\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        self.raw(host, target, head.encode() + b"\r\n" + data)

    def page(self, host: str, target: str, body: str, title: str = "A page") -> None:
        self.reply(
            host,
            target,
            body=f"<!doctype html><html lang=en><title>{title}</title><body><main>{body}</main>",
        )

    def robots(self, host: str, text: str, status: int = 200) -> None:
        self.reply(host, "/robots.txt", status, text, kind="text/plain")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and drop every connection: from now on the host is unreachable."""
        if not self._open:
            return
        self._open = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._lock:
            live = list(self._live)
        for connection in live:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for worker in self._workers:
            worker.join(5)

    def _accept(self) -> None:
        while self._open:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._live.add(connection)
            self.connections += 1
            worker = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._workers.append(worker)
            worker.start()

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(plain, server_side=True)
            while self._one(connection):
                pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._live.discard(plain)
            connection.close()

    def _one(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = connection.recv(65536)
            if not chunk:
                return False
            head += chunk
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        fields = {name.lower(): value for name, value in fields.items()}
        host = fields.get("host", "").partition(":")[0]
        self.asked.append((host, method, target))
        self.headers.append(fields)
        answer = self._answers.get((host, target))
        if answer is None:
            connection.sendall(
                b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
                b"Content-Length: 9\r\n\r\nnot found"
            )
            return True
        if callable(answer):
            answer(connection)
            return False
        connection.sendall(answer)
        return b"content-length" in answer.lower()
