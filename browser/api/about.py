"""Who this is: for the person who opens the address, and for the owner of a site that was asked."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from browser import __version__


@dataclass(frozen=True)
class About:
    """What the service says of itself.

    Attributes:
        token: Product token in robots.txt.
        user_agent: The User-Agent field.
        contact: E-mail of the operator, possibly empty.
        rate: Requests a second to one host, in the long run.
        burst: Requests at once after a pause.
        provider: Of searches.
    """

    token: str
    user_agent: str
    contact: str
    rate: float
    burst: int
    provider: str


def router(about: About) -> APIRouter:
    """Public routes, without a credential."""
    routes = APIRouter(tags=["about"])

    @routes.get("/", operation_id="about", summary="What this service is")
    async def index() -> PlainTextResponse:
        """A few lines for whoever opens the address."""
        return PlainTextResponse(
            f"polite-browser {__version__}: a text browser for language models.\n\n"
            "commands      GET /v1/search /v1/click /v1/open_url /v1/scroll /v1/find /v1/back\n"
            "              /v1/quote /v1/sources\n"
            "description   GET /openapi.json\n"
            "site owners   GET /agent\n"
            f"searches      {about.provider}\n"
        )

    @routes.get("/agent", operation_id="agent", summary="For site owners")
    async def agent() -> PlainTextResponse:
        """Who asked for a page, and how to stop it."""
        contact = f"Contact: {about.contact}\n" if about.contact else ""
        return PlainTextResponse(
            "This browser opens a page when a language model that works for a person asks.\n"
            f"It calls itself: {about.user_agent}\n"
            f"It sends GET only, obeys robots.txt (token {about.token}) and Crawl-delay, asks\n"
            f"a host for {about.rate:g} pages a second at most after a burst of {about.burst},\n"
            "waits as long as Retry-After says, and fetches nothing but the page itself.\n\n"
            "To keep it out, put this into robots.txt; it takes effect within a day:\n\n"
            f"    User-agent: {about.token}\n    Disallow: /\n\n{contact}"
        )

    return routes
