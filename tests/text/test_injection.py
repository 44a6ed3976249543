from __future__ import annotations

import json
import re
from typing import Any

from browser.text import render
from browser.text.display import header, window
from tests.text.pages import URL, data

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
    assert failed == {}
