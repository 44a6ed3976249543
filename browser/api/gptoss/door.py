"""The browser that gpt-oss models were trained on: MCP over server-sent events.

A model server (vLLM, SGLang) is told this service's host and port and asks ``/sse``. It opens one
connection for each of its requests, so the conversation is named by a header and outlives the
connection: cursors go on, and citations are resolved long after.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.access import Access, session_name
from browser.api.gptoss.key import MESSAGES, STREAM
from browser.api.lazy import Lazy, Made
from browser.conversation import Conversations
from browser.state.ports import Bus


class _By(Response):
    """The answer that *app* gives."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def lazily(conversations: Conversations, bus: Bus | None = None) -> Lazy:
    """What answers, made when it is first asked."""

    def make() -> Made:
        from browser.api.gptoss import server  # noqa: PLC0415 - the SDK takes a second to load

        return server.make(conversations, MESSAGES, bus)

    return Lazy(make)


def router(door: Lazy, access: Access) -> APIRouter:
    """The two paths of MCP's HTTP with SSE."""
    routes = APIRouter(dependencies=[Depends(access)], include_in_schema=False)

    @routes.get(STREAM)
    async def stream(request: Request, session: Annotated[str | None, Query()] = None) -> Response:
        """What the server says, as events; the first tells where messages go."""
        name = session_name(request, session)
        request.state.session = name or secrets.token_urlsafe(18)
        return _By(door)

    @routes.post(MESSAGES)
    async def message() -> Response:
        """One message of the client."""
        return _By(door)

    return routes
