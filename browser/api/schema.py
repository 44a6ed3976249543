"""The shapes of replies, for the OpenAPI document. Replies themselves are built in `reply`."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.models import Schema
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from browser.api.problem import MEDIA_TYPE
from browser.model.reason import Reason

_SCHEMAS = "#/components/schemas/{model}"


class Shape(BaseModel):
    """Nothing is validated by it, so that it is made only for the document."""

    model_config = ConfigDict(defer_build=True)


class SignalsInfo(Shape):
    """What the publisher of a page asks."""

    obeyed: list[str] = Field(description="Signals that limit something here, as written.")
    reported: list[str] = Field(
        description="Flags to act on: no-train, no-search, noai, tdm-reserved, rsl, use=reference."
    )
    quote_max: int | None = Field(
        description="Characters of the page that one conversation may quote; null is no limit."
    )
    keep: bool = Field(description="Whether the page may be written to a cache or a disk.")
    license: str | None = Field(description="Address of the terms that the page names.")


class PageInfo(Shape):
    """What is known of the page behind a display."""

    kind: Literal["search", "page", "find"]
    url: str = Field(description="Final URL, after redirects; empty for search results.")
    title: str
    domain: str
    lines: tuple[int, int, int] = Field(
        description="First line shown, last line shown, last line of the page."
    )
    fetched_at: str
    digest: str = Field(description="SHA-256 of the document's bytes, after content decoding.")
    published: str | None
    author: str | None
    language: str | None
    media_type: str
    truncated: bool
    hidden_removed: int = Field(
        description="Characters of words left out because a person would not see them."
    )
    signals: SignalsInfo


class LinkInfo(Shape):
    """One numbered link of the window."""

    id: int
    text: str
    url: str
    domain: str


class QuoteInfo(Shape):
    """Exact words of a run of lines."""

    id: str
    cursor: int
    start: int
    end: int
    text: str
    citation: str = Field(description="The marker to put behind a claim.")
    url: str
    title: str
    domain: str
    fetched_at: str
    digest: str
    source_url: str = Field(description="URL with a text fragment that opens at the words.")
    truncated: bool


class FailureInfo(Shape):
    """Why a command failed."""

    code: Reason
    message: str = Field(description="For the model: what happened and what to do next.")
    url: str | None
    rule: str | None = Field(description="The site's or operator's rule that was obeyed.")
    retry_after: int | None = Field(description="Seconds until a retry makes sense.")
    status: int | None = Field(description="HTTP status the origin sent.")


class PolitenessInfo(Shape):
    """How gently a fetch went."""

    robots: str
    rule: str | None
    waited_ms: int
    cache: Literal["miss", "hit", "revalidated", "stale", "none"]


class ReplyInfo(Shape):
    """The reply to every command, also to one that failed."""

    session: str
    command: str
    ok: bool
    cursor: int | None
    text: str = Field(description="The display, exactly as the model is to read it.")
    page: PageInfo | None
    links: list[LinkInfo] = Field(
        description="Those in the window. A reply stays under 90,000 characters of ASCII JSON: the "
        "longest links are left out first."
    )
    links_left_out: int | None = Field(
        default=None,
        description="How many links of the window are not in `links`, where there are any; "
        "`click` opens them by their number all the same.",
    )
    quote: QuoteInfo | None
    failure: FailureInfo | None
    politeness: PolitenessInfo


class LineInfo(Shape):
    """One numbered line."""

    n: int
    text: str
    role: str
    main: bool


class WholePage(Shape):
    """Every line of a page, folded or not."""

    session: str
    cursor: int
    text: str = Field(description="The display, exactly as the model read it.")
    page: PageInfo
    lines: list[LineInfo]
    links: list[LinkInfo]


class StepInfo(Shape):
    """One command and its outcome."""

    n: int
    command: str
    args: dict[str, Any]
    status: Literal["running", "finished", "failed"]
    at: str
    cursor: int | None
    url: str | None
    title: str | None
    failure: FailureInfo | None
    politeness: PolitenessInfo | None
    took_ms: int
    note: str | None = Field(
        default=None, description="What a running step waits for; only while it runs."
    )


class SourceInfo(Shape):
    """A page that was read."""

    n: int
    url: str
    title: str
    domain: str
    fetched_at: str
    cursors: list[int]
    quotes: list[str]


class SharedInfo(Shape):
    """What a conversation did, read and quoted, as those see it whom it is shown to."""

    steps: list[StepInfo]
    sources: list[SourceInfo]
    quotes: list[QuoteInfo]


class Transcript(SharedInfo):
    """What a conversation did, read and quoted."""

    session: str
    sources_url: str | None = Field(
        description="Absolute URL of a page that shows this to whoever knows it. Null until the "
        "next command in a conversation that an older version began."
    )


class Readiness(Shape):
    """Whether commands can be served."""

    ready: bool
    checks: dict[str, str] = Field(description="By part: `ready`, or why it is not.")


class ProblemInfo(Shape):
    """A mistake of the caller (RFC 9457)."""

    type: str
    status: int
    title: str
    detail: str
    request_id: str = Field(description="The X-Request-Id of this response, as the log has it.")


_shapes: dict[str, type[Shape]] = {}  # by name, those that a response has


def response(
    shape: type[Shape], says: str = "Successful Response", media_type: str = "application/json"
) -> dict[str, Any]:
    """A response for ``responses`` of a route.

    FastAPI's own ``model`` makes a validator for each response of each route at the start: 0.15 s.
    """
    _shapes[shape.__name__] = shape
    told = {"schema": {"$ref": _SCHEMAS.format(model=shape.__name__)}}
    return {"description": says, "content": {media_type: told}}


def problem(says: str) -> dict[str, Any]:
    """A response that is a problem."""
    return response(ProblemInfo, says, MEDIA_TYPE)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: problem("Not one Host field, or an unusable session name."),
    401: problem("No valid bearer token."),
    403: problem("Another site's page asked a service without tokens."),
    421: problem("A name that this service does not answer to."),
    422: problem("Malformed parameters."),
    429: problem("More than one credential may ask; Retry-After says when to ask again."),
    431: problem("A URL and header fields of more than 64 KiB."),
    503: problem("The store cannot be reached; Retry-After says when to ask again."),
}


def describe(app: FastAPI) -> None:
    """Let the OpenAPI document of *app* have the shapes that its responses name."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        document["components"]["schemas"] = dict(sorted((schemas | _definitions()).items()))
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


@cache
def _definitions() -> dict[str, Any]:
    made = models_json_schema(
        [(shape, "serialization") for shape in _shapes.values()], ref_template=_SCHEMAS
    )[1]["$defs"]
    return {  # in the form that FastAPI gives its own
        name: Schema.model_validate(each).model_dump(mode="json", by_alias=True, exclude_none=True)
        for name, each in made.items()
    }
