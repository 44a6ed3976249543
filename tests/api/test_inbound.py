from __future__ import annotations

import re
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from browser import serve
from browser.api import inbound
from browser.api.inbound import MAX_HEAD
from browser.compose import build
from browser.settings import Settings
from tests.service.living import serving
from tests.world import World

RESOLVE = b"POST /v1/citations/resolve HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def dialled(client: httpx.Client) -> Iterator[socket.socket]:
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 20) as caller:
        yield caller


def rest(caller: socket.socket) -> bytes:
    """All that comes until the service hangs up."""
    try:
        return b"".join(iter(lambda: caller.recv(65536), b""))
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "start", [b"GET /healthz HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\nX"]
)
def test_a_head_without_an_end_is_cut_off(service: httpx.Client, start: bytes):
    with dialled(service) as caller:
        caller.sendall(start)
        sent = 0
        try:
            while sent < 64 * MAX_HEAD:
                sent += caller.send(b"a" * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 64 * MAX_HEAD, "the service took all of it"
        # The answer is lost when the service's kernel has more of ours than was read.
        assert rest(caller)[:12] in (b"", b"HTTP/1.1 431")
    assert service.get("/healthz").status_code == 200


def test_a_head_in_small_pieces_is_taken(service: httpx.Client):
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * 30_000
    with dialled(service) as caller:
        for at in range(0, len(head), 1000):
            caller.sendall(head[at : at + 1000])
        caller.sendall(b"\r\n\r\n")
        assert rest(caller).startswith(b"HTTP/1.1 200 ")


def test_large_bodies_and_many_requests_of_one_connection_are_no_long_head(service: httpx.Client):
    body = b'{"session": "s", "text": "' + b"x" * 150_000 + b'"}'
    with dialled(service) as caller:
        head = (
            "POST /v1/citations/resolve HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        caller.sendall((head.encode() + body) * 3)
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answers = rest(caller)
    assert answers.count(b"HTTP/1.1 404 ") == 3
    assert answers.count(b"HTTP/1.1 200 ") == 1


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: ",
        b"\r\n\r\n",
        b"POST /v1/citations/resolve HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /h",
    ],
)
def test_a_caller_that_does_not_go_on_is_hung_up_on(
    service: httpx.Client, monkeypatch: pytest.MonkeyPatch, said: bytes
):
    monkeypatch.setattr(inbound, "WITHIN", 0.2)
    began = time.monotonic()
    with dialled(service) as caller:
        caller.sendall(said)
        rest(caller)
    assert time.monotonic() - began < 15


def test_an_idle_connection_between_requests_outlives_the_bound_of_a_request(
    service: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbound, "WITHIN", 0.5)
    ask = b"GET /v1/sources HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with dialled(service) as caller:
        for _ in range(2):
            caller.sendall(ask)
            assert caller.recv(65536).startswith(b"HTTP/1.1 200 ")
            with dialled(service) as other:  # hung up on after the bound has passed
                rest(other)


