"""``polite-browser mcp``: the browser for one client, which speaks MCP on the standard streams.

Standard output carries the protocol and nothing else; what is logged goes to standard error. The
process ends with its input, as clients end it, or when it is told to. Input is read on a thread
that nobody waits for: a read that has begun cannot be broken off.

Several clients may run this program in one folder, and a store's file is for one process: without
``store.url`` in the settings everything is kept in memory.

Governing text: MCP 2026-07-28, basic/transports/stdio.
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
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, cast

import anyio
from mcp.server.stdio import stdio_server

from browser.api.mcp_server import Door
from browser.compose_core import Core, build_core
from browser.settings import Settings, StoreSection
from browser.telemetry.log import log_to
from browser.who import notices


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


async def _serve(core: Core) -> None:
    door = Door(core.conversations, session=secrets.token_urlsafe(18))
    async with core.running(), anyio.create_task_group() as group:
        group.start_soon(_end_at_signal, group.cancel_scope, door)
        lines = cast("anyio.AsyncFile[str]", _Lines(door.work.end))  # the SDK iterates over it
        async with stdio_server(stdin=lines) as (read, write):
            await door.server.run(read, write, door.server.create_initialization_options())
        group.cancel_scope.cancel()


async def _end_at_signal(scope: anyio.CancelScope, door: Door) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            door.work.end()
            scope.cancel()


class _Lines:
    """What is written to us, a message a line.

    Args:
        ended: Called when no more will come.
    """

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended
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
                yield line
        self._ended()
