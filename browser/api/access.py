"""Who is calling, and in which conversation.

Tokens are compared by digest, in constant time, over all of them, so that two may be valid
while one replaces the other. A session's name is no right: it is looked up under the digest of
the credential that came with the request.

Governing text: RFC 6750 2.1; of two Authorization fields none counts (RFC 9110 5.3).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.datastructures import Headers

from browser.api.problem import Problem

SESSION_HEADERS = (
    "openai-conversation-id",
    "x-conversation-id",
    "x-openwebui-chat-id",
    "x-session-id",
)
_SESSION = re.compile(r"[!-.0-~]{1,200}")  # visible ASCII without the slash
# For the OpenAPI document only: a session in a header is judged by the same rule.
SESSION_SCHEMA: dict[str, Any] = {"pattern": f"^{_SESSION.pattern}$"}


def digest(token: str) -> str:
    """What stands for a credential: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


class Access(SecurityBase):
    """Checks bearer tokens (RFC 6750 2.1). A security scheme of the OpenAPI document.

    Args:
        tokens: Valid ones; none means open, which settings allow on loopback only.
        name: Of the scheme.
        description: Of the scheme.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        name: str = "token",
        description: str = "One of the operator's tokens; none on loopback.",
    ) -> None:
        self.model = HTTPBearer(description=description)
        self.scheme_name = name
        self._digests = tuple(digest(token) for token in tokens)

    async def __call__(self, request: Request) -> None:
        """Let the caller in and note who it is in ``request.state.owner``.

        A FastAPI dependency of whole routers.

        Raises:
            Problem: 401 without a valid token.
        """
        request.state.owner = self.admit(request.headers)

    def admit(self, headers: Headers) -> str:
        """Digest of the valid token in *headers*; empty for an open service.

        Raises:
            Problem: 401 without a valid token.
        """
        if not self._digests:
            return ""
        given = headers.getlist("authorization")
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        found = ""
        mine = digest(token.strip(" "))
        for known in self._digests:
            if hmac.compare_digest(known, mine):
                found = known
        if scheme.lower() != "bearer" or not found:
            raise Problem(
                401,
                "no valid credential",
                "Send the header Authorization: Bearer TOKEN with a token of this service.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return found


def owner(request: Request) -> str:
    """Digest of the caller's credential; empty for an open service on loopback."""
    found: str = request.state.owner
    return found


def session_name(request: Request, parameter: str | None) -> str | None:
    """The conversation's name: the first header that is filled in, then the parameter.

    A header whose value was left empty, or is still the template of one (``{{CHAT_ID}}``), is as
    good as absent: taken at its word it would be one conversation for all chats.

    Raises:
        Problem: 400 when it is not a usable name.
    """
    given = (request.headers.get(key, "") for key in SESSION_HEADERS)
    name = next((value for value in given if value.strip() and "{{" not in value), parameter)
    return name if name is None else check_session(name)


def check_session(name: str) -> str:
    """*name*, when a conversation may be called that.

    Raises:
        Problem: 400 when it may not.
    """
    if not _SESSION.fullmatch(name):
        raise Problem(
            400,
            "unusable session name",
            "A session name has 1 to 200 visible ASCII characters and no slash.",
        )
    return name
