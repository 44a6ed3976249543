"""RFC 9111 3: which replies are kept; 3.1: which of their fields."""

import pytest

from browser.rules.freshness import MAX_VARY, storable
from browser.rules.revalidation import kept_fields
from browser.rules.signals import FIELDS as SIGNALS
from tests.specs.rfc9111.replies import date, headers


@pytest.mark.parametrize("status", [200, 203, 204, 300, 301, 308, 404, 405, 410, 414])
def test_3_a_status_with_a_heuristic_lifetime_needs_no_word(status):
    assert storable(status, {})


@pytest.mark.parametrize("status", [201, 302, 303, 307, 400, 406, 418])
@pytest.mark.parametrize(
    "field",
    [
        "Cache-Control: max-age=9",
        "Cache-Control: public",
        "Cache-Control: private",
        f"Expires: {date(9)}",
    ],
)
def test_3_any_other_final_status_needs_one(status, field):
    assert not storable(status, {})
    assert not storable(status, headers("Cache-Control: s-maxage=9"))
    assert storable(status, headers(field))


@pytest.mark.parametrize("status", [200, 301, 302, 404, 402])
def test_5_2_2_5_no_store_is_never_kept(status):
    assert not storable(status, headers("Cache-Control: public, max-age=9, no-store"))


def test_5_2_2_7_private_may_be_kept_by_a_cache_that_serves_one_agent():
    assert storable(200, headers("Cache-Control: private, max-age=9"))


def test_no_cache_is_kept_and_asked_after():
    assert storable(200, headers("Cache-Control: no-cache"))


@pytest.mark.parametrize("status", [100, 103, 206, 304])
def test_3_3_a_part_and_what_is_no_final_reply_is_not_kept(status):
    assert not storable(status, headers("Cache-Control: public, max-age=9"))


def test_rfc_6585_4_a_429_is_never_kept():
    assert not storable(429, headers("Cache-Control: public, max-age=9"))


@pytest.mark.parametrize("status", [408, 425, 500, 501, 502, 503, 504, 599])
def test_trouble_is_never_kept(status):
    assert not storable(status, headers("Cache-Control: public, max-age=9"))


@pytest.mark.parametrize("vary", ["*", "Accept, *", " * ", ",*"])
def test_4_1_a_reply_that_varies_by_everything_is_not_kept(vary):
    assert not storable(200, headers(f"Vary: {vary}", "Cache-Control: max-age=9"))


def test_a_reply_that_varies_by_more_fields_than_anyone_sends_is_not_kept():
    names = ", ".join(f"x-{number}" for number in range(MAX_VARY + 1))
    assert not storable(200, headers(f"Vary: {names}"))


def test_3_1_the_fields_of_the_connection_and_those_it_names_are_not_kept():
    fields = (
        ("connection", "keep-alive, X-Hop"),
        ("keep-alive", "timeout=5"),
        ("x-hop", "1"),
        ("transfer-encoding", "chunked"),
        ("proxy-authenticate", "Basic"),
        ("content-type", "text/html"),
        ("x-robots-tag", "noarchive"),
        ("x-robots-tag", "nosnippet"),
    )
    assert kept_fields(fields) == fields[5:]


def test_a_reply_does_not_free_itself_of_cache_control_by_naming_it_in_connection():
    fields = (("connection", "cache-control, vary"), ("cache-control", "no-cache"), ("vary", "a"))
    assert kept_fields(fields) == fields[1:]


def test_a_cookie_is_not_kept():
    assert kept_fields((("set-cookie", "a=b"), ("etag", '"1"'))) == (("etag", '"1"'),)


@pytest.mark.parametrize("name", sorted(SIGNALS))
def test_a_reply_does_not_take_back_what_its_publisher_asks_by_naming_it_in_connection(name):
    fields = (("connection", f"close, {name.title()}"), (name, "x"), ("x-robots-tag", "noarchive"))
    assert kept_fields(fields) == fields[1:]


@pytest.mark.parametrize("name", ["age", "date", "expires"])
def test_a_reply_does_not_grow_younger_by_naming_its_age_in_connection(name):
    assert kept_fields((("connection", name), (name, "0"))) == ((name, "0"),)
