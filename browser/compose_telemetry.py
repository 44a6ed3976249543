"""From settings to what the operator is told: who subscribes to which record."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from browser import __version__
from browser.model.clock import Clock
from browser.model.fetch import FetchRecord
from browser.model.record import SearchRecord
from browser.model.spans import no_span
from browser.recorded import Watch
from browser.settings import Settings
from browser.telemetry.log import Refusals, log_command, log_fetch, log_process, log_search
from browser.telemetry.metrics import Metrics
from browser.telemetry.spans import Tracing, tracing


@dataclass(frozen=True)
class Telemetry:
    """Everything that is told to the operator.

    Attributes:
        metrics: Counts.
        tracing: Records spans; ``None`` when nobody collects them.
        fetches: Subscribers to fetches.
        searches: Subscribers to searches.
        watch: Records commands.
        answers: Told of every answer of 400 or more, by its status.
    """

    metrics: Metrics
    tracing: Tracing | None
    fetches: Sequence[Callable[[FetchRecord], None]]
    searches: Sequence[Callable[[SearchRecord], None]]
    watch: Watch
    answers: Sequence[Callable[[int], None]]
    _clock: Clock

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell of the start and of the end."""
        began = self._clock.now()
        log_process("start", began, version=__version__)
        self.metrics.began()
        yield
        if self.tracing is not None:
            await self.tracing.aclose()
        now = self._clock.now()
        log_process("stop", now, version=__version__, ran_s=round(now - began))


def build_telemetry(settings: Settings, clock: Clock, *, traced: bool = False) -> Telemetry:
    """Put it together.

    Args:
        settings: All of them.
        clock: Tells the time.
        traced: Whether spans are recorded when the environment asks for them.
    """
    spans = tracing() if traced else None
    metrics = Metrics()
    fetches: list[Callable[[FetchRecord], None]] = [
        partial(log_fetch, queries=settings.telemetry.log_queries),
        metrics,
    ]
    if spans is not None:
        fetches.append(spans.fetched)
    return Telemetry(
        metrics=metrics,
        tracing=spans,
        fetches=tuple(fetches),
        searches=(log_search, metrics.search),
        watch=Watch(
            clock,
            (log_command, metrics.command),
            metrics.running,
            no_span if spans is None else spans.begin,
        ),
        answers=(Refusals(clock), metrics.answered),
        _clock=clock,
    )
