"""``polite-browser serve``: bind, then run the service until told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import anyio
import uvicorn
from fastapi import FastAPI

from browser import __version__
from browser.api.inbound import BoundedRequests
from browser.api.names import is_loopback
from browser.closing import Closing
from browser.compose import build
from browser.settings import Settings
from browser.telemetry.log import log_to
from browser.who import notices

GRACE = 25  # seconds a running command may take after the signal to stop
FLUSH = 3  # seconds in which the last answers may leave, and a command that is ended may say so
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
    """uvicorn's server, which stops in the order of `browser.closing`.

    It listens as long as a command runs, so that who comes meanwhile is told to come back. A
    second signal ends the process at once: workers end with it, and the store holds what was
    answered.

    Attributes:
        supervised: Whether a parent decides when it ends at once (`browser.workers`).
    """

    supervised = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, with exit code 0; called upon SIGTERM and SIGINT."""
        del frame
        if self.should_exit and not self.supervised:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self.should_exit = True

    def serve_on(self, listener: socket.socket) -> None:
        """Run until a signal says stop.

        Raises:
            SystemExit: with 1, when it stopped since a part of it had failed.
        """
        settle()
        self.run(sockets=[listener])
        closing = self._closing
        if closing is not None and closing.failed:
            sys.exit(1)

    @property
    def _closing(self) -> Closing | None:
        state = getattr(self.config.app, "state", None)  # a test may serve any application
        return getattr(state, "closing", None)

    def _stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and read the settings again upon each SIGHUP."""
        if self._closing is not None:
            self._closing.stop = self._stop
        state = getattr(self.config.app, "state", None)
        reload = getattr(state, "reload", None)
        if reload is not None and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs, then stop listening, then let go of everything."""
        closing = self._closing
        ends = anyio.current_time() + GRACE
        if closing is not None:
            closing.set()
            with anyio.move_on_after(GRACE) as grace:
                await closing.over()
            if grace.cancelled_caught:
                closing.end()
        left = max(FLUSH, ends - anyio.current_time())
        self.config.timeout_graceful_shutdown = math.ceil(left)
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
        )
    )


def settle() -> None:
    """Keep the garbage collector off what the start has made: it lives as long as the process.

    A full collection else goes through all of it, and holds every conversation for 50 ms. What is
    garbage by now stays, too: it is less than 1 MB, and to look for it takes 0.1 s.
    """
    gc.freeze()
    gc.enable()


def serve(settings: Settings) -> None:
    """Run until a signal says stop.

    Raises:
        StartError: it cannot start.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what it asks for is being done
    log_to(sys.stderr)
    with bind(settings) as listener:
        running = server(settings)
        announce(settings, listener)
        running.serve_on(listener)


def announce(settings: Settings, listener: socket.socket, more: str = "") -> None:
    """Log where the service is and what it is made of."""
    host, port = listener.getsockname()[:2]
    log = logging.getLogger("browser")
    log.info(
        "polite-browser %s on http://%s:%d (search: %s; store: %s%s)",
        __version__,
        f"[{host}]" if ":" in host else host,
        port,
        settings.search.chosen,
        settings.store.url.partition("@")[2] or settings.store.url,
        more,
    )
    for line in notices(settings):
        log.info("notice: %s", line)
