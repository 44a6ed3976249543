"""``POST /v1/citations/resolve``: a model's answer with markers, turned into one with links."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from browser.api.access import Access, owner
from browser.api.problem import Problem
from browser.api.schema import PROBLEMS, ProblemInfo
from browser.conversation import Conversations
from browser.resolve import Style, resolve

MAX_TEXT = 200_000  # characters of an answer


class Answer(BaseModel):
    """A model's answer."""

    model_config = ConfigDict(extra="forbid")

    session: str = Field(description="The conversation it belongs to.", max_length=200)
    text: str = Field(description="The answer, with markers.", max_length=MAX_TEXT)
    style: Style = Field("markdown", description="What markers become.")
    partial: bool = Field(default=False, description="Whether the answer is still being written.")


class Annotation(BaseModel):
    """One resolved marker; offsets count Unicode code points of the returned text."""

    type: str
    start_index: int
    end_index: int
    url: str
    title: str
    cited_text: str
    cursor: int
    start_line: int | None
    end_line: int | None


class CitedSource(BaseModel):
    """A page that the answer rests on."""

    n: int
    url: str
    title: str
    domain: str
    source_url: str
    quotes: list[str]


class ResolvedInfo(BaseModel):
    """The answer with links."""

    text: str
    annotations: list[Annotation]
    sources: list[CitedSource]
    unresolved: list[dict[str, Any]] = Field(description="Markers that lead nowhere, and why.")
    holdback: int = Field(description="Characters held back: a marker may be unfinished.")


def router(conversations: Conversations, access: Access) -> APIRouter:
    """The resolver's route."""
    routes = APIRouter(
        prefix="/v1/citations",
        dependencies=[Depends(access)],
        tags=["citations"],
        responses={
            200: {"model": ResolvedInfo},
            **PROBLEMS,
            404: {"model": ProblemInfo, "description": "No such conversation of this caller."},
            413: {"model": ProblemInfo, "description": "A body that no answer needs."},
        },
    )

    @routes.post("/resolve", operation_id="resolve", summary="Turn citation markers into links")
    async def resolve_answer(request: Request, answer: Answer) -> JSONResponse:
        """Resolve every marker such as 【2†L14-L16】 against what this conversation was shown."""
        session = await conversations.find(owner(request), answer.session)
        if session is None:
            raise Problem(
                404,
                "no such conversation",
                "It never was, has expired, or belongs to another credential.",
            )
        done = await resolve(
            conversations.browser.displays,
            session,
            answer.text,
            answer.style,
            partial=answer.partial,
        )
        return JSONResponse(asdict(done), headers={"Cache-Control": "no-store"})

    return routes
