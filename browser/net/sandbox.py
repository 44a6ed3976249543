"""Rendering in worker processes: hostile bytes never meet the event loop.

Each call runs in one of a few child processes with limits on memory and processor time, and
under a deadline that kills the child. A dead worker costs one command; the next one gets a new
process. What comes back is bytes (`browser.text.codec`).

The limits are against documents that cost too much. They are no jail for one that takes over
the parser itself: the answer of a child is unpickled here, and the child has our rights.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import anyio
import anyio.to_process

from browser.errors import BrowserError, FetchFailed
from browser.model.reason import Reason
from browser.text import codec, render

PATIENCE = 5.0  # seconds to wait for a free worker before saying busy
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Task:
    """One document to render.

    Attributes:
        body: Decoded body.
        content_type: Its label.
        url: Final URL.
        line_chars: Longest line.
        max_lines: Most lines.
        memory_mb: What rendering may take beyond the worker itself, in MiB.
        cpu: Processor seconds it may take.
    """

    body: bytes
    content_type: str
    url: str
    line_chars: int
    max_lines: int
    memory_mb: int
    cpu: float


@dataclass(frozen=True)
class Outcome:
    """What the worker says: an encoded page, or why there is none."""

    blob: bytes = b""
    reason: str = ""
    sentence: str = ""


class Sandbox:
    """The worker processes. One object serves one event loop.

    Args:
        workers: How many; 0 for one per processor.
        timeout: Seconds until a document is given up.
        memory_mb: What a document may take, in MiB.
        line_chars: Longest line, in characters.
        max_lines: Most lines of a page.
    """

    def __init__(
        self,
        *,
        workers: int = 0,
        timeout: float = 10,
        memory_mb: int = 512,
        line_chars: int = 200,
        max_lines: int = 50_000,
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._timeout = timeout
        self._memory_mb = memory_mb
        self._line_chars = line_chars
        self._max_lines = max_lines
        self._free = anyio.Semaphore(self.workers)
        self._limiter = anyio.CapacityLimiter(self.workers)

    async def warm(self) -> None:
        """Start every worker and let it import what it needs, so that the first click is quick."""
        async with anyio.create_task_group() as group:
            for _ in range(self.workers):
                group.start_soon(self._warm_one)

    async def _warm_one(self) -> None:
        page = b"<title>w</title><main><p>" + b"Warm words for the first page. " * 20
        try:
            await self._call(page, "text/html", "http://warm.invalid/", timeout=60)
        except BrowserError:
            return

    async def render(self, body: bytes, content_type: str, url: str) -> bytes:
        """Render a document; returns an encoded page.

        Raises:
            FetchFailed: ``unreadable``, ``unsupported_type`` or ``no_text``.
            BrowserError: ``busy`` when every worker stays taken.
        """
        with anyio.move_on_after(PATIENCE) as waiting:
            await self._free.acquire()
        if waiting.cancelled_caught:
            raise _busy(url)
        try:
            return await self._call(body, content_type, url, timeout=self._timeout)
        finally:
            self._free.release()

    async def _call(
        self,
        body: bytes,
        content_type: str,
        url: str,
        *,
        timeout: float,  # noqa: ASYNC109 - it kills the child, not just the wait
    ) -> bytes:
        task = Task(
            body, content_type, url, self._line_chars, self._max_lines, self._memory_mb, timeout
        )
        try:
            with anyio.fail_after(timeout):
                outcome = await anyio.to_process.run_sync(
                    work, task, cancellable=True, limiter=self._limiter
                )
        except TimeoutError as error:
            raise _unreadable("reading this page takes too long.", url) from error
        except (anyio.BrokenWorkerProcess, MemoryError) as error:
            raise _unreadable("reading this page takes more than it may.", url) from error
        except OSError as error:  # the machine has no process, memory or file to spare
            raise _busy(url) from error
        if outcome.reason:
            raise FetchFailed(Reason(outcome.reason), outcome.sentence, url=url)
        return outcome.blob


def _busy(url: str) -> BrowserError:
    return BrowserError(
        Reason.BUSY,
        "every reader is at work. Try again in a few seconds.",
        url=url,
        retry_after=5,
    )


def _unreadable(sentence: str, url: str) -> FetchFailed:
    return FetchFailed(Reason.UNREADABLE, f"{sentence} Choose another source.", url=url)


def work(task: Task) -> Outcome:
    """Render one document. Runs in the child."""
    _limit(task)
    try:
        page = render(
            task.body,
            task.content_type,
            task.url,
            line_chars=task.line_chars,
            max_lines=task.max_lines,
        )
        return Outcome(codec.encode(page))
    except BrowserError as error:
        return Outcome(reason=error.reason.value, sentence=error.sentence)
    except Exception as error:  # noqa: BLE001 - a document that trips a parser is an unreadable page
        return Outcome(
            reason=Reason.UNREADABLE.value,
            sentence=f"the page cannot be read ({type(error).__name__}). Choose another source.",
        )


_base_memory = 0  # address space of the child before its first document, in bytes


def _limit(task: Task) -> None:
    """Renew the limits of this process for one document."""
    global _base_memory  # noqa: PLW0603 - one number per child process
    import resource  # noqa: PLC0415 - Unix only, and only the child needs it

    if not _base_memory:
        import trafilatura  # noqa: F401, PLC0415 - its address space belongs to the base

        _base_memory = _address_space()
    memory = _base_memory + task.memory_mb * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime + task.cpu) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - no pathlib cost
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux: a generous guess
        return 1024 * MEGABYTE
