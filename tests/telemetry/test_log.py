from __future__ import annotations

import json
import logging
from dataclasses import fields
from typing import Any

import pytest

from browser.model.current import REQUEST
from browser.model.fetch import FetchRecord
from browser.telemetry.log import LIBRARIES, Bare, log_defect, log_fetch, quiet


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


def broken(words: str) -> Exception:
    """An error with a cause, both of which say *words*."""
    caught: Exception = AssertionError()
    try:
        try:
            empty: dict[str, str] = {}
            empty.pop(words)
        except KeyError as error:
            raise ValueError(words) from error
    except ValueError as error:
        caught = error
    return caught


def test_a_defect_is_told_by_its_kind_and_place_and_not_by_its_words(
    caplog: pytest.LogCaptureFixture,
):
    current = REQUEST.set("the-request")
    try:
        log_defect(broken("SECRET"))
    finally:
        REQUEST.reset(current)
    [line] = caplog.messages
    told = json.loads(line)
    assert (told["event"], told["request"]) == ("defect", "the-request")
    assert told["error"] == ["ValueError", "KeyError"]
    assert told["where"][-1].startswith("tests/telemetry/test_log.py:")
    assert told["where"][-1].endswith(" broken")
    assert "SECRET" not in logging.Formatter().format(caplog.records[0])


def test_a_defect_among_tasks_is_told_by_its_own_place(caplog: pytest.LogCaptureFixture):
    log_defect(ExceptionGroup("SECRET", [ExceptionGroup("SECRET", [broken("SECRET")])]))
    told = json.loads(caplog.messages[0])
    assert told["error"] == ["ExceptionGroup", "ExceptionGroup", "ValueError", "KeyError"]
    assert told["where"][-1].endswith(" broken")


def test_errors_that_cause_each_other_are_told_once_around(caplog: pytest.LogCaptureFixture):
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    log_defect(first)
    assert len(caplog.messages) == 1


def printed(name: str, message: object, *args: object, error: Exception | None = None) -> str:
    about = (type(error), error, error.__traceback__) if error else None
    return Bare().format(logging.LogRecord(name, logging.ERROR, "f", 1, message, args, about))


def test_of_a_library_s_line_only_what_is_always_the_same_is_printed():
    assert printed("asyncio", "Task failed\nfuture: <SECRET>") == "error: asyncio: Task failed"
    assert printed("a.lib", "fetched %s", "SECRET") == "error: a.lib: fetched %s"
    told = printed("uvicorn.error", "Exception in ASGI application\n", error=broken("SECRET"))
    assert told.startswith("error: uvicorn.error: Exception in ASGI application\n")
    assert "ValueError at\n  tests/telemetry/test_log.py:" in told
    assert "SECRET" not in told
    assert printed("a.lib", ValueError()) == "error: a.lib: "


def test_our_own_lines_are_printed_as_they_are():
    assert printed("browser.fetch", "%s", '{"event": "fetch"}') == '{"event": "fetch"}'
    assert printed("browserx", "%s", "SECRET") == "error: browserx: %s"


def test_libraries_stay_quiet_when_everything_is_let_through(caplog: pytest.LogCaptureFixture):
    quiet()
    caplog.set_level(logging.DEBUG)
    for name in LIBRARIES:
        logging.getLogger(name).info("SECRET")
    assert caplog.messages == []


def test_a_record_names_the_request_it_is_made_for_and_none_outside_one():
    assert FetchRecord("h", "u", "u", "ok").request == ""
    current = REQUEST.set("here")
    assert FetchRecord("h", "u", "u", "ok").request == "here"
    REQUEST.reset(current)
