from __future__ import annotations

import json
import logging
from dataclasses import fields
from typing import Any

import pytest

from browser.model.fetch import FetchRecord
from browser.telemetry.log import log_fetch


def logged(caplog: pytest.LogCaptureFixture, record: FetchRecord) -> dict[str, Any]:
    with caplog.at_level(logging.INFO, logger="browser.fetch"):
        log_fetch(record)
    [line] = caplog.messages
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_fetch_is_one_json_object_with_every_field(caplog: pytest.LogCaptureFixture):
    record = FetchRecord(
        "a.example", "http://a.example/x", "https://a.example/y", "ok",
        status=200, octets=12, hops=1, waited_ms=5, took_ms=40, at=1_700_000_000.0, session="abc",
    )  # fmt: skip
    told = logged(caplog, record)
    assert set(told) == {"event", *(field.name for field in fields(FetchRecord))}
    assert told["event"] == "fetch"
    assert told["at"] == "2023-11-14T22:13:20Z"
    assert (told["url"], told["final_url"]) == ("http://a.example/x", "https://a.example/y")
    assert (told["status"], told["octets"], told["outcome"]) == (200, 12, "ok")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a.example/p?q=SECRET", "http://a.example/p?…"),
        ("http://a.example/p?", "http://a.example/p?…"),
        ("http://a.example/p#SECRET", "http://a.example/p"),
        ("http://a.example/p?q=1#SECRET?x", "http://a.example/p?…"),
        ("http://a.example/p#x?q=SECRET", "http://a.example/p"),
        ("http://SECRET:SECRET@a.example/p", "http://…@a.example/p"),
        ("http://a.example/@home", "http://a.example/@home"),
    ],
)
def test_what_people_look_for_is_not_logged(caplog: pytest.LogCaptureFixture, url: str, shown: str):
    told = logged(caplog, FetchRecord("a.example", url, url, "ok"))
    assert (told["url"], told["final_url"]) == (shown, shown)
    assert "SECRET" not in caplog.text


def test_a_rule_of_a_site_cannot_begin_a_line_of_its_own(caplog: pytest.LogCaptureFixture):
    rule = 'Disallow: /\n{"event": "fetch"}\r\x1b[31m'
    told = logged(caplog, FetchRecord("a.example", "u", "u", "robots_disallowed", rule=rule))
    assert told["rule"] == rule
    assert "\x1b" not in caplog.messages[0]


def test_nothing_is_written_when_nobody_listens(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, logger="browser.fetch"):
        log_fetch(FetchRecord("a.example", "u", "u", "ok"))
    assert caplog.messages == []
