"""RFC 9111 4.2.4 and RFC 5861 4: when a stale copy may stand in for a reply that failed."""

import pytest

from browser.rules.freshness import STALE, is_trouble, stands_in
from tests.specs.rfc9111.replies import START, date, reply


def test_a_page_that_was_shown_stands_in_for_a_day():
    kept = reply("Cache-Control: max-age=60")
    assert stands_in(kept, START + STALE)
    assert not stands_in(kept, START + STALE + 1)


@pytest.mark.parametrize("word", ["must-revalidate", "no-cache"])
def test_5_2_2_2_and_5_2_2_4_one_that_has_to_be_asked_after_never_does(word):
    assert not stands_in(reply(f"Cache-Control: {word}, stale-if-error=99"), START + 1)


def test_rfc_5861_4_the_site_says_for_how_long_after_its_freshness():
    kept = reply("Cache-Control: max-age=60, stale-if-error=30", "Age: 20", f"Date: {date()}")
    assert stands_in(kept, START + 70)
    assert not stands_in(kept, START + 71)


def test_rfc_5861_4_the_site_may_not_give_more_than_a_day():
    assert not stands_in(reply("Cache-Control: stale-if-error=9999999"), START + STALE + 1)


@pytest.mark.parametrize("value", ["x", "-1", "1, stale-if-error=2"])
def test_a_bad_number_is_none(value):
    assert not stands_in(reply(f"Cache-Control: stale-if-error={value}"), START + 1)


def test_rfc_5861_3_stale_while_revalidate_gives_nothing():
    kept = reply("Cache-Control: max-age=60, stale-while-revalidate=9999, stale-if-error=0")
    assert not stands_in(kept, START + 61)


@pytest.mark.parametrize("status", [302, 307, 401, 402, 403, 404, 410, 451])
def test_a_refusal_or_a_temporary_redirect_stands_in_for_nothing(status):
    assert not stands_in(reply("Cache-Control: max-age=1", status=status), START + 9)


def test_a_clock_that_was_set_back_lets_nothing_stand_in():
    assert not stands_in(reply(), START - 1)


def test_trouble_is_what_says_nothing_about_the_page():
    assert [status for status in range(200, 506) if is_trouble(status)] == (
        [408, 425, 429, 500, 501, 502, 503, 504, 505]
    )
