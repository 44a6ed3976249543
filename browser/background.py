"""The service in a thread of this process, on a port of its own: for the demo and the shell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from browser.compose import build
from browser.serve import StartError, bind, server
from browser.settings import Settings

PATIENCE = 30.0  # seconds until a start counts as failed


@contextmanager
def running(settings: Settings, make: Callable[[Settings], FastAPI] = build) -> Iterator[str]:
    """Run the service; yields its address, ``http://127.0.0.1:PORT``.

    Args:
        settings: All of them.
        make: Builds the application, as for `server`.

    Raises:
        StartError: it does not start.
    """
    listener = bind(settings)
    try:
        service = server(settings, make)
    except BaseException:
        listener.close()
        raise
    thread = threading.Thread(
        target=service.run, kwargs={"sockets": [listener]}, name="service", daemon=True
    )
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not service.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise StartError("the service did not start")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        service.should_exit = True
        thread.join(PATIENCE)
        listener.close()
