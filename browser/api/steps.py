"""The steps of a conversation as they happen: ``GET /v1/sessions/{session}/steps``."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from browser.api.access import Access, owner
from browser.api.feed import STREAM, After, Feed, LastId, Place
from browser.api.query import check_names
from browser.api.session_path import Name, below, unknown
from browser.conversation import Conversations


def router(conversations: Conversations, access: Access) -> APIRouter:
    """One route."""
    routes = APIRouter(**below(access))

    @routes.get(
        "/{session}/steps",
        operation_id="steps",
        summary="Steps of a conversation as server-sent events",
        response_class=Response,
        responses={200: STREAM},
    )
    async def steps(
        request: Request,
        session: Name,
        after: After = None,
        last: LastId = None,
    ) -> Response:
        """All steps so far, then each as it begins, waits and ends."""
        check_names(request, {"after"})
        place = Place.asked(after, last)
        find = partial(conversations.find, owner(request), session)
        found = await find()
        if found is None:
            raise unknown()
        return Feed(conversations.steps, found, find, place)

    return routes
