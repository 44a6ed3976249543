"""A person's terminal with the shell in it: what stands on the screen, and keys to press."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pyte

CHILD = Path(__file__).with_name("child.py")
ROOT = CHILD.parents[2]
PATIENCE = 30  # seconds
CTRL_C, CTRL_D, TAB, UP, ENTER = "\x03", "\x04", "\t", "\x1b[A", "\r"


class _Screen(pyte.Screen):
    """Answers what programs ask a terminal."""

    answer: Callable[[str], None]

    def write_process_input(self, data: str) -> None:
        self.answer(data)


class Terminal:
    """One run of the shell. What it writes is in `written`, as it came."""

    def __init__(
        self, *arguments: str, columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen = _Screen(columns, rows)
        self._screen.answer = self.press
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self.written = b""
        self._screens: list[str] = []
        names = ("PATH", "LANG", "HOME")
        given = {name: os.environ[name] for name in names if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), "shell", *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=ROOT,
            env={**given, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LC_ALL": "C.UTF-8",
                 **environment},
        )  # fmt: skip
        os.close(slave)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def press(self, keys: str) -> None:
        with self._changed:  # what stood there before is no answer to these keys
            self._screens.clear()
        os.write(self._master, keys.encode())

    def enter(self, line: str) -> None:
        self.press(f"{line}{ENTER}")

    def text(self) -> str:
        """What stands on the screen now."""
        with self._changed:
            return self._shown()

    def styles(self, words: str) -> set[tuple[str, bool]]:
        """Colour and weight of the cells where *words* stand."""
        with self._changed:
            for y, row in enumerate(self._screen.display):
                if words in row:
                    x = row.index(words)
                    cells = [self._screen.buffer[y][n] for n in range(x, x + len(words))]
                    return {(cell.fg, cell.bold) for cell in cells}
        raise AssertionError(f"{words!r} is not on the screen")

    def until(self, there: Callable[[str], object] | str) -> str:
        """Wait for a screen that holds, since the last key; returned is the first that did."""
        holds = (lambda text: there in text) if isinstance(there, str) else there
        with self._changed:

            def passed() -> bool:
                while self._screens and not holds(self._screens[0]):
                    self._screens.pop(0)
                return bool(self._screens) or not self._reader.is_alive()

            if not self._changed.wait_for(passed, PATIENCE) or not self._screens:
                raise AssertionError(f"not seen: {there}. The screen:\n{self._shown()}")
            return self._screens[0]

    def prompt(self, before: str = "") -> str:
        """Wait for an empty prompt as the last thing on the screen."""
        wanted = f"{before} >".strip()

        def asks(text: str) -> bool:
            last = text.rstrip("\n").split("\n")[-1]
            return last == wanted if before else last.endswith(">")

        return self.until(asks)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        os.close(self._master)

    def _shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # EIO: nobody has the terminal open any more
            while data := os.read(self._master, 65536):
                with self._changed:
                    self.written += data
                    self._stream.feed(data)
                    self._screens.append(self._shown())
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


@contextmanager
def terminal(
    *arguments: str,
    columns: int = 80,
    rows: int = 40,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Terminal]:
    """Run the shell; it is killed at the end if it has not left."""
    running = Terminal(*arguments, columns=columns, rows=rows, environment=environment)
    try:
        yield running
    finally:
        running.close()
