"""What is shown while a command runs, and Ctrl-C.

The command runs in a thread. The line that tells what it waits for appears only when it takes
longer than a person notices, counts down, and is gone when the answer is there. The service is
asked twice a second what the command waits for, and never after its answer.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from browser.client import Client, ClientError
from browser.shell.screen import Screen

T = TypeVar("T")

UNNOTICED = 0.3  # seconds
TICK = 0.1  # seconds between looks at the clock; the line changes once a second
ASKED = 0.5  # seconds between questions to the service
PATIENCE = 2.0  # seconds for the service to hang up after Ctrl-C
_WAIT = re.compile(r"waiting (\d+) s for (.+)", re.DOTALL)


class Stopped(Exception):
    """The person stopped the command."""


class _Outcome(Generic[T]):
    """What a thread brought."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._error: Exception | None = None
        self._value: T | None = None
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._value = self._work()
        except Exception as error:  # noqa: BLE001 - raised again where the person waits
            self._error = error
        finally:
            self.done.set()

    def get(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # done, and without an error


class Note:
    """What the running command waits for, as the service says it.

    Args:
        client: Asks the service.
        done: Set when the command has ended.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, client: Client, done: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._done = done
        self._clock = clock
        self._text, self._seen = "", 0.0

    def watch(self) -> None:
        """Ask until the command has ended."""
        while not self._done.is_set():
            with contextlib.suppress(ClientError):  # the command itself will tell
                self.hear(self._client.note())
            self._done.wait(ASKED)

    def hear(self, text: str) -> None:
        """The service says *text*; a wait it has said before goes on from then."""
        if text != self._text:
            self._text, self._seen = text, self._clock()

    def says(self) -> str:
        """For now: a wait is counted down from when it was first heard of."""
        found = _WAIT.fullmatch(self._text)
        if found is None:
            return self._text or "working"
        left = int(found[1]) - int(self._clock() - self._seen)
        return f"waiting {left} s for {found[2]}" if left > 0 else f"asking {found[2]}"


def watched(work: Callable[[], T], client: Client, screen: Screen) -> T:
    """Do *work*, which asks *client*, and show what it waits for.

    Raises:
        Stopped: on Ctrl-C; the connection is closed, and the service stops waiting.
    """
    outcome = _Outcome(work)
    thread = threading.Thread(target=outcome.run, name="command", daemon=True)
    thread.start()
    try:
        if not outcome.done.wait(UNNOTICED):
            _tell(outcome.done, client, screen)
    except KeyboardInterrupt:
        client.close()
        thread.join(PATIENCE)
        raise Stopped from None
    return outcome.get()


def _tell(done: threading.Event, client: Client, screen: Screen) -> None:
    began = time.monotonic() - UNNOTICED
    note = Note(client, done)
    threading.Thread(target=note.watch, name="note", daemon=True).start()
    shown = ""
    try:
        while not done.wait(TICK):
            line = f"{note.says()} · {int(time.monotonic() - began)} s · Ctrl-C stops it"
            if line != shown:
                screen.status(line)
                shown = line
    finally:
        screen.status("")
