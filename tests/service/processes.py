"""The command as an operator starts it: a process of its own, its streams, its exit code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = [sys.executable, "-c", "from browser.cli import main; main()"]
PROJECT = Path(__file__).parents[2]
ADDRESS = re.compile(r" on (http://\S+:\d+) ")
PATIENCE = 60.0  # seconds


def environment(**more: str) -> dict[str, str]:
    """This process's environment without settings of the service, but with *more*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROWSER_")}
    return {**kept, "PYTHONPATH": str(PROJECT), **more}


def run(
    *arguments: str, cwd: Path, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        input=stdin,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Served:
    """``polite-browser serve`` in a process of its own; killed at the end unless it stopped."""

    def __init__(self, config: Path, *arguments: str, program: Sequence[str] = PROGRAM) -> None:
        self._process = subprocess.Popen(
            [*program, "serve", "--config", str(config), "--port", "0", *arguments],
            cwd=config.parent,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._ready = threading.Event()
        self._heard = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address = ""

    def __enter__(self) -> Self:
        with ExitStack() as failed:
            failed.push(self.__exit__)
            assert self._ready.wait(PATIENCE), "the service said nothing"
            found = next((ADDRESS.search(line) for line in self.log if ADDRESS.search(line)), None)
            assert found, self.log
            self.address = found[1]
            failed.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self.kill()
        self._reader.join(PATIENCE)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdout.close()
        self._process.stderr.close()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: nothing of the process runs on."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def send(self, number: int) -> None:
        """Send a signal: SIGTERM as a supervisor does, SIGINT as Ctrl-C does, and others."""
        self._process.send_signal(number)

    def says(self, words: str, times: int = 1) -> None:
        """Wait until its log has so many lines with *words*."""
        with self._heard:
            count = lambda: sum(words in line for line in self.log) >= times  # noqa: E731
            assert self._heard.wait_for(count, PATIENCE), self.log

    def wait(self) -> int:
        """The exit code, once it has stopped; all of its log has been read then."""
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._heard:
                self.log.append(line)
                self._heard.notify_all()
            if ADDRESS.search(line):
                self._ready.set()
        self._ready.set()
