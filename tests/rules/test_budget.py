from __future__ import annotations

import pytest

from browser.model.reason import Reason
from browser.model.session import Tally
from browser.model.verdict import Allow, Deny
from browser.rules.budget import Budget, count

SMALL = Budget(max_searches=2, max_fetches=4, max_per_host=2, max_bytes=1000)


def test_a_search_more_than_the_budget_is_refused():
    assert SMALL.judge_search(Tally(searches=1)) == Allow()
    verdict = SMALL.judge_search(Tally(searches=2))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.SESSION_FULL
    assert verdict.rule == "session.max_searches = 2"


@pytest.mark.parametrize(
    ("tally", "rule"),
    [
        (Tally(fetches=4), "session.max_fetches = 4"),
        (Tally(octets=1000), "session.max_bytes = 1000"),
        (Tally(hosts={"a.com": 2}), "session.max_per_host = 2"),
    ],
)
def test_a_page_more_than_a_budget_is_refused_and_what_still_works_is_named(tally, rule):
    verdict = SMALL.judge_fetch(tally, "a.com")
    assert isinstance(verdict, Deny)
    assert (verdict.reason, verdict.rule) == (Reason.SESSION_FULL, rule)
    assert verdict.retry_after is None
    for command in ("find", "scroll", "quote", "sources"):
        assert command in verdict.sentence


def test_up_to_the_budget_pages_are_allowed():
    assert SMALL.judge_fetch(Tally(2, 3, 999, {"a.com": 1, "b.com": 2}), "a.com") == Allow()


def test_a_page_counts_once_for_each_host_that_was_asked():
    tally = Tally()
    count(tally, ("a.com", "b.com", "a.com"), 10)
    count(tally, ("a.com",), 5)
    assert tally == Tally(0, 2, 15, {"a.com": 2, "b.com": 1})


def test_a_kept_copy_counts_for_nothing():
    tally = Tally()
    count(tally, (), 10)
    assert tally == Tally()


def test_one_of_a_thing_is_not_told_in_the_plural():
    one = Budget(max_searches=1, max_fetches=1, max_per_host=1, max_bytes=1000)
    spent = Tally(searches=1, fetches=1)
    said = [one.judge_search(spent), one.judge_fetch(spent, "a.com")]
    said.append(one.judge_fetch(Tally(hosts={"a.com": 1}), "a.com"))
    expected = ["used its 1 search. ", "opened its 1 page. ", "opened its 1 page of a.com. "]
    for verdict, words in zip(said, expected, strict=True):
        assert isinstance(verdict, Deny)
        assert words in verdict.sentence
    two = SMALL.judge_search(Tally(searches=2))
    assert isinstance(two, Deny)
    assert "used its 2 searches. " in two.sentence
