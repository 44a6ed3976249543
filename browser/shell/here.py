"""A service that starts while the person already types.

The browser takes seconds to start; the prompt does not wait for it. The first command does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from browser.client import Client, ClientError
from browser.model.url import Url

STARTING = "starting"  # what a command waits for meanwhile
NOWHERE = "http://127.0.0.1"


class Here(Client):
    """A client of a service that is starting.

    Args:
        started: Its address, once it runs.
        token: Bearer token, possibly empty.
    """

    def __init__(self, started: Future[str], token: str) -> None:
        super().__init__(NOWHERE, token)
        self._started = started

    def ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request, as soon as there is somebody to ask."""
        self._url = Url.parse(self._started.result())
        return super().ask(method, target, body)

    def note(self) -> str:
        """What the command that is running waits for."""
        return super().note() if self._started.done() else STARTING


@contextmanager
def starting(service: Callable[[], AbstractContextManager[str]], token: str) -> Iterator[Client]:
    """Start *service*, which yields its address, and stop it at the end.

    Yields:
        Its client; each request raises `ClientError` when the service does not start.
    """
    started: Future[str] = Future()
    leave = threading.Event()

    def serve() -> None:
        try:
            with service() as address:
                started.set_result(address)
                leave.wait()
        except Exception as error:  # noqa: BLE001 - told where the person waits
            if not started.done():
                started.set_exception(ClientError(str(error)))

    thread = threading.Thread(target=serve, name="start", daemon=True)
    thread.start()
    try:
        yield Here(started, token)
    finally:
        leave.set()
        if started.done():  # who leaves at once does not wait for a start; it ends with the process
            thread.join()
