"""Ask the API of a search provider: one GET, one deadline, one small JSON answer.

Governing texts: RFC 9110 for the exchange and Retry-After, RFC 8259 for JSON.

There is no public-address guard here, on purpose: the URL comes from the operator's settings
and never from a model or a page, and a SearXNG of one's own lives on a private address. What
keeps this from becoming a way into the network is that redirects are not followed, so an answer
cannot choose the next address.

Keys travel in headers or in query strings. Neither is ever part of a sentence, and httpx's own
log lines, which hold whole URLs, are silenced below. Left to taste: 2 MiB an answer; gzip is
the only coding asked for, and it is inflated under the same cap.
"""

from __future__ import annotations

import json
import logging
import math
import zlib
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from typing import Any, Generic, Protocol, TypeVar

import anyio
import httpx

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.url import Url
from browser.net.clock import SystemClock
from browser.rules.retry_after import retry_after

MAX_BYTES = 2 * 1024 * 1024  # of an answer, both as sent and as decoded
CODINGS = {"", "identity", "gzip", "x-gzip"}

logging.getLogger("httpx").setLevel(logging.WARNING)

Reply_co = TypeVar("Reply_co", covariant=True)


class MakeReply(Protocol[Reply_co]):
    """What becomes of an answer: `browser.search.provider.ApiReply`.

    It is an argument because the net and the search layer do not know each other.
    """

    def __call__(self, status: int, data: Any, retry_after: int | None) -> Reply_co:
        """Make the reply."""


class ApiClient(Generic[Reply_co]):
    """Sends the requests of search providers; an `Api` when *reply* makes an `ApiReply`.

    Args:
        user_agent: Who we say we are.
        reply: Called with the HTTP status, the parsed JSON (``None`` when there is none) and
            the seconds of Retry-After.
        clock: Reads a Retry-After that is a date.
        verify: Certificates to trust; by default the public ones.
        max_bytes: The longest answer.
    """

    def __init__(
        self,
        user_agent: str,
        reply: MakeReply[Reply_co],
        *,
        clock: Clock | None = None,
        verify: SSLContext | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._reply = reply
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": user_agent,
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            timeout=None,  # noqa: S113 - get_json puts one deadline over everything
            trust_env=False,
            verify=True if verify is None else verify,
        )

    async def get_json(
        self,
        url: str,
        params: Mapping[str, str | int],
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 10,  # noqa: ASYNC109 - the deadline is part of what a caller asks for
    ) -> Reply_co:
        """Ask *url* with *params* added to its query.

        Args:
            url: Absolute; from the operator's settings.
            params: The query.
            headers: Fields to add, such as a key.
            timeout: Seconds from now until the whole answer has to be here.

        Raises:
            SearchFailed: no answer came, or one that cannot be read; any HTTP status is fine.
        """
        host = _host(url)
        try:
            with anyio.fail_after(timeout):
                return await self._exchange(Url.parse(url).href, params, headers, host)
        except TimeoutError:
            raise SearchFailed(
                f"{host} did not answer within {timeout:.3g} seconds. Search again later."
            ) from None
        except httpx.ConnectError:
            raise SearchFailed(
                f"No connection to {host}. Search again later; if it stays so, tell the operator."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            # Without the cause: it may quote the URL or a header, and so a key.
            raise SearchFailed(
                f"The exchange with {host} broke off. Search again later; "
                "if it stays so, tell the operator."
            ) from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(
        self,
        url: str,
        params: Mapping[str, str | int],
        headers: Mapping[str, str] | None,
        host: str,
    ) -> Reply_co:
        # Given as `params`, they would take the place of a query that the operator configured.
        target = httpx.URL(url).copy_merge_params(params)
        async with self._client.stream("GET", target, headers=headers) as response:
            body = await self._body(response, host)
        asked = {"retry-after": response.headers.get("retry-after", "")}
        wait = retry_after(asked, self._clock.now())
        return self._reply(
            response.status_code, _parse(body), None if wait is None else math.ceil(wait)
        )

    async def _body(self, response: httpx.Response, host: str) -> bytes:
        coding = response.headers.get("content-encoding", "").strip().lower()
        if coding not in CODINGS:
            raise SearchFailed(f"{host} answered in a coding that was not asked for.")
        inflate = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None
        body, received = bytearray(), 0
        async for part in response.aiter_raw():
            received += len(part)
            room = self._max_bytes - len(body)
            try:
                # One octet more than fits tells a full answer from one that is too long.
                body += inflate.decompress(part, room + 1) if inflate else part
            except zlib.error:
                raise SearchFailed(f"{host} answered with broken gzip data.") from None
            if max(received, len(body)) > self._max_bytes:
                raise SearchFailed(
                    f"The answer of {host} is longer than {self._max_bytes:,} bytes. "
                    "Ask for fewer results."
                )
        return bytes(body)


def _host(url: str) -> str:
    try:
        return Url.parse(url).host or "the search provider"
    except ValueError:
        return "the search provider"


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
