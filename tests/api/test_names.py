"""Under which name the service answers, and whose pages may ask it."""

from __future__ import annotations

import socket

import httpx
import pytest
from pydantic import ValidationError

from browser.api.names import host_of, is_loopback
from browser.config import fixed
from tests.service.living import serving
from tests.world import World


def spoken(client: httpx.Client, request: bytes) -> bytes:
    """What the service answers to these very bytes."""
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 20) as caller:
        caller.sendall(request)
        return b"".join(iter(lambda: caller.recv(65536), b""))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "a:80"])
def test_an_open_service_answers_to_local_names_only(service: httpx.Client, host: str):
    for path in ("/v1/sources", "/healthz", "/openapi.json", "/nothing"):
        response = service.get(path, headers={"Host": host})
        assert response.status_code == 421
        assert response.headers["content-type"] == "application/problem+json"
        assert "evil" not in response.text


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "LOCALHOST:8000", "[::1]", "[::1]:8000", "browser.localhost", "127.9.9.9",
        "localhost.", "localhost.:80",
    ],
)  # fmt: skip
def test_local_names_are_answered(service: httpx.Client, host: str):
    assert service.get("/v1/sources", headers={"Host": host}).status_code == 200


def test_names_of_the_operator_are_answered_and_those_below_a_star(world: World):
    allowed = ["browser.example", "*.inside.example", "[2001:db8::1]"]
    with serving(world, server={"allowed_hosts": allowed}) as client:
        for host, status in (
            ("browser.example", 200),
            ("BROWSER.example:99", 200),
            ("browser.example.", 200),
            ("a.inside.example", 200),
            ("a.b.inside.example", 200),
            ("[2001:db8::1]:80", 200),
            ("inside.example", 421),
            ("xinside.example", 421),
            ("www.browser.example", 421),
            ("browser.example.evil.example", 421),
            ("browser.example@evil.example", 421),
            ("127.0.0.1", 421),
            ("", 421),
        ):
            response = client.get("/v1/sources", headers={"Host": host})
            assert response.status_code == status, host
            assert "location" not in response.headers


def test_a_star_lets_every_name_in_but_no_other_site_s_page(world: World):
    with serving(world, server={"allowed_hosts": ["*"]}) as client:
        assert client.get("/v1/sources", headers={"Host": "any.example"}).status_code == 200
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert client.get("/v1/sources", headers=foreign).status_code == 403


