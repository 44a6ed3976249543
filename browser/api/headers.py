"""What every response carries, whoever made it: an identifier, and what a web browser must not do.

Replies hold words of strangers. So no response may be sniffed into another type, framed, read by
another site's page, kept in a cache, or run anything; a page of our own that needs more says so in
a header of its own, and that one wins. A defect of ours ends here too: it is logged without its
words and answered as a problem.

Governing texts: RFC 9110 (HEAD is GET without the content), RFC 6797 (HSTS), W3C Content Security
Policy 3, WHATWG Fetch (nosniff, Cross-Origin-Resource-Policy). Left to taste: X-Request-Id, which
a caller may choose from a small alphabet.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.paths import is_call, is_stream
from browser.api.problem import defect
from browser.model.current import REQUEST
from browser.telemetry.log import log_defect

ID = "X-Request-Id"
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}

READY = "/readyz"  # whose 503 is an answer and no refusal
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """The outermost middleware.

    Args:
        app: What answers.
        secure: Whether callers reach the service over https (`server.public_url`).
        by_origin: Whether replies differ by the asking page's origin (`server.cors_origins`).
        failed: Told of every answer of 400 or more, by its status; not of a supervisor's question.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        secure: bool = False,
        by_origin: bool = False,
        failed: Sequence[Callable[[int], None]] = (),
    ) -> None:
        self._app = app
        self._headers = {**SAFE, **(TLS_ONLY if secure else {})}
        self._by_origin = by_origin
        self._failed = tuple(failed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _named(scope)
        failed = () if scope["path"] == READY else self._failed
        started = False

        async def complete(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add(MutableHeaders(scope=message), name)
                if message["status"] >= 400:
                    for tell in failed:
                        tell(message["status"])
            await send(message)

        current = REQUEST.set(name)
        try:
            await self._app(_as_get(scope), receive, complete)
        except Exception as error:  # noqa: BLE001 - a defect's words must reach no log
            log_defect(error)
            if not started:  # else the server hangs up on the half answer
                await defect()(scope, receive, complete)
        finally:
            REQUEST.reset(current)

    def _add(self, headers: MutableHeaders, name: str) -> None:
        for key, value in self._headers.items():
            headers.setdefault(key, value)
        if self._by_origin and "origin" not in headers.get("vary", "").lower():
            headers.add_vary_header("Origin")
        headers[ID] = name


def _named(scope: Scope) -> str:
    given = Headers(scope=scope).getlist(ID)
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return given[0]
    return secrets.token_hex(8)


def _as_get(scope: Scope) -> Scope:
    """HEAD as GET, whose content the server leaves out.

    Commands are not run for a look, and an answer without an end has no head alone.
    """
    path = scope["path"]
    if scope["method"] == "HEAD" and not is_call(path) and not is_stream("GET", path):
        return {**scope, "method": "GET"}
    return scope
