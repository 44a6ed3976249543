"""One tool call of a model server, beside an empty tool of the same SDK, served the same way.

A model's client over server-sent events, in a process of its own: each call is one POST and one
event back. Calls take turns, so that what the machine does meanwhile slows all of them alike. The
empty tool answers a fixed text about as long as the others.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

import anyio
from fastapi import FastAPI

from browser.littleweb import fixtures
from browser.serve import bind, server
from browser.settings import Settings
from tests.bench import origin, service, table

COUNT = 150  # of each call; a conversation's budget is 500 for all of them
EMPTY = "empty tool"
URL = "http://en.openlore.test/wiki/95th_Academy_Awards"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "find": ("find", {"pattern": "Michelle Yeoh", "cursor": 0}),
    "open: scroll": ("open", {"loc": 60, "cursor": 0}),
    "open: kept page": ("open", {"id": URL}),
}


def run() -> None:
    """Print one row for each call."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(origin.serving(fixtures() / "web"))
        chosen = service.settings(port, "memory:", workers=1)
        addresses = [
            stack.enter_context(service.warm(chosen)),
            stack.enter_context(_empty(chosen)),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.mcp", *addresses],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, list[float]] = json.loads(done.stdout)
    base = median(found[EMPTY])
    table.show(
        f"mcp: calls on an open page over /sse, one after another, {COUNT} of each",
        ("call", "ms", "ms p95", "ratio"),
        [
            (name, median(took), quantiles(took, n=20)[-1], median(took) / base)
            for name, took in found.items()
        ],
    )
    print("  ratio = median of the call / median of the empty tool")


async def _client(ours: str, plain: str) -> dict[str, list[float]]:
    """The other process: milliseconds of each call."""
    from mcp import ClientSession
    from mcp.client.sse import sse_client

    async with (
        sse_client(f"{ours}/sse") as streams,
        ClientSession(*streams) as browser,
        sse_client(f"{plain}/sse") as others,
        ClientSession(*others) as nothing,
    ):
        for session in (browser, nothing):
            await session.initialize()
            await session.list_tools()
        opened = await browser.call_tool("open", {"id": URL})
        if opened.is_error:
            raise RuntimeError(opened.content)
        calls = {name: (browser, *call) for name, call in CALLS.items()}
        calls[EMPTY] = (nothing, "find", {})
        took: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(COUNT):
            for name, (session, tool, arguments) in calls.items():
                began = anyio.current_time()
                await session.call_tool(tool, arguments)
                took[name].append(1000 * (anyio.current_time() - began))
        return took


@contextlib.contextmanager
def _empty(chosen: Settings) -> Iterator[str]:
    """A tool that does nothing, on the same SDK under the very server settings of the service."""
    import mcp_types as types
    from mcp.server.lowlevel import Server
    from mcp.server.sse import SseServerTransport
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    text = "Nothing. " * 100  # a match with its lines around it is about as long

    async def listed(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[types.Tool(name="find", input_schema={"type": "object"})]
        )

    async def called(_: Any, __: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    nothing: Server[Any] = Server("nothing", on_list_tools=listed, on_call_tool=called)
    transport = SseServerTransport("/messages/")

    async def connected(request: Request) -> Response:
        async with transport.connect_sse(request.scope, request.receive, request._send) as (
            incoming,
            outgoing,
        ):
            await nothing.run(incoming, outgoing, nothing.create_initialization_options())
        return Response()

    listener = bind(chosen)
    running = server(chosen, lambda _: FastAPI())
    running.config.app = Starlette(
        routes=[
            Route("/sse", endpoint=connected),
            Mount("/messages/", app=transport.handle_post_message),
        ]
    )
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
        listener.close()


if __name__ == "__main__":
    print(json.dumps(anyio.run(_client, sys.argv[1], sys.argv[2])))
