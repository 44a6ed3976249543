from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from browser.api import inbound
from browser.api.inbound import MAX_HEAD, is_loopback
from tests.service.living import serving
from tests.world import World


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


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "a:80"])
def test_an_open_service_answers_to_local_names_only(service: httpx.Client, host: str):
    for path in ("/v1/sources", "/healthz", "/openapi.json"):
        response = service.get(path, headers={"Host": host})
        assert response.status_code == 421
        assert response.headers["content-type"] == "application/problem+json"
        assert "evil" not in response.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST:8000", "[::1]", "[::1]:8000", "browser.localhost", "127.9.9.9"]
)
def test_local_names_are_answered(service: httpx.Client, host: str):
    assert service.get("/v1/sources", headers={"Host": host}).status_code == 200


def test_another_site_s_page_cannot_drive_an_open_service(service: httpx.Client):
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert service.get("/v1/sources", headers=foreign).status_code == 403
    origin = {"Origin": "https://evil.example", **foreign}
    assert service.get("/v1/sources", headers=origin).status_code == 403
    assert service.get("/", headers=foreign).status_code == 200, "a link may lead here"
    for near in ("same-origin", "none"):
        assert service.get("/v1/sources", headers={"Sec-Fetch-Site": near}).status_code == 200


def test_naming_hosts_does_not_let_other_sites_pages_in(world: World):
    with serving(world, server={"port": 0, "allowed_hosts": ["127.0.0.1"]}) as client:
        assert client.get("/v1/sources").status_code == 200
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert client.get("/v1/sources", headers=foreign).status_code == 403


def test_a_service_with_tokens_leaves_both_to_them(guarded: httpx.Client):
    assert guarded.get("/v1/sources", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True), ("a.localhost", True), ("127.0.0.1", True), ("127.8.8.8", True),
        ("::1", True), ("[::1]", True), ("0.0.0.0", False), ("::", False), ("", False),
        ("notlocalhost", False), ("localhost.example", False), ("127.1", False),
    ],
)  # fmt: skip
def test_loopback_is_told_from_the_rest(host: str, local: bool):
    assert is_loopback(host) is local
