"""What a stranger may cost or reach, before anything else is known of its request.

Two guards. uvicorn reads the head of a request at any length and waits for its end for ever, so
`BoundedRequests` bounds both where the bytes arrive. And a service without tokens on loopback is
open to every page that the person's web browser shows: by a name of its own that it points to
127.0.0.1 (DNS rebinding), or by a plain cross-site request. `LocalOnly` answers neither.

Governing texts: RFC 9110 7.4 (421 for a host that is not ours), RFC 6585 5 (431), W3C Fetch
Metadata. Left to taste: the bounds, which are many times what an honest caller needs.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Collection
from typing import cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from browser.api.problem import problem

MAX_HEAD = 64 * 1024  # bytes of request line and header fields; the longest URL we take is 8 KiB
WITHIN = 30.0  # seconds from connecting, or from its first byte, to the last byte of a request
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is called *host*."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class BoundedRequests(HttpToolsProtocol):
    """uvicorn's HTTP protocol: a request's head is bounded in bytes, all of it in time."""

    _in_head = False
    _began_here = False
    _head = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: who connects has something to say."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then count what belongs to a head that began earlier and goes on."""
        self._arm()
        self._began_here = False
        super().data_received(data)
        if not self._in_head or self._began_here or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > MAX_HEAD:
            earlier = cast("RequestResponseCycle | None", self.cycle)
            if earlier is None or earlier.response_complete:
                self.transport.write(TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins somewhere in these bytes; counting starts with the next ones."""
        self._in_head, self._began_here, self._head = True, True, 0
        self._arm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole; a body may follow."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._disarm()
        super().on_message_complete()

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(WITHIN, self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class LocalOnly:
    """Middleware for a service without tokens: only this machine, under a name of its own.

    Args:
        app: What is guarded.
        host: That the service is bound to.
        origins: Of other sites' pages that may call.
        any_host: Whether another guard judges the Host field (`server.allowed_hosts`).
    """

    def __init__(
        self, app: ASGIApp, host: str, origins: Collection[str] = (), *, any_host: bool = False
    ) -> None:
        self._app = app
        self._any_host = any_host
        self._host = host
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 421 or 403."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            name = _name(headers.get("host", ""))
            ours = self._any_host or name in ("", self._host.strip("[]")) or is_loopback(name)
            if not ours:
                refusal = problem(
                    421,
                    "misdirected request",
                    "This service has no token and answers to local names only. "
                    "Call it as 127.0.0.1, or set server.tokens or server.allowed_hosts.",
                )
                await refusal(scope, receive, send)
                return
            foreign = headers.get("sec-fetch-site") == "cross-site"
            if foreign and headers.get("origin") not in self._origins and _is_api(scope):
                refusal = problem(
                    403,
                    "cross-site request",
                    "Another site's page asked. Set server.tokens, or name it in "
                    "server.cors_origins.",
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_api(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/v1/")