def test_with_tokens_and_no_list_every_name_will_do(world: World):
    with serving(world, server={"tokens": ["a-token-of-the-service"]}) as client:
        assert client.get("/healthz", headers={"Host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    "lines",
    [
        b"Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n",
        b"Host: 127.0.0.1\r\nHost: evil.example\r\n",
        b"Host: evil.example\r\nHost: 127.0.0.1\r\n",
        b"",
    ],
)
def test_a_request_has_exactly_one_host(guarded: httpx.Client, service: httpx.Client, lines: bytes):
    for client in (guarded, service):
        ask = b"GET /healthz HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n"
        answer = spoken(client, ask)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"evil" not in answer


def test_an_old_client_that_knows_no_host_is_answered(service: httpx.Client):
    assert spoken(service, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:3000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "chrome-extension://abc"}, 403),
        ({"Origin": "localhost"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://127.0.0.1:99@evil.example"}, 403),
        ({"Origin": "http://localhost@evil.example"}, 403),
        ({"Origin": "http://localhost/"}, 403),
        ({"Origin": "http://localhost\\.evil.example"}, 403),
        ({"Origin": "http://127.1"}, 403),
        ({"Origin": "http://localhost:x"}, 403),
        ({"Origin": "http://localhost, http://evil.example"}, 403),
        ({"Referer": "https://evil.example/page?localhost"}, 403),
        ({"Referer": "http://127.0.0.1:99@evil.example/"}, 403),
        ({"Referer": "http://localhost.evil.example/"}, 403),
        ({"Referer": "about:blank"}, 403),
        ({"Referer": "evil.example"}, 403),
        ({"Referer": ""}, 403),
        ({"Referer": "http://localhost:3000/chat?x=1#y"}, 200),
        ({"Referer": "http://[::1]:8000/"}, 200),
        ({"Referer": "https://127.0.0.1"}, 200),
        ({"Referer": "https://evil.example/", "Sec-Fetch-Site": "none"}, 200),
        ({"Referer": "http://localhost/", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://[::1]:8000"}, 200),
        ({}, 200),
    ],
)
def test_only_pages_of_this_machine_use_an_open_service(
    service: httpx.Client, headers: dict[str, str], status: int
):
    assert service.get("/v1/sources", headers=headers).status_code == status
    asked = service.post(
        "/v1/citations/resolve", json={"session": "x", "text": ""}, headers=headers
    )
    assert asked.status_code == (404 if status == 200 else 403)
    asked = service.delete("/v1/sessions/none", headers=headers)
    assert asked.status_code == (404 if status == 200 else 403)
    assert service.get("/", headers=headers).status_code == 200, "a link may lead here"


def test_a_page_that_the_operator_names_may_use_an_open_service(world: World):
    with serving(world, server={"cors_origins": ["https://chat.example"]}) as client:
        foreign = {"Sec-Fetch-Site": "cross-site"}
        mine = client.get("/v1/sources", headers={"Origin": "https://chat.example", **foreign})
        assert mine.status_code == 200
        assert mine.headers["access-control-allow-origin"] == "https://chat.example"
        other = client.get("/v1/sources", headers={"Origin": "https://evil.example", **foreign})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers


def test_a_service_with_tokens_leaves_origins_to_them(guarded: httpx.Client):
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    read = guarded.get("/v1/sources", headers=foreign)
    assert read.status_code == 200
    assert "access-control-allow-origin" not in read.headers


def test_a_preflight_allows_what_is_named_and_no_credentials(guarded: httpx.Client):
    asked = {
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization, x-request-id, openai-conversation-id",
    }
    mine = guarded.options("/v1/sessions/s", headers={"Origin": "https://chat.example", **asked})
    assert mine.status_code == 200
    assert mine.headers["access-control-allow-origin"] == "https://chat.example"
    assert "access-control-allow-credentials" not in mine.headers
    assert int(mine.headers["access-control-max-age"]) <= 600
    assert "Origin" in mine.headers["vary"]
    other = guarded.options("/v1/sessions/s", headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers
    put = asked | {"Access-Control-Request-Method": "PUT"}
    refused = guarded.options("/v1/sources", headers={"Origin": "https://chat.example", **put})
    assert refused.status_code == 400


def test_replies_that_may_differ_by_origin_say_so(guarded: httpx.Client, service: httpx.Client):
    for path in ("/v1/sources", "/v1/none", "/healthz"):
        assert guarded.get(path).headers["vary"] == "Origin"
        assert "vary" not in service.get(path).headers


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example", "chat.example", "https://chat.example/", "https://CHAT.example", ""],
)
def test_what_is_no_origin_is_no_setting(origin: str):
    with pytest.raises(ValidationError, match="origin"):
        fixed(server={"cors_origins": [origin]})


@pytest.mark.parametrize("name", ["browser.example:80", "https://browser.example", "a b", "", "*x"])
def test_what_is_no_host_name_is_no_setting(name: str):
    with pytest.raises(ValidationError, match="host"):
        fixed(server={"allowed_hosts": [name]})


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


@pytest.mark.parametrize(
    ("authority", "host"),
    [("A.example:1", "a.example"), ("a.", "a"), ("[::1]:8", "::1"), ("[::1", "::1"), ("", "")],
)
def test_the_host_of_an_authority(authority: str, host: str):
    assert host_of(authority) == host
