"""The shapes of replies, for the OpenAPI document. Replies themselves are built in `reply`."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from browser.api.problem import MEDIA_TYPE
from browser.model.reason import Reason

FAR = 10**9  # larger numbers name no line, link or display; replies need not repeat them


class SignalsInfo(BaseModel):
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


class PageInfo(BaseModel):
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


class LinkInfo(BaseModel):
    """One numbered link of the window."""

    id: int
    text: str
    url: str
    domain: str


class QuoteInfo(BaseModel):
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


class FailureInfo(BaseModel):
    """Why a command failed."""

    code: Reason
    message: str = Field(description="For the model: what happened and what to do next.")
    url: str | None
    rule: str | None = Field(description="The site's or operator's rule that was obeyed.")
    retry_after: int | None = Field(description="Seconds until a retry makes sense.")
    status: int | None = Field(description="HTTP status the origin sent.")


class PolitenessInfo(BaseModel):
    """How gently a fetch went."""

    robots: str
    rule: str | None
    waited_ms: int
    cache: Literal["miss", "hit", "revalidated", "stale", "none"]


class ReplyInfo(BaseModel):
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


class LineInfo(BaseModel):
    """One numbered line."""

    n: int
    text: str
    role: str
    main: bool


class WholePage(BaseModel):
    """Every line of a page, folded or not."""

    session: str
    cursor: int
    text: str = Field(description="The display, exactly as the model read it.")
    page: PageInfo
    lines: list[LineInfo]
    links: list[LinkInfo]


class StepInfo(BaseModel):
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


class SourceInfo(BaseModel):
    """A page that was read."""

    n: int
    url: str
    title: str
    domain: str
    fetched_at: str
    cursors: list[int]
    quotes: list[str]


class SharedInfo(BaseModel):
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


class Readiness(BaseModel):
    """Whether commands can be served."""

    ready: bool
    checks: dict[str, str] = Field(description="By part: `ready`, or why it is not.")


class ProblemInfo(BaseModel):
    """A mistake of the caller (RFC 9457)."""

    type: str
    status: int
    title: str
    detail: str
    request_id: str = Field(description="The X-Request-Id of this response, as the log has it.")


def _problems(told: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemInfo, "description": text} for status, text in told.items()}


PROBLEMS = _problems(
    {
        400: "Not one Host field, or an unusable session name.",
        401: "No valid bearer token.",
        403: "Another site's page asked a service without tokens.",
        421: "A name that this service does not answer to.",
        422: "Malformed parameters.",
        429: "More than one credential may ask; Retry-After says when to ask again.",
        431: "A URL and header fields of more than 64 KiB.",
        503: "The store cannot be reached; Retry-After says when to ask again.",
    }
)


def describe_problems(app: FastAPI) -> None:
    """Let the OpenAPI document of *app* name the media type of problems, which FastAPI cannot."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        operations = [each for path in document["paths"].values() for each in path.values()]
        for operation in operations:
            for response in operation["responses"].values():
                for kind, told in list(response.get("content", {}).items()):
                    if told.get("schema", {}).get("$ref", "").endswith("/ProblemInfo"):
                        response["content"][MEDIA_TYPE] = response["content"].pop(kind)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents
