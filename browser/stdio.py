"""``polite-browser mcp``: the browser for one client, which speaks MCP on the standard streams.

Standard output carries the protocol and nothing else; what is logged goes to standard error. The
process ends with its input, as clients end it, once what was asked is answered, or at once when it
is told to. Input is read on a thread that nobody waits for: a read that has begun cannot be broken
off.

Several clients may run this program in one folder, and a store's file is for one process: without
``store.url`` in the settings everything is kept in memory.

Governing text: MCP 2026-07-28, basic/transports/stdio; JSON-RPC 2.0, 5.1 (a line that is no
message). Left to taste: the patience.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeAlias, cast

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

from browser.api.mcp.server import Door, malformed
from browser.compose_core import Core, build_core
from browser.settings import Settings, StoreSection
from browser.telemetry.log import log_to
from browser.who import notices

PATIENCE = 60  # seconds in which what was asked before the end of the input may be answered
GRACE = 1  # seconds in which the rest may be told that it was ended
CANCELLED = "notifications/cancelled"

Asked: TypeAlias = MemoryObjectSendStream[SessionMessage | Exception]
Said: TypeAlias = MemoryObjectSendStream[SessionMessage]
Told: TypeAlias = MemoryObjectReceiveStream[SessionMessage]


def for_one(settings: Settings) -> Settings:
    """*settings*, where they leave it open, for one client: a store and a worker of its own."""
    store, page = settings.store, settings.page
    if "url" not in store.model_fields_set:
        store = StoreSection(url="memory:")
    if "workers" not in page.model_fields_set:
        page = page.model_copy(update={"workers": 1})
    return settings.model_copy(update={"store": store, "page": page})


def run(settings: Settings) -> None:
    """Serve until the input ends or a signal comes.

    Raises:
        ValueError: the store or a key file cannot be used; the text is one line for the operator.
    """
    log_to(sys.stderr)
    core = build_core(for_one(settings))
    for line in notices(settings):
        logging.getLogger("browser").info("notice: %s", line)
    try:
        anyio.run(_serve, core)
    except* BrokenPipeError:  # nobody reads what we say: the client is gone
        pass
    if core.closing.failed:
        sys.exit(1)


async def _serve(core: Core) -> None:
    door = Door(core.conversations, session=secrets.token_urlsafe(18))
    async with core.running(), anyio.create_task_group() as group:
        core.closing.stop = group.cancel_scope.cancel
        group.start_soon(_end_at_signal, group.cancel_scope, door)
        lines = cast("anyio.AsyncFile[str]", _Lines())  # the SDK iterates over it
        async with stdio_server(stdin=lines) as (read, write), anyio.create_task_group() as pumps:
            asked, heard = anyio.create_memory_object_stream[SessionMessage | Exception]()
            said, told = anyio.create_memory_object_stream[SessionMessage]()
            open_ = _Open(door)
            pumps.start_soon(open_.hear, read, asked, said.clone())
            pumps.start_soon(open_.tell, told, write)
            await door.server.run(heard, said, door.server.create_initialization_options())
        group.cancel_scope.cancel()


async def _end_at_signal(scope: anyio.CancelScope, door: Door) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            door.work.end()
            scope.cancel()


class _Open:
    """Requests that are not answered yet: the SDK drops them when the input ends.

    Args:
        door: What answers.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ids: set[types.RequestId] = set()
        self._answered = anyio.Event()

    async def hear(
        self, read: ReadStream[SessionMessage | Exception], asked: Asked, said: Said
    ) -> None:
        """Hand on what the client says, and end when all of it is answered.

        Args:
            read: What comes; what is no message comes as the error that it was read with.
            asked: Where messages go.
            said: Where the answer to what is no message goes.
        """
        async with asked, said:
            async for item in read:
                if isinstance(item, SessionMessage):
                    self._note(item.message)
                    await asked.send(item)
                else:
                    await said.send(SessionMessage(malformed(_code(item))))
            await self._settle(PATIENCE)
            self._door.work.end()
            await self._settle(GRACE)

    async def tell(self, told: Told, write: WriteStream[SessionMessage]) -> None:
        """Hand on what the server says."""
        async with write:
            async for item in told:
                with contextlib.suppress(anyio.BrokenResourceError):  # and why is told elsewhere
                    await write.send(item)
                if isinstance(item.message, types.JSONRPCResponse | types.JSONRPCError):
                    self._close(item.message.id)

    async def _settle(self, patience: float) -> None:
        with anyio.move_on_after(patience):
            while self._ids:
                self._answered = anyio.Event()
                await self._answered.wait()

    def _note(self, message: types.JSONRPCMessage) -> None:
        if isinstance(message, types.JSONRPCRequest):
            self._ids.add(message.id)
        elif isinstance(message, types.JSONRPCNotification) and message.method == CANCELLED:
            self._close((message.params or {}).get("requestId"))  # nothing is told of it any more

    def _close(self, request: object) -> None:
        self._ids = {one for one in self._ids if one != request}
        self._answered.set()


def _code(error: Exception) -> int:
    """That of JSON-RPC for what could not be read as a message."""
    is_json = isinstance(error, ValidationError) and all(
        item["type"] != "json_invalid" for item in error.errors()
    )
    return types.INVALID_REQUEST if is_json else types.PARSE_ERROR


class _Lines:
    """What is written to us, a message a line; empty lines are none."""

    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[str]()
        self._loop = asyncio.get_running_loop()
        wire = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)  # what a library or a child may read is not the client's
        os.close(nothing)
        threading.Thread(target=self._read, args=(wire,), name="input", daemon=True).start()

    def _read(self, wire: int) -> None:
        with contextlib.suppress(RuntimeError, OSError):  # the loop is gone, or the terminal
            with open(wire, encoding="utf-8", errors="replace", newline="\n") as lines:
                for line in lines:
                    self._on_loop(self._send.send(line))
            self._on_loop(self._send.aclose())

    def _on_loop(self, call: Coroutine[Any, Any, None]) -> None:
        with contextlib.suppress(anyio.BrokenResourceError):
            asyncio.run_coroutine_threadsafe(call, self._loop).result()

    async def __aiter__(self) -> AsyncIterator[str]:
        with self._receive:
            async for line in self._receive:
                if line.strip():
                    yield line
