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

_WHERE = """\
What else is heeded
    Directives for robots: in the header X-Robots-Tag or in a robots meta in the page's head,
    for everyone or for a name that is obeyed. Content-Signal: in robots.txt or as a header of
    its own.
"""
_AI_INPUT = """\
      ai-input=no              in robots.txt: the page is not asked for;
                               as a header: it is fetched, then dropped and shown to nobody
      use=immediate            not quoted, and written to no disk or cache
"""
_HEEDED: dict[Mode, str] = {
    "default": f"""{_WHERE}
      nosnippet                nothing is quoted
      max-snippet:N            at most N characters are quoted in a conversation, and at most N
                               are cited in each answer
      data-nosnippet           those lines of a page are not quoted
      noarchive, nocache, and unavailable_after once it is over
                               written to no disk or cache, but for the words that are quoted
{_AI_INPUT}
    Only passed on with the page: noai, noimageai, ai-train, search, use=reference,
    Content-Usage, TDMRep, RSL.
""",
    "strict": f"""{_WHERE}
      nosnippet                title and address are shown, nothing is quoted
      max-snippet:N            at most N characters are shown and quoted
      data-nosnippet           those lines of a page are not quoted
      noarchive                fetched, then dropped and shown to nobody
      nocache                  at most 160 characters are quoted, also with noarchive beside it
      nocache, and unavailable_after once it is over
                               written to no disk or cache, but for the words that are quoted
{_AI_INPUT}\
      use=reference            at most 300 characters are quoted
      noai, noimageai, TDMRep  nothing is quoted
      RSL                      a licence in robots.txt: no page is asked for;
                               in a header or page: it is fetched, then dropped

    Only passed on with the page: ai-train, search, Content-Usage.
""",
    "off": """\
What else is heeded
    Nothing: the operator of this service has turned the signals of publishers off. X-Robots-Tag,
    robots metas, Content-Signal and the like are passed on with the page.
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
        borrowed: Whether the token is OpenAI's and the service is not.
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
    borrowed: bool = False


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
    parts = [
        what,
        _who(about),
        _out(about),
        _slower(about),
        _HEEDED[about.signals],
        _genuine(about),
    ]
    if about.contact:
        parts.append(f"Contact: {about.contact}\n")
    return "\n".join(part for part in parts if part)


def _who(about: About) -> str:
    not_openai = (
        "    This service is not OpenAI's, whose browser has the same name. A rule for the name\n"
        "    keeps both out, and this one is not among the addresses that OpenAI publishes.\n"
    )
    return f"Who\n    User-Agent: {about.user_agent}\n" + (not_openai if about.borrowed else "")


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
        f"    Now: {about.rate:g} requests a second to a host in the long run, after a burst of "
        f"{about.burst}; {about.hourly} an\n"
        "    hour. robots.txt counts as a request. Single hosts may have been given another pace\n"
        "    by the operator.\n"
        "    Crawl-delay and Request-rate in robots.txt make it slower, up to "
        f"{about.crawl_delay_cap:g} seconds between\n    requests.\n"
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
    if not lines:
        lines.append(
            "    There is no way: this service has published neither addresses nor keys, so\n"
            "    anybody may send requests that look like its own.\n"
        )
    return "To tell it from an impostor\n" + "".join(lines)
