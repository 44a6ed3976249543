"""One GET, from headers to the last byte of the body, under deadlines.

Governing text: RFC 9110. The same few header fields go out every time: who we are, what we
read, one language, gzip; with a key, the three that sign them. No cookie, no Referer, no
credentials.

Three deadlines: to connect (httpx's own), to the first byte of the answer, and for the whole
reply. The last two are ours, since httpx counts per read: a site that sends a byte a second
would never time out. They are one, which moves when the head has come.

Of a redirect or an error only the head counts. A short body is read and dropped, so that the
connection can serve the next request; what is wrong with it is nobody's concern.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import anyio
import httpx

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.model.response import folded
from browser.model.url import DEFAULT_PORTS, Authority, Url
from browser.net.body import read_body, too_large
from browser.net.dial import GuardedStream
from browser.net.failures import failure
from browser.net.signer import Signer
from browser.net.transport import RENEW, GetOnly, MethodRefused

ACCEPT = "text/html,application/xhtml+xml;q=0.9,text/markdown;q=0.8,text/plain;q=0.8,*/*;q=0.1"
FIRST_BYTE = 10.0  # seconds, when the whole deadline is longer
MAX_HEADERS = 100  # fields kept
DRAIN = 16 * 1024  # octets of a body nobody looks at that are read to keep the connection
DRAIN_CHUNKS = 64  # in so many pieces at most
DRAIN_WITHIN = 0.5  # seconds
MAX_WRAPPING = 256 * 1024  # octets of chunk heads and trailers, beside as much as the body may be


@dataclass(frozen=True)
class Identity:
    """Who the browser says it is.

    Attributes:
        token: Product token, for robots.txt.
        user_agent: The User-Agent field.
        contact: E-mail for the From field; empty sends none.
        accept_language: The Accept-Language field.
        also_obey: Further robots.txt tokens; the stricter verdict wins.
    """

    token: str = "ChatGPT-User"  # noqa: S105 - a product token
    user_agent: str = "ChatGPT-User"
    contact: str = ""
    accept_language: str = "en"
    also_obey: tuple[str, ...] = ()

    def headers(self, accept: str) -> dict[str, str]:
        """The header fields of every request."""
        fields = {
            "User-Agent": self.user_agent,
            "Accept": accept,
            "Accept-Language": self.accept_language,
            "Accept-Encoding": "gzip",
        }
        if self.contact:
            fields["From"] = self.contact
        return fields


@dataclass(frozen=True)
class Raw:
    """One reply.

    Attributes:
        status: HTTP status.
        headers: Lower-case names; repeated fields joined by a comma.
        fields: The same, name by name as they came, for those whose repetitions mean something.
        locations: Every Location field.
        body: Decoded; empty for a redirect and for an error.
        cut: Whether the body was longer than was asked for.
    """

    status: int
    headers: Mapping[str, str]
    locations: tuple[str, ...]
    body: bytes
    cut: bool = False
    fields: tuple[tuple[str, str], ...] = ()


class Sender:
    """Sends GET requests.

    Args:
        transport: Where they go out.
        identity: Who asks.
        connect_timeout: Seconds to connect.
        signer: Signs every request, if there is one.
    """

    def __init__(
        self,
        transport: GetOnly,
        identity: Identity,
        connect_timeout: float,
        signer: Signer | None = None,
    ) -> None:
        self.transport = transport
        self.identity = identity
        self._connect_timeout = connect_timeout
        self._signer = signer
        self._fields: dict[str, httpx.Headers] = {}  # of every request, by what it accepts

    async def get(
        self,
        url: Url,
        *,
        within: float,
        max_bytes: int,
        accept: str = ACCEPT,
        cut: bool = False,
        conditions: Mapping[str, str] | None = None,
    ) -> Raw:
        """Ask for *url*.

        Args:
            url: Judged before; its fragment stays here.
            within: Seconds for the whole reply.
            max_bytes: Cap on the body.
            accept: The Accept field.
            cut: Whether a longer body is cut rather than refused.
            conditions: If-None-Match, If-Modified-Since: what a kept copy is renewed by.

        Raises:
            FetchFailed: whatever the network, the origin or the reply did wrong.
        """
        try:
            request = self._request(url, accept, within, conditions)
            began = anyio.current_time()
            with anyio.fail_after(min(FIRST_BYTE, within)) as deadline:
                response = await self.transport.handle_async_request(request)
                if not deadline.cancel_called:  # else the head came too late
                    deadline.deadline = began + within
                return await _read(response, max_bytes, cut=cut)
        except MethodRefused:
            raise
        except Exception as error:  # the boundary: httpx lets other libraries' errors through
            raise failure(error, url.host) from error

    def _request(
        self, url: Url, accept: str, within: float, conditions: Mapping[str, str] | None
    ) -> httpx.Request:
        target = url.without_fragment().href.removeprefix(str(url.authority))
        if not target.startswith("/"):
            raise _ambiguous()
        headers = self._fields.get(accept)
        if headers is None:
            headers = self._fields[accept] = httpx.Headers(self.identity.headers(accept))
        request = httpx.Request(
            "GET",
            _place(url.authority),
            headers=headers,  # httpx copies them
            extensions={
                # As it was judged, octet for octet: no second parser sees it.
                "target": target.encode("ascii"),
                "timeout": {
                    "connect": min(self._connect_timeout, within),
                    "read": within,
                    "write": within,
                    "pool": within,
                },
            },
        )
        if conditions:
            request.headers.update(conditions)
        if self._signer is not None:
            signer = self._signer

            def sign() -> None:
                request.headers.update(signer.fields(url, target))

            sign()
            request.extensions[RENEW] = sign
        return request


@lru_cache(maxsize=1024)
def _place(authority: Authority) -> httpx.URL:
    """The place to send to; refused when httpx's own parser reads another one than was judged."""
    seen = httpx.URL(str(authority))
    host = seen.raw_host.decode("ascii").strip("[]")
    port = seen.port or DEFAULT_PORTS.get(seen.scheme, 0)
    judged = authority.scheme, authority.host.strip("[]"), authority.port
    if (seen.scheme, host.lower(), port) != judged:
        raise _ambiguous()
    return seen


