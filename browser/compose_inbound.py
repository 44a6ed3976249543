"""From settings to what stands between a caller and the routes, the outermost guard last."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from browser.api import plugin
from browser.api.access import SESSION_HEADERS, Access
from browser.api.body import BoundedBody
from browser.api.gptoss.key import KeyInPath
from browser.api.gptoss.patience import Patience
from browser.api.headers import ID, Envelope
from browser.api.mcp import door as mcp
from browser.api.names import LocalOnly, OurNames
from browser.api.openwebui import door as openwebui
from browser.api.quota import Quota
from browser.api.streams import Closing, EndedStreams
from browser.model.clock import Clock
from browser.settings import Server

PREFLIGHT = 300  # seconds for which a web browser need not ask again


def guard(app: FastAPI, server: Server, access: Access, clock: Clock, closing: Closing) -> None:
    """Add the middleware: a request meets the last one first."""
    app.add_middleware(BoundedBody)
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
            CORSMiddleware,
            allow_origins=list(server.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Last-Event-ID",
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
    )
    app.add_middleware(KeyInPath)  # before the guards, which then see the path and the token
