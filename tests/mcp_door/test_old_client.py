"""The client of the SDK as it was before 2.0, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import httpx

from tests.mcp_door.calling import NAMES

PROGRAM = """
import asyncio, json, sys
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def talk(calls):
    async with streamablehttp_client(sys.argv[1]) as (read, write, session_id):
        async with ClientSession(read, write) as session:
            begun = await session.initialize()
            tools = await session.list_tools()
            results = [await session.call_tool(name, given) for name, given in calls]
            return {
                "server": begun.serverInfo.name,
                "instructions": begun.instructions,
                "id": session_id(),
                "tools": [tool.name for tool in tools.tools],
                "results": [result.model_dump(mode="json") for result in results],
            }

async def main():
    first = await talk(
        [
            ["browser_open", {"url": "http://mcp.test/"}],
            ["browser_open", {"id": 0}],
            ["browser_quote", {"start": 2, "end": 4}],
            ["browser_open", {"url": "http://shut.test/private"}],
            ["browser_find", {}],
        ]
    )
    second = await talk([["browser_find", {"pattern": "part 7", "session": first["id"]}]])
    print(json.dumps([first, second]))

asyncio.run(main())
"""


def test_it_finds_and_calls_the_tools_and_comes_back(service: httpx.Client, old_python: str):
    done = subprocess.run(
        [old_python, "-c", PROGRAM, f"{service.base_url}/mcp"],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    first, second = json.loads(done.stdout)
    assert first["server"] == "polite-browser"
    assert first["instructions"]
    assert first["tools"] == NAMES
    opened, followed, quoted, refused, mistaken = first["results"]
    assert _told(opened)["session"] == first["id"] == _told(followed)["session"]
    assert _told(followed)["page"]["url"] == "http://mcp.test/next"
    assert quoted["content"][1]["type"] == "resource_link"
    assert refused["isError"]
    assert _told(refused)["failure"]["code"] == "robots_disallowed"
    assert mistaken["isError"]
    assert "pattern is missing" in mistaken["content"][0]["text"]
    (found,) = second["results"]
    assert _told(found)["cursor"] == _told(followed)["cursor"] + 1


def _told(result: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = result["structuredContent"]
    return told
