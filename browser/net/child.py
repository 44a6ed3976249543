"""One worker process, seen from the service: started, asked, killed."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

import anyio

import browser
from browser.net.frames import Answer, Broken, Request, Status, read_holdings
from browser.net.worker import Options
from browser.text import codec

PIPE = 1024 * 1024  # octets that a pipe holds, where the system lets it: most pages in one piece
PASSED_ON = ("LD_LIBRARY_PATH",)  # of our environment: what some Pythons need to start
SAID = 2000  # characters kept of what a worker says on its way to an early end

# Isolated mode (-I) reads no PYTHON* variable and not the working folder; modules are looked for
# where we look for them.
PROGRAM = """\
import json, sys
path, options = json.loads(sys.argv[1])
sys.path[:] = path
from browser.net.worker import Options, main
main(Options(*options))
"""


class Child:
    """A worker process.

    Start it on the thread of the event loop: the kernel ends it with that very thread.

    Args:
        options: What holds for its documents.

    Attributes:
        asked: Documents it was given.
        is_ready: Whether it said that it can be asked.
        holds: What it may no longer do, of `browser.net.confine.ALL`; known once it is ready,
            and said before it saw a document.

    Raises:
        OSError: the system has no process, memory or file to spare.
    """

    def __init__(self, options: Options) -> None:
        self.asked = 0
        self.is_ready = False
        self.holds: frozenset[str] = frozenset()
        self._starting = anyio.Lock()
        self._buffer = bytearray(PIPE)  # one for all answers: new memory costs more than reading
        errors, to_errors = os.pipe()
        try:
            os.set_blocking(to_errors, False)  # nobody reads along: what is too much is lost
            os.set_blocking(errors, False)
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [sys.executable, "-I", "-X", "utf8", "-c", PROGRAM, _arguments(options)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=to_errors,
                bufsize=0,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                cwd="/",
                start_new_session=True,
            )
        except BaseException:
            os.close(errors)
            raise
        finally:
            os.close(to_errors)
        self._errors = os.fdopen(errors, "rb", buffering=0)
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        for pipe in (self._requests, self._answers):
            os.set_blocking(pipe.fileno(), False)
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until it can be asked. Several may wait.

        Raises:
            Broken: it cannot.
        """
        async with self._starting:
            if not self.is_ready:
                status, payload = await self._answer()
                if status is not Status.READY:
                    raise Broken("an answer without a question")
                self.holds = read_holdings(payload)
                self.is_ready = True

    async def ask(self, request: Request) -> tuple[Status, bytes]:
        """Let it read a document. A caller that gives up has to kill it.

        Raises:
            Broken: it died, or says what is no answer.
        """
        self.asked += 1
        rest = [memoryview(request.head()), memoryview(request.body)]
        pipe = self._requests.fileno()
        while rest:
            try:
                written = os.writev(pipe, rest)
            except BlockingIOError:
                await anyio.wait_writable(pipe)
            except OSError as error:
                raise Broken("it is gone") from error
            else:
                rest = _without(rest, written)
        status, payload = await self._answer()
        if status is Status.READY:
            raise Broken("no answer to a question")
        return status, payload

    async def _answer(self) -> tuple[Status, bytes]:
        answer = Answer(codec.MAX_PAGE)
        whole = False
        while not whole:
            try:
                await anyio.wait_readable(self._answers)
                read = os.readv(self._answers.fileno(), [self._buffer])
            except BlockingIOError:
                continue
            except (anyio.ClosedResourceError, ValueError) as error:
                raise Broken("we let go of it") from error
            if not read:
                raise Broken("it is gone")
            whole = answer.add(memoryview(self._buffer)[:read])
        return answer.status, answer.payload

    def is_fit(self) -> bool:
        """Whether it lives, and has said nothing that it was not asked."""
        return self._process.poll() is None and not (self.is_ready and self.has_said())

    def has_said(self) -> bool:
        """Whether there is something to read of it, or its end."""
        look = select.poll()
        look.register(self._answers.fileno(), select.POLLIN)
        return bool(look.poll(0))

    def said(self) -> str:
        """What it wrote to standard error, its end; for the log."""
        try:
            text = self._errors.read(PIPE) or b""
        except ValueError:  # closed
            return ""
        return text.decode("utf-8", "replace")[-SAID:]

    def end(self) -> None:
        """Kill it and whatever it started; who waits for its answer learns so."""
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and let go of its pipes."""
        self.end()
        anyio.notify_closing(self._answers)
        for pipe in (self._requests, self._answers, self._errors):
            pipe.close()

    def is_gone(self) -> bool:
        """Whether the system has let go of it after its end."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Wait for that. Blocks."""
        self._process.wait()


def _arguments(options: Options) -> str:
    """What the program needs: our module path, without the working folder, and the options."""
    path = [entry for entry in sys.path if Path(entry).is_absolute()]
    home = str(Path(browser.__file__).resolve().parents[1])
    return json.dumps([path if home in path else [home, *path], options])


def _without(pieces: list[memoryview], count: int) -> list[memoryview]:
    """What is left of *pieces* after their first *count* octets."""
    left = []
    for piece in pieces:
        if count < len(piece):
            left.append(piece[count:])
        count = max(0, count - len(piece))
    return left
