"""What tests of the deployment need of the machine, and how they say that it is not there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.house.project import ROOT
from tests.until import until as wait_until

DEPLOY = ROOT / "deploy"
UID = 65_532  # of the service, in the image and on a machine
BROWSER = (str(Path(sys.executable).with_name("polite-browser")),)
PATIENCE = 30  # seconds


def tool(name: str) -> str:
    """The program *name*; where CI has none the test fails, elsewhere it is skipped."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, **more: Any) -> str:
    """What *command* prints; the test fails with what it says when it fails."""
    more = {"env": {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}, **more}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE, **more
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done.stdout


def permitted(*command: str) -> None:
    """Skip unless *command* works: what a machine permits differs, also where CI runs."""
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE, cwd=ROOT)
    except (OSError, subprocess.SubprocessError) as error:
        says = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"not permitted here: {' '.join(command)}: {says.decode().strip()[:200]}")


def as_service() -> tuple[str, ...]:
    """What starts a command as the service's user, without any privilege.

    Where the project or its Python lie in a folder that only root may enter, as one's home is,
    that user reads them with a capability, and holds no other.
    """
    user = (tool("setpriv"), f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs")
    reading = ("dac_read_search",)
    for held in ((), reading):
        caps = ",".join(("-all", *(f"+{name}" for name in held)))
        ambient = tuple(f"--ambient-caps=+{name}" for name in held)
        starts = (*user, f"--inh-caps={caps}", f"--bounding-set={caps}", *ambient)
        again = ("sh", "-c", '"$0" -c "import browser"', sys.executable)  # not by setpriv itself
        try:
            subprocess.run((*starts, *again), capture_output=True, check=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError):
            continue
        return starts
    pytest.skip("not permitted here: to start a process as another user")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def process(command: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run *command* until the end of the block."""
    with subprocess.Popen(command, **more) as started:
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                started.kill()


def until(what: Any, running: subprocess.Popen[bytes]) -> Any:
    """What *what* returns once it is true."""
    answer = None

    def came() -> bool:
        nonlocal answer
        assert running.poll() is None, "the process ended"
        answer = what()
        return bool(answer)

    wait_until(came, "nothing came in time", PATIENCE)
    return answer


ASK = """
import json, sys, time, urllib.request
straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
patience, *urls = sys.argv[1:]
end = time.monotonic() + float(patience)
def asked(url):
    while True:
        try:
            return json.load(straight.open(url, timeout=20))
        except OSError:  # HTTPError is one
            if time.monotonic() > end:
                return None
            time.sleep(0.05)
print(json.dumps([asked(url) for url in urls]))
"""


def asked(*urls: str, within: Sequence[str] = (), patience: float = 0) -> list[Any]:
    """The JSON at each of *urls*, asked by a process that *within* starts.

    ``None`` where there is no answer, or none of success, also not after *patience* seconds.
    """
    answers: list[Any] = json.loads(
        run(*within, sys.executable, "-I", "-S", "-c", ASK, str(patience), *urls)
    )
    return answers
