"""Is it alive, is it ready, what has it done: for supervisors.

The first two need no credential and tell nothing of anybody. What it has done is its users' doing,
so where callers need a token, the metrics need one too: one that opens nothing else, where there
is one. None of the three is counted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry

from browser.api.access import Access
from browser.api.schema import PROBLEMS, Readiness, response
from browser.errors import BrowserError
from browser.telemetry.together import exposed

WITHIN = 2.0  # seconds in which a part has to say that it is ready

Check = Callable[[], Awaitable[None]]


def reader(metrics_token: str, access: Access) -> Access:
    """Who lets readers in to the metrics: those with *metrics_token* alone, or else *access*."""
    if not metrics_token:
        return access
    return Access((metrics_token,), "metrics", "The token of metrics: `server.metrics_token`.")


def router(checks: dict[str, Check], registry: CollectorRegistry, access: Access) -> APIRouter:
    """Routes for supervisors.

    Args:
        checks: By name; each raises `BrowserError` when its part is not ready.
        registry: Holds the metrics.
        access: Lets callers in to the metrics.
    """
    routes = APIRouter(tags=["health"])

    @routes.get(
        "/healthz",
        operation_id="healthz",
        summary="Whether the process is alive",
        response_class=PlainTextResponse,
    )
    async def healthz() -> PlainTextResponse:
        """Answers as long as the process runs."""
        return PlainTextResponse("ok\n")

    @routes.get(
        "/readyz",
        operation_id="readyz",
        summary="Whether commands can be served",
        responses={
            200: response(Readiness, "Ready."),
            503: response(Readiness, "Not ready, and which part is not."),
        },
    )
    async def readyz() -> JSONResponse:
        """200 when the store and the workers are ready, else 503 with what is not."""
        states: dict[str, str] = {}
        for name, check in checks.items():
            states[name] = "it does not answer."
            try:
                with anyio.move_on_after(WITHIN):
                    await check()
                    states[name] = "ready"
            except BrowserError as error:
                states[name] = error.for_operator
        ready = all(state == "ready" for state in states.values())
        return JSONResponse({"ready": ready, "checks": states}, 200 if ready else 503)

    @routes.get(
        "/metrics",
        operation_id="metrics",
        summary="Counters in Prometheus format",
        response_class=PlainTextResponse,
        dependencies=[Depends(access)],
        responses={401: PROBLEMS[401]},
    )
    async def metrics() -> Response:
        """Prometheus text format."""
        return Response(exposed(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
