from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from browser.model.fetch import FetchRecord
from browser.model.reason import Reason
from browser.model.record import CommandRecord, SearchRecord
from browser.telemetry.metrics import OF_ROBOTS, OTHER, OUTCOMES, Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"polite_browser_{name}", labels)


def test_a_request_for_robots_txt_is_no_page():
    metrics = Metrics()
    metrics(FetchRecord("a.example", "u", "u", "ok", octets=10, took_ms=10, purpose="robots"))
    assert value(metrics, "robots_fetches_total", outcome="ok") == 1
    assert value(metrics, "fetches_total", outcome="ok") == 0
    assert value(metrics, "octets_total") == value(metrics, "fetch_seconds_count") == 0


def test_records_are_counted_by_outcome_and_never_by_host():
    metrics = Metrics()
    for outcome in ("ok", "ok", "timeout"):
        metrics(
            FetchRecord(
                "secret.example",
                "u",
                "u",
                outcome,
                octets=10,
                hops=2,
                waited_ms=300,
                took_ms=1500,
                cache="hit",
            )
        )
    assert value(metrics, "fetches_total", outcome="ok") == 2
    assert value(metrics, "fetches_total", outcome="timeout") == 1
    assert value(metrics, "octets_total") == 30
    assert value(metrics, "redirects_total") == 6
    assert value(metrics, "cache_uses_total", use="hit") == 3
    assert value(metrics, "fetch_seconds_sum") == 4.5
    assert value(metrics, "fetch_seconds_bucket", le="1.0") == 0
    assert value(metrics, "fetch_seconds_bucket", le="2.5") == 3
    assert value(metrics, "wait_seconds_sum") == pytest.approx(0.9)
    assert b"secret.example" not in generate_latest(metrics.registry)


def test_what_is_first_counted_was_zero_before():
    metrics = Metrics()
    for outcome in OUTCOMES:
        assert value(metrics, "fetches_total", outcome=outcome) == 0
    for outcome in OF_ROBOTS:
        assert value(metrics, "robots_fetches_total", outcome=outcome) == 0
    assert {reason.value for reason in Reason} <= OUTCOMES


def test_a_word_that_is_not_known_makes_no_series_of_its_own():
    metrics = Metrics()
    before = len(generate_latest(metrics.registry).splitlines())
    for number in range(50):
        word = f"strange-{number}"
        metrics(FetchRecord("h", "u", "u", word))
        metrics(FetchRecord("h", "u", "u", word, purpose="robots"))
        metrics.command(CommandRecord(word, word, 1, 0.0))
        metrics.search(SearchRecord(word, word, 0, 1, 0.0))
        metrics.answered(600 + number)
        metrics.changed(word)
    text = generate_latest(metrics.registry)
    assert b"strange" not in text
    assert len(text.splitlines()) - before < 30
    assert value(metrics, "fetches_total", outcome=OTHER) == 50
    assert value(metrics, "commands_total", command=OTHER, outcome=OTHER) == 50
    assert value(metrics, "refusals_total", status=OTHER) == 50


def test_commands_are_counted_by_what_became_of_them():
    metrics = Metrics()
    metrics.command(CommandRecord("find", "not_found", 20, 0.0, "a-session", "a-request"))
    metrics.running(3)
    assert value(metrics, "commands_total", command="find", outcome="not_found") == 1
    assert value(metrics, "command_seconds_sum", command="find") == 0.02
    assert value(metrics, "commands_running") == 3
    text = generate_latest(metrics.registry)
    assert b"a-session" not in text
    assert b"a-request" not in text


def test_two_services_of_one_process_count_apart():
    first, second = Metrics(), Metrics()
    first(FetchRecord("h", "u", "u", "ok"))
    assert value(second, "fetches_total", outcome="ok") == 0
