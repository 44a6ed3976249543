"""deploy/telemetry.md names every field, metric, span and attribute that there is, and no other."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from browser.conversation import VERBS
from browser.model.fetch import FetchRecord
from browser.model.record import CommandRecord, SearchRecord
from browser.telemetry import metrics
from browser.telemetry.log import log_defect
from browser.telemetry.spans import OF_FETCHES, OWN, STANDARD
from tests.house.project import ROOT, sources, tree
from tests.service.living import Talk, serving, small_library
from tests.world import World

PAGE = ROOT / "deploy" / "telemetry.md"
CODE = re.compile(r"`([^`]+)`")
EVERYWHERE = {"event", "pid", "at"}
OF_REQUESTS = EVERYWHERE | {"request"}
OPERATOR = "a-token-of-the-operator"
# What prometheus_client adds to the name of a metric, by its type.
PARTS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",), "gauge": ("",)}


def section(heading: str) -> str:
    """What stands below *heading*, up to the next one of its rank or above."""
    text = PAGE.read_text("utf-8")
    rank = len(heading) - len(heading.lstrip("#"))
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{rank}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None, heading
    return found[1]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below *heading*, without its head."""
    found = re.findall(r"^\|(.*)\|$", section(heading), re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in found[2:]]


def words(heading: str) -> set[str]:
    """The code words in the first column."""
    return {word for row in rows(heading) for word in CODE.findall(row[0])}


def using(*names: str) -> list[Path]:
    """Modules that hold one of *names*."""
    return [
        path
        for path in sources("browser")
        if any(name in path.read_text("utf-8") for name in names)
    ]


