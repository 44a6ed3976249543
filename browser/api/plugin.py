"""The commands of the plugin contract: ``GET /v1/{command}``.

GET, because chats ask their user to confirm every POST. A command that fails for a reason of
the web, of a policy, or of the model's input answers 200 with ``ok: false``; only the caller's
own mistakes are 4xx (`browser.api.problem`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from browser.api.access import SESSION_SCHEMA, Access, owner, session_name
from browser.api.bounds import (
    FAR,
    MAX_DAYS,
    MAX_PATTERN,
    MAX_QUERY,
    MAX_RESULTS,
    MAX_SITE,
    MAX_URL,
    RESULTS,
)
from browser.api.presence import while_present
from browser.api.problem import Problem
from browser.api.query import check_names
from browser.api.reply import reply_json
from browser.api.schema import PROBLEMS, ReplyInfo, response
from browser.conversation import Conversations

# What ChatGPT sends along, beside the conversation of `browser.api.access.SESSION_HEADERS`. They
# tell of a person and where they are, and nothing here reads them.
SENT = ("OpenAI-Ephemeral-User-Id", "OpenAI-Subdivision-1-ISO-Code", "OpenAI-GPT-Id")
NO_STORE = {"Cache-Control": "no-store"}
GONE = 499  # for a caller who hung up; nobody reads it
Session = Annotated[
    str | None,
    Query(
        description="Conversation; headers such as x-conversation-id win. Left out: a new one.",
        json_schema_extra=SESSION_SCHEMA,
    ),
]
Cursor = Annotated[
    int | None,
    Query(description="Number of the display meant; left out, the newest.", ge=-FAR, le=FAR),
]


def router(conversations: Conversations, access: Access) -> APIRouter:
    """The eight commands."""
    routes = APIRouter(
        prefix="/v1",
        dependencies=[Depends(access)],
        tags=["commands"],
        responses={200: response(ReplyInfo, "The command's reply."), **PROBLEMS},
    )

    async def run(request: Request, session: str | None, command: str, **args: Any) -> Response:
        check_names(request, {*args, "session"})
        name = session_name(request, session)
        work = conversations.run(owner(request), name, command, args)
        reply = await while_present(request, work)
        if reply is None:
            return Response(status_code=GONE)
        return JSONResponse(reply_json(reply), headers=NO_STORE)

    @routes.get("/search", operation_id="search", summary="Search the web")
    async def search(
        request: Request,
        query: Annotated[str, Query(description="What to look for.", max_length=MAX_QUERY)],
        recency_days: Annotated[
            int | None, Query(description="Only results of the last days.", ge=1, le=MAX_DAYS)
        ] = None,
        topn: Annotated[
            int, Query(description="How many results.", ge=1, le=MAX_RESULTS)
        ] = RESULTS,
        site: Annotated[
            str | None, Query(description="Only this host and its subdomains.", max_length=MAX_SITE)
        ] = None,
        session: Session = None,
    ) -> Response:
        """Show search results as numbered lines with numbered links."""
        return await run(
            request, session, "search",
            query=query, recency_days=recency_days, topn=topn, site=site,
        )  # fmt: skip

    @routes.get("/click", operation_id="click", summary="Follow a numbered link")
    async def click(
        request: Request,
        id: Annotated[  # noqa: A002
            int, Query(description="Link number, as in 【3†text】.", ge=-FAR, le=FAR)
        ],
        cursor: Cursor = None,
        session: Session = None,
    ) -> Response:
        """Open the page that a link of a display leads to."""
        return await run(request, session, "click", id=id, cursor=cursor)

    @routes.get("/open_url", operation_id="open_url", summary="Open a URL")
    async def open_url(
        request: Request,
        url: Annotated[str, Query(description="Absolute http or https URL.", max_length=MAX_URL)],
        session: Session = None,
    ) -> Response:
        """Open a page by its address."""
        return await run(request, session, "open_url", url=url)

    @routes.get("/scroll", operation_id="scroll", summary="Show another part of the page")
    async def scroll(
        request: Request,
        amount: Annotated[
            int | None,
            Query(description="Lines to move; negative moves up.", ge=-FAR, le=FAR),
        ] = None,
        line: Annotated[
            int | None, Query(description="Line to show first.", ge=-FAR, le=FAR)
        ] = None,
        cursor: Cursor = None,
        session: Session = None,
    ) -> Response:
        """Move the window by lines, or to a line; with neither, go on where the window ends."""
        if amount is not None and line is not None:
            raise Problem(422, "malformed parameters", "Give amount or line, not both.")
        return await run(request, session, "scroll", amount=amount, line=line, cursor=cursor)

    @routes.get("/find", operation_id="find", summary="Find text on the page")
    async def find(
        request: Request,
        pattern: Annotated[
            str,
            Query(
                description="Literal text; upper and lower case are one.", max_length=MAX_PATTERN
            ),
        ],
        cursor: Cursor = None,
        session: Session = None,
    ) -> Response:
        """Show every place where a text stands, with the page's line numbers."""
        return await run(request, session, "find", pattern=pattern, cursor=cursor)

    @routes.get("/back", operation_id="back", summary="Go back to the page before")
    async def back(request: Request, session: Session = None) -> Response:
        """Show the page that was open before this one."""
        return await run(request, session, "back")

    @routes.get("/quote", operation_id="quote", summary="Quote lines")
    async def quote(
        request: Request,
        start: Annotated[int, Query(description="First line.", ge=-FAR, le=FAR)],
        end: Annotated[int, Query(description="Last line, inclusive.", ge=-FAR, le=FAR)],
        cursor: Cursor = None,
        session: Session = None,
    ) -> Response:
        """Keep the exact words of lines, with a citation and a link that opens at them."""
        return await run(request, session, "quote", start=start, end=end, cursor=cursor)

    @routes.get("/sources", operation_id="sources", summary="List what was read and quoted")
    async def sources(request: Request, session: Session = None) -> Response:
        """List the pages this conversation has read."""
        return await run(request, session, "sources")

    return routes
