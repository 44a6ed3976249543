"""How long the body of a request may be, whatever route it is for and however it comes.

A length that is declared is judged before a byte is read; one that is not is counted as it comes.
A route that takes no body reads none.

Governing text: RFC 9110 15.5.14 (413). Left to taste: one bound for all routes.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.problem import Problem

# Bytes: the longest answer that citations are resolved in, each character of it written as two
# escapes of six bytes, and room for the rest.
MAX_BODY = 2_500_000


class BoundedBody:
    """Middleware.

    Args:
        app: What is guarded.
        most: Bytes of a body.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._most:
            refusal = Problem(413, "body too large", f"A body has at most {self._most} bytes.")
            await refusal.response()(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413)  # of all errors the one that FastAPI hands on from here
            return message

        await self._app(scope, counted, send)
