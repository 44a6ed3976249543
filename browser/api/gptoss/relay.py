"""A model's messages reach the replica that holds its stream, whichever they were sent to.

MCP over SSE has two halves: a stream on which the server speaks, and an address for the client's
messages. Behind a balancer they may meet different replicas. One that does not hold the stream
asks all others; the holder takes the message as if it had been sent there, of the same credential
only, and says how it answers.

Governing text: Model Context Protocol 2024-11-05, HTTP with SSE. Left to taste: the patience.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc

from browser.errors import StateUnavailable
from browser.state.ports import Bus
from browser.telemetry.log import log_defect

CHANNEL = "messages"
PATIENCE = 2.0  # seconds in which the holder has to say that it has taken a message
AGAIN = 1.0  # seconds before a bus that was lost is tried again
NOBODY = 404

Take = Callable[[str, str, str], Awaitable[int]]


class Relay:
    """Asks the others, and is asked by them.

    Args:
        bus: To the others.
        take: Takes a message for a stream that is held here: the credential's digest, the query of
            its address and the body, each octet a character. Returns the status of the answer,
            `NOBODY` when it is not held.
    """

    def __init__(self, bus: Bus, take: Take) -> None:
        self._bus = bus
        self._take = take
        self._me = secrets.token_hex(8)
        self._asked: dict[str, tuple[anyio.Event, list[int]]] = {}

    async def send(self, owner: str, query: str, body: str) -> int:
        """Let the holder take a message; returns the status of its answer.

        Raises:
            StateUnavailable: nobody can be asked.
        """
        name = secrets.token_hex(8)
        answered, statuses = self._asked[name] = (anyio.Event(), [])
        try:
            await self._say(ask=name, by=self._me, owner=owner, query=query, body=body)
            with anyio.move_on_after(PATIENCE):
                await answered.wait()
        finally:
            del self._asked[name]
        return statuses[0] if statuses else NOBODY

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be asked; entered when that is possible, if it is at all."""
        async with anyio.create_task_group() as group:
            await group.start(self._listen, group)
            try:
                yield
            finally:
                group.cancel_scope.cancel()

    async def _listen(
        self, group: anyio.abc.TaskGroup, *, task_status: anyio.abc.TaskStatus[None]
    ) -> None:
        waited_for = True
        while True:
            try:
                async with self._bus.listen(CHANNEL) as messages:
                    if waited_for:
                        waited_for = False
                        task_status.started()
                    async for message in messages:
                        self._hear(message, group)
            except StateUnavailable:
                if waited_for:
                    waited_for = False
                    task_status.started()
                await anyio.sleep(AGAIN)

    def _hear(self, message: bytes, group: anyio.abc.TaskGroup) -> None:
        told: dict[str, Any] = json.loads(message)
        if told.get("by", self._me) != self._me:
            group.start_soon(self._serve, told)
        elif told.get("answer") in self._asked:
            answered, statuses = self._asked[told["answer"]]
            statuses.append(told["status"])
            answered.set()

    async def _serve(self, told: dict[str, Any]) -> None:
        try:
            status = await self._take(told["owner"], told["query"], told["body"])
            if status != NOBODY:
                await self._say(answer=told["ask"], status=status)
        except (StateUnavailable, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the sender is told that nobody holds the stream, and stops
        except Exception as error:  # noqa: BLE001 - a defect costs one message
            log_defect(error)

    async def _say(self, **message: Any) -> None:
        await self._bus.publish(CHANNEL, json.dumps(message).encode())
