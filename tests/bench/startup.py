"""Milliseconds from starting the program to its first answers, beside an empty application.

Linux only: processor time is read from /proc, of the process and of the workers it started.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import table
from tests.service.processes import PROGRAM, environment

RUNS = 5
PATIENCE = 60.0  # seconds until a start counts as failed
EMPTY = """\
import sys
import uvicorn
from fastapi import FastAPI

app = FastAPI()

@app.get("/healthz")
async def healthz() -> str:
    return "ok"

@app.get("/readyz")
async def readyz() -> str:
    return "ok"

uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", log_level="critical")
"""


def run() -> None:
    """Print wall and processor time to the first 200 of each probe, medians of runs in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = folder / "settings.toml"
        settings.write_text('[store]\nurl = "sqlite:///state.db"\n')
        ours = [*PROGRAM, "serve", "--config", str(settings), "--port"]
        theirs = [sys.executable, "-c", EMPTY]
        times: dict[str, list[list[float]]] = {"the service": [], "empty FastAPI + uvicorn": []}
        for number in range(RUNS + 1):
            for who, program in zip(times, (ours, theirs), strict=True):
                timed = _start(program, folder)
                if number:  # the first one reads files from the disk
                    times[who].append(timed)
    rows = [
        (who, *(statistics.median(column) for column in zip(*runs, strict=True)))
        for who, runs in times.items()
    ]
    table.show(
        f"startup: milliseconds from exec to the first 200, medians of {RUNS}",
        ("what", "healthz", "processor", "readyz", "processor, with workers"),
        rows,
    )


def _start(program: Sequence[str], folder: Path) -> list[float]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        [*program, str(port)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        times = []
        for path in ("/healthz", "/readyz"):
            while not _answers(port, path):
                if time.monotonic() - began > PATIENCE or process.poll() is not None:
                    raise RuntimeError("it does not start")
                time.sleep(0.002)
            times += [(time.monotonic() - began) * 1000, _processor(process.pid) * 1000]
        return times
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def _processor(pid: int) -> float:
    """Seconds of processor time of a process and what it started."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = entry.read_text().rpartition(")")[2].split()
            if int(entry.parent.name) == pid or int(fields[1]) == pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
