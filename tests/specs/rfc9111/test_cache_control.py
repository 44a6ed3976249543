"""RFC 9111 5.2 Cache-Control, 1.2.2 delta-seconds, 4.2.1 bad values, 5.4 Pragma."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.rules.cache_control import MAX_DELTA, MAX_VALUE, CacheControl, cache_control
from tests.specs.rfc9111.replies import headers


def said(value):
    return cache_control({"cache-control": value})


@pytest.mark.parametrize(
    ("value", "control"),
    [
        ("", CacheControl()),
        (",, ,", CacheControl()),
        ("no-store", CacheControl(no_store=True)),
        ("No-Store", CacheControl(no_store=True)),
        ("no-store=whatever", CacheControl(no_store=True)),
        ("no-store, must-understand", CacheControl(no_store=True)),
        ("private", CacheControl(private=True)),
        ('private="x-a, x-b"', CacheControl(private=True)),
        ("public", CacheControl(public=True)),
        ("must-revalidate", CacheControl(must_revalidate=True)),
        ("max-age=60", CacheControl(max_age=60)),
        ('max-age="60"', CacheControl(max_age=60)),
        ("max-age=060", CacheControl(max_age=60)),
        (" MAX-AGE=60 ,\tpublic ", CacheControl(max_age=60, public=True)),
        ("stale-if-error=5", CacheControl(stale_if_error=5)),
    ],
)
def test_5_2_a_directive_is_read_without_regard_to_case_or_quotes(value, control):
    assert said(value) == control


@pytest.mark.parametrize(
    "value",
    [
        "immutable",
        "s-maxage=9",
        "proxy-revalidate",
        "community=UCI",
        "x",
        "stale-while-revalidate=9",
    ],
)
def test_5_2_3_what_a_private_cache_does_not_know_or_need_is_ignored(value):
    assert said(f"max-age=1, {value}") == CacheControl(max_age=1)


@pytest.mark.parametrize(
    "value",
    ['x="no-store"', 'x="a, no-store, b"', 'x="\\", no-store"', "no-store-at-all", "xno-store"],
)
def test_5_2_a_directive_inside_quotes_or_another_name_is_none(value):
    assert not said(value).no_store


@pytest.mark.parametrize("value", ['x="a, no-store', 'x=", no-store, y="z"', '"no-store, no-store'])
def test_a_quote_that_never_ends_hides_nothing(value):
    assert said(f"{value}, no-store").no_store


@pytest.mark.parametrize(
    "value",
    [
        "max-age",
        "max-age=",
        'max-age=""',
        "max-age=-1",
        "max-age=1.5",
        "max-age=1s",
        "max-age= 9",
        "max-age=９",
        "max-age='9'",
        'max-age="9',
        "max-age=1e3",
        "max-age=0x10",
        "max-age=+1",
    ],
)
def test_4_2_1_an_invalid_lifetime_is_none_at_all(value):
    assert said(value).max_age == 0


def test_4_2_1_two_lifetimes_that_differ_are_none_at_all():
    assert said("max-age=60, max-age=3600").max_age == 0
    assert said("max-age=60, max-age=x").max_age == 0
    assert said("max-age=60, max-age=60").max_age == 60


def test_1_2_2_a_number_too_large_counts_as_two_to_the_thirty_first():
    assert said("max-age=2147483649").max_age == MAX_DELTA
    assert said("max-age=" + "9" * 1000).max_age == MAX_DELTA
    assert said("max-age=" + "0" * 1000 + "9").max_age == 9


@pytest.mark.parametrize(
    "value",
    ["no-cache", 'no-cache=""', "no-cache=x-a", 'no-cache="x-a"', 'no-cache="set-cookie,x"'],
)
def test_5_2_2_4_no_cache_means_every_field_also_with_a_list(value):
    assert said(value).no_cache


@pytest.mark.parametrize("value", ['no-cache="Set-Cookie"', "no-cache=set-cookie"])
def test_5_2_2_4_no_cache_for_cookies_only_changes_nothing_for_who_keeps_none(value):
    assert not said(value).no_cache


def test_5_2_2_4_a_narrow_no_cache_does_not_soften_a_wide_one():
    assert said('no-cache="set-cookie", no-cache').no_cache


def test_repeated_fields_are_one_list():
    assert cache_control(headers("Cache-Control: max-age=5", "Cache-Control: no-store")) == (
        CacheControl(no_store=True, max_age=5)
    )


def test_5_4_pragma_counts_only_without_cache_control():
    assert cache_control({"pragma": "No-Cache"}).no_cache
    assert not cache_control({"pragma": "no-cache", "cache-control": "max-age=9"}).no_cache
    assert not cache_control({"pragma": "x"}).no_cache


def test_an_endless_value_is_read_as_no_store():
    assert said("x" * MAX_VALUE + ", max-age=9").no_store


@given(st.text(max_size=400))
def test_any_text_is_read_as_something(text):
    control = said(text)
    assert control.max_age is None or 0 <= control.max_age <= MAX_DELTA


@given(st.lists(st.sampled_from(['"', "\\", ",", "=", "no-store", "max-age", "9", " "])))
def test_no_store_between_two_commas_without_quotes_is_always_seen(parts):
    assert said("".join(parts).replace('"', "") + ",no-store").no_store
