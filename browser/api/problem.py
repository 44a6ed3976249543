"""Callers' own mistakes, as problem details (RFC 9457). Input is never reflected.

One member is added to those of the RFC: ``request_id``, the X-Request-Id of the response, by
which an operator finds the log lines of a caller's complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from browser.api.paths import is_operator
from browser.api.valid import valid
from browser.errors import BrowserError
from browser.model.current import REQUEST

MEDIA_TYPE = "application/problem+json"
NOTHING = (
    "Nothing is here. The commands are GET /v1/search, /v1/click, /v1/open_url, /v1/scroll, "
    "/v1/find, /v1/back, /v1/quote and /v1/sources; GET / lists all that can be plugged in, and "
    "/openapi.json describes everything."
)
ELSEWHERE = "/openapi.json has those that are"
FOR_OPERATORS = (
    "Nothing is here. Operators have GET, PUT and DELETE /operator/hosts/{host}, where {host} is a "
    "name or address alone; GET /operator/hosts, /operator/refusals, /operator/check, "
    "/operator/audit, /operator/limits.toml and /operator/events; POST /operator/reload."
)
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")  # that a route may have


class Problem(Exception):
    """A request that cannot be answered as it stands.

    Attributes:
        status: HTTP status.
        title: A few words, the same for every occurrence.
        detail: What is valid.
        headers: To send along.
    """

    def __init__(
        self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The same as a response, for where no exception handler reaches."""
        return problem(self.status, self.title, self.detail, self.headers)


def problem(
    status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Build the response."""
    body: dict[str, str | int] = {
        "type": "about:blank",
        "status": status,
        "title": title,
        "detail": detail,
        "request_id": REQUEST.get(),
    }
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, status, sent, media_type=MEDIA_TYPE)


def defect() -> JSONResponse:
    """The response to a request that met a defect of ours."""
    return problem(500, "internal error", "A defect of this service; its log says more.")


async def _problem(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, RequestValidationError):
        return problem(422, "malformed parameters", "; ".join(mistakes(error, request)))
    if isinstance(error, HTTPException):
        title = HTTPStatus(error.status_code).phrase
        if error.status_code == 405:
            allow = _methods(request)
            return problem(405, title.lower(), f"Valid here: {allow}.", {"Allow": allow})
        nothing = FOR_OPERATORS if is_operator(request.url.path) else NOTHING
        detail = nothing if error.status_code == 404 else f"{title}."
        return problem(error.status_code, title.lower(), detail, error.headers)
    if isinstance(error, BrowserError):  # outside a command only the store fails
        wait = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        says = error.for_operator if is_operator(request.url.path) else error.sentence
        return problem(503, "not available", says, wait)
    return defect()


def _methods(request: Request) -> str:
    """Those of every route at this path; the router tells only of the first one it meets."""
    return ", ".join(
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def mistakes(error: RequestValidationError, request: Request | None = None) -> list[str]:
    """What is wrong with a request, each with what would be valid; nothing of it is repeated."""
    found = []
    known = _names(request) if request else ""
    for item in error.errors():
        kind, place = item["type"], [str(part) for part in item["loc"]]
        if kind == "extra_forbidden":  # the last part of its place is the caller's own word
            place, says = place[:-1], f": a name that is not known; {known or ELSEWHERE}"
        elif kind == "missing":
            says = " is missing"
        else:
            says = f" has to be {valid(item) or 'of another kind'}"
            if place == ["body"] and request and not _is_json(request):
                says += ", with the header Content-Type: application/json"
        if kind == "json_invalid":  # its place ends with an offset
            place = place[:1]
        # The first part, where it stands in the request, helps nobody who named it there.
        found.append(".".join(place[1:] or place) + says)
    return found


def _names(request: Request) -> str:
    """Those that a body of the route may have; empty when it takes none with names."""
    body = getattr(request.scope.get("route"), "body_field", None)
    model = getattr(getattr(body, "field_info", None), "annotation", None)
    names = getattr(model, "model_fields", None)
    return f"valid are {', '.join(names)}" if names else ""


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def install(app: FastAPI) -> None:
    """Answer every mistake, the caller's or ours, in this form."""
    for kind in (Problem, RequestValidationError, HTTPException, BrowserError, Exception):
        app.add_exception_handler(kind, _problem)
