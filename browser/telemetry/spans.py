"""Spans for a collector of OpenTelemetry, when the environment names one.

The environment is that of every OpenTelemetry program: ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or
``…_TRACES_ENDPOINT``) turns tracing on, ``OTEL_TRACES_EXPORTER=none`` and
``OTEL_SDK_DISABLED=true`` turn it off, and sampling, headers, resource and batches have their
usual names. OTLP over HTTP is the one transport.

A caller's ``traceparent`` (W3C Trace Context) is continued; its ``tracestate`` is not, since that
may hold anything. Nothing of a trace is ever sent to a site. The provider is ours alone: the global
one stays unset, so that no library adds spans of its own, which hold whole URLs, and the context
variable is ours too, so that no library finds a trace to pass on.

Spans wait in a bounded queue and leave from a thread. A collector that is away costs the spans and
one log line, another one when it is back.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from browser import __version__
from browser.errors import BrowserError
from browser.model.fetch import FetchRecord
from browser.model.spans import Span, Value

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExportResult
    from opentelemetry.trace import Span as Recorded

FLUSH = 3.0  # seconds for what is left when the service ends
TIMEOUT = 5.0  # seconds for one batch, its repetitions included
MAX_VALUE = 256  # characters of an attribute
SERVICE = "polite-browser"
OWN = "polite_browser."  # before the names of our own attributes
OF_FETCHES = ("outcome", "status", "octets", "hops", "waited_ms", "cache")  # fields of the record
STANDARD = {"host": "server.address", "status": "http.response.status_code"}
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")

_PARENT: ContextVar[Context | None] = ContextVar("trace", default=None)

_log = logging.getLogger("browser")


def tracing(environ: Mapping[str, str] = os.environ) -> Tracing | None:
    """What records spans, when *environ* asks for it; a log line says why not."""
    if not _wanted(environ):
        return None
    protocol = next((environ[name] for name in PROTOCOLS if environ.get(name)), "http/protobuf")
    if protocol != "http/protobuf":
        _log.warning(
            "no spans are recorded: OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the one "
            "that this service speaks (port 4318 of most collectors)"
        )
        return None
    try:
        return Tracing(_provider(environ))
    except ImportError:
        _log.warning(
            "no spans are recorded: OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not "
            "installed. Install polite-browser[tracing], or unset it."
        )
    except ValueError as error:
        _log.warning("no spans are recorded: %s", type(error).__qualname__)
    return None


def _wanted(environ: Mapping[str, str]) -> bool:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporters = {name.strip() for name in environ.get("OTEL_TRACES_EXPORTER", "").split(",")}
    exporters -= {""}
    if unknown := exporters - {"otlp", "none"}:
        _log.warning(
            "OTEL_TRACES_EXPORTER: %d of its values are not known here; valid are otlp and none",
            len(unknown),
        )
    if exporters:
        return "otlp" in exporters
    return any(environ.get(name) for name in ENDPOINTS)


def _provider(environ: Mapping[str, str]) -> TracerProvider:
    """A provider that sends what is recorded to the collector of the environment."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    ours = Resource.create({"service.name": SERVICE, "service.version": __version__})
    bounded = any(environ.get(name) for name in TIMEOUTS)
    provider = TracerProvider(
        resource=ours.merge(OTELResourceDetector().detect()),  # what the environment says wins
        span_limits=SpanLimits(max_span_attribute_length=MAX_VALUE),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(timeout=None if bounded else TIMEOUT)
    provider.add_span_processor(BatchSpanProcessor(_Told(exporter)))  # type: ignore[arg-type]
    return provider


class Tracing:
    """Records spans.

    Args:
        provider: Of OpenTelemetry's SDK.
    """

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import trace  # noqa: PLC0415
        from opentelemetry.context import Context  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        self._provider = provider
        self._tracer = provider.get_tracer("browser", __version__)
        self._within: Callable[[Recorded], Context] = lambda span: trace.set_span_in_context(
            span, Context()
        )
        self._open = trace.get_current_span
        self._empty = Context()
        self._read = TraceContextTextMapPropagator().extract
        self._kinds = {"command": trace.SpanKind.SERVER, "search": trace.SpanKind.CLIENT}
        self._other_kind = trace.SpanKind.INTERNAL
        self._defect = trace.Status(trace.StatusCode.ERROR)

    def begin(self, name: str, **values: Value) -> AbstractContextManager[Span]:
        """For `browser.model.spans.SPANS`."""
        return self._begun(name, values)

    @contextmanager
    def _begun(self, name: str, values: Mapping[str, Value]) -> Iterator[Span]:
        span = self._tracer.start_span(
            name,
            context=_PARENT.get() or self._empty,
            kind=self._kinds.get(name.partition(" ")[0], self._other_kind),
            attributes=_named(values),
            record_exception=False,  # its words may be a page's
            set_status_on_exception=False,
        )
        before = _PARENT.set(self._within(span))
        try:
            yield _Open(span)
        except Exception as error:
            if not isinstance(error, BrowserError):  # those are answers: see the outcome
                span.set_status(self._defect)
            raise
        finally:
            _PARENT.reset(before)
            span.end()

    def fetched(self, record: FetchRecord) -> None:
        """Tell the span that is open of *record*, which ends what the span began with."""
        span = self._open(_PARENT.get() or self._empty)
        span.set_attributes(_named({name: getattr(record, name) for name in OF_FETCHES}))

    @contextmanager
    def continued(self, headers: Headers) -> Iterator[None]:
        """Begin spans inside that of the caller who sent *headers*, if it names one."""
        given = headers.getlist("traceparent")
        carrier = {"traceparent": given[0]} if len(given) == 1 else {}
        before = _PARENT.set(self._read(carrier, self._empty) if carrier else None)
        try:
            yield
        finally:
            _PARENT.reset(before)

    async def aclose(self) -> None:
        """Send what is left, within `FLUSH` seconds."""
        with anyio.move_on_after(FLUSH, shield=True):
            await anyio.to_thread.run_sync(self._provider.shutdown, abandon_on_cancel=True)


class Traced:
    """Middleware: what is done for a request belongs to its caller's trace.

    Args:
        app: What answers.
        tracing: Records spans.
    """

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._tracing.continued(Headers(scope=scope)):
            await self._app(scope, receive, send)


class _Open:
    """A span that is being recorded."""

    def __init__(self, span: Recorded) -> None:
        self._span = span

    def tell(self, **values: Value) -> None:
        """Add attributes."""
        self._span.set_attributes(_named(values))


def _named(values: Mapping[str, Value]) -> dict[str, Value]:
    return {STANDARD.get(name, OWN + name): value for name, value in values.items()}


class _Told:
    """An exporter whose trouble is told once, and its end once."""

    def __init__(self, exporter: Any) -> None:
        self._exporter = exporter
        self._lost = 0
        self._lock = threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send *spans*."""
        result: SpanExportResult = self._exporter.export(spans)
        with self._lock:
            if result.name != "SUCCESS":
                if not self._lost:
                    _log.warning("spans are lost: the collector does not take them")
                self._lost += len(spans)
            elif self._lost:
                _log.warning("spans are taken again; %d were lost", self._lost)
                self._lost = 0
        return result

    def shutdown(self) -> None:
        """Close."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        del timeout_millis
        return True
