"""RFC 9110 5.6.7 as RFC 9111 4.2 reads it: dates of HTTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.rules.http_date import http_date
from tests.specs.rfc9111.replies import START, date

EXAMPLE = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "sun, 06 NOV 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        " Sun, 06 Nov 1994 08:49:37 GMT\t",
        "Mon, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_three_forms_are_one_moment(text):
    assert http_date(text, START) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 ov  1994 08:49:37 GMT",
        "Sun, 06 ovd 1994 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_anything_else_is_no_date(text):
    assert http_date(text, START) is None


def test_two_digits_are_the_year_that_is_not_fifty_years_ahead():
    # It is 2025.
    assert http_date("Friday, 01-Jan-75 00:00:00 GMT", START) == http_date(
        "Tue, 01 Jan 2075 00:00:00 GMT", START
    )
    assert http_date("Friday, 01-Jan-76 00:00:00 GMT", START) == http_date(
        "Thu, 01 Jan 1976 00:00:00 GMT", START
    )


def test_a_leap_second_is_the_second_before():
    assert http_date("Sat, 31 Dec 2016 23:59:60 GMT", START) == http_date(
        "Sat, 31 Dec 2016 23:59:59 GMT", START
    )


@given(st.integers(-int(START), 10**9))
def test_every_second_comes_back(seconds):
    assert http_date(date(seconds), START) == START + seconds
