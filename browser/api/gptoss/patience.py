"""Model servers take no "later" for an answer: a short wait is waited out for them.

The client of MCP that they have stops sending at the first message that is refused, and the call
that was in it is never answered. So who asks a little too fast is made to wait here; who goes on
asking too fast is refused in the end, as everybody is.

Left to taste: the patience, which is less than that client's own, of five seconds.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from browser.api.gptoss.key import PATHS
from browser.model.clock import Clock

PATIENCE = 3  # seconds that a request may wait


class Patience:
    """Middleware around the quota.

    Args:
        app: What answers.
        clock: Waits.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self._app(scope, receive, send)
            return
        left = PATIENCE
        while wait := await self._asked(left, scope, receive, send):
            left -= wait
            await self._clock.sleep(wait)

    async def _asked(self, left: int, scope: Scope, receive: Receive, send: Send) -> int:
        """Ask once; the seconds to wait when that was in vain, 0 when it is answered."""
        wait = 0

        async def held(message: Message) -> None:
            nonlocal wait
            if message["type"] == "http.response.start" and message["status"] == 429:
                after = Headers(raw=message["headers"]).get("retry-after", "")
                wait = int(after) if after.isdecimal() and int(after) <= left else 0
            if not wait:
                await send(message)

        await self._app(scope, receive, held)
        return wait
