"""What all signals of a page permit together, in each of the three modes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from browser.errors import Refused
from browser.model.session import Quote
from browser.model.signals import NOTHING_ASKED, Signals
from browser.rules import quoting
from tests.specs.publisher_signals.asking import asked, before, tag

CASES = Path(__file__).parents[4] / "shared" / "data" / "signal_cases.json"


def test_every_shared_case_is_judged_as_expected():
    if not CASES.exists():
        pytest.skip("the shared data folder is not here")
    cases = json.loads(CASES.read_text("utf-8"))
    assert len(cases) >= 28
    wrong = []
    for case in cases:
        tokens = (case["token"],)
        found = asked(
            *case["headers"],
            meta=case["meta"],
            robots=case["robots_txt"],
            tokens=tokens,
            url=case["url"],
        )
        declined = before(case["robots_txt"], tokens=tokens, url=case["url"])
        said = {
            "quote_max": found.quote_max,
            "cache": found.keep,
            "flags": list(found.reported),
            "fetch": "refuse" if declined else "allow",
            "deliver": "refuse" if found.refused else "allow",
        }
        wrong += [
            (case["name"], what, said[what])
            for what, expected in case["expect"].items()
            if said[what] != expected
        ]
    assert wrong == []


def test_a_page_without_signals_is_free():
    assert asked() == NOTHING_ASKED
    assert asked(mode="strict") == NOTHING_ASKED


def test_strict_nosnippet_leaves_title_and_address():
    assert tag("nosnippet").show_max is None
    strict = tag("nosnippet", mode="strict")
    assert (strict.show_max, strict.show_rule) == (0, "X-Robots-Tag: nosnippet")
    assert tag("max-snippet:70", mode="strict").show_max == 70


@pytest.mark.parametrize("word", ["noai", "NOAI, noimageai", "noimageai"])
def test_noai_is_passed_on_and_strict_forbids_quotes(word):
    flag = "noai" if "noai" in word.lower().split(", ") else "noimageai"
    found = asked(meta=[("robots", word)])
    assert (found.reported, found.quote_max, found.obeyed) == ((flag,), None, ())
    assert asked(meta=[("robots", word)], mode="strict").quote_max == 0


def test_strict_nocache_leaves_short_quotes_and_default_any():
    assert tag("nocache").quote_max is None
    assert tag("nocache").keep is False
    assert tag("nocache", mode="strict").quote_max == 160


def test_the_smallest_number_of_all_signals_counts_and_is_the_one_named():
    found = asked(
        ("X-Robots-Tag", "nocache, max-snippet:200"),
        ("tdm-reservation", "0"),
        robots="User-agent: *\nContent-Signal: use=reference\n",
        mode="strict",
    )
    assert (found.quote_max, found.quote_rule) == (160, "X-Robots-Tag: nocache")
    assert found.show_max == 200


def test_marked_lines_are_obeyed_unless_the_mode_is_off():
    assert asked(marked=True).marked
    assert asked(marked=True).obeyed == ("data-nosnippet",)
    off = asked(marked=True, mode="off")
    assert (off.marked, off.obeyed, off.reported) == (False, (), ("data-nosnippet",))


def test_off_obeys_nothing_and_passes_everything_on():
    robots = "License: /l.xml\nUser-agent: *\nContent-Signal: ai-input=no, ai-train=no\n"
    assert before(robots, "off") is None
    found = asked(
        ("X-Robots-Tag", "nosnippet, noarchive, noai"),
        ("Content-Signal", "use=immediate"),
        ("tdm-reservation", "1"),
        robots=robots,
        mode="off",
    )
    assert (found.quote_max, found.show_max, found.keep, found.refused) == (None, None, True, None)
    assert found.obeyed == ()
    assert set(found.reported) == {
        "no-train", "noai", "tdm-reserved", "rsl", "use=immediate", "Content-Signal: use=immediate",
        "X-Robots-Tag: nosnippet", "X-Robots-Tag: noarchive",
        "robots.txt Content-Signal: ai-input=no",
    }  # fmt: skip


def test_a_flood_of_signals_makes_no_flood_of_metadata():
    flood = ", ".join(f"max-snippet:{n}" for n in range(500, 100, -1))
    found = asked(("X-Robots-Tag", flood), robots="License: /" + "x" * 900 + "\n", mode="strict")
    assert found.quote_max == 101, "all are weighed"
    assert len(json.dumps(found.obeyed)) < 2000
    assert found.refused
    assert len(found.refused) <= 200


def taken(chars: int, url: str = "https://e.test/a") -> Quote:
    return Quote("q1", 0, 2, 2, "x" * chars, "", url, "", "e.test", "", "", "")


LIMITED = Signals(quote_max=50, quote_rule="X-Robots-Tag: max-snippet:50")


def test_quotes_of_one_page_count_together_and_those_of_others_do_not():
    quotes = [taken(20), taken(15, "https://e.test/a#part"), taken(900, "https://e.test/b")]
    assert quoting.room(LIMITED, quotes, 1000, "https://e.test/a#other").chars == 15
    assert quoting.room(LIMITED, [], 30, "https://e.test/a").chars == 30


def test_when_nothing_is_left_the_refusal_says_the_number_and_the_signal():
    with pytest.raises(Refused) as refused:
        quoting.room(LIMITED, [taken(50)], 1000, "https://e.test/a")
    assert refused.value.reason == "quote_refused"
    assert refused.value.rule == "X-Robots-Tag: max-snippet:50"
    assert "50 characters" in refused.value.sentence


def test_a_page_that_may_not_be_quoted_says_which_signal_and_what_to_do():
    nothing = Signals(quote_max=0, quote_rule="meta robots: nosnippet")
    with pytest.raises(Refused) as refused:
        quoting.room(nothing, [], 1000, "https://e.test/a")
    assert "(meta robots: nosnippet)" in refused.value.sentence
    assert "title and address" in refused.value.sentence


UNPLACED = "Content-Signal: ai-input=no, ai-train=no, use=immediate\nUser-agent: *\nDisallow: /x\n"


@pytest.mark.parametrize("mode", ["default", "strict", "off"])
def test_a_content_signal_above_every_group_is_told_and_not_obeyed(mode):
    assert before(UNPLACED, mode=mode) is None
    found = asked(robots=UNPLACED, mode=mode)
    assert (found.obeyed, found.refused, found.quote_max, found.keep) == ((), None, None, True)
    assert set(found.reported) >= {
        "robots.txt Content-Signal: ai-input=no",
        "no-train",
        "use=immediate",
    }


def test_a_content_signal_that_also_stands_in_our_group_is_obeyed():
    robots = "Content-Signal: ai-input=no\n" * 2 + "User-agent: *\nContent-Signal: ai-input=no\n"
    assert before(robots) is not None
    found = asked(robots=robots)
    assert (found.quote_max, found.reported) == (0, ())


def test_a_content_signal_of_another_group_is_not_even_told():
    assert asked(robots="User-agent: other\nContent-Signal: ai-input=no\n").reported == ()


def test_no_number_of_signals_above_the_groups_hides_a_licence():
    robots = "Content-Signal: search=no\n" * 500 + "License: https://e.test/l.xml\n"
    found = asked(robots=robots)
    assert (found.license, set(found.reported)) == ("https://e.test/l.xml", {"no-search", "rsl"})
