"""A credential for callers that send none: ``/key/TOKEN/sse`` is ``/sse`` with that token.

A model server is told a host and a path and makes the address of it; it has no place for a header
field. So the first part of the path may carry the token. It is taken out and put where every
guard looks for it, before any guard looks, and neither it nor the path it stood in reaches a log.

Left to taste: the token of the path counts, not one in a header, which a model server forwards
from whoever asks it.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

STREAM, MESSAGES = PATHS = "/sse", "/messages/"  # what a model server asks for

_KEYED = re.compile(rf"(?P<prefix>/key/(?P<token>[!-~]+))(?P<path>{'|'.join(PATHS)})")


class KeyInPath:
    """The outermost middleware.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = _KEYED.fullmatch(scope["path"]) if scope["type"] == "http" else None
        await self._app(_moved(scope, found) if found else scope, receive, send)


def _moved(scope: Scope, found: re.Match[str]) -> Scope:
    headers = [field for field in scope["headers"] if field[0].lower() != b"authorization"]
    return {
        **scope,
        "path": found["path"],
        "raw_path": found["path"].encode(),
        "root_path": scope.get("root_path", "") + found["prefix"],  # messages go back that way
        "headers": [*headers, (b"authorization", b"Bearer " + found["token"].encode())],
    }
