"""Which pages of other sites may call: those of chats (`server.cors_origins`), and no operator's.

Governing text: WHATWG Fetch 3.2 (CORS). What is for operators answers as if there were none.
"""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from browser.api.paths import is_operator


class ChatsOnly(CORSMiddleware):
    """Middleware."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the fields of CORS where they may be."""
        if scope["type"] == "http" and is_operator(scope["path"]):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)
