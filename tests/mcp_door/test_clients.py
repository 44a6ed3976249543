"""The client of the SDK, with a session of MCP and without, over real sockets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp.client.client import Client

from tests.mcp_door.calling import MODERN, NAMES, check, connected, read

MODES = {"legacy": "2025-11-25", "auto": MODERN, MODERN: MODERN}
pytestmark = pytest.mark.parametrize("mode", ["legacy", "auto"])


class Talk:
    """One conversation; every result is checked against the tool's own schema."""

    def __init__(self, client: Client, schemas: dict[str, Any], session: str | None = None) -> None:
        self._client = client
        self._schemas = schemas
        self.session = session

    async def __call__(self, tool: str, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        named = {"session": self.session} if self.session else {}
        result = await self._client.call_tool(tool, {**arguments, **named})
        told: dict[str, Any] = result.structured_content
        check(self._schemas[tool], result.content, told)
        assert result.is_error is not told["ok"]
        self.session = told["session"]
        return result, told


async def talking(client: Client, session: str | None = None) -> Talk:
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    return Talk(client, {tool.name: tool.output_schema for tool in tools}, session)


async def test_every_command_says_what_its_schema_promises(service: httpx.Client, mode: str):
    async with connected(service, mode) as client:
        assert client.protocol_version == MODES[mode]
        do = await talking(client)
        _, found = await do("browser_search", query="apples", topn=3)
        assert found["page"]["kind"] == "search"
        opened, page = await do("browser_open", id=found["links"][0]["id"], cursor=0)
        assert page["page"]["url"] == opened.content[1].uri == found["links"][0]["url"]
        assert opened.content[1].annotations.audience == ["user"]
        _, page = await do("browser_open", url="http://mcp.test/next", line=300)
        assert page["page"]["lines"][0] == 300
        _, page = await do("browser_scroll", amount=-10)
        assert page["page"]["lines"][0] == 290
        _, page = await do("browser_scroll", line=5, cursor=2)
        assert page["page"]["lines"][0] == 5
        _, matches = await do("browser_find", pattern="part 77.")
        assert matches["page"]["kind"] == "find"
        assert "L79: Part 77." in matches["text"]
        quoted, quote = await do("browser_quote", start=79, end=79)
        assert quote["quote"]["text"] == "Part 77."
        assert quoted.content[1].uri == quote["quote"]["source_url"]
        _, back = await do("browser_back")
        assert back["page"]["kind"] == "page"
        _, sources = await do("browser_sources")
        assert "http://mcp.test/next" in sources["text"]


FAILURES: list[tuple[str, dict[str, Any], str]] = [
    ("browser_open", {"url": "http://shut.test/private"}, "robots_disallowed"),
    ("browser_open", {"url": "http://mcp.test/missing"}, "http_status"),
    ("browser_open", {"url": "http://127.0.0.1/"}, "address_refused"),
    ("browser_open", {"url": "file:///etc/passwd"}, "scheme_refused"),
    ("browser_open", {"id": 99}, "unknown_link"),
    ("browser_open", {"url": "http://mcp.test/", "line": 5000}, "unknown_line"),
    ("browser_find", {"pattern": "zebra"}, "not_found"),
    ("browser_find", {"pattern": "words", "cursor": 9}, "unknown_cursor"),
    ("browser_scroll", {"line": 5000}, "unknown_line"),
    ("browser_back", {}, "no_history"),
    ("browser_quote", {"start": 3, "end": 2}, "unknown_line"),
    ("browser_search", {"query": " "}, "search_failed"),
]


async def test_a_failure_is_an_error_result_with_its_text_and_code(
    service: httpx.Client, mode: str
):
    async with connected(service, mode) as client:
        do = await talking(client)
        await do("browser_open", url="http://mcp.test/")
        for tool, arguments, code in FAILURES:
            result, told = await do(tool, **arguments)
            assert result.is_error, tool
            assert told["failure"]["code"] == code
            message = told["failure"]["message"]
            assert result.content[0].text == f"{message}\n\n[session: {do.session}]"


async def test_cursors_go_on_in_another_connection_that_names_the_session(
    service: httpx.Client, mode: str
):
    async with connected(service, mode) as client:
        do = await talking(client)
        _, first = await do("browser_open", url="http://mcp.test/")
    other = "auto" if mode == "legacy" else "legacy"
    async with connected(service, other) as client:
        again = await talking(client, do.session)
        _, second = await again("browser_open", id=0, cursor=first["cursor"])
        assert second["cursor"] == first["cursor"] + 1
        assert second["page"]["url"] == "http://mcp.test/next"


async def test_a_session_of_the_chat_is_named_by_a_header(service: httpx.Client, mode: str):
    async with connected(service, mode, {"x-conversation-id": f"chat-{mode}"}) as client:
        do = await talking(client)
        _, told = await do("browser_open", url="http://mcp.test/")
        assert told["session"] == f"chat-{mode}"
        do.session = f"argument-{mode}"  # the host decides, not the model
        assert (await do("browser_find", pattern="words"))[1]["session"] == f"chat-{mode}"
    transcript = read(service, f"/v1/sessions/chat-{mode}")
    assert [step["command"] for step in transcript["steps"]] == ["open_url", "find"]


async def test_a_call_that_names_nothing_goes_on_in_a_connection_and_is_new_without(
    service: httpx.Client, mode: str
):
    async with connected(service, mode) as client:
        first = await client.call_tool("browser_open", {"url": "http://mcp.test/"})
        second = await client.call_tool("browser_find", {"pattern": "words"})
    assert isinstance(first.structured_content, dict)
    assert isinstance(second.structured_content, dict)
    same = first.structured_content["session"] == second.structured_content["session"]
    if mode == "legacy":
        assert same
        assert not second.is_error
    else:
        assert not same
        text = getattr(second.content[0], "text", "")
        assert second.structured_content["failure"]["code"] == "no_page"
        assert "No session was named, so this call began a new one." in text


def bounds(schema: dict[str, Any]) -> dict[str, int]:
    """Those of a parameter, also where it may be left out."""
    parts = [schema, *schema.get("anyOf", [])]
    named = ("maximum", "minimum", "maxLength", "default")
    return {name: part[name] for part in parts for name in named if name in part}


async def test_what_a_client_is_told_of_the_tools(service: httpx.Client, mode: str):
    async with connected(service, mode) as client:
        tools = (await client.list_tools()).tools
        assert "【4†L12-L14】" in (client.instructions or "")
    document = read(service, "/openapi.json")["paths"]
    for tool in tools:
        notes = tool.annotations
        assert notes is not None
        assert (notes.read_only_hint, notes.open_world_hint) == (True, True)
        assert tool.title
        assert tool.description
        commands = {"browser_open": ["click", "open_url"]}.get(
            tool.name, [tool.name.removeprefix("browser_")]
        )
        for name, schema in tool.input_schema["properties"].items():
            assert schema["type"] in ("string", "integer")
            assert schema["description"]
            for command in commands:
                for told in document[f"/v1/{command}"]["get"]["parameters"]:
                    if told["name"] == name != "session":
                        assert bounds(schema) == bounds(told["schema"])
