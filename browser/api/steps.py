"""The steps of a conversation as they happen: ``GET /v1/sessions/{session}/steps``."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from browser.api.access import Access, owner
from browser.api.feed import STREAM, After, Feed, LastId, Place
from browser.api.problem import Problem
from browser.api.query import check_names
from browser.api.schema import PROBLEMS, problem
from browser.conversation import Conversations


def router(conversations: Conversations, access: Access) -> APIRouter:
    """One route."""
    missing = problem("No such conversation of this caller.")
    routes = APIRouter(
        prefix="/v1/sessions",
        dependencies=[Depends(access)],
        tags=["sessions"],
        responses={**PROBLEMS, 404: missing},
    )

    @routes.get(
        "/{session}/steps",
        operation_id="steps",
        summary="Steps of a conversation as server-sent events",
        response_class=Response,
        responses={200: STREAM},
    )
    async def steps(
        request: Request,
        session: Annotated[
            str, Path(description="The conversation, as replies name it.", max_length=200)
        ],
        after: After = None,
        last: LastId = None,
    ) -> Response:
        """All steps so far, then each as it begins, waits and ends."""
        check_names(request, {"after"})
        place = Place.asked(after, last)
        find = partial(conversations.find, owner(request), session)
        found = await find()
        if found is None:
            raise Problem(
                404,
                "no such conversation",
                "It never was, has expired, or belongs to another credential.",
            )
        return Feed(conversations.steps, found, find, place)

    return routes
