"""The general MCP server over HTTP. Imported when it is first asked.

A session of MCP belongs to the credential that began it, like a conversation: each credential has
sessions of its own, and no more than it may, so that none takes another's place. A session is no
more than a connection: when it ends for want of requests, the conversation stays and can be named
in the next one.

Left to taste: the bounds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import anyio
import anyio.abc
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.body import MAX_BODY
from browser.api.mcp_server import Door
from browser.conversation import Conversations

MAX_SESSIONS = 1000  # of one credential at a time
IDLE = 1800  # seconds after which one that asks nothing ends


class Connections:
    """An ASGI app; ``owner`` stands in a request's state.

    Args:
        door: What answers.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._starting = anyio.Lock()
        self._managers: dict[str, StreamableHTTPSessionManager] = {}
        self._tasks: anyio.abc.TaskGroup | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        owner: str = scope["state"]["owner"]
        manager = self._managers.get(owner) or await self._manager(owner)
        with suppress(ClientDisconnect):  # gone before all of the request was here
            await manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve; afterwards end every session and command."""
        async with anyio.create_task_group() as self._tasks:
            try:
                yield
            finally:
                self._door.work.end()
                self._tasks.cancel_scope.cancel()

    async def _manager(self, owner: str) -> StreamableHTTPSessionManager:
        async with self._starting:
            if owner not in self._managers:
                if self._tasks is None:
                    raise RuntimeError("the door is not running")
                manager = StreamableHTTPSessionManager(
                    self._door.server,
                    session_idle_timeout=IDLE,
                    max_sessions=MAX_SESSIONS,
                    max_request_body_size=MAX_BODY,
                )
                await self._tasks.start(_hold, manager)
                self._managers[owner] = manager
        return self._managers[owner]


async def _hold(
    manager: StreamableHTTPSessionManager,
    *,
    task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    async with manager.run():
        task_status.started()
        await anyio.sleep_forever()


def make(conversations: Conversations) -> tuple[ASGIApp, AbstractAsyncContextManager[None]]:
    """For `browser.api.lazy.Lazy`."""
    connections = Connections(Door(conversations))
    return connections, connections.running()
