"""RFC 9111 4.2: how long a kept reply is fresh, and how old it is."""

import math

import pytest

from browser.rules.freshness import PERMANENT, REFUSALS, WEEK, current_age, fresh, lifetime
from tests.specs.rfc9111.replies import DAY, START, date, reply

ALWAYS = math.inf


def is_fresh(kept, seconds, ceiling=ALWAYS):
    return fresh(kept, START + seconds, ceiling)


# 4.2.1 the lifetime


def test_4_2_1_max_age_goes_before_expires_and_s_maxage_is_not_for_us():
    kept = reply(
        "Cache-Control: max-age=60, s-maxage=9999", f"Date: {date()}", f"Expires: {date(DAY)}"
    )
    assert lifetime(kept) == 60
    assert is_fresh(kept, 59)
    assert not is_fresh(kept, 60)


def test_4_2_1_expires_is_counted_from_the_date_of_the_reply():
    assert lifetime(reply(f"Date: {date()}", f"Expires: {date(90)}")) == 90
    assert lifetime(reply(f"Date: {date(DAY)}", f"Expires: {date(DAY + 90)}")) == 90
    assert lifetime(reply(f"Expires: {date(90)}")) == 90


@pytest.mark.parametrize("value", ["0", "-1", "", "soon", date(90).replace("GMT", "+0100")])
def test_5_3_an_expires_that_is_no_date_is_the_past(value):
    changed = f"Last-Modified: {date(-DAY)}"
    assert lifetime(reply(f"Date: {date()}", f"Expires: {value}", changed)) == 0


def test_4_2_1_two_dates_of_expiry_are_none():
    assert lifetime(reply(f"Expires: {date(90)}", f"Expires: {date(900)}")) == 0


def test_5_3_an_expires_before_the_date_is_the_past():
    assert lifetime(reply(f"Date: {date()}", f"Expires: {date(-9)}")) == 0


# 4.2.2 heuristics


def test_4_2_2_a_tenth_of_the_time_since_the_last_change():
    kept = reply(f"Date: {date()}", f"Last-Modified: {date(-1000)}")
    assert lifetime(kept) == 100


def test_4_2_2_a_week_at_most():
    assert lifetime(reply(f"Date: {date()}", f"Last-Modified: {date(-1000 * DAY)}")) == WEEK


def test_4_2_2_an_absurd_date_does_not_lengthen_it():
    kept = reply(f"Date: {date(5000 * DAY)}", f"Last-Modified: {date(-1000)}")
    assert lifetime(kept) == 100


def test_4_2_2_a_change_after_the_reply_gives_none():
    assert lifetime(reply(f"Date: {date()}", f"Last-Modified: {date(9)}")) == 0


def test_4_2_2_nothing_said_is_not_fresh():
    assert lifetime(reply(f"Date: {date()}")) == 0


def test_4_2_2_a_status_without_a_heuristic_lifetime_has_one_only_when_public():
    fields = f"Date: {date()}", f"Last-Modified: {date(-1000)}"
    assert lifetime(reply(*fields, "Cache-Control: private", status=302)) == 0
    assert lifetime(reply(*fields, "Cache-Control: public", status=302)) == 100


def test_a_reply_that_sets_a_cookie_has_no_heuristic_lifetime():
    fields = f"Date: {date()}", f"Last-Modified: {date(-1000)}", "Set-Cookie: visit=1"
    assert lifetime(reply(*fields)) == 0
    assert lifetime(reply(*fields, "Cache-Control: max-age=9")) == 9


# 4.2.3 the age


def test_4_2_3_the_age_is_what_caches_on_the_way_say_and_the_delay_and_the_time_here():
    kept = reply("Age: 40", f"Date: {date()}", took=5)
    assert current_age(kept, START + 10) == 55


def test_4_2_3_the_date_makes_it_older_when_it_says_so():
    assert current_age(reply("Age: 40", f"Date: {date(-100)}", took=5), START + 10) == 110


def test_4_2_3_a_copy_that_was_old_on_arrival_is_not_fresh_for_its_whole_lifetime():
    kept = reply("Cache-Control: max-age=60", "Age: 50", f"Date: {date()}")
    assert is_fresh(kept, 9)
    assert not is_fresh(kept, 10)


@pytest.mark.parametrize("value", ["", "-5", "x", "1.5", "９"])
def test_5_1_an_invalid_age_is_ignored(value):
    assert current_age(reply(f"Age: {value}", f"Date: {date()}"), START + 10) == 10


def test_5_1_of_two_ages_the_first_counts():
    assert current_age(reply("Age: 7", "Age: 900"), START) == 7


@pytest.mark.parametrize("field", ["X: y", "Date: yesterday", f"Date: {date(DAY)}"])
def test_a_reply_without_a_usable_date_was_made_when_it_came(field):
    assert current_age(reply(field), START + 10) == 10


def test_a_clock_that_was_set_back_makes_nothing_fresh():
    assert not is_fresh(reply("Cache-Control: max-age=99999"), -1)


# 5.2.2.4 and the ceiling


def test_5_2_2_4_no_cache_is_never_fresh():
    assert not is_fresh(reply("Cache-Control: no-cache, max-age=9999"), 0)


def test_5_4_pragma_alone_is_no_cache():
    assert not is_fresh(reply("Pragma: no-cache", f"Expires: {date(DAY)}"), 0)


def test_the_operators_ceiling_ends_a_longer_lifetime_and_lengthens_none():
    long, short = reply("Cache-Control: max-age=99999"), reply("Cache-Control: max-age=60")
    assert is_fresh(long, 899, 900)
    assert not is_fresh(long, 900, 900)
    assert not is_fresh(short, 60, 900)
    assert not is_fresh(long, 0, 0)


# Refusals and redirects


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_refusal_is_remembered_for_five_minutes(status):
    assert is_fresh(reply(status=status), 299, 900)
    assert not is_fresh(reply(status=status), 300, 900)


def test_a_fee_is_remembered_for_an_hour_whatever_the_ceiling():
    assert is_fresh(reply(status=402), 3599, 900)
    assert not is_fresh(reply(status=402), 3600, 900)


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_that_says_how_long_is_believed(status):
    kept = reply("Cache-Control: max-age=20", status=status)
    assert is_fresh(kept, 19, 900)
    assert not is_fresh(kept, 20, 900)
    assert not is_fresh(reply("Cache-Control: no-cache", status=status), 0, 900)


@pytest.mark.parametrize("status", PERMANENT)
def test_a_permanent_redirect_holds_for_as_long_as_the_ceiling(status):
    assert is_fresh(reply(status=status), 899, 900)
    assert not is_fresh(reply(status=status), 900, 900)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_holds_only_when_it_says_so(status):
    assert not is_fresh(reply(status=status), 0)
    assert is_fresh(reply("Cache-Control: max-age=9", status=status), 8)


def test_a_fee_that_claims_to_hold_for_years_is_asked_after_at_the_ceiling_or_in_an_hour():
    kept = reply("Cache-Control: max-age=2147483647", status=402)
    assert is_fresh(kept, 3599, 900)
    assert not is_fresh(kept, 3600, 900)
    assert is_fresh(kept, 7199, 7200)
    assert not is_fresh(kept, 7200, 7200)
    assert not is_fresh(reply("Cache-Control: max-age=20", status=402), 20, 900)
