"""What vLLM does with a tool server, on the client of MCP it has. Run by another interpreter.

Reads ``{"address", "requests": [{"headers", "calls": [[tool, arguments]]}]}`` from standard input;
writes what was listed at the start, and the answers of each request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from importlib.metadata import version
from typing import Any

from mcp import ClientSession
from mcp.client.sse import sse_client


async def main(plan: dict[str, Any]) -> dict[str, Any]:
    url = f"http://{plan['address']}/sse"
    async with sse_client(url=url) as streams, ClientSession(*streams) as session:
        began = await session.initialize()
        listed = await session.list_tools()
    return {
        "sdk": version("mcp"),
        "began": began.model_dump(mode="json", by_alias=True),
        "tools": [tool.model_dump(mode="json", by_alias=True) for tool in listed.tools],
        "answers": [await _request(url, request) for request in plan["requests"]],
    }


async def _request(url: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    answers = []
    async with (
        sse_client(url=url, headers=request["headers"]) as streams,
        ClientSession(*streams) as session,
    ):
        await session.initialize()
        for tool, arguments in request["calls"]:
            result = await session.call_tool(tool, arguments)
            answers.append(result.model_dump(mode="json", by_alias=True))
        with contextlib.suppress(Exception):
            await session.call_tool("cleanup_session", {})
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
