"""Resident memory of processes and of those they started, from Linux's proc(5)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

PAGE = 4096  # bytes of a page of memory


def used(process: subprocess.Popen[str]) -> int:
    """Bytes that one process holds."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * PAGE


def resident(processes: Iterable[subprocess.Popen[str]]) -> int:
    """Bytes that services hold; their page readers are counted apart, being of fixed size."""
    return sum(used(process) for process in processes)
