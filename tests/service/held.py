"""Answers of a site that come when the test lets them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.until import PATIENCE
from tests.world import World

SLOW = "http://slow.test/"
LATE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\n\r\n"
    b"<title>Late</title><p>Late words.</p>"
)


class Held:
    """One address of a site, which answers when it is released.

    Attributes:
        url: It.
        release: To be set.
    """

    def __init__(self, world: World, url: str = SLOW, answer: bytes = LATE) -> None:
        self.url = url
        self.release = threading.Event()
        self._asked = threading.Semaphore(0)
        self._answer = answer
        host, _, path = url.removeprefix("http://").partition("/")
        world.raw(host, f"/{path}", self._serve)

    def is_asked(self) -> None:
        """Wait until it is, once more."""
        assert self._asked.acquire(timeout=PATIENCE)

    def _serve(self, connection: socket.socket) -> None:
        self._asked.release()
        self.release.wait(PATIENCE)
        connection.sendall(self._answer)


@pytest.fixture
def site(world: World) -> Iterator[Held]:
    """The page `SLOW`."""
    held = Held(world)
    yield held
    held.release.set()
