from __future__ import annotations

from prometheus_client import generate_latest

from browser.model.fetch import FetchRecord
from browser.telemetry.metrics import Metrics


def test_a_request_for_robots_txt_is_no_page():
    metrics = Metrics(lambda: 0)
    metrics(FetchRecord("a.example", "u", "u", "ok", octets=10, took_ms=10, purpose="robots"))
    value = metrics.registry.get_sample_value
    assert value("polite_browser_robots_fetches_total", {"outcome": "ok"}) == 1
    assert value("polite_browser_fetches_total", {"outcome": "ok"}) is None
    assert value("polite_browser_octets_total") == value("polite_browser_fetch_seconds_count") == 0


def test_records_are_counted_by_outcome_and_never_by_host():
    metrics = Metrics(lambda: 3)
    for outcome in ("ok", "ok", "timeout"):
        metrics(FetchRecord("secret.example", "u", "u", outcome, octets=10, took_ms=1500))
    value = metrics.registry.get_sample_value
    assert value("polite_browser_fetches_total", {"outcome": "ok"}) == 2
    assert value("polite_browser_fetches_total", {"outcome": "timeout"}) == 1
    assert value("polite_browser_octets_total") == 30
    assert value("polite_browser_fetch_seconds_sum") == 4.5
    assert value("polite_browser_fetch_seconds_bucket", {"le": "1.0"}) == 0
    assert value("polite_browser_fetch_seconds_bucket", {"le": "2.5"}) == 3
    assert value("polite_browser_methods_refused_total") == 3
    assert b"secret.example" not in generate_latest(metrics.registry)


def test_two_services_of_one_process_count_apart():
    first, second = Metrics(lambda: 0), Metrics(lambda: 0)
    first(FetchRecord("h", "u", "u", "ok"))
    assert (
        second.registry.get_sample_value("polite_browser_fetches_total", {"outcome": "ok"}) is None
    )
