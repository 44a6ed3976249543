"""Under which name, and from whose page, a request may come.

A web browser will ask any address that a page names. So a page elsewhere can point a name of its
own at this service (DNS rebinding), or ask it across sites. `OurNames` answers under known names
only. Without tokens nothing else tells a person's own call from a stranger's page, so `LocalOnly`
also refuses pages of other sites. With tokens a page would have to know one, and cannot send it
unless `server.cors_origins` names the page: the token decides.

Governing texts: RFC 9110 7.4 (421) and 10.1.3 (Referer), RFC 9112 3.2 (one Host field), W3C Fetch
Metadata, RFC 6454. Left to taste: pages of this very machine may call an open service; a Referer
is judged only where neither Origin nor Sec-Fetch-Site tells who asks, as with a picture's address
in an older web browser.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.paths import is_call
from browser.api.problem import Problem
from browser.model.url import DEFAULT_PORTS, Url


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is called *host*."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class OurNames:
    """Middleware: one Host field, and one that is ours.

    Args:
        app: What is guarded.
        allowed: Names of the service: a host, ``*.example.org`` for those below it, or ``*``. With
            none of them any name will do when *bound* is empty, and else only local ones.
        bound: That the service is bound to, when it has no tokens.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str] = (), bound: str = "") -> None:
        self._app = app
        names = [name.strip("[]").lower() for name in allowed]
        self._names = frozenset(names)
        self._tails = tuple(name[1:] for name in names if name.startswith("*."))
        self._bound = bound.strip("[]").lower()
        self._any = "*" in names or not (names or bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 400 or 421."""
        if scope["type"] == "http":
            try:
                self._judge(scope)
            except Problem as refusal:
                await refusal.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _judge(self, scope: Scope) -> None:
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1:
            if not hosts and scope["http_version"] == "1.0":
                return
            raise Problem(400, "not one host", "Send exactly one Host field (RFC 9112 3.2).")
        if not self._is_ours(host_of(hosts[0])):
            raise Problem(
                421,
                "misdirected request",
                "This service does not answer to that name. The operator can add it to "
                "server.allowed_hosts."
                if self._names
                else "This service has no token and answers to local names only. "
                "Call it as 127.0.0.1, or set server.tokens or server.allowed_hosts.",
            )

    def _is_ours(self, name: str) -> bool:
        if self._any or name in self._names:
            return True
        if self._names:
            return name.endswith(self._tails)
        return name in ("", self._bound) or is_loopback(name)


class LocalOnly:
    """Middleware of a service without tokens: no other site's page may use it.

    Args:
        app: What is guarded.
        origins: Of other sites' pages that may.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 403."""
        if scope["type"] == "http" and is_call(scope["path"]):
            headers = Headers(scope=scope)
            if self._is_foreign(headers):
                refusal = Problem(
                    403,
                    "cross-site request",
                    "Another site's page asked. Set server.tokens, or name it in "
                    "server.cors_origins.",
                )
                await refusal.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_foreign(self, headers: Headers) -> bool:
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        if not origins and not sites:
            origins = [_origin_of(referer) for referer in headers.getlist("referer")]
        if origins and all(origin in self._origins for origin in origins):
            return False
        # Web browsers that send no Sec-Fetch-Site still name the page's origin with a POST.
        return "cross-site" in sites or not all(map(_is_local, origins))


def host_of(authority: str) -> str:
    """The host of ``host:port``, in lower case, without brackets and a final dot."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower().removesuffix(".")


def _is_local(origin: str) -> bool:
    # An origin that is not written as web browsers write it is read differently elsewhere.
    return origin == _origin_of(origin) and is_loopback(host_of(origin.partition("://")[2]))


def _origin_of(address: str) -> str:
    """The origin (RFC 6454 6.2) of a page's address; ``null`` when it is none of the web."""
    try:
        url = Url.parse(address)
    except ValueError:
        return "null"
    return str(url.authority) if url.scheme in DEFAULT_PORTS else "null"
