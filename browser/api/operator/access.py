"""Who may operate: one token of its own, asked for before anything else of a request is read.

A model's token is none here, and this one is none there. A page of another site cannot send it;
one that tries is told so all the same. No CORS: `server.cors_origins` names pages of chats.

Governing texts: RFC 6750 2.1, RFC 6585 4 (429), W3C Fetch Metadata. Left to taste: it has
the bounds of any credential, and so have all callers without it, together.
"""

from __future__ import annotations

import hmac
import re

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.access import digest
from browser.api.body import BoundedBody
from browser.api.paths import is_operator, is_stream
from browser.api.problem import Problem
from browser.api.quota import Allowance
from browser.model.clock import Clock

WHO = "X-Operator"
NOBODY = "operator"  # who gives no name
MAX_BODY = 16_384  # bytes

_NAME = re.compile(r"(?=.{1,80}\Z)[!-~](?:[ -~]*[!-~])?")


class OperatorAccess(SecurityBase):
    """Checks the operator's token. A security scheme of the OpenAPI document.

    Args:
        token: `server.operator_token`; empty when there is none.
    """

    def __init__(self, token: str) -> None:
        self.model = HTTPBearer(description="The operator's token: `server.operator_token`.")
        self.scheme_name = "operator"
        self._digest = digest(token) if token else ""

    async def __call__(self, request: Request) -> None:
        """Let the caller in; a FastAPI dependency of whole routers. Raises as `admit` does."""
        self.admit(request.headers)

    def admit(self, headers: Headers) -> None:
        """Check the credential in *headers*.

        Raises:
            Problem: 404 when there is no token, 401 when it is not sent, 403 to another site.
        """
        if not self._digest:
            raise Problem(
                404,
                "no operator token is set",
                "Set server.operator_token (BROWSER_SERVER__OPERATOR_TOKEN) to a secret of at "
                "least 16 characters, and start the service again.",
            )
        if any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
            raise Problem(403, "cross-site request", "Only this service's own page may operate it.")
        given = headers.getlist("authorization")
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        right = hmac.compare_digest(self._digest, digest(token.strip(" ")))
        if scheme.lower() != "bearer" or not right:
            raise Problem(
                401,
                "no valid operator credential",
                "Send the header Authorization: Bearer TOKEN with server.operator_token; a token "
                "of server.tokens is not valid here.",
                headers={"WWW-Authenticate": 'Bearer realm="operator"'},
            )


def who(headers: Headers) -> str:
    """The name that an operator gives, for the audit log.

    Raises:
        Problem: 422 when it is none.
    """
    given = headers.getlist(WHO)
    if not given:
        return NOBODY
    if len(given) > 1 or not _NAME.fullmatch(given[0]):
        raise Problem(
            422,
            "malformed parameters",
            f"{WHO} has to be one name of 1 to 80 characters of visible ASCII, with no space "
            "before and behind it.",
        )
    return given[0]


class OperatorDoor:
    """Middleware: what is under ``/operator/`` is for the operator, within bounds.

    Args:
        app: What is guarded.
        access: Knows the token.
        clock: Tells the time.
        allowance: How much the operator may ask.
        wrong: How much all who are not may ask together.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: OperatorAccess,
        clock: Clock,
        allowance: Allowance,
        wrong: Allowance,
    ) -> None:
        self._app = app
        self._bounded = BoundedBody(app, MAX_BODY)
        self._access = access
        self._clock = clock
        self._allowance = allowance
        self._wrong = wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401, 403, 404, 413 or 429."""
        if scope["type"] != "http" or not is_operator(scope["path"]):
            await self._app(scope, receive, send)
            return
        stream = is_stream(scope["method"], scope["path"])
        try:
            self._admit(Headers(scope=scope), stream=stream)
        except Problem as refusal:
            await refusal.response()(scope, receive, send)
            return
        try:
            await self._bounded(scope, receive, send)
        finally:
            self._allowance.leave(stream=stream)

    def _admit(self, headers: Headers, *, stream: bool) -> None:
        try:
            self._access.admit(headers)
        except Problem:
            wait = self._wrong.enter(self._clock.now())
            if wait:
                raise _too_many(wait) from None
            self._wrong.leave()
            raise
        wait = self._allowance.enter(self._clock.now(), stream=stream)
        if wait:
            raise _too_many(wait)


def _too_many(wait: int) -> Problem:
    return Problem(
        429,
        "too many requests",
        "server.rate, burst, concurrency and streams bound what the operator's credential may ask, "
        f"and what all without it may ask together. Ask again in {wait} s.",
        headers={"Retry-After": str(wait)},
    )
