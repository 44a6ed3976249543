"""Who this is: for the person who opens the address, and for the owner of a site that was asked."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

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
        hourly: Requests an hour.
        provider: Of searches.
        prefixes: Address ranges that requests come from.
        since: ISO time at which they were published, the start of the service.
    """

    token: str
    user_agent: str
    contact: str
    rate: float
    burst: int
    hourly: int
    provider: str
    prefixes: tuple[str, ...] = ()
    since: str = ""


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
            f"a host for {about.rate:g} pages a second at most after a burst of {about.burst}\n"
            f"and {about.hourly} an hour, obeys Retry-After for up to an hour at a time, and\n"
            "fetches nothing but robots.txt and the page itself.\n\n"
            "To keep it out, put this into robots.txt; it takes effect within a day of the\n"
            "file being read again:\n\n"
            f"    User-agent: {about.token}\n    Disallow: /\n\n{contact}"
        )

    @routes.get(
        "/.well-known/egress-ranges.json",
        operation_id="egress_ranges",
        summary="Address ranges that requests come from",
    )
    async def egress_ranges() -> JSONResponse:
        """In the form of the search engines' range files, so that sites can verify a visitor."""
        kinds = {False: "ipv4Prefix", True: "ipv6Prefix"}
        prefixes = [{kinds[":" in prefix]: prefix} for prefix in about.prefixes]
        return JSONResponse({"creationTime": about.since, "prefixes": prefixes})

    return routes
