"""RFC 9111 4.3: asking whether a kept reply holds; 3.2: what a 304 changes."""

import pytest

from browser.rules.freshness import answers, current_age, fresh, lifetime
from browser.rules.revalidation import conditions, confirms, freshened
from tests.specs.rfc9111.replies import SENT, START, date, reply

LATER = START + 1000


def renewed(kept, *fields, sent=SENT):
    pairs = tuple(
        (name.lower(), value.strip()) for name, _, value in (f.partition(":") for f in fields)
    )
    return freshened(kept, pairs, sent, LATER, LATER)


def test_4_3_1_both_validators_are_sent_as_they_came():
    kept = reply('ETag: W/"a,b"', f"Last-Modified: {date(-9)}")
    assert conditions(kept) == {"If-None-Match": 'W/"a,b"', "If-Modified-Since": date(-9)}


@pytest.mark.parametrize("tag", ['""', '"x"', 'W/"x"', "abc-123:gzip", '"!#$%&\'()*+,-./:;<=>?@"'])
def test_4_3_1_a_tag_is_sent_back(tag):
    assert conditions(reply(f"ETag: {tag}")) == {"If-None-Match": tag}


@pytest.mark.parametrize(
    "tag", ["*", "", '"a" "b"', '"a", "b"', 'w/"x"', '"é"', "a b", "a,b", '"x']
)
def test_a_tag_that_means_something_else_or_cannot_be_sent_is_not(tag):
    assert conditions(reply(f"ETag: {tag}")) == {}


@pytest.mark.parametrize("value", ["0", "yesterday", "2026-01-01"])
def test_13_1_3_a_date_that_is_none_is_not_sent(value):
    assert conditions(reply(f"Last-Modified: {value}")) == {}


@pytest.mark.parametrize("status", [301, 404, 402])
def test_rfc_9110_13_2_1_only_a_success_is_asked_after(status):
    assert conditions(reply('ETag: "x"', status=status)) == {}


@pytest.mark.parametrize(
    ("kept", "came", "same"),
    [
        ('"a"', '"a"', True),
        ('W/"a"', 'W/"a"', True),
        ('"a"', 'W/"a"', True),
        ('W/"a"', '"a"', True),
        ('"a"', '"b"', False),
        ('W/"a"', 'W/"b"', False),
    ],
)
def test_4_3_4_a_304_with_another_tag_is_about_another_reply(kept, came, same):
    assert confirms(reply(f"ETag: {kept}"), {"etag": came}) is same


def test_4_3_4_a_304_with_a_tag_says_nothing_about_a_reply_without_one():
    assert not confirms(reply(f"Last-Modified: {date(-9)}"), {"etag": '"a"'})


def test_4_3_4_without_a_tag_the_date_of_the_change_tells():
    kept = reply(f"Last-Modified: {date(-9)}")
    assert confirms(kept, {"last-modified": date(-9)})
    assert not confirms(kept, {"last-modified": date(-8)})


def test_4_3_4_a_304_without_validators_is_about_the_one_that_was_asked_after():
    assert confirms(reply('ETag: "a"'), {})


def test_3_2_a_304_replaces_the_fields_it_brings_and_leaves_the_others():
    kept = reply(
        "X-A: 1", "X-A: 2", "X-B: 3", "Cache-Control: max-age=1", "Content-Type: text/html"
    )
    after = renewed(kept, "X-A: 4", "Cache-Control: max-age=60", "X-C: 5")
    assert after.headers == {
        "x-a": "4",
        "x-b": "3",
        "x-c": "5",
        "cache-control": "max-age=60",
        "content-type": "text/html",
    }
    assert (after.status, after.body) == (200, b"body")


@pytest.mark.parametrize(
    "field", ["Content-Length: 0", "Content-Encoding: br", "Content-Type: x/y", "Content-Range: x"]
)
def test_3_2_what_the_kept_body_was_read_by_stays(field):
    name = field.partition(":")[0]
    kept = reply(f"{name}: before", "Connection: x-hop")
    assert renewed(kept, field).headers[name.lower()] == "before"


def test_3_2_fields_of_the_connection_are_not_taken_from_a_304():
    assert renewed(reply(), "Connection: X-Hop", "X-Hop: 1", "Set-Cookie: a=b").headers == {}


def test_a_304_makes_the_copy_as_young_as_itself():
    kept = reply("Cache-Control: max-age=60", "Age: 50", f"Date: {date()}")
    assert not fresh(kept, LATER, 900)
    after = renewed(kept, f"Date: {date(1000)}")
    assert fresh(after, LATER + 59, 900)
    assert current_age(after, LATER) == 0


def test_a_304_without_date_and_age_does_not_leave_the_old_ones():
    after = renewed(reply("Cache-Control: max-age=60", "Age: 50", f"Date: {date()}"))
    assert current_age(after, LATER) == 0
    assert lifetime(after) == 60


def test_a_304_that_brings_an_age_is_as_old_as_it_says():
    assert current_age(renewed(reply(), "Age: 30"), LATER) == 30


def test_a_304_may_change_what_the_reply_varies_by():
    after = renewed(reply(), "Vary: Accept-Language", sent={"accept-language": "de"})
    assert answers(after, {"accept-language": "de"})
    assert not answers(after, {"accept-language": "en"})


def test_a_304_that_sets_a_cookie_ends_the_heuristic_lifetime():
    kept = reply(f"Last-Modified: {date(-10_000)}", f"Date: {date()}")
    assert lifetime(renewed(kept, f"Date: {date(1000)}")) > 0
    assert lifetime(renewed(kept, f"Date: {date(1000)}", "Set-Cookie: a=b")) == 0
