"""The operator's page of ``/operator``: what every host is doing, and limits that can be changed.

The document is the same for everybody and holds nothing of the service's work: the modules of
``static/`` ask for that, with the operator's token.
"""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from browser.model.reason import Reason
from browser.pages.render import html, modules, policy

# What a failure's code means to an operator; README says it to the authors of programs.
MEANINGS = {
    Reason.ROBOTS_DISALLOWED: "a rule of robots.txt",
    Reason.ROBOTS_UNREACHABLE: "robots.txt answered 429 or 5xx, or not at all",
    Reason.SITE_DECLINED: "the publisher asks not to be used so",
    Reason.RATE_LIMITED: "our own pace: the wait would have been too long",
    Reason.HOST_BACKING_OFF: "the site sent 429 or 503",
    Reason.PAYMENT_REQUIRED: "the site asks a fee",
    Reason.HTTP_STATUS: "a status of 400 or more",
    Reason.TIMEOUT: "no answer in time",
    Reason.DNS_FAILED: "the name does not resolve",
    Reason.CONNECT_FAILED: "no connection",
    Reason.TLS_FAILED: "no secure connection",
    Reason.BAD_RESPONSE: "not valid HTTP, or damaged data",
    Reason.ADDRESS_REFUSED: "the host leads to an address that is not public",
    Reason.SCHEME_REFUSED: "neither http nor https, or from https to http",
    Reason.PORT_REFUSED: "a port that is not in egress.ports",
    Reason.BAD_URL: "not a usable URL",
    Reason.HOST_BLOCKED: "an operator blocks the host",
    Reason.TOO_MANY_REDIRECTS: "too many redirects, or a circle",
    Reason.TOO_LARGE: "more than egress.max_bytes",
    Reason.UNSUPPORTED_TYPE: "a kind of document that is not read",
    Reason.UNREADABLE: "bytes that are no text, or a broken or encrypted PDF",
    Reason.NO_TEXT: "nothing to read on the page",
    Reason.SESSION_FULL: "a budget of the conversation is used up",
    Reason.BUSY: "every worker is taken, or the store is away",
}
OTHERS = {"ok": "answered", "cancelled": "the caller went away", "defect": "a mistake of ours"}
STATES = {
    "": "All",
    "blocked": "Blocked",
    "backing_off": "Backing off",
    "waiting": "Waiting",
    "under_way": "Under way",
    "idle": "Idle",
}


def router(*, guarded: bool) -> APIRouter:
    """One route, without a credential.

    Args:
        guarded: Whether there is an operator's token; without one nothing can be seen or changed.
    """
    routes = APIRouter(include_in_schema=False)
    headers = {**policy(), "X-Robots-Tag": "noindex"}

    @routes.get("/operator")
    async def operator() -> HTMLResponse:
        return HTMLResponse(page(guarded=guarded), headers=headers)

    return routes


@cache  # made when it is first asked for
def page(*, guarded: bool) -> str:
    """The document."""
    return html(
        "operator.html",
        guarded=guarded,
        meanings={**OTHERS, **{reason.value: words for reason, words in MEANINGS.items()}},
        states=STATES.items(),
        modules=modules("operator.js"),
    )
