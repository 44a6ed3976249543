"""What every response carries, whoever made it."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse

from browser.api.inbound import MAX_HEAD
from browser.compose import build
from browser.settings import Settings
from tests.api.conftest import FIRST, bearer
from tests.api.test_names import spoken
from tests.service.living import serving
from tests.world import World

CANARY = "CANARY"
ID = re.compile(r"[0-9a-f]{16}")


def is_sealed(headers: httpx.Headers) -> None:
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    for directive in ("default-src", "frame-ancestors", "base-uri", "form-action"):
        assert f"{directive} 'none'" in policy
    assert headers["x-request-id"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    names = [name for name, _ in headers.multi_items() if name != "vary"]
    assert len(names) == len(set(names)), "a header is there twice"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/v1/sources", 200),
        ("GET", "/v1/click", 422),
        ("GET", "/v1/sources?session=%20", 400),
        ("GET", "/v1/sessions/none", 404),
        ("GET", "/none", 404),
        ("GET", "/v1/sources/", 404),
        ("PUT", "/v1/sources", 405),
        ("OPTIONS", "/v1/sources", 405),
        ("POST", "/v1/citations/resolve", 422),
    ],
)
def test_every_response_forbids_what_a_web_browser_might_do_with_it(
    service: httpx.Client, method: str, path: str, status: int
):
    response = service.request(method, path)
    assert response.status_code == status
    is_sealed(response.headers)


def test_refusals_of_the_doors_are_sealed_too(service: httpx.Client, guarded: httpx.Client):
    large = httpx.ByteStream(b"x" * 3_000_000)
    answers = {
        421: service.get("/healthz", headers={"Host": "evil.example"}),
        403: service.get("/v1/sources", headers={"Origin": "https://evil.example"}),
        401: guarded.get("/v1/sources", headers={"Authorization": "Bearer none"}),
        413: service.post("/v1/citations/resolve", content=large),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        is_sealed(answer.headers)


def test_what_the_server_refuses_before_it_is_a_request_is_sealed_too(service: httpx.Client):
    too_long = spoken(service, b"GET /healthz HTTP/1.1\r\nX: " + b"a" * MAX_HEAD + b"\r\n\r\n")
    garbage = spoken(service, b"HELO CANARY\r\n\r\n")
    for status, answer in ((b"431", too_long), (b"400", garbage)):
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert CANARY.encode() not in answer
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
        headers = httpx.Headers([(name, value) for name, value in lines])
        is_sealed(headers)
        assert headers["content-type"] == "application/problem+json"
        assert int(headers["content-length"]) == len(body)
        told = httpx.Response(int(status), content=body).json()
        assert set(told) == {"type", "status", "title", "detail", "request_id"}
        assert told["request_id"] == headers["x-request-id"]


def test_a_request_is_named_and_its_problem_names_it_too(service: httpx.Client):
    first, second = service.get("/v1/none"), service.get("/v1/none")
    for answer in (first, second):
        assert ID.fullmatch(answer.headers["x-request-id"])
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize("name", ["a", "0197-4f_2.b", "x" * 64])
def test_a_caller_s_own_name_for_a_request_is_kept(service: httpx.Client, name: str):
    answer = service.get("/v1/none", headers={"X-Request-Id": name})
    assert answer.headers["x-request-id"] == name
    assert answer.json()["request_id"] == name


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a,b", "<b>", 'a"', "é", "a\tb", "a/b"])
def test_a_name_that_a_log_could_not_bear_is_replaced(service: httpx.Client, name: str):
    answer = service.get("/healthz", headers={b"X-Request-Id": name.encode()})
    assert ID.fullmatch(answer.headers["x-request-id"])


def test_of_two_names_none_is_kept(service: httpx.Client):
    answer = service.get("/healthz", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")])
    assert ID.fullmatch(answer.headers["x-request-id"])


def test_a_page_of_our_own_may_say_otherwise_and_a_defect_is_sealed(world: World):
    def make(settings: Settings) -> FastAPI:
        app = build(settings)

        @app.get("/page")
        async def page() -> HTMLResponse:
            policy = "default-src 'none'; style-src 'self'; frame-ancestors https://chat.example"
            kept = {"Content-Security-Policy": policy, "Cache-Control": "max-age=60"}
            return HTMLResponse("<p>", headers=kept)

        @app.get("/v1/defect")
        async def defect() -> None:
            raise KeyError(CANARY)

        @app.get("/v1/half")
        async def half() -> StreamingResponse:
            async def pieces():
                yield b"begun"
                raise KeyError(CANARY)

            return StreamingResponse(pieces())

        return app

    with serving(world, make, server={"public_url": "https://browser.example"}) as client:
        page = client.get("/page")
        assert page.headers["content-security-policy"].endswith("https://chat.example")
        assert page.headers["cache-control"] == "max-age=60"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["strict-transport-security"].startswith("max-age=")
        defect = client.get("/v1/defect", headers={"X-Request-Id": "here"})
        assert defect.status_code == 500
        assert defect.headers["content-type"] == "application/problem+json"
        assert defect.json()["request_id"] == "here"
        assert CANARY not in defect.text
        del defect.headers["strict-transport-security"]
        is_sealed(defect.headers)
        with pytest.raises(httpx.RemoteProtocolError):  # a half answer is no answer
            client.get("/v1/half")
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/agent", "/openapi.json"])
def test_a_look_at_the_head_of_a_public_page_is_a_get_without_content(
    service: httpx.Client, path: str
):
    head, get = service.head(path), service.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


def test_a_command_is_not_run_for_a_look_at_its_head(guarded: httpx.Client):
    answer = guarded.head("/v1/sources?session=looked-at")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert guarded.get("/v1/sessions/looked-at").status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "image/png", "*/*;q=0", "", "application/xml"])
def test_what_a_caller_accepts_changes_nothing(service: httpx.Client, accept: str):
    for path, kind in (
        ("/v1/sources", "application/json"),
        ("/v1/none", "application/problem+json"),
    ):
        answer = service.get(path, headers={"Accept": accept})
        assert answer.headers["content-type"] == kind


def test_a_path_with_a_slash_too_many_is_not_redirected(service: httpx.Client):
    for path in ("/v1/search/?query=CANARY", "/v1//search?query=CANARY", "//v1/sources"):
        answer = service.get(f"{service.base_url}{path}")
        assert answer.status_code == 404
        assert "location" not in answer.headers
        assert CANARY not in answer.text


def test_hsts_is_said_only_where_callers_come_over_https(world: World):
    server = {"public_url": "http://browser.example", "tokens": [FIRST]}
    with serving(world, headers=bearer(FIRST), server=server) as client:
        assert "strict-transport-security" not in client.get("/healthz").headers
