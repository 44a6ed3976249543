"""Is it alive, is it ready, what has it done: for supervisors, without a credential."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from browser.errors import BrowserError

Check = Callable[[], Awaitable[None]]


def router(checks: dict[str, Check], registry: CollectorRegistry) -> APIRouter:
    """Routes for supervisors.

    Args:
        checks: By name; each raises `BrowserError` when its part is not ready.
        registry: Holds the metrics.
    """
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", operation_id="healthz", summary="Whether the process is alive")
    async def healthz() -> PlainTextResponse:
        """Answers as long as the process runs."""
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    @routes.get("/readyz", operation_id="readyz", summary="Whether commands can be served")
    async def readyz() -> JSONResponse:
        """200 when the store and the workers are ready, else 503 with what is not."""
        states: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
                states[name] = "ready"
            except BrowserError as error:
                states[name] = error.sentence
        ready = all(state == "ready" for state in states.values())
        return JSONResponse(
            {"ready": ready, "checks": states},
            200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    @routes.get("/metrics", operation_id="metrics", summary="Counters in Prometheus format")
    async def metrics() -> Response:
        """Prometheus text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
