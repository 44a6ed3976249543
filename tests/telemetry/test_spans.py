"""Spans, as a real collector receives them from the real service."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from dataclasses import dataclass

import pytest

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.telemetry import spans
from browser.telemetry.spans import ENDPOINTS, tracing
from tests.house.project import ROOT
from tests.service.living import Talk, serving, small_library
from tests.telemetry.collector import Collector, Span, collecting
from tests.until import PATIENCE
from tests.world import World

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
FROM_CALLER = f"00-{TRACE}-{CALLER}-01"

# What a caller may send in the header `traceparent`, each time it sends it.
NO_TRACES = [
    (),
    ("CANARY",),
    (f"00-{'0' * 32}-{CALLER}-01",),
    (TRACE * 9,),
    (FROM_CALLER, FROM_CALLER),
]


@dataclass
class Told:
    """What a collector and the sites were told by a service that has ended."""

    collector: Collector
    world: World

    def of(self, request: str) -> list[Span]:
        """The spans of the command that came with *request*."""
        sent = self.collector.spans
        [trace] = [s.trace for s in sent if s.attributes.get("polite_browser.request") == request]
        return [span for span in sent if span.trace == trace]

    def named(self, name: str, request: str) -> Span:
        [span] = [span for span in self.of(request) if span.name == name]
        return span


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.page("a.test", "/secret-path?q=CANARY", "<p>CANARY words of a page.</p>")
        world.page("a.test", "/", "<p>CANARY words of a page.</p>")
        world.robots("no.test", "User-agent: *\nDisallow: /\n")
        yield world


@pytest.fixture(scope="module")
def told(world: World, tmp_path_factory: pytest.TempPathFactory):
    """One service: a caller with a trace, callers without, a search."""
    index = small_library(world, tmp_path_factory.mktemp("library"))
    found = {"provider": "local", "local": {"index": str(index)}}
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENDPOINTS[1], collector.address)
        patch.setattr(spans, "FLUSH", PATIENCE)
        patch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")  # its spans hold whole addresses
        with serving(world, search=found) as client:

            def ask(request: str, command: str = "open_url", *traces: str, **given: str) -> None:
                headers = [("X-Request-Id", request), ("tracestate", "vendor=CANARY")]
                headers += [("traceparent", trace) for trace in traces]
                asked = client.get(
                    f"/v1/{command}", params={**given, "session": "CANARY"}, headers=headers
                )
                assert asked.headers["X-Request-Id"] == request

            ask("first", "open_url", FROM_CALLER, url="http://a.test/secret-path?q=CANARY")
            ask("forbidden", url="http://no.test/")
            ask("missing", url="http://a.test/missing")
            ask("search", "search", query="walnuts")
            for number, traces in enumerate(NO_TRACES):
                ask(f"none-{number}", "open_url", *traces, url="http://a.test/")
        yield Told(collector, world)  # all that was recorded has been sent by now


def test_a_command_is_one_trace_whose_spans_lie_within_one_another(told: Told):
    command, fetch, robots, render = (
        told.named(name, "first") for name in ("command open_url", "fetch", "robots", "render")
    )
    assert {span.trace for span in told.of("first")} == {TRACE}
    assert command.parent == CALLER
    assert fetch.parent == render.parent == command.id
    assert robots.parent == fetch.id
    assert command.attributes == {
        "polite_browser.command": "open_url",
        "polite_browser.request": "first",
        "polite_browser.outcome": "ok",
    }
    assert fetch.attributes["server.address"] == "a.test"
    assert fetch.attributes["http.response.status_code"] == 200
    assert robots.attributes["polite_browser.source"] == "fetched"
    assert robots.attributes["http.response.status_code"] == 404
    assert render.attributes["polite_browser.outcome"] == "ok"
    assert told.collector.resource["service.name"] == "polite-browser"


def test_nothing_of_what_people_look_for_is_in_a_trace(told: Told):
    for word in (b"CANARY", b"secret-path", b"walnuts"):
        assert word not in told.collector.raw
    assert len(told.collector.spans) > len(NO_TRACES)


def test_nothing_of_a_trace_is_sent_to_a_site(told: Told):
    sent = {name for headers in told.world.headers for name in headers}
    assert "user-agent" in sent
    assert sent & {"traceparent", "tracestate", "baggage", "x-request-id"} == set()
    assert TRACE not in str(told.world.headers)


def test_what_a_site_or_a_rule_led_to_is_an_outcome_and_no_error(told: Told):
    for request, outcome in (("forbidden", "robots_disallowed"), ("missing", "http_status")):
        sent = told.of(request)
        assert told.named("fetch", request).attributes["polite_browser.outcome"] == outcome
        assert (
            told.named("command open_url", request).attributes["polite_browser.outcome"] == outcome
        )
        assert not any(span.is_error for span in sent)


def test_a_search_is_a_span_without_its_words(told: Told):
    search, command = (told.named(name, "search") for name in ("search", "command search"))
    assert search.parent == command.id
    assert search.attributes == {
        "polite_browser.provider": "local",
        "polite_browser.outcome": "ok",
        "polite_browser.hits": 2,
    }


@pytest.mark.parametrize("number", range(len(NO_TRACES)))
def test_a_caller_s_trace_that_is_none_is_not_continued(told: Told, number: int):
    command = told.named("command open_url", f"none-{number}")
    assert command.parent == ""
    assert command.trace not in (TRACE, "0" * 32)


async def test_no_word_of_an_error_and_no_long_one_of_a_site_is_in_a_span(
    monkeypatch: pytest.MonkeyPatch,
):
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINTS[1], collector.address)
        monkeypatch.setattr(spans, "FLUSH", PATIENCE)
        recorder = tracing()
        assert recorder is not None
        answer = BrowserError(Reason.NO_TEXT, "CANARY words of a page")
        for error in (answer, ValueError("CANARY words of a page")):
            with pytest.raises(type(error)), recorder.begin("fetch", host="x" * 1000):
                raise error
        await recorder.aclose()
    assert [span.is_error for span in collector.spans] == [False, True]
    for span in collector.spans:
        assert span.attributes == {"server.address": "x" * spans.MAX_VALUE}
    assert b"CANARY" not in collector.raw
    assert b"Error" not in collector.raw, "an error is an event of its span"


def test_a_collector_that_is_away_costs_a_log_line(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setenv(ENDPOINTS[1], f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setattr(spans, "FLUSH", PATIENCE)
    caplog.set_level(logging.WARNING)
    with serving(world) as client:
        assert Talk(client).open("http://a.test/")["ok"]
    told = [line for line in caplog.messages if "span" in line.lower() or "otlp" in line.lower()]
    assert told == ["spans are lost: the collector does not take them"]


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, ""),
        ({"OTEL_TRACES_EXPORTER": "none", ENDPOINTS[1]: "http://127.0.0.1:1"}, ""),
        ({"OTEL_SDK_DISABLED": "true", ENDPOINTS[1]: "http://127.0.0.1:1"}, ""),
        ({"OTEL_TRACES_EXPORTER": "console"}, "valid are otlp and none"),
        (
            {ENDPOINTS[1]: "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "http/protobuf",
        ),
    ],
)
def test_nothing_is_recorded_unless_it_is_asked_for(
    caplog: pytest.LogCaptureFixture, environ: dict[str, str], says: str
):
    assert tracing(environ) is None
    assert len(caplog.messages) == bool(says)
    assert says in "".join(caplog.messages)


def test_a_service_that_is_not_asked_for_spans_loads_nothing_for_them():
    program = (
        "import sys; from browser.config import fixed; from browser.compose import build;"
        "build(fixed(store={'url': 'memory:'}));"
        "print([m for m in sys.modules if m.startswith(('opentelemetry.sdk', 'requests'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={},
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_extra_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    assert tracing({ENDPOINTS[1]: "http://127.0.0.1:1"}) is None
    [line] = caplog.messages
    assert "polite-browser[tracing]" in line
