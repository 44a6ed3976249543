"""The little web in a process of its own, so that an origin shares no lock with the service.

``python -m tests.bench.origin FOLDER`` prints its port and serves until its input ends.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from browser.littleweb import LittleWeb


def serving(folder: Path) -> AbstractContextManager[int]:
    """Serve *folder*; yields the port on 127.0.0.1."""
    return started("tests.bench.origin", str(folder))


@contextmanager
def started(module: str, *arguments: str) -> Iterator[int]:
    """Run *module*, which prints a port and serves until its input ends; yields the port."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


if __name__ == "__main__":
    with LittleWeb(Path(sys.argv[1])) as web:
        print(web.port, flush=True)
        sys.stdin.read()
