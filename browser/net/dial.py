"""The one point that every connection passes: resolve, judge, dial the judged address.

A subclass of httpcore's network backend. The name goes on to TLS for SNI and the certificate,
only the address is ours: rewriting the URL to an address instead would let a pool reuse one
site's connection for another name behind the same address.

A fetch resolves its host once, on the first rung of its ladder, and pins the answer for the
connections made on its behalf: what was judged is what is dialled, whatever the name server
says a moment later.

Before the first packet the operating system is asked which address of ours it would leave from:
when that is the address itself, the browser would be asking its own machine.

Left to taste: how much may come before the head of a reply is complete, interim replies (1xx)
included, and after it besides the body itself. The HTTP library bounds one head, but not how
many of them there are, and a chunk's extension, but not how many chunks.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import anyio
import httpcore

from browser.errors import FetchFailed, Refused
from browser.model.reason import Reason
from browser.net.resolver import Endpoint, Resolver

ATTEMPTS = 3  # addresses of one name that are tried
MAX_HEAD = 128 * 1024  # octets from the request to the end of the reply's head
MAX_LINES = 1000  # of these; large sites send 50, and 9,000 would take 30 ms to parse
HEAD_PIECE = 4 * 1024  # octets of a head parsed without a break for others; about 8 ms of 1xx

_BLANK_LINE = re.compile(rb"\n\r?\n")

_pinned: ContextVar[dict[tuple[str, int], Endpoint] | None] = ContextVar("pinned", default=None)


@contextlib.contextmanager
def pins() -> Iterator[None]:
    """Keep the answers of this fetch's look-ups for the connections it makes."""
    token = _pinned.set({})
    try:
        yield
    finally:
        _pinned.reset(token)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only addresses that the resolver has judged."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def pin(self, host: str, port: int) -> Endpoint:
        """Resolve and judge *host* for the fetch under way; raises like `Resolver.resolve`."""
        endpoint = await self._resolver.resolve(host.strip("[]"), port)
        pinned = _pinned.get()
        if pinned is not None:
            pinned[host.strip("[]"), port] = endpoint
        return endpoint

    def shared_address(self, host: str, port: int) -> str | None:
        """The address that the fetch under way dials first; ``None`` for a host of our own."""
        endpoint = (_pinned.get() or {}).get((host.strip("[]"), port))
        return None if endpoint is None or endpoint.own else endpoint.addresses[0]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a judged address of *host*."""
        pinned = _pinned.get() or {}
        endpoint = pinned.get((host.strip("[]"), port)) or await self.pin(host, port)
        error: Exception | None = None
        for address in endpoint.addresses[:ATTEMPTS]:
            if not endpoint.own and _is_ours(address, endpoint.port):
                raise _ourselves()
            try:
                stream = await self._inner.connect_tcp(
                    address, endpoint.port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as failed:
                error = failed
                continue
            return await _checked(stream, endpoint)
        raise error or FetchFailed(Reason.CONNECT_FAILED, "the site cannot be reached.")

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the signature is httpcore's
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - idem
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - idem
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no page lives behind a unix socket."""
        raise Refused(Reason.ADDRESS_REFUSED, "unix sockets are not dialled.")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)


class Stale(httpcore.RemoteProtocolError):
    """A kept connection was closed by the site just when it was used again; nothing was answered.

    RFC 9112 9.3.1: a GET may then be sent once more, over another connection.
    """


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that bounds the head of a reply and never leaves its socket behind."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head: int | None = None  # octets it may still take; None while a body is read
        self._lines = 0  # of the head so far
        self._tail = b""  # of what came last
        self._rest: int | None = None  # octets that may still come after the head
        self._used = False  # whether it has brought an answer before
        self._silent = False  # whether nothing has come since the request

    def head_ended(self, most: int | None = None) -> None:
        """What comes now is the body, which others bound, in a wrapping that nobody else does.

        Args:
            most: Octets that may come, the wrapping included.
        """
        self._head, self._rest, self._used = None, most, True

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> bytes:
        """Read what has come."""
        if self._head is None:
            return await self._read_rest(max_bytes, timeout)
        if self._head <= 0:
            raise httpcore.RemoteProtocolError("the head of the reply does not end")
        try:
            data = await self._inner.read(min(max_bytes, HEAD_PIECE), timeout)
        except httpcore.ReadError as error:
            if self._used and self._silent:
                raise Stale from error
            raise
        if not data and self._used and self._silent:
            raise Stale
        self._silent = False
        self._head -= len(data)
        self._count_lines(data)
        return data

    def _count_lines(self, data: bytes) -> None:
        end = _BLANK_LINE.search(self._tail + data)
        head = data[: max(end.end() - len(self._tail), 0)] if end else data
        self._tail = data[-2:]
        self._lines += head.count(b"\n")
        if self._lines > MAX_LINES:
            raise httpcore.RemoteProtocolError("the head of the reply has too many lines")

    async def _read_rest(
        self,
        max_bytes: int,
        timeout: float | None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        if self._rest is not None:
            self._rest -= len(data)
            if self._rest < 0:
                raise httpcore.RemoteProtocolError("the reply is mostly wrapping")
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> None:
        """Send a request; a head is to follow."""
        self._head, self._lines, self._tail, self._silent = MAX_HEAD, 0, b"", True
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the socket."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Shake hands; httpcore itself would lose the socket when this is cancelled."""
        try:
            return GuardedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await _close(self._inner)
            raise

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self._inner.get_extra_info(info)


async def _checked(stream: httpcore.AsyncNetworkStream, endpoint: Endpoint) -> GuardedStream:
    """Refuse a connection that leads from an address to itself: the service asking itself."""
    try:
        here, there = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    except OSError:  # the peer is gone already, and with it the socket's addresses
        await _close(stream)
        raise
    if here == there or (not endpoint.own and here[0] == there[0]):
        await _close(stream)
        raise _ourselves()
    return GuardedStream(stream)


def _ourselves() -> Refused:
    return Refused(
        Reason.ADDRESS_REFUSED,
        "this host leads back to the browser itself. Do not retry; choose another source.",
    )


def _is_ours(address: str, port: int) -> bool:
    """Whether *address* is one of this machine's own; asking sends nothing."""
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            probe.connect((address, port))
            here, there = probe.getsockname()[0], probe.getpeername()[0]
    except OSError:  # no way there: the real attempt will say so
        return False
    return bool(here == there)


async def _close(stream: httpcore.AsyncNetworkStream) -> None:
    with anyio.CancelScope(shield=True):
        await stream.aclose()
