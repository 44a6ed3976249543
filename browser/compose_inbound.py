"""From settings to what stands between a caller and the routes, the outermost guard last."""

from __future__ import annotations

from fastapi import FastAPI

from browser.api import plugin
from browser.api.access import SESSION_HEADERS, Access
from browser.api.body import BoundedBody
from browser.api.cors import ChatsOnly
from browser.api.gptoss.key import KeyInPath
from browser.api.gptoss.patience import Patience
from browser.api.headers import ID, Envelope
from browser.api.mcp import door as mcp
from browser.api.names import LocalOnly, OurNames
from browser.api.openwebui import door as openwebui
from browser.api.operator.access import OperatorAccess, OperatorDoor
from browser.api.quota import Allowance, Quota
from browser.api.streams import EndedStreams
from browser.closing import Closing
from browser.compose_telemetry import Telemetry
from browser.model.clock import Clock
from browser.settings import Server
from browser.telemetry.spans import Traced

PREFLIGHT = 300  # seconds for which a web browser need not ask again


def guard(
    app: FastAPI,
    server: Server,
    access: Access,
    operators: OperatorAccess,
    clock: Clock,
    closing: Closing,
    telemetry: Telemetry,
) -> None:
    """Add the middleware: a request meets the last one first."""
    if telemetry.tracing is not None:
        app.add_middleware(Traced, tracing=telemetry.tracing)
    app.add_middleware(BoundedBody)
    allowance, wrong = (
        Allowance(server.rate, server.burst, server.concurrency, server.streams) for _ in range(2)
    )
    app.add_middleware(
        OperatorDoor, access=operators, clock=clock, allowance=allowance, wrong=wrong
    )
    app.add_middleware(EndedStreams, closing=closing)
    if server.tokens:
        app.add_middleware(
            Quota,
            access=access,
            clock=clock,
            rate=server.rate,
            burst=server.burst,
            concurrency=server.concurrency,
            streams=server.streams,
        )
        app.add_middleware(Patience, clock=clock)
    else:
        app.add_middleware(LocalOnly, origins=server.cors_origins)
    if server.cors_origins:
        app.add_middleware(
            ChatsOnly,
            allow_origins=list(server.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Last-Event-ID",
                "traceparent",
                "tracestate",
                *SESSION_HEADERS,
                *mcp.HEADERS,
                *plugin.SENT,
                *openwebui.SENT,
                ID,
            ],
            expose_headers=[ID, "Retry-After", mcp.SESSION],
            max_age=PREFLIGHT,
            allow_private_network=True,  # a chat's page may ask a service on its user's machine
        )
    bound = "" if server.tokens else server.host
    app.add_middleware(OurNames, allowed=server.allowed_hosts, bound=bound)
    app.add_middleware(
        Envelope,
        secure=server.public_url.startswith("https:"),
        by_origin=bool(server.cors_origins),
        failed=telemetry.answers,
    )
    app.add_middleware(KeyInPath)  # before the guards, which then see the path and the token
