"""A search provider on a real socket, a client for it, and a clock."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any
from urllib.parse import parse_qsl

import pytest

from browser.net.api_client import ApiClient
from browser.search.provider import ApiReply
from tests.clock import ManualClock

NOON = 1_700_049_600.0  # 2023-11-15T12:00:00Z


@dataclass
class Asked:
    """One request that came in."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answer:
    """One answer to give; a hanging one says nothing until the server closes."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


class ProviderServer:
    """Plays a provider: gives the prepared answers in turn, the last one again and again."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._answers: deque[Answer] = deque()
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._serve(self)

            def log_message(self, *_: object) -> None:
                """Keep the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(
        self, data: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Prepare *data*: bytes as they are, anything else as JSON."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        self._answers.append(Answer(body, status, dict(headers or {})))

    def hang(self) -> None:
        """Prepare silence."""
        self._answers.append(Answer(b"", hangs=True))

    def close(self) -> None:
        """Stop, and let the threads that hang end."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        path, _, query = handler.path.partition("?")
        params = dict(parse_qsl(query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append(Asked(path, params, headers))
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        if answer.hangs:
            self._closing.wait(60)
            return
        handler.send_response(answer.status)
        fields = {"Content-Type": "application/json", "Content-Length": str(len(answer.body))}
        for name, value in (fields | answer.headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    server = ProviderServer()
    yield server
    server.close()


@pytest.fixture
async def api() -> AsyncIterator[ApiClient[ApiReply]]:
    trust_nobody = SSLContext(PROTOCOL_TLS_CLIENT)  # loading the public certificates is slow
    client = ApiClient(
        "polite-browser/test (+https://agent.example)", ApiReply, verify=trust_nobody
    )
    yield client
    await client.aclose()
