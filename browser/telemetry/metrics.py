"""Metrics: counters by reason and never by host, since a host name is not a bounded label.

`deploy/telemetry.md` describes each one. Every label takes its values from a set that is known
when the service starts; what is not in it counts as ``other``. Series whose first event matters
begin at zero, so that a rate sees it.

Every metric works in the multi-process mode of prometheus_client, where a supervisor adds up what
several processes wrote: no collector computes its value when it is asked, and gauges say how they
are put together. What has to be looked at (`browser.telemetry.gauges`) is looked at regularly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal, TypeAlias, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from browser.conversation import VERBS
from browser.model.fetch import CacheUse, FetchRecord
from browser.model.reason import Reason
from browser.model.record import CommandRecord, SearchRecord
from browser.net.sandbox import End

Mode: TypeAlias = Literal["livesum", "livemax", "livemin", "max", "min"]

NAMESPACE = "polite_browser_"
OTHER = "other"
OUTCOMES = frozenset({"ok", "cancelled", "defect", *(reason.value for reason in Reason)})
OF_ROBOTS = frozenset(  # a request for robots.txt ends in one of these
    {"ok", "cancelled", "defect"}
    | {
        reason.value
        for reason in (
            Reason.ROBOTS_UNREACHABLE, Reason.RATE_LIMITED, Reason.HOST_BACKING_OFF, Reason.BUSY,
            Reason.TIMEOUT, Reason.DNS_FAILED, Reason.CONNECT_FAILED, Reason.TLS_FAILED,
            Reason.BAD_RESPONSE, Reason.BAD_URL, Reason.ADDRESS_REFUSED, Reason.SCHEME_REFUSED,
            Reason.PORT_REFUSED, Reason.HOST_BLOCKED, Reason.TOO_MANY_REDIRECTS, Reason.TOO_LARGE,
        )
    }
)  # fmt: skip
STATUSES = frozenset(
    {"400", "401", "403", "404", "405", "411", "413", "415", "421", "422", "429", "431"}
    | {"500", "503"}
)
ENDS = frozenset(get_args(End))
ACTIONS = frozenset({"set", "unset", "reload"})
PORTS = ("sessions", "pages", "robots", "turns", "responses", "orders", "boards")
PROVIDERS = frozenset({"brave", "searxng", "mediawiki", "local"})

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)
QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each one, which nothing here asks for


class Metrics:
    """Subscribes to records, and is told what leaves none.

    Attributes:
        registry: Holds them all.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._before = _Before()
        self.registry.register(self._before)
        self._fetches = self._counter("fetches", "Fetches of pages by outcome.", "outcome")
        self._robots = self._counter("robots_fetches", "Requests for robots.txt.", "outcome")
        self._seconds = self._histogram("fetch_seconds", "Whole fetches, waiting included.")
        self._waits = self._histogram("wait_seconds", "Fetches' waits for our own pace.")
        self._octets = self._counter("octets", "Decoded octets of pages.")
        self._redirects = self._counter("redirects", "Redirects followed on the way to pages.")
        self._cache = self._counter(
            "cache_uses", "Fetches by what the kept copy was good for.", "use"
        )
        self._methods = self._counter(
            "methods_refused", "Requests other than GET stopped before a socket."
        )
        self._commands = self._counter("commands", "Commands by outcome.", "command", "outcome")
        self._took = self._histogram("command_seconds", "Whole commands.", "command")
        self._running = self.gauge("commands_running", "Commands that wait or run.", "livesum")
        self._searches = self._counter("searches", "Searches by outcome.", "provider", "outcome")
        self._searched = self._histogram("search_seconds", "Searches at the provider.")
        self._answers = self._counter(
            "refusals", "Callers' requests answered with 400 or more, by status.", "status"
        )
        self._started = self._counter("page_worker_starts", "Page workers started.")
        self._ended = self._counter("page_worker_ends", "Page workers replaced, by why.", "cause")
        self._stored = self._histogram(
            "store_seconds", "Calls of the store.", "port", buckets=QUICK
        )
        self._broken = self._counter("store_errors", "Calls that the store failed.", "port")
        self._changes = self._counter(
            "limit_changes", "What operators changed while the service runs.", "action"
        )
        self._processes = self._counter(
            "process_starts", "Processes that began to serve, those that have ended included."
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        for counter, values in (
            (self._fetches, OUTCOMES),
            (self._robots, OF_ROBOTS),
            (self._cache, get_args(CacheUse)),
            (self._answers, STATUSES),
            (self._broken, PORTS),
            (self._ended, ENDS),
            (self._changes, ACTIONS),
        ):
            for value in sorted(values):
                counter.labels(value)
        for command in VERBS:
            for outcome in ("ok", "busy", "defect"):
                self._commands.labels(command, outcome)
        for provider in PROVIDERS:
            for outcome in ("ok", Reason.SEARCH_FAILED):
                self._searches.labels(provider, str(outcome))

    def __call__(self, record: FetchRecord) -> None:
        """Count *record*."""
        if record.purpose == "robots":  # its time and octets are no page's
            self._robots.labels(_one_of(OF_ROBOTS, record.outcome)).inc()
            return
        self._fetches.labels(_one_of(OUTCOMES, record.outcome)).inc()
        self._cache.labels(record.cache).inc()
        self._seconds.observe(record.took_ms / 1000)
        self._waits.observe(record.waited_ms / 1000)
        self._octets.inc(record.octets)
        self._redirects.inc(record.hops)

    def command(self, record: CommandRecord) -> None:
        """Count *record*."""
        command = _one_of(VERBS, record.command)
        self._commands.labels(command, _one_of(OUTCOMES, record.outcome)).inc()
        self._took.labels(command).observe(record.took_ms / 1000)

    def began(self) -> None:
        """This process serves from now on."""
        self._processes.inc()

    def running(self, count: int) -> None:
        """So many commands run now."""
        self._running.set(count)

    def search(self, record: SearchRecord) -> None:
        """Count *record*."""
        provider = _one_of(PROVIDERS, record.provider)
        self._searches.labels(provider, _one_of(OUTCOMES, record.outcome)).inc()
        self._searched.observe(record.took_ms / 1000)

    def answered(self, status: int) -> None:
        """A caller's request is answered with *status*, 400 or more."""
        self._answers.labels(_one_of(STATUSES, str(status))).inc()

    def method_refused(self) -> None:
        """A request other than GET was stopped."""
        self._methods.inc()

    def worker_started(self) -> None:
        """A page worker was started."""
        self._started.inc()

    def worker_ended(self, cause: End) -> None:
        """A page worker was replaced."""
        self._ended.labels(cause).inc()

    def stored(self, port: str, seconds: float, *, failed: bool) -> None:
        """A call of *port*, a field of `browser.state.open.Store`."""
        self._stored.labels(port).observe(seconds)
        if failed:
            self._broken.labels(port).inc()

    def changed(self, action: str) -> None:
        """An operator changed something: ``set``, ``unset`` or ``reload``."""
        self._changes.labels(_one_of(ACTIONS, action)).inc()

    def gauge(self, name: str, says: str, mode: Mode, *labels: str) -> Gauge:
        """A gauge, and how those of several processes are put together."""
        return Gauge(NAMESPACE + name, says, labels, registry=self.registry, multiprocess_mode=mode)

    def looked_at(self, look: Callable[[], None]) -> None:
        """Call *look* before the metrics of this process are read, to bring gauges up to date."""
        self._before.look = look

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(NAMESPACE + name, says, labels, registry=self.registry)

    def _histogram(
        self, name: str, says: str, *labels: str, buckets: tuple[float, ...] = SECONDS
    ) -> Histogram:
        return Histogram(NAMESPACE + name, says, labels, buckets=buckets, registry=self.registry)


class _Before(Collector):
    """Is asked like a metric, but has none of its own."""

    look: Callable[[], None] | None = None

    def collect(self) -> Iterable[Metric]:
        if self.look is not None:
            self.look()
        return ()


def _one_of(known: Collection[str], value: str) -> str:
    return value if value in known else OTHER
