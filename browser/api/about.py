"""Who this is: for the person who opens the address, and for the owner of a site that was asked.

Each address has two forms, a page for people and plain text for everything else.

Governing texts: RFC 9110 12.5.1 (Accept). The form of the address ranges is that of the search
engines' range files. Left to taste: plain text unless a page is liked better, so that a program
which takes anything is not sent markup.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from browser import __version__
from browser.model.about import RANGES, About, Code, Notice, Place, Section, Terms
from browser.rules.web_bot_auth import DIRECTORY

WIDTH = 96  # characters of a line of plain text
INDENT = " " * 4
COLUMN = 31  # where the meaning of a term begins


@dataclass(frozen=True)
class Markup:
    """The form for people.

    Attributes:
        make: Makes the document, which is kept; templates take long for a start to wait for them.
        headers: Fields to send with it.
    """

    make: Callable[[], str]
    headers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def html(self) -> str:
        """The document."""
        return self.make()


@dataclass(frozen=True)
class Faces:
    """The documents for people, by address; plain text alone where there is none."""

    index: Markup | None = None
    agent: Markup | None = None


def router(about: About, notice: Notice, faces: Faces) -> APIRouter:
    """Public routes, without a credential.

    Args:
        about: What the service says of itself.
        notice: What owners of sites are told.
        faces: The same for people.
    """
    routes = APIRouter(tags=["about"])
    index_text, agent_text = _index(about), as_text(notice)
    forms = {200: {"content": {"text/plain": {}, "text/html": {}}, "description": "As wanted."}}

    @routes.get(
        "/",
        operation_id="about",
        summary="What this service is",
        response_class=PlainTextResponse,
        responses={200: forms[200]},
    )
    async def index(request: Request) -> Response:
        """The console for a person's web browser; a few lines of text for others."""
        return _chosen(request, index_text, faces.index)

    @routes.get(
        "/agent",
        operation_id="agent",
        summary="For site owners",
        response_class=PlainTextResponse,
        responses={200: forms[200]},
    )
    async def agent(request: Request) -> Response:
        """Who asked for a page, how to stop or slow it, and how to tell it from an impostor."""
        return _chosen(request, agent_text, faces.agent)

    @routes.get(
        RANGES, operation_id="egress_ranges", summary="Address ranges that requests come from"
    )
    async def egress_ranges() -> JSONResponse:
        """In the form of the search engines' range files, so that sites can verify a visitor."""
        kinds = {False: "ipv4Prefix", True: "ipv6Prefix"}
        prefixes = [{kinds[":" in prefix]: prefix} for prefix in about.prefixes]
        return JSONResponse({"creationTime": about.since, "prefixes": prefixes})

    return routes


def likes_html(accept: str) -> bool:
    """Whether the field Accept likes text/html better than text/plain (RFC 9110 12.5.1)."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        weights[kind] = weight
    others = weights.get("text/*", weights.get("*/*", 0.0))
    return weights.get("text/html", others) > weights.get("text/plain", others)


def _chosen(request: Request, text: str, markup: Markup | None) -> Response:
    vary = {"Vary": "Accept"}
    if markup and likes_html(", ".join(request.headers.getlist("accept"))):
        return HTMLResponse(markup.html, headers={**vary, **markup.headers})
    return PlainTextResponse(text, headers=vary)


def _index(about: About) -> str:
    return (
        f"polite-browser {__version__}: a text browser for language models.\n\n"
        "commands      GET /v1/search /v1/click /v1/open_url /v1/scroll /v1/find /v1/back\n"
        "              /v1/quote /v1/sources\n"
        "tools         GET /v1/tools, for a model that you call yourself\n"
        "mcp           /mcp, Streamable HTTP\n"
        "gpt-oss       /sse, the tool server of vLLM and SGLang\n"
        "open webui    /openwebui, an OpenAPI tool server, search engine and page loader\n"
        "plugin        GET /.well-known/ai-plugin.json\n"
        "description   GET /openapi.json\n"
        "site owners   GET /agent\n"
        f"addresses     GET {RANGES}\n"
        + (f"keys          GET {DIRECTORY}\n" if about.signs_as else "")
        + f"searches      {about.provider}\n"
        "console       the same address in a web browser\n"
    )


def as_text(notice: Notice) -> str:
    """A notice as plain text."""
    return "\n\n".join("\n".join(_lines(section)) for section in notice) + "\n"


def _lines(section: Section) -> Iterator[str]:
    if section.title:
        yield section.title
    indent = INDENT if section.title else ""
    for number, piece in enumerate(section.pieces):
        if number and (isinstance(piece, Code) or isinstance(section.pieces[number - 1], Code)):
            yield ""
        match piece:
            case str():
                yield from _wrapped(piece, indent, indent)
            case Code(text):
                yield from (INDENT + line for line in text.splitlines())
            case Place(what, address):
                yield f"{indent}{what}: {address}"
            case Terms(rows):
                yield ""
                for words, meaning in rows:
                    yield from _term(words, meaning)
                yield ""


def _term(words: str, meaning: str) -> Iterator[str]:
    column = " " * COLUMN
    first = f"{INDENT}  {words}"
    if len(first) < COLUMN:
        yield from _wrapped(meaning, first.ljust(COLUMN), column)
    else:
        yield first
        yield from _wrapped(meaning, column, column)


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
