"""``polite-browser serve``: bind, then run the service until told to stop."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from browser import __version__
from browser.api.inbound import BoundedRequests
from browser.api.names import is_loopback
from browser.compose import build
from browser.settings import Settings
from browser.telemetry.log import log_to
from browser.who import notices

GRACE = 25  # seconds a running command may take after the signal to stop
KEEP_ALIVE = 30  # seconds an idle inbound connection is kept


class StartError(Exception):
    """The service cannot start; the text is one line for the operator."""


def bind(settings: Settings) -> socket.socket:
    """Take the address.

    Raises:
        StartError: the address is taken or not ours, or open to others without a token.
    """
    host, port = settings.server.host, settings.server.port
    if not is_loopback(host) and not settings.server.tokens:
        raise StartError(
            f"binding to {host} without a token would let anyone use this browser: "
            "set server.tokens, or bind to 127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(1024)
    except (OSError, ValueError) as error:  # a name that no codec takes is a ValueError
        listener.close()
        why = getattr(error, "strerror", None) or "not a name or address of this machine"
        raise StartError(f"cannot listen on {host} port {port}: {why}") from error
    return listener


class Server(uvicorn.Server):
    """uvicorn's server, which tells answers without an end that it is about to stop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams first, since uvicorn waits for them."""
        state = getattr(self.config.app, "state", None)  # a test may serve any application
        closing = getattr(state, "closing", None)
        if closing is not None:
            closing.set()
        await super().shutdown(sockets)


def server(settings: Settings, make: Callable[[Settings], FastAPI] = build) -> Server:
    """The service as a server that is not yet running.

    Args:
        settings: All of them.
        make: Builds the application; a test may hand in adapters of its own here.

    Raises:
        StartError: it cannot be built from these settings.
    """
    try:
        app = make(settings)
    except ValueError as error:
        raise StartError(str(error)) from error
    return Server(
        uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "auto",
            http=BoundedRequests,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
    )


def settle() -> None:
    """Keep the garbage collector off what the start has made: it lives as long as the process.

    A full collection else goes through all of it, and holds every conversation for 50 ms.
    """
    gc.collect()
    gc.freeze()


def serve(settings: Settings) -> None:
    """Run until a signal says stop.

    Raises:
        StartError: it cannot start.
    """
    log_to(sys.stderr)
    listener = bind(settings)
    try:
        running = server(settings)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        log = logging.getLogger("browser")
        log.info(
            "polite-browser %s on http://%s:%d (search: %s; store: %s)",
            __version__,
            shown,
            port,
            settings.search.chosen,
            settings.store.url.partition("@")[2] or settings.store.url,
        )
        for line in notices(settings):
            log.info("notice: %s", line)
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how a person stops it
            settle()
            running.run(sockets=[listener])
    finally:
        listener.close()
