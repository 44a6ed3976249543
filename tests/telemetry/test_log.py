from __future__ import annotations

import json
import logging
from dataclasses import fields
from typing import Any

import pytest

from browser.compose_telemetry import build_telemetry
from browser.config import fixed
from browser.model.current import REQUEST
from browser.model.fetch import FetchRecord
from browser.model.line import CUT, MAX_VALUE
from browser.telemetry.log import (
    A_SECOND,
    LIBRARIES,
    Bare,
    Refusals,
    log_defect,
    log_fetch,
    quiet,
)
from browser.who import notices
from tests.clock import ManualClock


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
    assert set(told) == {"event", "pid", *(field.name for field in fields(FetchRecord))}
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
    told = logged(caplog, FetchRecord("a.example", "http://u/", "", "robots_disallowed", rule=rule))
    assert told["rule"] == rule
    assert "\x1b" not in caplog.messages[0]


def test_no_word_of_a_site_can_end_a_line_turn_it_around_or_speak_to_a_terminal(
    caplog: pytest.LogCaptureFixture,
):
    rule = "Disallow: /\x85\u2028\u2029\x9b31m\x7f\u202e\u2066\ud800😀é"
    told = logged(caplog, FetchRecord("a.example", "http://u/", "", "robots_disallowed", rule=rule))
    assert told["rule"] == rule
    assert caplog.messages[0].isascii()
    assert len(caplog.messages[0].splitlines()) == 1


def test_a_value_has_an_end(caplog: pytest.LogCaptureFixture):
    url = "http://a.example/" + "x" * 9000
    told = logged(caplog, FetchRecord("a.example", url, url, "ok", asked=("h" * 9000, "i")))
    assert told["url"] == url[:MAX_VALUE] + CUT
    assert told["asked"] == ["h" * MAX_VALUE + CUT, "i"]
    assert len(caplog.messages[0]) < 5000


def test_queries_are_written_for_an_operator_who_asks_for_them(caplog: pytest.LogCaptureFixture):
    url = "http://user:SECRET@a.example/p?q=1#SECRET"
    with caplog.at_level(logging.INFO, logger="browser.fetch"):
        log_fetch(FetchRecord("a.example", url, url, "ok"), queries=True)
    told = json.loads(caplog.messages[0])
    assert told["url"] == told["final_url"] == "http://…@a.example/p?q=1"


@pytest.mark.parametrize("queries", [False, True])
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("javascript:SECRET", "javascript:…"),
        ("data:text/html,SECRET", "data:…"),
        ("ftp://SECRET.example/SECRET", "ftp:…"),
        ("SECRET and more", "…"),
        ("//SECRET", "…"),
        ("", ""),
        ("HTTPS://a.example/p", "HTTPS://a.example/p"),
    ],
)
def test_of_what_is_no_address_on_the_web_only_the_scheme_is_written(
    caplog: pytest.LogCaptureFixture, url: str, shown: str, *, queries: bool
):
    with caplog.at_level(logging.INFO, logger="browser.fetch"):
        log_fetch(FetchRecord("", url, "", "bad_url"), queries=queries)
    assert json.loads(caplog.messages[0])["url"] == shown


@pytest.mark.parametrize("queries", [False, True])
def test_the_setting_decides_about_queries(caplog: pytest.LogCaptureFixture, *, queries: bool):
    settings = fixed(telemetry={"log_queries": queries})
    with caplog.at_level(logging.INFO, logger="browser.fetch"):
        for tell in build_telemetry(settings, ManualClock(1_000.0)).fetches:
            tell(FetchRecord("a.example", "http://a.example/?q=1", "http://a.example/", "ok"))
    [line] = caplog.messages
    assert ("?q=1" in line) is queries
    assert any("log_queries" in told for told in notices(settings)) is queries


def test_a_flood_of_refusals_is_counted_and_not_told(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "browser.refusal")
    clock = ManualClock(1_000.0)
    refused = Refusals(clock)
    for _ in range(A_SECOND + 7):
        refused(401)
    assert len(caplog.messages) == A_SECOND
    clock.advance(1)
    refused(429)
    last = json.loads(caplog.messages[-1])
    assert (last["status"], last["untold"]) == (429, 7)
    refused(429)
    assert json.loads(caplog.messages[-1])["untold"] == 0


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
