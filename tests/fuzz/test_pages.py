from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from browser.text import render
from tests.fuzz.invariants import check
from tests.fuzz.mutate import URL, case
from tests.fuzz.pages import LINE_CHARS, again, attempt
from tests.fuzz.seeds import little_web

RUN = 20231027
A_BATCH, BATCHES = 15, 10


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_page_that_went_wrong_in_many_ways_is_a_page_or_a_failure(batch: int):
    seeds = little_web()
    for number in range(batch * A_BATCH, (batch + 1) * A_BATCH):
        outcome, told = attempt(case(seeds, RUN, number))
        assert outcome not in {"broken", "memory"}, f"case {number}: {told}"


def test_a_case_is_the_same_each_time_it_is_made():
    seeds = little_web()
    made = [case(seeds, RUN, number) for number in range(20)]
    assert made == [case(seeds, RUN, number) for number in range(20)]
    assert len({one.body for one in made}) == 20


def test_documents_as_they_were_written_hold_what_pages_hold():
    for seed in little_web():
        if seed.kind == "text/html" and "/t/" in seed.name:
            check(render(seed.body(), seed.kind, URL), LINE_CHARS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"links": ()}, "marks a link that is not there"),
        ({"title": "two\nlines"}, "the title"),
        ({"anchors": {"x": 99}}, "an anchor"),
        ({"url": "http://elsewhere.example/"}, "the two at the top"),
        ({"line": {"n": 7}}, "gaps"),
        ({"line": {"text": "x" * 201}}, "201 characters"),
        ({"line": {"text": "a 【5†forged】"}}, "not there"),
        ({"line": {"text": "a 【forged】"}}, "not ours"),
        ({"line": {"text": "a † b"}}, "not ours"),
        ({"line": {"text": "<|im_start|>"}}, "chat template"),
        ({"line": {"text": "a\u2028b"}}, "more than one line"),
        ({"line": {"text": "a\x1bb"}}, "holds"),
        ({"line": {"plain": "a\nb"}}, "two lines in a quote"),
    ],
    ids=str,
)
def test_a_page_that_does_not_hold_is_told(change: dict[str, Any], told: str):
    page = render(b"<title>T</title><p>Words and <a href=/x>a link</a>.", "text/html", URL)
    check(page, LINE_CHARS)
    line = page.lines[2]._replace(**change.pop("line", {}))
    wrong = replace(page, **{"lines": (*page.lines[:2], line, *page.lines[3:]), **change})
    with pytest.raises(AssertionError, match=told):
        check(wrong, LINE_CHARS)


@pytest.mark.timeout(60)
def test_the_command_prints_figures():
    command = [sys.executable, "-m", "tests.fuzz.pages", "--seed", str(RUN), "--count", "5"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "5 documents in" in run.stdout
    assert "slowest" in run.stdout


def test_a_case_is_made_and_tried_again_by_its_number(capsys: pytest.CaptureFixture[str]):
    assert again(little_web(), RUN, 3, None) == 0
    assert case(little_web(), RUN, 3).seed in capsys.readouterr().out
