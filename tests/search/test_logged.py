from __future__ import annotations

import json
import logging
import os

import pytest

from browser.errors import SearchFailed
from browser.model.search import Hit, Query, Results
from browser.search.logged import Logged
from browser.telemetry.log import log_search
from tests.clock import ManualClock


class Given:
    name = "given"

    def __init__(self, clock: ManualClock, answer: Results | SearchFailed) -> None:
        self._clock = clock
        self._answer = answer

    async def search(self, query: Query) -> Results:  # noqa: ARG002 - the Protocol has it
        self._clock.advance(0.25)
        if isinstance(self._answer, SearchFailed):
            raise self._answer
        return self._answer


async def test_a_search_leaves_one_line_without_the_query(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "browser.search")
    clock = ManualClock(1_000.0)
    results = Results((Hit("http://a.test/", "A"),))
    assert (
        await Logged(Given(clock, results), clock, [log_search]).search(Query("a secret wish"))
        is results
    )
    (line,) = caplog.messages
    assert json.loads(line) == {
        "event": "search",
        "pid": os.getpid(),
        "provider": "given",
        "outcome": "ok",
        "hits": 1,
        "took_ms": 250,
        "at": "1970-01-01T00:16:40Z",
        "why": None,
        "request": "",
    }


async def test_a_failed_search_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "browser.search")
    clock = ManualClock(1_000.0)
    logged = Logged(Given(clock, SearchFailed("No connection.")), clock, [log_search])
    with pytest.raises(SearchFailed):
        await logged.search(Query("a secret wish"))
    (line,) = caplog.messages
    assert json.loads(line)["outcome"] == "search_failed"
    assert json.loads(line)["why"] == "No connection."
    assert "secret" not in line
