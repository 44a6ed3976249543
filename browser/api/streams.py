"""Answers without an end, ended when the service stops.

uvicorn waits for every answer under way before it stops. A stream of steps would keep it waiting
until the last chat is closed. Only the stream that brings a model its answers (`STREAM`) goes on as
long as a command runs.

Governing text: WHATWG HTML 9.2 (server-sent events: who is cut off asks again).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.gptoss.key import STREAM
from browser.api.paths import is_stream
from browser.closing import Closing

GRACE = 1.0  # seconds in which an answer may end by itself, and close what it holds


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
        closing = self._answered if scope["path"] == STREAM else self._closing.wait
        started = ended = False

        async def told(message: Message) -> None:
            nonlocal started, ended
            started = started or message["type"] == "http.response.start"
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        async with anyio.create_task_group() as group:

            async def end() -> None:
                await closing()
                await anyio.sleep(GRACE)
                group.cancel_scope.cancel()

            group.start_soon(end)
            await self._app(scope, _until(closing, receive), told)
            group.cancel_scope.cancel()
        if started and not ended:
            await send({"type": "http.response.body", "body": b""})

    async def _answered(self) -> None:
        await self._closing.over()
        await anyio.sleep(GRACE / 2)


def _until(closing: Callable[[], Awaitable[None]], receive: Receive) -> Receive:
    """*receive*, where the service that stops looks like a caller that hangs up."""

    async def heard() -> Message:
        message: Message = {"type": "http.disconnect"}
        async with anyio.create_task_group() as race:

            async def close() -> None:
                await closing()
                race.cancel_scope.cancel()

            race.start_soon(close)
            message = await receive()
            race.cancel_scope.cancel()
        return message

    return heard