def test_garbage_is_answered_400(service: httpx.Client):
    for garbage in (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" * 9, b"HELO a\r\n\r\n"):
        with dialled(service) as caller:
            caller.sendall(garbage)
            assert rest(caller).startswith(b"HTTP/1.1 400 ")


def test_a_head_just_within_the_bound_is_taken_and_one_beyond_it_is_not(service: httpx.Client):
    fixed = len(b"/healthzHostlocalhostConnectioncloseX")
    for size, status in ((MAX_HEAD - fixed, b"200"), (MAX_HEAD - fixed + 1, b"431")):
        with dialled(service) as caller:
            head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: "
            caller.sendall(head + b"a" * size + b"\r\n\r\n")
            assert rest(caller).startswith(b"HTTP/1.1 " + status)


def test_requests_of_one_connection_wait_in_line_but_not_in_a_long_one(service: httpx.Client):
    ask = b"GET /v1/sources HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /v1/sources HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with dialled(service) as caller:
        caller.sendall(ask * inbound.MAX_QUEUE + last)
        assert rest(caller).count(b"HTTP/1.1 200 ") == inbound.MAX_QUEUE + 1
    with dialled(service) as caller:
        caller.sendall(ask * 4000)
        answered = rest(caller)
    assert answered.count(b"HTTP/1.1 ") <= inbound.MAX_QUEUE + 1
    assert service.get("/healthz").status_code == 200


def test_more_connections_than_the_bound_are_told_so_and_others_go_on(
    service: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    assert service.get("/healthz").status_code == 200  # this client's own connection
    monkeypatch.setattr(inbound, "MAX_CONNECTIONS", 4)
    with ExitStack() as stack:
        held = [stack.enter_context(dialled(service)) for _ in range(3)]
        with dialled(service) as one_more:
            refused = rest(one_more)
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: " in refused
        assert b"application/problem+json" in refused
        assert service.get("/healthz").status_code == 200
        held[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert rest(held[0]).startswith(b"HTTP/1.1 200 ")


@pytest.fixture
def wordy(world: World) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A service with an answer that no socket's buffers hold, and what became of it."""
    ends: list[str] = []

    def make(settings: Settings) -> FastAPI:
        app = build(settings)

        @app.get("/much")
        async def much(request: Request) -> StreamingResponse:
            async def pieces() -> AsyncIterator[bytes]:
                for _ in range(1000):
                    yield b"x" * 65536
                    if await request.is_disconnected():
                        ends.append("hung up")
                        return
                ends.append("told")

            return StreamingResponse(pieces())

        @app.get("/at-once")
        async def at_once() -> Response:
            return Response(b"x" * 65_536_000)

        return app

    with serving(world, make) as client:
        yield client, ends


@pytest.mark.parametrize("path", ["/much", "/at-once"])
def test_a_caller_that_does_not_read_its_answer_is_hung_up_on(
    wordy: tuple[httpx.Client, list[str]], monkeypatch: pytest.MonkeyPatch, path: str
):
    client, ends = wordy
    monkeypatch.setattr(inbound, "UNREAD", 0.2)
    monkeypatch.setattr(inbound, "MAX_CONNECTIONS", 1)
    client.close()
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 20) as caller:
        caller.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        for _ in range(3000):  # until the one place of a connection is free again
            with socket.create_connection(("127.0.0.1", port), 20) as other:
                other.sendall(ask)
                if rest(other).startswith(b"HTTP/1.1 200 "):
                    break
        else:
            pytest.fail("the connection is still held")
        # An abort throws away what was not sent, so that the answer stays a half one.
        got = len(rest(caller))
    assert got < 65_536_000
    assert ends != ["told"]


def test_a_caller_that_reads_slowly_but_steadily_gets_all_of_its_answer(
    wordy: tuple[httpx.Client, list[str]], monkeypatch: pytest.MonkeyPatch
):
    client, _ = wordy
    monkeypatch.setattr(inbound, "UNREAD", 5)
    monkeypatch.setattr(inbound, "STEP", 1)
    with dialled(client) as caller:
        caller.sendall(b"GET /at-once HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert len(rest(caller)) > 65_536_000


def test_a_connection_without_a_request_is_closed_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(serve, "KEEP_ALIVE", 1)
    with serving(world) as client, dialled(client) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answered = rest(caller)
    assert answered.startswith(b"HTTP/1.1 200 ")


def test_a_body_that_nobody_asked_for_is_not_kept(service: httpx.Client):
    """A child would do for this too, but the peak is that of the tests' own process."""
    piece, count = b"x" * (1 << 20), 200
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for method in (b"GET /v1/sources", b"DELETE /v1/sessions/none", b"PUT /none"):
        with dialled(service) as caller:
            caller.sendall(
                method + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n" % (len(piece) * count)
            )
            with suppress(ConnectionResetError, BrokenPipeError):
                for _ in range(count):
                    caller.sendall(piece)
            rest(caller)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50 * 1024, "kilobytes, of 600 MiB that were sent"


@pytest.mark.parametrize(
    "request_",
    [
        RESOLVE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        RESOLVE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        RESOLVE + b"Transfer-Encoding: xchunked\r\n\r\n",
        RESOLVE + b"Content-Length: -1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
        b"GET /\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz\r\nHost: localhost\r\n\r\n",
        b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CANARY /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT a.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_no_request(service: httpx.Client, request_: bytes):
    follow = b"GET /v1/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with dialled(service) as caller:
        caller.sendall(request_ + follow)
        answers = rest(caller)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) in ([b"400"], []), "or what follows is taken"
    assert b"CANARY" not in answers


def test_a_request_to_speak_another_protocol_is_answered_in_this_one(service: httpx.Client):
    ask = (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with dialled(service) as caller:
        caller.sendall(ask)
        assert caller.recv(65536).startswith(b"HTTP/1.1 200 ")
