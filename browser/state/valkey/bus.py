"""Short messages between processes: PUBLISH and SUBSCRIBE.

Governing texts: the command reference on publish and subscribe (delivered at most once, only to
those who listen now); `browser.state.ports.Bus`. A listener has a connection of its own. While
nothing is said it asks the server for a sign of life, so that one which is cut off finds out.

Left to taste: how long silence lasts before that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from browser.errors import StateUnavailable
from browser.state.database import AWAY
from browser.state.valkey.connection import FAILURES, PATIENCE, Valkey

QUIET = 3.0  # seconds of silence after which the server is asked for a sign of life


class ValkeyBus:
    """Messages by way of the server."""

    def __init__(self, server: Valkey) -> None:
        self._server = server

    async def publish(self, channel: str, message: bytes) -> int:
        """Say it to whoever listens now; returns how many do."""
        name = self._server.key("bus", channel)
        return int(await self._server.command("PUBLISH", name, message))

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Hear what is said from now on.

        Raises:
            StateUnavailable: when the server is away, at once or from the iterator: then the
                caller listens anew, and has missed what was said meanwhile.
        """
        name = self._server.key("bus", channel)
        subscriber = self._server.subscriber()
        try:
            await self._server.run(lambda _: _subscribed(subscriber, name))
            yield _messages(subscriber)
        finally:
            with anyio.CancelScope(shield=True):
                await _closed(subscriber)


async def _subscribed(subscriber: Any, name: str) -> None:
    await subscriber.subscribe(name)
    while (await subscriber.parse_response(block=True))[0] != b"subscribe":
        pass


async def _messages(subscriber: Any) -> AsyncIterator[bytes]:
    asked = False
    while True:
        try:
            wait = PATIENCE if asked else QUIET
            said = await subscriber.get_message(timeout=wait)
            if said is None:
                if asked:
                    raise StateUnavailable(AWAY)
                await subscriber.ping()
        except FAILURES as error:
            raise StateUnavailable(AWAY) from error
        asked = said is None
        if said is not None and said["type"] == "message":
            yield said["data"]


async def _closed(subscriber: Any) -> None:
    try:
        with anyio.fail_after(PATIENCE):
            await subscriber.aclose()
    except FAILURES:
        return
