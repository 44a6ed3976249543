"""What looking for a phrase finds, against a slow reading of the same rule, and how far it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser import targets
from browser.model.session import Display
from browser.targets import Shown, Targets
from browser.text import render, said
from browser.text.cite import markers
from tests.state.samples import display

TEXTS = st.text("aab 日本.", min_size=1, max_size=40)


def slowly(told: str, part: str) -> bool:
    """Whole words, one after the other."""
    words, wanted = told.split(), part.split()
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words)))


@given(TEXTS, TEXTS)
def test_a_part_is_found_where_its_words_stand_in_a_row(told: str, part: str):
    text, wanted = said.plain(told), said.plain(part)
    if wanted:
        assert said.says(text, [wanted]) is slowly(text, wanted)


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_a_place_is_the_lines_that_hold_the_words(paragraphs: list[str], part: str):
    body = "".join(f"<p>x {text} x</p>" for text in paragraphs)
    page = render(f"<main>{body}</main>".encode(), "text/html", "http://a.test/")
    wanted = said.plain(part)
    if not wanted:
        return
    found = said.place(page, [wanted])
    whole = " ".join(said.plain(line.plain) for line in page.lines[2:])
    assert (found is not None) is slowly(whole, wanted)
    if found is not None:
        first, last = found
        held = " ".join(said.plain(line.plain) for line in page.lines[first : last + 1])
        assert slowly(held, wanted)


def test_an_answer_is_compared_as_far_as_its_work_goes(monkeypatch: pytest.MonkeyPatch):
    page = render(b"<p>Words of a page.</p>", "text/html", "http://a.test/")
    shown: Display = display(0)
    (cited,) = markers("【0†L2】")
    monkeypatch.setattr(targets, "WORK", 30)
    judge = Targets({0: Shown(shown, page)})
    faults = [judge.misquoted(f"not there {n}", [cited]) for n in range(5)]
    assert faults[0] is not None
    assert faults[-1] is None
    assert judge.misquoted("not there 0", [cited]) == faults[0]
