"""Requests as they are on the wire: what stands alone, credentials, other sites' pages, bounds."""

from __future__ import annotations

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from browser.api.access import SESSION_HEADERS
from browser.api.body import MAX_BODY
from browser.api.mcp.http import answered
from tests.mcp_door.calling import (
    BOTH,
    MODERN,
    NAMES,
    SECOND,
    ask,
    bearer,
    begin,
    call,
    event,
    post,
)

PAGE = {"Origin": "https://chat.example"}


def test_a_request_that_stands_alone_is_answered(service: httpx.Client):
    found = post(service, "server/discover").json()["result"]
    assert MODERN in found["supportedVersions"]
    assert found["instructions"]
    tools = post(service, "tools/list").json()["result"]
    assert [tool["name"] for tool in tools["tools"]] == NAMES
    assert (tools["ttlMs"], tools["cacheScope"]) == (3_600_000, "public")
    result = call(service, "browser_open", {"url": "http://mcp.test/"})
    assert result["resultType"] == "complete"
    assert result["structuredContent"]["page"]["title"] == "One"


def test_a_handle_is_all_that_calls_have_in_common(service: httpx.Client):
    first = call(service, "browser_open", {"url": "http://mcp.test/", "session": "a-handle"})
    second = call(service, "browser_open", {"id": 0, "session": "a-handle"})
    assert first["structuredContent"]["cursor"] == 0
    assert second["structuredContent"]["cursor"] == 1
    assert second["content"][0]["text"].endswith("\n\n[session: a-handle]")


def test_a_name_in_the_chat_s_header_is_weighed_as_elsewhere(service: httpx.Client):
    named = {"x-session-id": "last", "openai-conversation-id": "first", "mcp-session-id": "none"}
    told = call(service, "browser_sources", {}, **named)["structuredContent"]
    assert told["session"] == "first"


def test_the_host_s_word_for_the_conversation_counts_before_the_model_s(service: httpx.Client):
    """Header, argument, session of MCP, new: in this order."""
    begun = begin(service).headers["mcp-session-id"]

    def name(arguments: dict[str, str], *host: str) -> str:
        message = {
            "jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": {"name": "browser_sources", "arguments": arguments},
        }  # fmt: skip
        headers = {**BOTH, "Mcp-Session-Id": begun, **dict.fromkeys(host, "of-the-host")}
        told = event(service.post("/mcp", json=message, headers=headers))["result"]
        session: str = told["structuredContent"]["session"]
        return session

    for header in SESSION_HEADERS:
        assert name({"session": "of-the-model"}, header) == "of-the-host"
    assert name({"session": "of-the-model"}) == "of-the-model"
    assert name({}) == begun
    alone = [call(service, "browser_sources", {})["structuredContent"]["session"] for _ in "ab"]
    assert len({begun, *alone}) == 3


@pytest.mark.parametrize("value", ["", "{{CHAT_ID}}"])
def test_a_header_that_was_not_filled_in_names_no_conversation(service: httpx.Client, value: str):
    headers = {"openai-conversation-id": value}
    one, other = (call(service, "browser_sources", {}, **headers) for _ in range(2))
    assert not one["isError"]
    sessions = {told["structuredContent"]["session"] for told in (one, other)}
    assert len(sessions) == 2
    assert value not in sessions
    told = call(service, "browser_sources", {}, **headers, **{"x-session-id": "filled"})
    assert told["structuredContent"]["session"] == "filled"


@pytest.mark.parametrize("name", ["a/b", "", "x" * 201, "ä", "a b"])
def test_a_name_that_cannot_be_used_is_an_error_that_says_what_can(
    service: httpx.Client, name: str
):
    result = call(service, "browser_sources", {"session": name})
    assert result["isError"]
    assert "1 to 200 visible ASCII characters and no slash" in result["content"][0]["text"]


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(service: httpx.Client):
    response = post(service, "tools/call", name="browser_click", arguments={})
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == -32602
    assert all(name in error["message"] for name in NAMES)


def test_old_clients_get_no_kind_of_content_that_they_do_not_know(service: httpx.Client):
    session = begin(service, "2025-03-26").headers["mcp-session-id"]
    told = ask(
        service, session, "tools/call", name="browser_open", arguments={"url": "http://mcp.test/"}
    )
    assert [part["type"] for part in event(told)["result"]["content"]] == ["text"]


