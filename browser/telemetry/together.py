"""Metrics as Prometheus reads them: of this process, or of all that count together.

Processes that a supervisor started (`browser.workers`) write what they count into files of one
folder, and whichever is asked adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from browser.telemetry import FOLDER


def exposed(own: CollectorRegistry) -> bytes:
    """The text format.

    Args:
        own: What this process counts.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return generate_latest(own)
    for _ in own.collect():  # which brings up to date what is looked at when it is read
        pass
    together = CollectorRegistry()
    MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]  # it registers itself
    return generate_latest(together)