def _ambiguous() -> FetchFailed:
    return FetchFailed(Reason.BAD_URL, "this URL can be read in more than one way.")


async def _read(response: httpx.Response, max_bytes: int, *, cut: bool) -> Raw:
    stream = response.extensions.get("network_stream")
    if isinstance(stream, GuardedStream):
        stream.head_ended(MAX_WRAPPING + 2 * max_bytes)
    chunks = cast("AsyncIterable[bytes]", response.stream)
    try:
        fields = _fields(response.headers)
        headers = folded(fields)
        locations = tuple(response.headers.get_list("location"))
        if response.status_code >= 300:
            if _declared(headers) <= DRAIN:
                await _drain(chunks)
            return Raw(response.status_code, headers, locations, b"", fields=fields)
        if not cut and _declared(headers) > max_bytes:
            raise too_large(max_bytes)
        coding = headers.get("content-encoding", "")
        body, was_cut = await read_body(chunks, coding, max_bytes, cut=cut)
        return Raw(response.status_code, headers, locations, body, was_cut, fields)
    finally:
        with anyio.move_on_after(1, shield=True):
            await response.aclose()


async def _drain(chunks: AsyncIterable[bytes]) -> None:
    octets = count = 0
    with contextlib.suppress(httpx.HTTPError), anyio.move_on_after(DRAIN_WITHIN):
        async for chunk in chunks:
            octets, count = octets + len(chunk), count + 1
            if octets > DRAIN or count > DRAIN_CHUNKS:
                return


def _fields(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers.multi_items()[:MAX_HEADERS])


def _declared(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length[:18]) if length.isascii() and length.isdigit() else 0