def test_a_session_of_mcp_ends_when_its_client_says_so(service: httpx.Client):
    session = begin(service).headers["mcp-session-id"]
    assert event(ask(service, session, "tools/list"))["result"]["tools"]
    done = service.delete("/mcp", headers={**BOTH, "Mcp-Session-Id": session})
    assert done.status_code == 200
    assert ask(service, session, "tools/list").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_a_token_nothing_is_answered(guarded: httpx.Client, method: str):
    refused = guarded.request(method, "/mcp", headers={"Authorization": "Bearer wrong-wrong-wrong"})
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"


def test_two_credentials_share_nothing(guarded: httpx.Client):
    mine = begin(guarded).headers["mcp-session-id"]
    theirs = {**BOTH, **bearer(SECOND), "Mcp-Session-Id": mine}
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    assert guarded.post("/mcp", json=listing, headers=theirs).status_code == 404
    assert guarded.get("/mcp", headers=theirs).status_code == 404
    assert guarded.delete("/mcp", headers=theirs).status_code == 404
    assert event(ask(guarded, mine, "tools/list"))["result"]["tools"]

    first = call(guarded, "browser_open", {"url": "http://mcp.test/", "session": "one-name"})
    assert first["structuredContent"]["cursor"] == 0
    other = call(
        guarded, "browser_find", {"pattern": "words", "session": "one-name"}, **bearer(SECOND)
    )
    assert other["structuredContent"]["failure"]["code"] == "no_page"


def test_a_page_of_the_chat_may_ask_and_read_the_session(guarded: httpx.Client):
    wanted = "authorization,content-type,mcp-session-id,mcp-protocol-version,mcp-method,mcp-name"
    fields = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wanted}
    allowed = guarded.options("/mcp", headers={**PAGE, **fields, "Authorization": ""})
    assert allowed.status_code == 200, allowed.text
    begun = begin(guarded, **PAGE)
    assert begun.headers["access-control-allow-origin"] == "https://chat.example"
    exposed = begun.headers["access-control-expose-headers"].lower().split(", ")
    assert "mcp-session-id" in exposed


def test_a_page_of_another_site_may_not(service: httpx.Client):
    assert post(service, "tools/list", {"Origin": "https://evil.example"}).status_code == 403


def test_another_name_of_this_service_is_answered_when_it_is_configured(guarded: httpx.Client):
    assert post(guarded, "tools/list", {"Host": "browser.example:8001"}).status_code == 200
    assert post(guarded, "tools/list", {"Host": "evil.example"}).status_code == 421


def test_a_body_may_not_be_longer_than_any_other(service: httpx.Client):
    long = "x" * MAX_BODY
    assert (
        post(service, "tools/call", name="browser_sources", arguments={"session": long}).status_code
        == 413
    )
    pieces = (b" " * 100_000 for _ in range(MAX_BODY // 100_000 + 1))
    headers = {**BOTH, "Content-Type": "application/json"}
    assert service.post("/mcp", content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700), (b"CANARY", -32700), (b"{", -32700), (b"[" * 100_000, -32700),
        (b"\xff\xfe", -32700), (b"[]", -32600), (b'"CANARY"', -32600), (b'{"CANARY": 1}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1e999}', -32600),
        (b'[{"jsonrpc": "2.0", "id": 1, "method": "CANARY"}]', -32600),
        (b'{"jsonrpc": "CANARY", "id": 1, "method": "CANARY"}', -32600),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", MODERN, "1999-01-01"])
def test_a_body_that_is_no_message_is_the_client_s_mistake(
    service: httpx.Client, body: bytes, code: int, version: str
):
    headers = {**BOTH, "Content-Type": "application/json", "MCP-Protocol-Version": version}
    answer = service.post("/mcp", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["jsonrpc"], told["id"], told["error"]["code"]) == ("2.0", None, code)
    assert "Send one" in told["error"]["message"]
    assert "CANARY" not in answer.text
    assert "pydantic" not in answer.text


@pytest.mark.parametrize("last", ["", "1", "no such event"])
def test_a_stream_that_broke_off_goes_on_as_a_new_one(service: httpx.Client, last: str):
    begun = begin(service).headers["mcp-session-id"]
    headers = {"Accept": "text/event-stream", "Mcp-Session-Id": begun, "Last-Event-ID": last}
    with service.stream("GET", "/mcp", headers=headers) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")


async def test_what_the_sdk_leaves_unanswered_gets_a_problem():
    async def silent(_: Scope, receive: Receive, __: Send) -> None:
        await receive()

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await answered(silent, scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as client:
        told = await client.get("http://door.test/mcp")
    assert told.status_code == 500
    assert told.headers["content-type"] == "application/problem+json"
