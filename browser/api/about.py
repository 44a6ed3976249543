"""Who this is: for the person who opens the address, and for the owner of a site that was asked.

Governing texts: none; a site owner wants to know who asked, how to stop or slow it, what of the
site's wishes is heeded, and how to tell the real one from somebody who borrows its name. The form
of the address ranges is that of the search engines' range files.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from browser import __version__
from browser.model.signals import Mode
from browser.rules.web_bot_auth import DIRECTORY

RANGES = "/.well-known/egress-ranges.json"

_HEEDED: dict[Mode, str] = {
    "default": """\
      nosnippet, max-snippet   nothing, or not more than that, is quoted
      data-nosnippet           those parts of a page are not quoted
      noarchive, nocache       the page is written to no disk
      Content-Signal           ai-input=no: the page is not opened
    Further reservations (noai, TDMRep, RSL, AIPREF) are passed on with the page.
""",
    "strict": """\
      nosnippet, max-snippet   nothing, or not more than that, is shown or quoted
      data-nosnippet           those parts of a page are not quoted
      noarchive                the page is not shown
      Content-Signal           ai-input=no: the page is not opened
      noai, TDMRep             the page is not quoted
      RSL                      a site with a licence is not opened
""",
    "off": """\
    The operator of this service has turned them off; they are passed on with the page.
""",
}


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
        crawl_delay_cap: Seconds of Crawl-delay that are obeyed at most.
        also_obey: Further tokens of robots.txt that are obeyed.
        signals: How publishers' signals are heeded: ``default``, ``strict`` or ``off``.
        public_url: Address under which others reach the service, possibly empty.
        signs_as: Origin at which the keys of signed requests are published; empty when none is.
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
    crawl_delay_cap: float = 300
    also_obey: tuple[str, ...] = ()
    signals: Mode = "default"
    public_url: str = ""
    signs_as: str = ""


def router(about: About) -> APIRouter:
    """Public routes, without a credential."""
    routes = APIRouter(tags=["about"])
    for_owners = _for_owners(about)

    @routes.get(
        "/",
        operation_id="about",
        summary="What this service is",
        response_class=PlainTextResponse,
    )
    async def index() -> PlainTextResponse:
        """A few lines for whoever opens the address."""
        return PlainTextResponse(
            f"polite-browser {__version__}: a text browser for language models.\n\n"
            "commands      GET /v1/search /v1/click /v1/open_url /v1/scroll /v1/find /v1/back\n"
            "              /v1/quote /v1/sources\n"
            "description   GET /openapi.json\n"
            "site owners   GET /agent\n"
            f"addresses     GET {RANGES}\n"
            + (f"keys          GET {DIRECTORY}\n" if about.signs_as else "")
            + f"searches      {about.provider}\n"
        )

    @routes.get(
        "/agent",
        operation_id="agent",
        summary="For site owners",
        response_class=PlainTextResponse,
    )
    async def agent() -> PlainTextResponse:
        """Who asked for a page, how to stop or slow it, and how to tell it from an impostor."""
        return PlainTextResponse(for_owners)

    @routes.get(
        RANGES, operation_id="egress_ranges", summary="Address ranges that requests come from"
    )
    async def egress_ranges() -> JSONResponse:
        """In the form of the search engines' range files, so that sites can verify a visitor."""
        kinds = {False: "ipv4Prefix", True: "ipv6Prefix"}
        prefixes = [{kinds[":" in prefix]: prefix} for prefix in about.prefixes]
        return JSONResponse({"creationTime": about.since, "prefixes": prefixes})

    return routes


def _for_owners(about: About) -> str:
    what = (
        "This browser opens a page when a language model that works for a person asks for it.\n"
        "It follows no links by itself, fetches nothing but robots.txt and the page, sends GET\n"
        "only, without cookies or Referer, and never comes back under another name.\n"
    )
    heeded = "What else is heeded, in a header (X-Robots-Tag) or in the page\n"
    parts = [
        what,
        f"Who\n    User-Agent: {about.user_agent}\n",
        _out(about),
        _slower(about),
        heeded + _HEEDED[about.signals],
        _genuine(about),
    ]
    if about.contact:
        parts.append(f"Contact: {about.contact}\n")
    return "\n".join(part for part in parts if part)


def _out(about: About) -> str:
    others = ", ".join(about.also_obey)
    return (
        "To keep it out, put this into robots.txt. The file is read again within a day, sooner\n"
        "if its Cache-Control says so.\n\n"
        f"    User-agent: {about.token}\n    Disallow: /\n"
        + (f"\nRules for these names are obeyed too: {others}\n" if others else "")
    )


def _slower(about: About) -> str:
    return (
        "To slow it down\n"
        f"    Now: {about.rate:g} pages a second to a host at most, after a burst of "
        f"{about.burst}; {about.hourly} an hour.\n"
        f"    Crawl-delay in robots.txt makes it slower, up to {about.crawl_delay_cap:g} seconds.\n"
        "    Status 429 or 503 stops it; Retry-After says for how long, up to an hour at a time.\n"
    )


def _genuine(about: About) -> str:
    lines = []
    if about.prefixes:
        lines.append(f"    Its addresses: {about.public_url}{RANGES}\n")
    if about.signs_as:
        lines.append(
            "    Its requests are signed (RFC 9421, tag web-bot-auth) with a key listed in\n"
            f"    {about.signs_as}{DIRECTORY}\n"
        )
    return "To tell it from an impostor\n" + "".join(lines) if lines else ""
