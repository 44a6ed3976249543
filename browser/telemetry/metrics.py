"""Counters, by reason and never by host: a host name is not a bounded label."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from browser.model.fetch import FetchRecord


class Metrics:
    """Subscribes to fetch records.

    Args:
        refused_methods: How many requests other than GET were stopped so far.
    """

    def __init__(self, refused_methods: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._fetches = Counter(
            "polite_browser_fetches",
            "Fetches by outcome: ok, or the reason's code.",
            ["outcome"],
            registry=self.registry,
        )
        self._robots = Counter(
            "polite_browser_robots_fetches",
            "Requests for robots.txt by outcome: ok, or the reason's code.",
            ["outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "polite_browser_fetch_seconds",
            "Whole fetches, waiting included.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
            registry=self.registry,
        )
        self._octets = Counter(
            "polite_browser_octets", "Decoded octets of pages.", registry=self.registry
        )
        self.registry.register(_Refused(refused_methods))

    def __call__(self, record: FetchRecord) -> None:
        """Count *record*."""
        if record.purpose == "robots":  # its time and octets are no page's
            self._robots.labels(record.outcome).inc()
            return
        self._fetches.labels(record.outcome).inc()
        self._seconds.observe(record.took_ms / 1000)
        self._octets.inc(record.octets)


class _Refused(Collector):
    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def collect(self) -> list[CounterMetricFamily]:
        family = CounterMetricFamily(
            "polite_browser_methods_refused", "Requests other than GET stopped before a socket."
        )
        family.add_metric([], self._count())
        return [family]
