"""Answers without an end, ended when the service stops.

uvicorn waits for every answer under way before it stops. A stream of steps would keep it waiting
until the last chat is closed.

Governing text: WHATWG HTML 9.2 (server-sent events: who is cut off asks again).
"""

from __future__ import annotations

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.paths import is_stream

GRACE = 1  # seconds in which an answer may end by itself, and close what it holds


class Closing:
    """Says that the service is about to stop."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Say it; on the event loop."""
        self._event.set()

    async def wait(self) -> None:
        """Return when it is said."""
        await self._event.wait()


class EndedStreams:
    """Middleware: every stream ends when the service is about to stop.

    Args:
        app: What answers.
        closing: Says so.
    """

    def __init__(self, app: ASGIApp, closing: Closing) -> None:
        self._app = app
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, until the end if there is one."""
        if scope["type"] != "http" or not is_stream(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        started = ended = False

        async def told(message: Message) -> None:
            nonlocal started, ended
            started = started or message["type"] == "http.response.start"
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        async with anyio.create_task_group() as group:

            async def end() -> None:
                await self._closing.wait()
                await anyio.sleep(GRACE)
                group.cancel_scope.cancel()

            group.start_soon(end)
            await self._app(scope, self._until_closing(receive), told)
            group.cancel_scope.cancel()
        if started and not ended:
            await send({"type": "http.response.body", "body": b""})

    def _until_closing(self, receive: Receive) -> Receive:
        """*receive*, where the service that stops looks like a caller that hangs up."""

        async def heard() -> Message:
            message: Message = {"type": "http.disconnect"}
            async with anyio.create_task_group() as race:

                async def close() -> None:
                    await self._closing.wait()
                    race.cancel_scope.cancel()

                race.start_soon(close)
                message = await receive()
                race.cancel_scope.cancel()
            return message

        return heard
