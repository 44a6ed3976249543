"""RFC 9110 10.2.3: how long a site asks to be left alone."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.rules.retry_after import retry_after


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 30, 999_999_999_999),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 10),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 10),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_10_2_3_a_retry_after_field_is_seconds_or_a_date(field, seconds):
    assert retry_after({"retry-after": field}, 784_111_767.0) == seconds


def test_5_6_7_a_date_in_the_old_c_form_is_in_universal_time_wherever_the_service_runs(monkeypatch):
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            found = retry_after({"retry-after": "Sun Nov  6 08:49:37 1994"}, 784_111_767.0)
    finally:
        time.tzset()
    assert found == 10


@given(st.text(max_size=40), st.floats(0, 4e9))
def test_ours_no_retry_after_field_is_an_error_or_in_the_past(field, now):
    found = retry_after({"retry-after": field}, now)
    assert found is None or found >= 0


@pytest.mark.parametrize("field", ["120, 120", "120, 60", "60,120", " 120 ,1"])
def test_ours_of_several_fields_the_longest_pause_counts(field: str):
    assert retry_after({"retry-after": field}, 0.0) == 120


@pytest.mark.parametrize("skew", [-3600.0, 0.0, 1800.0])
def test_ours_a_date_is_measured_from_the_date_of_the_reply(skew: float):
    now = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT
    fields = {
        "date": formatdate(now + skew, usegmt=True),
        "retry-after": formatdate(now + skew + 600, usegmt=True),
    }
    assert retry_after(fields, now) == 600
    assert retry_after({**fields, "date": "yesterday"}, now) == max(600 + skew, 0)
