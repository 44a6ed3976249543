"""The general MCP server over HTTP. Imported when it is first asked.

A session of MCP belongs to the credential that began it, like a conversation: each credential has
sessions of its own, and no more than it may, so that none takes another's place. A session is no
more than a connection: when it ends for want of requests, or because a newer one needs its place,
the conversation stays and can be named in the next one.

What is no JSON-RPC message is refused here: the SDK would answer with its validator's words, which
repeat the caller's. Nothing is kept of a stream that broke off, so ``Last-Event-ID`` is not read:
who sends it gets a new stream.

Left to taste: the bounds.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import anyio
import anyio.abc
import mcp_types as types
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import ValidationError
from pydantic_core import from_json
from sse_starlette.sse import AppStatus
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.body import MAX_BODY
from browser.api.mcp.door import SESSION
from browser.api.mcp.server import Door, malformed
from browser.api.problem import Problem
from browser.conversation import Conversations

MAX_SESSIONS = 1000  # of one credential at a time
IDLE = 1800  # seconds after which one that asks nothing ends
UNREAD = b"last-event-id"


class Sessions:
    """An ASGI app: the sessions of one credential, of which a new one ends the idlest.

    Args:
        door: What answers.
    """

    def __init__(self, door: Door) -> None:
        self._manager = StreamableHTTPSessionManager(
            door.server,
            session_idle_timeout=IDLE,
            max_sessions=None,  # it would turn the newest away
            max_request_body_size=MAX_BODY,
        )
        # How many requests of each are under way; the idlest stands first.
        self._busy: dict[str, int] = {}

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Serve, until cancelled."""
        async with self._manager.run():
            task_status.started()
            await anyio.sleep_forever()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        named = Headers(scope=scope).get(SESSION)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._note(scope, message, named)
            await send(message)

        if named not in self._busy:
            await self._manager.handle_request(scope, receive, told)
            return
        self._busy[named] = self._busy.pop(named) + 1
        try:
            await self._manager.handle_request(scope, receive, told)
        finally:
            if named in self._busy:
                self._busy[named] = self._busy.pop(named) - 1

    async def _note(self, scope: Scope, start: Message, named: str | None) -> None:
        """What the *start* of an answer says of a session: that there is one, or none any more."""
        status = start["status"]
        if named is not None:
            if status == 404 or (scope["method"] == "DELETE" and status < 400):
                self._busy.pop(named, None)
            return
        begun = Headers(raw=start["headers"]).get(SESSION)
        if begun is None or status >= 400:
            return
        self._busy[begun] = 0
        while len(self._busy) > MAX_SESSIONS:
            idlest = next((one for one, busy in self._busy.items() if not busy), begun)
            if idlest == begun:  # each of the others is being asked
                return
            del self._busy[idlest]
            ending = [(SESSION.lower().encode(), idlest.encode())]
            await self._manager.handle_request(
                {**scope, "method": "DELETE", "headers": ending}, _nothing, _nobody
            )


class Anywhere:
    """An ASGI app: sessions that every replica knows, since nothing is kept of one.

    A request is answered for itself. The id of a session is the name of its conversation
    (`browser.api.mcp.server`), which the replicas share; so an id that nobody gave is as good as a
    new one, and one that was ended may come back. The server never speaks first, so the stream on
    which it could is not opened (MCP 2025-11-25, basic/transports: 405).

    Args:
        door: What answers.
    """

    def __init__(self, door: Door) -> None:
        self._manager = StreamableHTTPSessionManager(
            door.server, stateless=True, max_request_body_size=MAX_BODY
        )

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Serve, until cancelled."""
        async with self._manager.run():
            task_status.started()
            await anyio.sleep_forever()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["method"] == "GET":
            refusal = Problem(
                405, "no such stream", "Send POST.", headers={"Allow": "POST, DELETE"}
            )
            await refusal.response()(scope, receive, send)
        elif scope["method"] == "DELETE":
            await Response(headers={"Cache-Control": "no-store"})(scope, receive, send)
        elif scope["method"] == "POST" and SESSION.lower() not in Headers(scope=scope):
            body = await Request(scope, receive).body()
            named = _named(send) if _begins(body) else send
            await self._manager.handle_request(scope, _again(body, receive), named)
        else:
            await self._manager.handle_request(scope, receive, send)


def _begins(body: bytes) -> bool:
    """Whether this message, which is one, asks for a session of 2025."""
    return bool(from_json(body).get("method") == "initialize")


def _named(send: Send) -> Send:
    """*send*, where an answer that begins a session has its id."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            made = (SESSION.lower().encode(), secrets.token_hex(16).encode())
            message = {**message, "headers": [*message["headers"], made]}
        await send(message)

    return told


