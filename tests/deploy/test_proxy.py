"""deploy/proxy/haproxy.cfg under a real HAProxy: who gets a conversation, and what is written."""

from __future__ import annotations

import http.client
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.deploy.machine import DEPLOY, free_port, process, tool, until

SECRET = "what-people-ask"


class Replica(BaseHTTPRequestHandler):
    """Says its port, so that a test sees which one answered."""

    @property
    def port(self) -> str:
        return str(self.connection.getsockname()[1])

    def do_GET(self) -> None:
        body = self.port.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def replica() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Replica) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Proxy:
    """Asks it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def answer(self, target: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            connection.request("GET", target, headers=named)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def served(self, target: str, **headers: str) -> str:
        status, by = self.answer(target, **headers)
        assert status == 200
        return by


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Proxy, dict[str, ExitStack], Path]]:
    """The proxy, what ends each replica, and the proxy's log."""
    haproxy, port = tool("haproxy"), free_port()
    log = tmp_path / "log"
    with ExitStack() as stack, log.open("wb") as written:
        ends = {}
        rules = (DEPLOY / "proxy/haproxy.cfg").read_text("utf-8")
        rules = rules.replace("bind :8080", f"bind 127.0.0.1:{port}")
        for name in ("browser-1", "browser-2"):
            own = stack.enter_context(ExitStack())
            behind = own.enter_context(replica()).server_address[1]
            ends[str(behind)] = own
            rules, found = re.subn(rf"(server {name}) \S+", rf"\1 127.0.0.1:{behind}", rules)
            assert found == 1
        config = tmp_path / "haproxy.cfg"
        config.write_text(rules, "utf-8")
        running = stack.enter_context(
            process([haproxy, "-db", "-f", str(config)], stdout=written, stderr=subprocess.STDOUT)
        )
        proxy = Proxy(port)
        until(lambda: proxy.answer("/healthz")[0] == 200, running)
        yield proxy, ends, log


def test_a_conversation_stays_where_it_is_and_moves_when_that_is_gone(
    proxied: tuple[Proxy, dict[str, ExitStack], Path],
):
    proxy, ends, _ = proxied
    names = [f"conversation-{n}" for n in range(24)]
    first = {name: proxy.served("/v1/sources", x_session_id=name) for name in names}
    assert set(first.values()) == set(ends), "one replica got everything"
    for name in names:
        assert proxy.served("/v1/sources", x_session_id=name) == first[name]
        assert proxy.served(f"/v1/sources?session={name}") == first[name]
        assert proxy.served("/v1/sources", openai_conversation_id=name) == first[name]
    gone = first[names[0]]
    (left,) = set(ends) - {gone}
    ends[gone].close()
    for name in names:
        assert proxy.served("/v1/sources", x_session_id=name) == left


def test_nothing_of_what_people_ask_is_written(
    proxied: tuple[Proxy, dict[str, ExitStack], Path],
):
    proxy, _, log = proxied
    proxy.served(f"/v1/search?query={SECRET}&session={SECRET}", Authorization=f"Bearer {SECRET}")
    proxy.served(f"/key/{SECRET}/sse", x_session_id=SECRET)
    for spelling in ("/metrics", "/%6detrics", "/metric%73?a=b", "http://a.test/%6Detrics"):
        assert proxy.answer(spelling)[0] == 404, spelling
    proxy.answer(f"/{SECRET} HTTP/9\r\nX: {SECRET}".replace(" ", "%20").replace("\r\n", "%0D"))
    written = log.read_text("utf-8")
    assert written.count('"status":200') >= 2
    assert SECRET not in written
