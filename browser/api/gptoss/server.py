"""The tool server of gpt-oss models, on the official MCP SDK. Imported when it is first asked.

Model servers give the prompt what this server says of itself: its name is the tool namespace, its
instructions and its tools' descriptions are the text. The models were trained on one such text, so
the words are openai-harmony's and the parameters are bare: a title or a description of a parameter
would change the prompt.

Governing text: Model Context Protocol 2024-11-05, HTTP with SSE. Left to taste: how long a message
may be. How many connections a caller may hold is bounded before a request comes here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import mcp_types as types
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from openai_harmony import ToolNamespaceConfig
from sse_starlette.sse import AppStatus
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from browser import __version__
from browser.api.bounds import RESULTS
from browser.api.gptoss.calls import Caller, Calls
from browser.api.gptoss.relay import NOBODY, Relay
from browser.api.lazy import Made
from browser.api.problem import Problem
from browser.conversation import Conversations
from browser.errors import StateUnavailable
from browser.state.ports import Bus

MAX_MESSAGE = 262_144  # bytes; the longest argument has some thousands

_LEFT_OUT: dict[str, Any] = {"type": "integer", "default": -1}
_SOURCE: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
SCHEMAS: dict[str, dict[str, Any]] = {
    "search": {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "topn": {"type": "integer", "default": RESULTS},
            "source": _SOURCE,
        },
        "required": ["query"],
    },
    "open": {
        "type": "object",
        "properties": {
            "id": {"anyOf": [{"type": "integer"}, {"type": "string"}], "default": -1},
            "cursor": _LEFT_OUT,
            "loc": _LEFT_OUT,
            "num_lines": _LEFT_OUT,
            "view_source": {"type": "boolean", "default": False},
            "source": _SOURCE,
        },
    },
    "find": {
        "type": "object",
        "properties": {"pattern": {"type": "string"}, "cursor": _LEFT_OUT},
        "required": ["pattern"],
    },
}
PROBLEMS = {
    400: ("malformed message", "Send one JSON-RPC message to the address that /sse told."),
    404: ("no such connection", "Ask /sse anew; its first event tells where to send messages."),
    413: ("body too large", f"A message has at most {MAX_MESSAGE} bytes."),
}

_CALLER: ContextVar[Caller] = ContextVar("caller")


def tools() -> list[types.Tool]:
    """The three tools of the trained prompt.

    `calls.CLEANUP` is answered and not listed: a model server that put a fourth name into
    the prompt could not read what the model then writes.
    """
    words = {tool.name: tool.description for tool in ToolNamespaceConfig.browser().tools}
    return [
        types.Tool(name=name, description=words[name], input_schema=schema)
        for name, schema in SCHEMAS.items()
    ]


class Door:
    """Two ASGI apps: a stream of what the server says, and where a client's messages go.

    Args:
        conversations: Runs commands.
        messages: Path of the second.
        bus: To the other replicas, one of which may hold the stream of a message.

    Attributes:
        relay: To them.
    """

    def __init__(self, conversations: Conversations, messages: str, bus: Bus | None) -> None:
        self.relay = Relay(bus, self._take) if bus is not None else None
        self._calls = Calls(conversations)
        self._tools = types.ListToolsResult(tools=tools())
        self._transport = SseServerTransport(messages, max_request_body_size=MAX_MESSAGE)
        self._server: Server[Caller] = Server(
            ToolNamespaceConfig.browser().name,
            version=__version__,
            instructions=ToolNamespaceConfig.browser().description,
            lifespan=_caller,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self._server.middleware.clear()  # it tells telemetry what models ask
        AppStatus.enable_automatic_graceful_drain = False  # `browser.api.streams` ends them in time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; ``owner`` and ``session`` stand in the request's state."""
        owner: str = scope["state"]["owner"]
        scope = {**scope, "user": _user(owner)}
        if scope["method"] == "POST":
            await self._message(scope, receive, _as_problems(send))
            return
        caller = Caller(owner, scope["state"]["session"])
        async with self._transport.connect_sse(scope, receive, send) as (incoming, outgoing):
            _CALLER.set(caller)  # for this task alone, which serves one connection
            options = self._server.create_initialization_options()
            await self._server.run(incoming, outgoing, options)

    async def _message(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.relay is None:
            await self._transport.handle_post_message(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        owner, query = scope["state"]["owner"], scope["query_string"].decode("latin-1")
        status = await self._take(owner, query, body)
        if status == NOBODY:
            try:
                status = await self.relay.send(owner, *_for_others(query, body))
            except StateUnavailable as error:
                raise Problem(503, "store away", error.sentence) from error
        await Response("Accepted" if status < 400 else "", status)(scope, receive, send)

    async def _take(self, owner: str, query: str, body: bytes) -> int:
        """Take a message; returns the status of the answer."""
        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "",
            "query_string": query.encode("latin-1"),
            "headers": [(b"content-type", b"application/json")],
            "user": _user(owner),
            "state": {"owner": owner},
        }
        statuses: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self._transport.handle_post_message(scope, receive, send)
        return statuses[0]

    async def _list(
        self, _: ServerRequestContext[Caller], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return self._tools

    async def _call(
        self, context: ServerRequestContext[Caller], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        caller = context.lifespan_context
        answer = await self._calls.answer(caller, params.name, params.arguments or {})
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answer.text)], is_error=answer.failed
        )


@asynccontextmanager
async def _caller(_: Server[Caller]) -> AsyncIterator[Caller]:
    yield _CALLER.get()


def _for_others(query: str, body: bytes) -> tuple[str, bytes]:
    """What other replicas are to be told of a message: its stream, and one message in UTF-8.

    Raises:
        Problem: 400, it is none; 404, nobody can hold such a stream.
    """
    try:
        stream = UUID(hex=QueryParams(query)["session_id"])
    except (ValueError, LookupError):
        raise Problem(404, *PROBLEMS[404]) from None
    try:
        types.jsonrpc_message_adapter.validate_json(body, by_name=False)
    except ValueError:
        raise Problem(400, *PROBLEMS[400]) from None
    return f"session_id={stream.hex}", body


def _user(owner: str) -> AuthenticatedUser:
    """Whose connection it is; messages under another credential find none."""
    return AuthenticatedUser(AccessToken(token="", client_id=owner, scopes=[]))


def _as_problems(send: Send) -> Send:
    """*send*, where the SDK's words for a caller's mistake become a problem of ours."""

    async def checked(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in PROBLEMS:
            raise Problem(message["status"], *PROBLEMS[message["status"]])
        await send(message)

    return checked


def make(conversations: Conversations, messages: str, bus: Bus | None) -> Made:
    """For `browser.api.lazy.Lazy`."""
    door = Door(conversations, messages, bus)
    return door, door.relay.running() if door.relay is not None else None
