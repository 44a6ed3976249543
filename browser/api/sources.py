"""What a conversation read and quoted, for those whom it is shown to: JSON and live steps.

The same address without ``.json`` is a page for people (`browser.pages.sources`).
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from browser.api.feed import STREAM, After, Feed, LastId, Place
from browser.api.problem import Problem
from browser.api.query import check_names
from browser.api.schema import PROBLEMS, SharedInfo, problem, response
from browser.api.share import Shares, plain
from browser.conversation import Conversations

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
Id = Annotated[str, Path(description="From `sources_url` of the transcript.", max_length=300)]


def router(conversations: Conversations, shares: Shares) -> APIRouter:
    """Routes under ``/sources``; who has the address needs no credential."""
    missing = problem("No such address, or no longer.")
    routes = APIRouter(
        prefix="/sources",
        tags=["sources"],
        responses={code: told for code, told in PROBLEMS.items() if code != 401} | {404: missing},
    )

    @routes.get(
        "/{id}.json",
        operation_id="shared",
        summary="What a shared conversation read and quoted",
        response_class=JSONResponse,
        responses={200: response(SharedInfo)},
    )
    async def shared(id: Id) -> Response:  # noqa: A002
        """Steps, sources and quotes, oldest first."""
        made = await shares.document(id, "json", plain)
        if made is None:
            raise _unknown()
        return Response(made.body, headers=HEADERS, media_type="application/json")

    @routes.get(
        "/{id}/steps",
        operation_id="shared_steps",
        summary="Steps of a shared conversation as server-sent events",
        response_class=Response,
        responses={200: STREAM},
    )
    async def steps(
        request: Request,
        id: Id,  # noqa: A002
        after: After = None,
        last: LastId = None,
    ) -> Response:
        """All steps so far, then each as it begins, waits and ends."""
        check_names(request, {"after"})
        place = Place.asked(after, last)
        found = await shares.find(id)
        if found is None:
            raise _unknown()
        return Feed(conversations.steps, found, partial(shares.find, id), place, shared=True)

    return routes


def _unknown() -> Problem:
    return Problem(
        404,
        "no such conversation",
        "The address is not complete, or the conversation has ended or was forgotten.",
    )
