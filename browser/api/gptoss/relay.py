"""A model's messages reach the replica that holds its stream, whichever they were sent to.

MCP over SSE has two halves: a stream on which the server speaks, and an address for the client's
messages. Behind a balancer they may meet different replicas. One that does not hold the stream
asks all others; the holder takes the message as if it had been sent there, of the same credential
only, and says how it answers. The others say that they do not hold it, so nobody waits for a
stream that there is not. What could be no message, or for no stream, is told to nobody.

Governing text: Model Context Protocol 2024-11-05, HTTP with SSE. Left to taste: the patience.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import anyio.abc
from anyio.streams.memory import MemoryObjectSendStream

from browser.errors import StateUnavailable
from browser.state.heard import heard
from browser.state.ports import Bus
from browser.telemetry.log import log_defect

CHANNEL = "messages"
PATIENCE = 2.0  # seconds in which the holder has to say that it has taken a message
NOBODY = 404

Take = Callable[[str, str, bytes], Awaitable[int]]


class Relay:
    """Asks the others, and is asked by them.

    Args:
        bus: To the others.
        take: Takes a message for a stream that is held here: the credential's digest, the query of
            its address and the body. Returns the status of the answer, `NOBODY` when it is not
            held.
    """

    def __init__(self, bus: Bus, take: Take) -> None:
        self._bus = bus
        self._take = take
        self._me = secrets.token_hex(8)
        self._asked: dict[str, MemoryObjectSendStream[int]] = {}

    async def send(self, owner: str, query: str, body: bytes) -> int:
        """Let the holder take a message, in UTF-8; returns the status of its answer.

        Raises:
            StateUnavailable: nobody can be asked.
        """
        name = secrets.token_hex(8)
        said, answers = anyio.create_memory_object_stream[int](math.inf)
        self._asked[name] = said
        asked = {"ask": name, "by": self._me, "owner": owner, "query": query}
        try:
            with said, answers, anyio.move_on_after(PATIENCE):
                for _ in range(await self._say(**asked, body=body.decode())):
                    if (status := await answers.receive()) != NOBODY:
                        return status
        finally:
            del self._asked[name]
        return NOBODY

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be asked; entered when that is possible, if it is at all."""
        async with anyio.create_task_group() as group:
            ready = anyio.Event()
            take = partial(self._hear, group=group)
            group.start_soon(heard, self._bus, CHANNEL, take, ready.set)
            await ready.wait()
            try:
                yield
            finally:
                group.cancel_scope.cancel()

    def _hear(self, told: Mapping[str, Any], group: anyio.abc.TaskGroup) -> None:
        if told.get("by", self._me) != self._me:
            group.start_soon(self._serve, told)
            return
        mine = self._asked.get(told["ask"] if "ask" in told else told["answer"])
        if mine is not None:
            mine.send_nowait(int(told.get("status", NOBODY)))

    async def _serve(self, told: Mapping[str, Any]) -> None:
        try:
            status = await self._take(told["owner"], told["query"], told["body"].encode())
            await self._say(answer=told["ask"], status=status)
        except (StateUnavailable, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the sender is told that nobody holds the stream, and stops
        except Exception as error:  # noqa: BLE001 - a defect costs one message
            log_defect(error)

    async def _say(self, **message: Any) -> int:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        return await self._bus.publish(CHANNEL, text.encode())
