"""A conversation as a whole: its transcript, a whole page of it, and forgetting it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from browser.api.access import Access, owner
from browser.api.bounds import FAR
from browser.api.problem import Problem
from browser.api.reply import transcript_json, whole_json
from browser.api.schema import Transcript, WholePage, response
from browser.api.session_path import Name, below, unknown
from browser.api.share import Shares
from browser.conversation import Conversations
from browser.errors import UsageError

NO_STORE = {"Cache-Control": "no-store"}


def router(conversations: Conversations, access: Access, shares: Shares) -> APIRouter:
    """Routes under ``/v1/sessions``."""
    routes = APIRouter(**below(access))

    @routes.get(
        "/{session}",
        operation_id="transcript",
        summary="Steps, sources and quotes of a conversation",
        responses={200: response(Transcript)},
    )
    async def transcript(request: Request, session: Name) -> JSONResponse:
        """What a conversation did, read and quoted, oldest first."""
        found = await conversations.find(owner(request), session)
        if found is None:
            raise unknown()
        running, address = conversations.running(found), shares.address(request, found)
        return JSONResponse(transcript_json(found, running, address), headers=NO_STORE)

    @routes.get(
        "/{session}/pages/{cursor}",
        operation_id="page",
        summary="A whole display",
        responses={200: response(WholePage)},
    )
    async def page(
        request: Request,
        session: Name,
        cursor: Annotated[int, Path(description="Number of the display.", ge=-FAR, le=FAR)],
    ) -> JSONResponse:
        """Every line of the page behind a display, folded or not, as it was when shown."""
        found = await conversations.find(owner(request), session)
        if found is None:
            raise unknown()
        displays = conversations.browser.displays
        try:
            shown = displays.at(found, cursor)
            whole = await displays.page(shown)
        except UsageError as error:
            raise Problem(404, "no such display", error.sentence) from error
        return JSONResponse(whole_json(found, shown, whole), headers=NO_STORE)

    @routes.delete(
        "/{session}",
        operation_id="forget",
        summary="Forget a conversation",
        status_code=204,
        responses={204: {"description": "Forgotten."}},
    )
    async def forget(request: Request, session: Name) -> Response:
        """Delete everything kept of a conversation."""
        if not await conversations.forget(owner(request), session):
            raise unknown()
        return Response(status_code=204, headers=NO_STORE)

    return routes
