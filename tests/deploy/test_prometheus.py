"""What Prometheus and Grafana are given: valid, tried, and asking for metrics that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from browser.telemetry.metrics import NAMESPACE
from tests.deploy.machine import DEPLOY, run, tool
from tests.service.living import Talk, serving
from tests.world import World

FOLDER = DEPLOY / "prometheus"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "polite-browser.json"
METRIC = re.compile(rf"\b{NAMESPACE}[a-z0-9_]+")
VARIABLES = {"$__rate_interval": "5m", "$job": "a", "$instance": "b"}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return found


def expressions() -> Iterator[str]:
    """Every query of the dashboard."""
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (note["expr"] for note in dashboard()["annotations"]["list"])


@pytest.fixture(scope="module")
def scraped() -> str:
    """What a real service tells when one page was opened."""
    with World() as world:
        world.page("a.test", "/", "<p>Words of a page.</p>")
        with serving(world) as client:
            Talk(client).open("http://a.test/")
            return client.get("/metrics").text


def series(scraped: str) -> set[str]:
    return {line.split("{")[0].split(" ")[0] for line in scraped.splitlines() if line[:1] != "#"}


def test_the_configuration_and_the_rules_are_valid():
    promtool = tool("promtool")
    run(promtool, "check", "config", "--syntax-only", str(FOLDER / "prometheus.yml"))
    run(promtool, "check", "rules", str(FOLDER / "alerts.yml"))
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    assert config["rule_files"] == ["alerts.yml"]


def test_the_rules_do_what_their_tests_say():
    run(tool("promtool"), "test", "rules", str(FOLDER / "alerts_test.yml"))


def test_every_alert_is_tried_when_it_fires_and_when_it_is_silent():
    tried: dict[str, set[bool]] = {}
    for case in yaml.safe_load((FOLDER / "alerts_test.yml").read_text("utf-8"))["tests"]:
        for alert in case["alert_rule_test"]:
            tried.setdefault(alert["alertname"], set()).add(bool(alert["exp_alerts"]))
    assert tried == {rule["alert"]: {True, False} for rule in rules()}


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"].endswith(".")
        anchor = f"alert-{rule['alert'].lower()}"
        assert rule["annotations"]["runbook"] == f"deploy/README.md#{anchor}"
        assert "for" in rule


def test_every_alert_has_a_section_for_who_is_woken_and_no_section_is_without_its_alert():
    told = re.findall(r"^### Alert (\w+)$", (DEPLOY / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(rule["alert"] for rule in rules())


def test_the_metrics_are_named_as_prometheus_wants_them(scraped: str, tmp_path: Path):
    told = tmp_path / "metrics"
    told.write_text(scraped, "utf-8")
    with told.open() as given:
        assert run(tool("promtool"), "check", "metrics", stdin=given) == ""


@pytest.mark.parametrize("asking", ["alerts", "dashboard"])
def test_every_metric_that_is_asked_for_is_told_by_a_service(scraped: str, asking: str):
    found = expressions() if asking == "dashboard" else (rule["expr"] for rule in rules())
    asked = {name for expression in found for name in METRIC.findall(expression)}
    assert len(asked) > 10
    assert asked - series(scraped) == set()


def test_every_query_of_the_dashboard_can_be_read(tmp_path: Path):
    queries = list(expressions())
    assert len(queries) > 20
    for name, value in VARIABLES.items():
        queries = [query.replace(name, value) for query in queries]
    records = [{"record": f"q:{n}", "expr": query} for n, query in enumerate(queries)]
    written = tmp_path / "rules.json"
    written.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": records}]}))
    run(tool("promtool"), "check", "rules", str(written))


def test_the_dashboard_can_be_imported_anywhere():
    board = dashboard()
    names = {variable["name"] for variable in board["templating"]["list"]}
    assert names == {"datasource", "job", "instance"}
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}"
    assert "__inputs" not in board
