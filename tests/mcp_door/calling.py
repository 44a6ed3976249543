"""Real clients, and a request as it is on the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import jsonschema
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

FIRST, SECOND = "first-token-of-mcp", "second-token-of-mcp"
MODERN = "2026-07-28"
NAMES = [
    "browser_search", "browser_open", "browser_find", "browser_back", "browser_scroll",
    "browser_quote", "browser_sources",
]  # fmt: skip
BOTH = {"Accept": "application/json, text/event-stream"}
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def connected(
    service: httpx.Client, mode: str, headers: dict[str, str] | None = None
) -> AsyncIterator[Client]:
    """A client of the SDK that this service uses, in its old or its new way."""
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        transport = streamable_http_client(f"{service.base_url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def post(
    service: httpx.Client, method: str, headers: dict[str, str] | None = None, **params: Any
) -> httpx.Response:
    """One request of 2026-07-28, which stands alone."""
    named = {"Mcp-Name": params["name"]} if method == "tools/call" else {}
    return service.post(
        "/mcp",
        json={
            "jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META},
        },
        headers={
            **BOTH,
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
            **named,
            **(headers or {}),
        },
    )  # fmt: skip


def read(service: httpx.Client, path: str) -> Any:
    """What the HTTP interface says."""
    return service.get(path).raise_for_status().json()


def call(service: httpx.Client, name: str, arguments: Any, **headers: str) -> dict[str, Any]:
    """The result of a tool, called the new way."""
    response = post(service, "tools/call", headers, name=name, arguments=arguments)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()["result"]
    return result


def begin(service: httpx.Client, version: str = "2025-06-18", **headers: str) -> httpx.Response:
    """Ask for a session of MCP."""
    params = {
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    return service.post("/mcp", json=message, headers={**BOTH, **headers})


def ask(service: httpx.Client, session: str, method: str, **params: Any) -> httpx.Response:
    """Ask within a session of MCP."""
    message = {"jsonrpc": "2.0", "id": 2, "method": method, "params": params}
    return service.post("/mcp", json=message, headers={**BOTH, "Mcp-Session-Id": session})


def event(response: httpx.Response) -> Any:
    """The one message of a stream of events."""
    (line,) = [line for line in response.text.splitlines() if line.startswith("data: {")]
    return json.loads(line.removeprefix("data: "))


def check(tool: Any, content: list[Any], told: dict[str, Any]) -> None:
    """What holds for every result that tells of a command."""
    jsonschema.validate(told, tool)
    assert content[0].type == "text"
    assert content[0].text.startswith(told["text"])
    assert content[0].text.endswith(f"\n\n[session: {told['session']}]")
