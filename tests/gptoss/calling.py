"""A model server's client: the SDK's, over a real connection."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import mcp_types as types
from mcp import ClientSession
from mcp.client.sse import sse_client

SCRIPT = Path(__file__).with_name("fake_vllm.py")

_numbers = itertools.count(1)


@dataclass
class Model:
    """Calls tools; what holds for every answer is checked."""

    session: ClientSession
    began: types.InitializeResult

    async def result(self, tool: str, **arguments: Any) -> types.CallToolResult:
        result = await self.session.call_tool(tool, arguments)
        assert result.structured_content is None
        assert [block.type for block in result.content] == ["text"]
        return result

    async def good(self, tool: str, **arguments: Any) -> str:
        result = await self.result(tool, **arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    async def fails(self, tool: str, **arguments: Any) -> list[str]:
        """The lines of a failure: what happened, what to do, and at times how."""
        result = await self.result(tool, **arguments)
        assert result.is_error, text_of(result)
        lines = text_of(result).split("\n")
        assert 2 <= len(lines) <= 3, lines
        assert all(line.strip() for line in lines), lines
        return lines


def text_of(result: types.CallToolResult) -> str:
    block = result.content[0]
    assert isinstance(block, types.TextContent)
    return block.text


def cursor_of(display: str) -> int:
    found = re.match(r"\[(\d+)\] ", display)
    assert found, display
    return int(found[1])


def fresh() -> dict[str, str]:
    """The header of a conversation that nobody has had."""
    return {"x-session-id": f"resp_{next(_numbers)}"}


@asynccontextmanager
async def calling(
    client: httpx.Client, headers: dict[str, str] | None = None, path: str = "/sse"
) -> AsyncIterator[Model]:
    """Connect as a model server does, *headers* and all."""
    address = str(client.base_url).rstrip("/") + path
    async with (
        sse_client(address, headers=fresh() if headers is None else headers) as streams,
        ClientSession(*streams) as session,
    ):
        yield Model(session, await session.initialize())


def vllm(python: str, client: httpx.Client, *requests: dict[str, Any]) -> dict[str, Any]:
    """Start vLLM, as far as it matters here, and let it serve *requests*."""
    address = f"{client.base_url.host}:{client.base_url.port}"
    done = subprocess.run(
        [python, str(SCRIPT)],
        input=json.dumps({"address": address, "requests": requests}),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["sdk"].startswith("1."), told["sdk"]
    return told
