from __future__ import annotations

import re

import pytest

from browser.pages.people import for_people
from browser.pages.render import HERE
from browser.rules.signals import declined

DECLINED = declined("noai", "a.test").sentence
ADVISED = {
    "Click failed: robots.txt of a.test disallows this page for X (Disallow: /). "
    "Do not retry; choose another source.": "Click failed: robots.txt of a.test disallows this "
    "page for X (Disallow: /).",
    f"Click failed: {DECLINED}": "Click failed: a.test does not give "
    "this page for answers of a language model (noai).",
    "Search failed: w.test refuses us. Do not retry; tell the operator to check agent.contact": (
        "Search failed: w.test refuses us. Tell the operator to check agent.contact"
    ),
    "Click failed: there is no link 9. The links are 0 to 3.": (
        "Click failed: there is no link 9. The links are 0 to 3."
    ),
}


@pytest.mark.parametrize(("message", "told"), ADVISED.items())
def test_people_are_not_told_what_a_model_should_do(message: str, told: str):
    assert for_people(message) == told


def test_the_console_leaves_out_the_same():
    words = (HERE / "static" / "words.js").read_text("utf-8")
    people = (HERE / "people.py").read_text("utf-8")
    pattern = re.search(r'compile\(r"(.+)\\Z"\)', people)
    assert pattern
    assert f"/{pattern[1]}$/" in words
