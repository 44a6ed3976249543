"""httpx behind one door: GET only, no proxy of the environment, no cookies, no redirects.

Requests go straight to the transport, not through a client: a client would keep cookies, and
builds the next request of a redirect from the site's own Location text even when told not to
follow. Anything but GET raises here, is counted, and never reaches a socket. A GET is sent once
more, and only once, when the kept connection it went out on turns out to be closed.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable

import anyio
import httpcore
import httpx

from browser.net.dial import GuardedBackend, Stale

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL at INFO

KEEP_ALIVE = 5.0  # seconds an idle connection is kept
RENEW = "renew"  # extension of a request: called before it is sent once more


class MethodRefused(RuntimeError):
    """Somebody tried to send something other than GET. A defect of ours, never a page's doing."""


def trusted() -> ssl.SSLContext:
    """The usual authorities. Reading them takes long, so whoever needs them shares one object."""
    return httpx.create_ssl_context(trust_env=False)


class GetOnly(httpx.AsyncBaseTransport):
    """Sends GET requests over judged connections.

    Attributes:
        refused: How many requests with another method were stopped.
    """

    def __init__(
        self,
        backend: GuardedBackend,
        *,
        max_connections: int,
        tls: ssl.SSLContext | None = None,
        on_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self.refused = 0
        self._on_refused = on_refused
        context = tls or trusted()
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        self._inner = httpx.AsyncHTTPTransport(verify=context, trust_env=False, http2=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=KEEP_ALIVE,
            http1=True,
            http2=False,
            network_backend=backend,
        )
        # httpx has no public argument for the network backend; its pool is replaced whole.
        self._inner._pool = self._pool  # noqa: SLF001

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response with its body unread."""
        if request.method != "GET":
            self.refused += 1
            self._on_refused()
            raise MethodRefused(f"only GET leaves this service, not {request.method}")
        try:
            return await self._send(request)
        except httpx.RemoteProtocolError as error:
            if not isinstance(error.__cause__, Stale):
                raise
        renew = request.extensions.get(RENEW)
        if renew is not None:
            renew()
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._drop_orphans()
            raise

    async def _drop_orphans(self) -> None:
        """Close connections that belong to no request and will never take one.

        A request that is cancelled just after its connection was made leaves it in the pool,
        neither idle nor closed; each would take a place there for good.
        """
        served = {id(request.connection) for request in self._pool._requests}  # noqa: SLF001
        for connection in self._pool.connections:
            if id(connection) in served or connection.is_idle() or connection.is_closed():
                continue
            self._pool._connections.remove(connection)  # noqa: SLF001 - before others get to run
            await connection.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()
