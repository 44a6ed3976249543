"""One request's id stands in its answer and in every line that is written for it."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.mcp_door.calling import begin
from tests.service.living import serving
from tests.world import World

TOKEN = "a-token-of-the-service"
OPERATOR = "a-token-of-the-operator"


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with World() as world:
        world.page("a.test", "/", "<p>Words of a page.</p>")
        server = {"tokens": [TOKEN], "operator_token": OPERATOR}
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        with serving(world, headers=bearer, server=server) as client:
            yield client


def lines(caplog: pytest.LogCaptureFixture, request: str) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in caplog.messages if line.startswith("{")]
    return [line for line in told if line.get("request") == request]


def test_a_command_and_what_it_caused_name_the_request(
    service: httpx.Client, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    answer = service.get(
        "/v1/open_url", params={"url": "http://a.test/"}, headers={"X-Request-Id": "by-http"}
    )
    assert answer.headers["X-Request-Id"] == "by-http"
    told = lines(caplog, "by-http")
    assert [line["event"] for line in told] == ["fetch", "fetch", "command"]
    assert [line.get("purpose") for line in told] == ["robots", "page", None]
    assert told[1]["session"] == told[2]["session"] != ""


def test_each_call_of_one_connection_names_its_own_request(
    service: httpx.Client, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    session = begin(service, **{"X-Request-Id": "by-mcp-0"}).headers["Mcp-Session-Id"]
    for number in (1, 2):
        answer = service.post(
            "/mcp",
            json={
                "jsonrpc": "2.0",
                "id": number,
                "method": "tools/call",
                "params": {"name": "browser_open", "arguments": {"url": "http://a.test/"}},
            },
            headers={
                "Accept": "application/json, text/event-stream",
                "Mcp-Session-Id": session,
                "X-Request-Id": f"by-mcp-{number}",
            },
        )
        assert answer.headers["X-Request-Id"] == f"by-mcp-{number}"
        events = [line["event"] for line in lines(caplog, f"by-mcp-{number}")]
        assert events[-1] == "command"
    assert lines(caplog, "by-mcp-0") == []


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [("/v1/sources", "wrong", 401), ("/v1/nothing", TOKEN, 404), ("/v1/find", TOKEN, 422)],
)
def test_a_refusal_is_told_with_its_request_and_without_its_words(
    service: httpx.Client, caplog: pytest.LogCaptureFixture, path: str, token: str, status: int
):
    caplog.set_level(logging.INFO)
    name = f"refused-{status}"
    answer = service.get(
        f"{path}?session=CANARY",
        headers={"X-Request-Id": name, "Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == name
    [line] = lines(caplog, name)
    assert (line["event"], line["status"]) == ("refusal", status)
    assert "CANARY" not in caplog.text
    assert path not in caplog.text


def test_what_is_no_request_is_counted_too(service: httpx.Client):
    def refused() -> float:
        told = service.get("/metrics").text
        [count] = re.findall(
            r'^polite_browser_refusals_total{status="400"} (.*)$', told, re.MULTILINE
        )
        return float(count)

    before = refused()
    address = service.base_url.host, service.base_url.port or 0
    with socket.create_connection(address) as line:
        line.sendall(b"this is no request\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400")
    assert refused() == before + 1
