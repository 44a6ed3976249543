"""What has to be looked at to be known: memory, workers, sessions, the store, the hosts.

Looked at every few seconds, and what costs nothing also when the metrics are read.
"""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import anyio

from browser import __version__
from browser.errors import BrowserError
from browser.model.clock import Clock
from browser.telemetry.log import log_defect
from browser.telemetry.metrics import Metrics

EVERY = 10.0  # seconds


class Gauges:
    """Looks at the parts of a service.

    Args:
        metrics: Where it is written.
        clock: Tells the time.
        store: Its adapter, such as ``sqlite``.
        search: The provider.
        ping: Proves that the store works, or raises `BrowserError`.
        workers: How many page workers there are.
        sessions: How many sessions the store keeps.
        states: That a host may be in.
        hosts: The state of every host that the processes of the store know.
    """

    def __init__(
        self,
        metrics: Metrics,
        clock: Clock,
        *,
        store: str,
        search: str,
        ping: Callable[[], Awaitable[None]],
        workers: Callable[[], int],
        sessions: Callable[[], Awaitable[int]],
        states: Iterable[str],
        hosts: Callable[[], Awaitable[Iterable[str]]],
    ) -> None:
        self._clock = clock
        self._ping = ping
        self._count_workers = workers
        self._count_sessions = sessions
        self._look_at_hosts = hosts
        self._states = tuple(states)
        info = metrics.gauge(
            "build_info", "What runs; always 1.", "max", "version", "python", "store", "search"
        )
        info.labels(__version__, platform.python_version(), store, search).set(1)
        metrics.gauge("start_time_seconds", "When it started, since the epoch.", "livemin").set(
            clock.now()
        )
        metrics.gauge("processes", "Processes that serve.", "livesum").set(1)
        self._memory = metrics.gauge(
            "resident_memory_bytes", "Memory of the service, without page workers.", "livesum"
        )
        self._workers = metrics.gauge("page_workers", "Processes that read pages.", "livesum")
        self._up = metrics.gauge("store_up", "Whether the store works: 1 or 0.", "livemin")
        self._sessions = metrics.gauge("sessions", "Sessions that are kept.", "livemax")
        self._hosts = metrics.gauge("hosts", "Hosts that are known, by state.", "livemax", "state")
        for state in self._states:
            self._hosts.labels(state)
        metrics.looked_at(self.look)

    def look(self) -> None:
        """Look at what costs nothing."""
        self._memory.set(_resident())
        self._workers.set(self._count_workers())

    async def run(self) -> None:
        """Look at everything, again and again, until cancelled."""
        while True:
            self.look()
            try:
                await self._look_at_the_store()
                self._up.set(1)
            except BrowserError:
                self._up.set(0)
            except Exception as error:  # noqa: BLE001 - what is only looked at ends no service
                self._up.set(0)
                log_defect(error)
            await anyio.sleep(EVERY)

    async def _look_at_the_store(self) -> None:
        await self._ping()
        self._sessions.set(await self._count_sessions())
        counts = Counter(await self._look_at_hosts())
        for state in self._states:
            self._hosts.labels(state).set(counts[state])


def _resident() -> int:
    """Octets of this process in memory; 0 where that is not told."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
