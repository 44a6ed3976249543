"""``POST /v1/citations/resolve``: a model's answer with markers, turned into one with links."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from browser.api.access import Access, owner
from browser.api.problem import Problem
from browser.api.schema import PROBLEMS, Shape, problem, response
from browser.conversation import Conversations
from browser.model.reason import Reason
from browser.resolve import Style, resolve
from browser.targets import Fault

MAX_TEXT = 200_000  # characters of an answer


class Answer(BaseModel):
    """A model's answer."""

    model_config = ConfigDict(extra="forbid")

    session: str = Field(description="The conversation it belongs to.", max_length=200)
    text: str = Field(
        description="The answer, with markers; while it is being written, from its beginning.",
        max_length=MAX_TEXT,
    )
    style: Style = Field(
        "markdown",
        description="What markers become: `[host](source_url)`, `[n]`, or what they are. In "
        "Markdown, markers in code stay.",
    )
    partial: bool = Field(
        default=False,
        description="Whether the answer is still being written: what may yet change is held back, "
        "so that the returned text only ever grows.",
    )
    verify: bool = Field(
        default=False,
        description="Whether to compare quoted phrases with the lines that their sentence cites, "
        "word by word, without regard to case, accents, punctuation and white space. Read as "
        'quoted: "…" “…” ‘…’ „…“ ‚…‘ «…» »…« ‹…› ›…‹ 「…」 『…』 ｢…｣ and 《…》, of which the last, '
        "as a title, may stand anywhere on a cited page; not '…'. The citation may stand in the "
        "sentence, right behind it, or alone in the next paragraph. `…` and [words] in a quote "
        "stand for what was left out. Single words are not compared.",
    )


class Annotation(Shape):
    """One resolved marker; offsets count Unicode code points of the returned text."""

    type: Literal["url_citation"]
    start_index: int
    end_index: int
    url: str
    title: str
    source_url: str = Field(description="URL that opens at the very words of this citation.")
    cited_text: str
    cursor: int
    start_line: int | None
    end_line: int | None


class CitedSource(Shape):
    """A page that the answer rests on."""

    n: int
    url: str
    title: str
    domain: str
    source_url: str = Field(description="That of its first citation.")
    quotes: list[str]


class Unresolved(Shape):
    """A marker that leads nowhere."""

    marker: str
    reason: Reason


class Found(Shape):
    """Where a misquoted phrase does stand."""

    cursor: int
    start_line: int
    end_line: int
    citation: str = Field(description="The marker that would be right.")


class Misquoted(Shape):
    """A quoted phrase that is not in the lines its sentence cites."""

    text: str = Field(description="The phrase, as it stands in the returned text.")
    start_index: int
    end_index: int
    markers: list[str] = Field(description="The citations of its sentence.")
    reason: Fault = Field(
        description="`elsewhere_on_page`: `found` says where. `not_on_page`: nowhere on a cited "
        "page. `not_in_cited_lines`: nor is the rest known, as of a search result or a page "
        "that was cut."
    )
    found: Found | None


class ResolvedInfo(Shape):
    """The answer with links."""

    text: str
    annotations: list[Annotation]
    sources: list[CitedSource]
    unresolved: list[Unresolved] = Field(description="Markers that lead nowhere, and why.")
    misquoted: list[Misquoted] = Field(description="Empty unless `verify` was asked for.")
    holdback: int = Field(
        description="Characters (code points) at the end of the answer that are held back: a "
        "marker may be unfinished there."
    )


def router(conversations: Conversations, access: Access) -> APIRouter:
    """The resolver's route."""
    routes = APIRouter(
        prefix="/v1/citations",
        dependencies=[Depends(access)],
        tags=["citations"],
        responses={
            200: response(ResolvedInfo),
            **PROBLEMS,
            404: problem("No such conversation of this caller."),
            413: problem("A body that no answer needs."),
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
            verify=answer.verify,
        )
        return JSONResponse(asdict(done), headers={"Cache-Control": "no-store"})

    return routes
