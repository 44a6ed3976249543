"""Metrics of several processes, added up as a supervisor does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.house.project import ROOT

WORKER = """
from browser.model.fetch import FetchRecord
from browser.telemetry.metrics import Metrics

metrics = Metrics()
metrics(FetchRecord("h", "u", "u", "ok", octets=10, took_ms=1500))
metrics.method_refused()
metrics.running(2)
metrics.gauge("store_up", "Works.", "livemin").set(int(__import__("sys").argv[1]))
metrics.gauge("sessions", "Kept.", "livemax").set(7)
"""
SUPERVISOR = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_metrics_of_several_processes_add_up(tmp_path: Path):
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def python(program: str, *given: str) -> str:
        command = [sys.executable, "-c", program, *given]
        return subprocess.run(
            command, env=environ, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout

    for works in ("1", "0"):
        python(WORKER, works)
    told = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(python(SUPERVISOR))
        for sample in family.samples
    }
    assert told["polite_browser_fetches_total", ("ok",)] == 2
    assert told["polite_browser_octets_total", ()] == 20
    assert told["polite_browser_fetch_seconds_sum", ()] == 3
    assert told["polite_browser_methods_refused_total", ()] == 2
    assert told["polite_browser_commands_running", ()] == 4
    assert told["polite_browser_store_up", ()] == 0
    assert told["polite_browser_sessions", ()] == 7
    assert all("pid" not in str(name) for name, _ in told)
