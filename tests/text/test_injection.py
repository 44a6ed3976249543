from __future__ import annotations

import json
import re
from typing import Any

import pytest

from browser.text import render
from browser.text.display import header, window
from tests.text.pages import URL, data

# What only style sheets or slots hide: this version evaluates neither. A name that begins to
# pass has to leave this set.
NOT_YET = {"03_style_block_class", "33_media_query", "39_slot_shadow"}
# Alt texts are shown, as labels that nobody can take for the page's text.
LABEL = re.compile(r"(?:【\d+†)?\[Image \d+: [^\n]{0,80}\](?:】)?")


def expected() -> dict[str, dict[str, Any]]:
    path = data("injection", "expected.json")
    cases: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return cases


def failures(name: str, case: dict[str, Any]) -> list[str]:
    made = render(data("injection", f"{name}.html").read_bytes(), "text/html; charset=utf-8", URL)
    parts, start = [], 0
    while start <= made.last:
        seen = window(made, start, 4000)
        head = header(1, made.title, made.url, seen.first, seen.last, made.last)
        parts.append(head + seen.text)
        start = seen.last + 1
    text = "\n".join([*parts, *(line.text for line in made.lines), made.title])
    words = LABEL.sub("", text)
    found = [bad for bad in case["must_not"] if bad in words]
    found += [char for char in case["no_chars"] if chr(int("0x" + char[2:], 0)) in text]
    found += [f"missing: {good}" for good in case["must"] if good not in text]
    found += [f"too long: {line.n}" for line in made.lines[2:] if len(line.text) > 200]
    return found


def test_there_is_something_to_check():
    assert len(expected()) > 20


def test_hidden_and_forged_text_does_not_reach_the_model():
    failed = {name: found for name, case in expected().items() if (found := failures(name, case))}
    assert {name: found for name, found in failed.items() if name not in NOT_YET} == {}


def test_what_is_known_to_pass_through_still_does():
    failed = {name for name, case in expected().items() if failures(name, case)}
    assert failed == NOT_YET


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_a_known_gap_shows_only_what_the_style_hides(name: str):
    case = expected()[name]
    assert set(failures(name, case)) <= set(case["must_not"])
