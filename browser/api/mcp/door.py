"""The general MCP door, ``/mcp``: Streamable HTTP.

One path serves every version: the sessions of 2025 (``initialize``, ``Mcp-Session-Id``) and the
2026-07-28 protocol, whose requests stand alone. Which name may be asked for, how long a body may
be and which page may call is decided before a request comes here.

Governing text: MCP 2026-07-28 and 2025-11-25, basic/transports.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.access import Access
from browser.api.lazy import Lazy, Made
from browser.conversation import Conversations

PATH = "/mcp"
SESSION = "Mcp-Session-Id"  # header, which a response brings too
HEADERS = (SESSION, "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name")  # of requests


class _Admitted:
    """*door* for callers with a credential, for every method: the SDK knows which ones it has."""

    def __init__(self, door: ASGIApp, access: Access) -> None:
        self._door = door
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._access(Request(scope))
        await self._door(scope, receive, send)


def lazily(conversations: Conversations, *, shared: bool = False) -> Lazy:
    """What answers, made when it is first asked.

    Args:
        conversations: Runs commands.
        shared: Whether other replicas answer for the same sessions.
    """

    def make() -> Made:
        from browser.api.mcp import http  # noqa: PLC0415 - the SDK takes a second to load

        return http.make(conversations, shared=shared)

    return Lazy(make)


def router(door: ASGIApp, access: Access) -> APIRouter:
    """The path."""
    routes = APIRouter()
    routes.add_route(PATH, _Admitted(door, access), include_in_schema=False)  # type: ignore[arg-type]  # an app, too
    return routes