def known_metrics() -> dict[str, tuple[str, set[str]]]:
    """By name: the type and the labels that the page tells of."""
    return {
        CODE.findall(name)[0]: (kind, set(CODE.findall(labels)))
        for name, kind, labels, _ in rows("## Metrics")
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The metrics and the log of a real service to which everything has happened once."""
    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("browser")
    level = log.level
    log.addHandler(listener)
    log.setLevel(logging.INFO)
    try:
        with World() as world:
            index = small_library(world, tmp_path_factory.mktemp("library"))
            world.page("a.test", "/", "<p>Words of a page.</p>")
            found = {"provider": "local", "local": {"index": str(index)}}
            with serving(world, search=found, server={"operator_token": OPERATOR}) as client:
                Talk(client).open("http://a.test/")
                Talk(client).good("search", query="walnuts")
                client.get("/v1/nothing")
                change_a_limit(client)
                text = client.get("/metrics").text
        yield text, lines
    finally:
        log.removeHandler(listener)
        log.setLevel(level)


def change_a_limit(client: httpx.Client) -> None:
    bearer = {"Authorization": f"Bearer {OPERATOR}"}
    done = client.put("/operator/hosts/a.test", json={"rate": 1}, headers=bearer)
    assert done.status_code == 200, done.text


def logged(told: tuple[str, list[str]], event: str) -> dict[str, Any]:
    """The first line of *event*."""
    objects = [json.loads(line) for line in told[1] if line.startswith("{")]
    found: dict[str, Any] = next(line for line in objects if line["event"] == event)
    return found


@pytest.mark.parametrize(
    ("event", "heading", "common"),
    [
        ("fetch", "### `fetch`", OF_REQUESTS),
        ("command", "### `command`", OF_REQUESTS),
        ("search", "### `search`", OF_REQUESTS),
        ("refusal", "### `refusal`", OF_REQUESTS),
        ("audit", "### `audit`", EVERYWHERE),
        ("start", "### `start` and `stop`", EVERYWHERE),
        ("stop", "### `start` and `stop`", EVERYWHERE),
    ],
)
def test_the_page_names_every_field_of_a_log_line(
    told: tuple[str, list[str]], event: str, heading: str, common: set[str]
):
    line = logged(told, event)
    only_at_the_end = {"ran_s"} if event == "start" else set()
    assert set(line) == common | (words(heading) - only_at_the_end)


def test_the_page_names_every_field_of_a_defect(caplog: pytest.LogCaptureFixture):
    log_defect(ValueError())
    assert set(json.loads(caplog.messages[0])) == OF_REQUESTS | words("### `defect`")


def test_the_fields_are_those_of_the_records():
    for record, event in (
        (FetchRecord, "fetch"),
        (CommandRecord, "command"),
        (SearchRecord, "search"),
    ):
        names = {field.name for field in fields(record)}
        assert words(f"### `{event}`") | {"at", "request"} == names


def test_the_page_has_a_section_for_every_event():
    events = {
        node.args[0].value
        for path in using("browser.model.line", "log_process")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"line", "logged", "log_process"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"fetch", "defect", "audit", "start"} <= events
    headings = re.findall(r"^### (.*)$", section("## Log"), re.MULTILINE)
    assert {word for heading in headings for word in CODE.findall(heading)} == events


def test_nothing_is_written_as_json_around_the_function_that_keeps_lines_whole():
    loggers = [
        path.relative_to(ROOT).as_posix()
        for path in sources("browser")
        if re.search(r"""["']event["']: ?["']""", path.read_text("utf-8"))
    ]
    assert loggers == []


def test_the_page_names_every_metric_with_its_type_and_labels(told: tuple[str, list[str]]):
    found = {}
    for family in text_string_to_metric_families(told[0]):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, labels)
    assert known_metrics() == found


def test_every_label_of_a_metric_takes_its_values_from_a_set_that_the_code_has(
    told: tuple[str, list[str]],
):
    free = {"version", "python", "store", "search"}  # one value each, for the life of a process
    known = {
        "outcome": metrics.OUTCOMES,
        "status": metrics.STATUSES,
        "cause": metrics.ENDS,
        "action": metrics.ACTIONS,
        "provider": metrics.PROVIDERS,
        "port": set(metrics.PORTS),
        "use": {"miss", "hit", "revalidated", "stale", "none"},
        "command": set(VERBS),
        "state": {"blocked", "backing_off", "waiting", "under_way", "idle"},
    }
    for family in text_string_to_metric_families(told[0]):
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label not in free | {"le"}:
                    assert value in known[label] | {metrics.OTHER}, sample


def test_the_page_names_every_value_of_the_labels_that_no_other_page_has():
    text = section("## Metrics")
    for values in (metrics.ENDS, metrics.ACTIONS, metrics.PORTS):
        assert {value for value in values if f"`{value}`" not in text} == set()
    assert {name for name in metrics.PROVIDERS if f"`{name}`" not in section("## Log")} == set()


def spans_of_the_code() -> dict[str, set[str]]:
    """By name: the attributes that calls of ``span`` and of ``tell`` around them give."""
    found: dict[str, set[str]] = {}
    for path in using("browser.model.spans"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.With):
                for item in node.items:
                    call = item.context_expr
                    if isinstance(call, ast.Call) and is_begun(call):
                        found[name_of(call)] = attributes(call) | told_within(node)
    return found


def is_begun(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {"span", "self._begin"}


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.args[0]).removeprefix("f").strip("'\"").split("{")[0].strip()


def attributes(call: ast.Call) -> set[str]:
    return {STANDARD.get(k.arg, OWN + k.arg) for k in call.keywords if k.arg is not None}


def told_within(block: ast.With) -> set[str]:
    return {
        name
        for node in ast.walk(block)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".tell")
        for name in attributes(node)
    }


def test_the_page_names_every_span_and_attribute():
    of_record = {STANDARD.get(name, OWN + name) for name in OF_FETCHES}
    documented = {
        CODE.findall(name)[0].split(" ")[0]: {w for w in CODE.findall(told) if "." in w}
        for name, _, told in rows("## Spans")
    }
    found = spans_of_the_code()
    assert set(found) == {"command", "fetch", "robots", "search", "render"}
    found["fetch"] |= of_record
    assert documented == found


def test_the_page_names_no_file_that_is_not_there():
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text("utf-8"))
    assert len(links) >= 4
    assert [link for link in links if not Path(PAGE.parent, link).is_file()] == []
