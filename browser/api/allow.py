"""``GET /v1/allow``: the orchestrator hands over the addresses of the user's own message.

With ``session.open = "seen"`` a model may open what it was shown, and nothing that it puts
together itself. A user who writes an address means it to be opened, and only the orchestrator
knows who wrote what. So this is no command of the model: it is tagged ``orchestrator``, for lists
of tools to leave out, and does not count as one. GET like everything that a chat may call without
asking its user.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from browser.api.access import SESSION_SCHEMA, Access, owner, session_name
from browser.api.bounds import MAX_URL
from browser.api.problem import Problem
from browser.api.query import check_names
from browser.api.schema import PROBLEMS, Shape, response
from browser.conversation import Conversations
from browser.model.reason import Reason
from browser.rules.ledger import MAX_AT_ONCE
from browser.rules.mentions import MAX_TEXT

Address = Annotated[str, Field(max_length=MAX_URL)]


class RefusedInfo(Shape):
    """An address that was not registered."""

    url: str = Field(description="As it was written.")
    reason: Reason = Field(description="`session_full` when there are too many.")


class AllowInfo(Shape):
    """What was registered."""

    session: str
    allowed: list[str] = Field(description="What may be opened now, without fragments.")
    refused: list[RefusedInfo]


def router(conversations: Conversations, access: Access) -> APIRouter:
    """The registration."""
    routes = APIRouter(prefix="/v1", dependencies=[Depends(access)], tags=["orchestrator"])

    @routes.get(
        "/allow",
        operation_id="allow",
        summary="Let the model open what its user wrote",
        responses={200: response(AllowInfo, "What was registered."), **PROBLEMS},
    )
    async def allow(
        request: Request,
        text: Annotated[
            str, Query(description="A message of the user, as written.", max_length=MAX_TEXT)
        ] = "",
        url: Annotated[
            list[Address],
            Query(description="An address alone; may be repeated.", max_length=MAX_AT_ONCE),
        ] = [],  # noqa: B006 - FastAPI copies defaults
        session: Annotated[
            str | None,
            Query(description="Conversation, as for commands.", json_schema_extra=SESSION_SCHEMA),
        ] = None,
    ) -> JSONResponse:
        """Register the addresses of a message; those of earlier messages stay registered."""
        check_names(request, {"text", "url", "session"}, many={"url"})
        if not (text or url):
            raise Problem(
                422, "malformed parameters", "/v1/allow takes text or url, or both, and session."
            )
        name, done = await conversations.allow(
            owner(request), session_name(request, session), text, url
        )
        reply = {
            "session": name,
            "allowed": list(done.allowed),
            "refused": [{"url": written, "reason": reason} for written, reason in done.refused],
        }
        return JSONResponse(reply, headers={"Cache-Control": "no-store"})

    return routes
