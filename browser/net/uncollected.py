"""Work in a thread that makes many small objects, without stopping everybody else for them.

Decides when Python's garbage collector runs; no text governs it. Every few hundred new objects
it looks at the young ones, and now and then at all there are, and no other thread runs while it
does: the event loop would stand still for 100 ms at a time. What such work makes is looked at
once, when it is done.
"""

from __future__ import annotations

import gc
import threading


class _Uncollected:
    """Holds the collector back while any thread is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._was_on:
                gc.collect(0)
                gc.enable()


UNCOLLECTED = _Uncollected()
