"""Rendering in worker processes: hostile bytes never meet the event loop.

A few processes wait for documents, each with limits on memory and processor time and under a
deadline that kills it. A dead worker costs one command: one process more than can be at work is
kept warm, so that the next document does not wait for a start.
What comes back is bytes (`browser.text.codec`); `browser.net.worker` says what a worker is, and
is not, protection against.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Literal, TypeAlias

import anyio
import anyio.to_thread

from browser.errors import BrowserError, FetchFailed
from browser.model.reason import Reason
from browser.model.spans import span
from browser.net import confine
from browser.net.child import Child
from browser.net.frames import Broken, Request, Status, read_refusal
from browser.net.worker import Options

PATIENCE = 5.0  # seconds to wait for a free worker before saying busy
SPARE = 1  # workers kept warm beyond those that may be at work
START = 60.0  # seconds that a worker may take to start, on a machine that is busy
TASKS = 500  # documents of one worker; then a new one takes its place

End: TypeAlias = Literal["retired", "spent", "timeout", "died", "cancelled"]

_log = logging.getLogger("browser")


class Sandbox:
    """The worker processes. One object serves one event loop; `aclose` ends them.

    Args:
        workers: How many are at work at most; 0 for one per processor. One more is kept warm.
        timeout: Seconds until a document is given up.
        memory_mb: What a document may take, in MiB.
        line_chars: Longest line, in characters.
        max_lines: Most lines of a page.
        started: Told of every worker that is started.
        ended: Told of every worker whose place another one takes, and why: its share of documents
            is read, a document took what it may, took too long, or took the worker along, or nobody
            waits for the document any more.
    """

    def __init__(
        self,
        *,
        workers: int = 0,
        timeout: float = 10,
        memory_mb: int = 512,
        line_chars: int = 200,
        max_lines: int = 50_000,
        started: Callable[[], None] = lambda: None,
        ended: Callable[[End], None] = lambda _: None,
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._timeout = timeout
        self._options = Options(memory_mb, timeout, line_chars, max_lines)
        self._free = anyio.Semaphore(self.workers)
        self._idle: list[Child] = []  # the last one is taken first
        self._busy: set[Child] = set()
        self._ended: list[Child] = []
        self._wanted = 0  # processes to keep; none before we are warm
        self._closed = False
        self._told = False
        self._on_start = started
        self._on_end = ended

    @property
    def alive(self) -> int:
        """Processes that are kept, at work or not."""
        return len(self._idle) + len(self._busy)

    async def warm(self) -> None:
        """Start every worker and let it import what it needs, so that the first click is quick."""
        self._wanted = self.workers + SPARE
        for _ in range(self._wanted - len(self._idle) - len(self._busy)):
            self._start_idle()
        async with anyio.create_task_group() as group:
            for child in self._idle:
                group.start_soon(self._warm_one, child)

    async def _warm_one(self, child: Child) -> None:
        try:
            await self._ready(child)
        except (Broken, TimeoutError):
            if child in self._idle:  # else a document waits for it too, and knows by now
                self._idle.remove(child)
                self._let_go(child)

    async def _ready(self, child: Child) -> None:
        with anyio.fail_after(START):
            await child.ready()
        if not self._told:
            self._told = True
            _tell(child.holds)

    async def check(self) -> None:
        """See whether a document could be read; a worker that has died meanwhile is replaced.

        Raises:
            BrowserError: ``busy``; no worker is ready.
        """
        for child in tuple(self._idle):
            if child.is_ready and not child.is_fit():
                self._idle.remove(child)
                self._replace(child, "died")
            elif not child.is_ready and child.has_said():
                await self._warm_one(child)
        if not any(child.is_ready for child in (*self._idle, *self._busy)):
            raise BrowserError(Reason.BUSY, "the workers are starting.", retry_after=2)

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        """Render a document; returns an encoded page.

        Raises:
            FetchFailed: ``unreadable``, ``unsupported_type`` or ``no_text``.
            BrowserError: ``busy`` when every worker stays taken.
        """
        with span("render", octets=len(body)) as traced:
            with anyio.move_on_after(PATIENCE) as waiting:
                await self._free.acquire()
            if waiting.cancelled_caught:
                raise _busy(url)
            try:
                page = await self._render(Request(content_type, url, body))
            except BrowserError as error:
                traced.tell(outcome=error.reason.value)
                raise
            finally:
                self._free.release()
            traced.tell(outcome="ok")
            return page

    async def _render(self, request: Request) -> bytes:
        child = await self._take(request.url)
        end: End | None = "cancelled"
        try:
            with anyio.fail_after(self._timeout):
                status, payload = await child.ask(request)
            reason = None if status is Status.PAGE else read_refusal(payload)
            end = "spent" if status is Status.SPENT else None
            if child.asked >= TASKS:
                end = "retired"
        except TimeoutError as error:
            end = "timeout"
            raise _unreadable("reading this page takes too long.", request.url) from error
        except Broken as error:
            end = "died"
            raise _unreadable("reading this page takes more than it may.", request.url) from error
        finally:
            if end is None:
                self._give_back(child)
            else:
                self._replace(child, end)
        if reason:
            raise FetchFailed(*reason, url=request.url)
        return payload

    async def _take(self, url: str) -> Child:
        """A worker that is ready: one that waits, else a new one."""
        child = self._waiting()
        try:
            child = child or self._start()
        except OSError as error:  # the machine has no process, memory or file to spare
            raise _busy(url) from error
        self._busy.add(child)
        try:
            await self._ready(child)
        except (Broken, TimeoutError) as error:
            self._let_go(child)
            raise _busy(url) from error
        except BaseException:
            self._give_back(child)
            raise
        return child

    def _waiting(self) -> Child | None:
        for _ in range(len(self._idle)):
            child = self._idle.pop()
            if child.is_fit():
                return child
            self._replace(child, "died")
        return self._idle.pop() if self._idle else None

    def _start(self) -> Child:
        self._ended = [child for child in self._ended if not child.is_gone()]
        if self._closed:
            raise BrokenPipeError("the workers were sent home")
        child = Child(self._options)
        self._on_start()
        return child

    def _give_back(self, child: Child) -> None:
        if self._closed:
            self._let_go(child)
            return
        self._busy.discard(child)
        self._idle.append(child)
        if len(self._idle) + len(self._busy) < self._wanted:  # one did not start, at some time
            self._start_idle()

    def _replace(self, child: Child, end: End) -> None:
        """End a worker and start the next one, which gets ready while nobody waits for it."""
        self._on_end(end)
        self._let_go(child)
        if not self._closed:
            self._start_idle()

    def _start_idle(self) -> None:
        try:
            self._idle.insert(0, self._start())
        except OSError as error:  # the next document tries again
            _log.warning("no new worker: %s", error)

    def _let_go(self, child: Child) -> None:
        self._busy.discard(child)
        child.end()
        # A worker that is not ready has seen no document: what it says is ours to log.
        if not child.is_ready and not self._closed:
            _log.error("a worker does not start: %s", child.said() or "it says nothing")
        child.close()
        self._ended.append(child)

    async def aclose(self) -> None:
        """End every worker; who still waits for a page is told that it cannot be read."""
        self._closed = True
        for child in self._busy:
            child.end()
        while self._idle:
            self._let_go(self._idle.pop())
        leaving = [*self._ended, *self._busy]
        with anyio.CancelScope(shield=True):
            for child in leaving:
                await anyio.to_thread.run_sync(child.wait)
        self._ended.clear()


def _tell(held: frozenset[str]) -> None:
    """Say once what the workers may no longer do, and what nothing here keeps them from."""
    if held:
        _log.info("workers are kept from: %s", ", ".join(sorted(held)))
    if missing := [name for name in confine.ALL if name not in held]:
        _log.warning("nothing on this system keeps workers from: %s", ", ".join(missing))


def _busy(url: str) -> BrowserError:
    return BrowserError(
        Reason.BUSY,
        "every reader is at work. Try again in a few seconds.",
        url=url,
        retry_after=5,
    )


def _unreadable(sentence: str, url: str) -> FetchFailed:
    return FetchFailed(Reason.UNREADABLE, f"{sentence} Choose another source.", url=url)