class Connections:
    """An ASGI app; ``owner`` stands in a request's state.

    Args:
        door: What answers.
        shared: Whether other replicas answer for the same sessions.
    """

    def __init__(self, door: Door, *, shared: bool = False) -> None:
        self._door = door
        self._starting = anyio.Lock()
        self._make = Anywhere if shared else Sessions
        self._sessions: dict[str, Sessions | Anywhere] = {}
        self._tasks: anyio.abc.TaskGroup | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        owner: str = scope["state"]["owner"]
        sessions = self._sessions.get(owner) or await self._begun(owner)
        read = [(name, value) for name, value in scope["headers"] if name != UNREAD]
        scope = {**scope, "headers": read}
        with suppress(ClientDisconnect):  # gone before all of the request was here
            if scope["method"] == "POST":
                body = await Request(scope, receive).body()
                if (refusal := _refusal(body)) is not None:
                    await refusal(scope, receive, send)
                    return
                receive = _again(body, receive)
            await answered(sessions, scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve; afterwards end every session and command."""
        async with anyio.create_task_group() as self._tasks:
            try:
                yield
            finally:
                self._door.work.end()
                self._tasks.cancel_scope.cancel()

    async def _begun(self, owner: str) -> Sessions | Anywhere:
        async with self._starting:
            if owner not in self._sessions:
                if self._tasks is None:
                    raise RuntimeError("the door is not running")
                sessions = self._make(self._door)
                await self._tasks.start(sessions.run)
                self._sessions[owner] = sessions
        return self._sessions[owner]


async def answered(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let *app* answer; if it does not, a problem is the answer."""
    started = False

    async def told(message: Message) -> None:
        nonlocal started
        started = True
        await send(message)

    await app(scope, receive, told)
    if not started:
        refusal = Problem(500, "no answer", "The MCP library has no answer to such a request.")
        await refusal.response()(scope, receive, send)


def _refusal(body: bytes) -> Response | None:
    """The answer to a *body* that is no message."""
    try:
        types.jsonrpc_message_adapter.validate_python(from_json(body), by_name=False)
    except ValidationError:
        error = malformed(types.INVALID_REQUEST)
    except ValueError:
        error = malformed(types.PARSE_ERROR)
    else:
        return None
    text = error.model_dump_json(by_alias=True, exclude_unset=True)
    return Response(text, 400, {"Cache-Control": "no-store"}, media_type="application/json")


def _again(body: bytes, receive: Receive) -> Receive:
    """*receive*, where *body*, which has been read, comes first."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def heard() -> Message:
        return messages.pop() if messages else await receive()

    return heard


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nobody(_: Message) -> None:
    """No client hears it."""


def make(
    conversations: Conversations, *, shared: bool = False
) -> tuple[ASGIApp, AbstractAsyncContextManager[None]]:
    """For `browser.api.lazy.Lazy`; *shared* as in `Connections`."""
    AppStatus.enable_automatic_graceful_drain = False  # `browser.api.streams` ends them in time
    connections = Connections(Door(conversations), shared=shared)
    return connections, connections.running()
