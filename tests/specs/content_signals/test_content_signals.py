"""Content-Signal (contentsignals.org) in robots.txt and in replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.reason import Reason
from browser.rules.content_signal import read
from tests.specs.publisher_signals.asking import US, asked, before


def group(*lines: str, agent: str = "*") -> str:
    return "\n".join([f"User-agent: {agent}", *lines, "Allow: /", ""])


@pytest.mark.parametrize("line", [
    "Content-Signal: ai-input=no",
    "content-signal: AI-INPUT = no",
    "CONTENT-SIGNAL:search=yes,ai-input=NO,ai-train=no",
    "Content-Signal: search=yes; ai-input=no",
    "Content-Signal: search=yes ai-input=no",
    "Content-Signal:\tai-input\t=\tno",
    'Content-Signal: ai-input="no"',
    "Content-Signal: ai-input=yes, ai-input=no",
    "Content-Signal: ai-input=no, ai-input=yes",
    "Content-Signal: ai-input=no # we mean it",
    "Content-Signal: unknown=maybe, ai-input=no, =, x=",
    "Content-Signal: ai_input=no",
])  # fmt: skip
def test_a_site_that_gives_nothing_for_answers_is_not_asked_for_the_page(line):
    declined = before(group(line))
    assert declined is not None
    assert declined.reason is Reason.SITE_DECLINED
    assert declined.rule
    assert declined.rule.startswith("robots.txt Content-Signal: ")
    assert declined.rule in declined.sentence
    assert "choose another source" in declined.sentence


@pytest.mark.parametrize("line", [
    "Content-Signal: ai-input=yes",
    "Content-Signal: search=no",
    "Content-Signal: ai-train=no",
    "Content-Signal: ai-input=maybe",
    "Content-Signal: ai-input=none-of-your-business",
    "Content-Signal: ai-input",
    "Content-Signal:",
    "Content-Signal: no-ai-input=no",
    "Content-Signal: xai-input=no",
    "# Content-Signal: ai-input=no",
    "Content-Signals: ai-input=no",
])  # fmt: skip
def test_nothing_else_keeps_a_page_from_being_asked_for(line):
    assert before(group(line)) is None
    assert before(group(line), "strict") is None


def test_the_signals_are_those_of_the_group_that_is_ours():
    theirs = group("Content-Signal: ai-input=no", agent="GPTBot")
    assert before(theirs + group()) is None
    assert before(group("Content-Signal: ai-input=no") + group(agent=US)) is None
    assert before(group() + group("Content-Signal: ai-input=no", agent="chatgpt-user"))


def test_groups_of_one_agent_count_together():
    robots = group("Content-Signal: ai-input=yes", agent=US) + group(
        "Content-Signal: ai-input=no", agent=US
    )
    assert before(robots)


def test_of_several_tokens_the_stricter_counts():
    robots = group("Content-Signal: ai-input=no", agent="MyBot") + group(agent=US)
    assert before(robots, tokens=(US,)) is None
    assert before(robots, tokens=(US, "MyBot"))


def test_the_line_splits_no_group():
    robots = "User-agent: a\nContent-Signal: search=yes\nUser-agent: ChatGPT-User\nDisallow: /x\n"
    assert before(robots) is None
    twice = f"User-agent: a\nUser-agent: {US}\nContent-Signal: ai-input=no\nDisallow: /x\n"
    assert before(twice)


def test_a_reply_may_say_it_too_and_is_then_neither_shown_nor_kept():
    found = asked(("Content-Signal", "ai-train=no, search=yes, ai-input=no"))
    assert found.refused == "Content-Signal: ai-input=no"
    assert (found.quote_max, found.keep) == (0, False)
    assert found.reported == ("no-train",)


def test_a_reply_s_yes_does_not_undo_the_no_of_robots_txt():
    robots = group("Content-Signal: ai-input=no")
    assert asked(("Content-Signal", "ai-input=yes"), robots=robots).refused


def test_immediate_use_is_shown_and_neither_quoted_nor_kept():
    found = asked(robots=group("Content-Signal: use=immediate"))
    assert (found.refused, found.show_max) == (None, None)
    assert (found.quote_max, found.keep) == (0, False)
    assert found.obeyed == ("robots.txt Content-Signal: use=immediate",)
    assert found.reported == ("use=immediate",)


def test_reference_is_what_this_browser_does_and_strict_caps_its_quotes():
    robots = group("Content-Signal: search=yes,ai-train=no,use=reference")
    found = asked(robots=robots)
    assert (found.quote_max, found.keep, found.obeyed) == (None, True, ())
    assert found.reported == ("no-train", "use=reference")
    assert asked(robots=robots, mode="strict").quote_max == 300


def test_of_several_uses_the_narrowest_counts():
    for line in ("use=full, use=immediate, use=reference", "use=reference,use=immediate"):
        assert asked(("Content-Signal", line)).reported == ("use=immediate",)
    fields = ("Content-Signal", "use=full"), ("Content-Signal", "use=reference")
    assert asked(*fields).reported == ("use=reference",)
    assert asked(("Content-Signal", "use=everything")).reported == ()


@given(st.text(max_size=400))
def test_any_value_is_read_without_an_error(value):
    for entry in read([value]):
        assert entry.written.isprintable()
        assert len(entry.written) < 60
