"""Content-Usage of the IETF's AIPREF drafts, a structured field (RFC 9651)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.url import Url
from browser.rules.content_usage import MAX_RECORDS, from_fields, from_records
from tests.specs.publisher_signals.asking import US, asked

NO = ("no-train",)


def robots(*lines: str, agent: str = "*") -> str:
    return "\n".join([f"User-agent: {agent}", *lines, "Allow: /", ""])


@pytest.mark.parametrize("value", [
    "train-ai=n",
    "search=y, train-ai=n",
    "train-ai=n;x=1",
    "  train-ai=n  ",
    "train-ai=y, train-ai=n",
    "unknown=?1, train-ai=n, list=(1 2)",
])  # fmt: skip
def test_vocab_no_training_is_passed_on_and_nothing_is_refused(value):
    found = asked(("Content-Usage", value))
    assert found.reported == NO
    assert (found.quote_max, found.keep, found.refused, found.obeyed) == (None, True, None, ())


@pytest.mark.parametrize("value", [
    "Train-AI=n",
    "train-ai=N",
    'train-ai="n"',
    "train-ai=?0",
    "train-ai",
    "train-ai=no",
    "train-ai=n,",
    "train-ai = n",
    "train-ai=n, train-ai=y",
    "train-ai=n é",
    "",
    "other=n",
])  # fmt: skip
def test_rfc_9651_what_is_no_dictionary_of_tokens_states_nothing(value):
    assert asked(("Content-Usage", value)).reported == ()


def test_rfc_9651_fields_of_one_name_are_one_dictionary():
    assert asked(("Content-Usage", "search=y"), ("Content-Usage", "train-ai=n")).reported == NO
    assert asked(("Content-Usage", "train-ai=n"), ("Content-Usage", "BAD")).reported == ()


def test_vocab_search_is_the_other_use():
    assert asked(("Content-Usage", "search=n")).reported == ("no-search",)


def test_attach_a_record_without_a_path_is_for_every_page():
    assert asked(robots=robots("Content-Usage: train-ai=n")).reported == NO
    assert asked(robots=robots("Content-Usage: train-ai=n", agent="GPTBot")).reported == ()


@pytest.mark.parametrize(("lines", "flags"), [
    (["train-ai=y", "/a train-ai=n"], NO),
    (["train-ai=n", "/a train-ai=y"], ()),
    (["/ train-ai=y", "/a train-ai=n"], NO),
    (["/a train-ai=n", "/abc train-ai=y"], NO),
    (["/a train-ai=n", "/a$ train-ai=y"], ()),
    (["/b train-ai=n"], ()),
    (["/A train-ai=n"], ()),
    (["/*a train-ai=n"], NO),
    (["* train-ai=n"], NO),
    (["/%61 train-ai=n"], NO),
    (["/a\ttrain-ai=n"], NO),
    (["/a   train-ai=n"], NO),
    (["/a"], ()),
    (["train-ai=n", "/a"], ()),
    (["train-ai=n", "/a BAD"], NO),
])  # fmt: skip
def test_attach_the_longest_path_that_matches_counts(lines, flags):
    for order in (lines, lines[::-1]):
        text = robots(*(f"Content-Usage: {line}" for line in order))
        assert asked(robots=text).reported == flags


def test_attach_records_of_equal_length_are_combined_restrictively():
    for pair in (["/a train-ai=y", "/a train-ai=n"], ["/a train-ai=n", "/a search=n"]):
        text = robots(*(f"Content-Usage: {line}" for line in pair))
        assert "no-train" in asked(robots=text).reported


def test_attach_robots_txt_and_reply_are_combined_restrictively():
    text = robots("Content-Usage: train-ai=n")
    assert asked(("Content-Usage", "train-ai=y"), robots=text).reported == NO


def test_ours_each_token_has_its_own_longest_path_and_the_stricter_counts():
    text = robots("Content-Usage: /a train-ai=y", agent=US) + robots(
        "Content-Usage: train-ai=n", agent="MyBot"
    )
    assert asked(robots=text).reported == ()
    assert asked(robots=text, tokens=(US, "MyBot")).reported == NO


def test_query_and_escapes_are_compared_as_those_of_rules_are():
    text = robots("Content-Usage: train-ai=y", "Content-Usage: /p?q=ü train-ai=n")
    assert asked(robots=text, url="https://e.test/p?q=%C3%BC&x").reported == NO
    assert asked(robots=text, url="https://e.test/p").reported == ()


def test_ours_a_flood_of_records_is_cut_short():
    flood = [f"/{'*a' * 400}{n} train-ai=n" for n in range(20_000)]
    refused = from_records([*flood[:MAX_RECORDS], "train-ai=n"], Url.parse("https://e.test/a"))
    assert refused == frozenset(), "the last record is beyond what is read"
    from_records(flood, Url.parse("https://e.test/" + "a" * 2000))  # or it is still at it tonight


@given(st.text(max_size=200))
def test_any_value_is_read_without_an_error(value):
    assert from_fields([("content-usage", value)]) <= {"train-ai", "search"}
    assert from_records([value], Url.parse("https://e.test/a")) <= {"train-ai", "search"}


@given(st.text('train-i=y,;()"\\?:@%*/ 0a', max_size=60))
def test_any_almost_structured_value_is_read_without_an_error(value):
    assert from_fields([("content-usage", value)]) <= {"train-ai", "search"}
