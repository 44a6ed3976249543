"""A server whose replies are late, and questions that are cancelled meanwhile."""

from __future__ import annotations

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import anyio

from tests.valkey import Server

LATE = 0.004  # seconds, at most, that a reply is held back
ROUNDS, AT_ONCE = 15, 12


@asynccontextmanager
async def late_replies(server: Server, chance: random.Random) -> AsyncIterator[str]:
    """The URL of a proxy before *server* that holds each reply back for a while."""
    path = server.folder / f"late{chance.random()}"

    async def copy(source: StreamReader, target: StreamWriter, *, late: bool) -> None:
        with suppress(ConnectionError):
            while octets := await source.read(65_536):
                if late:
                    await anyio.sleep(chance.uniform(0, LATE))
                target.write(octets)
                await target.drain()
        target.close()

    serving: list[asyncio.Task[Any] | None] = []

    async def serve(asks: StreamReader, hears: StreamWriter) -> None:
        serving.append(asyncio.current_task())
        replies, questions = await asyncio.open_unix_connection(server.socket)
        async with anyio.create_task_group() as both:
            both.start_soon(partial(copy, asks, questions, late=False))
            both.start_soon(partial(copy, replies, hears, late=True))

    async with await asyncio.start_unix_server(serve, path):
        yield f"unix://{path}"
    await asyncio.gather(*filter(None, serving))


async def asked_and_cancelled(ask: Any, chance: random.Random) -> tuple[int, int]:
    """How many questions were cancelled, and how many heard the answer to another one."""
    cancelled = strange = 0

    async def one(n: int) -> None:
        nonlocal cancelled, strange
        with anyio.move_on_after(chance.uniform(0, 2 * LATE)) as scope:
            strange += not await ask(n)
        cancelled += scope.cancelled_caught

    for turn in range(ROUNDS):
        async with anyio.create_task_group() as tasks:
            for n in range(AT_ONCE):
                tasks.start_soon(one, turn * AT_ONCE + n)
        strange += not await ask(turn)  # to the end, on a connection that may have been left
    return cancelled, strange
