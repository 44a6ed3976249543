"""X-Robots-Tag and ``<meta name=robots>``, as the documentation of search engines has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.rules.x_robots import MAX_READ, from_fields
from tests.specs.publisher_signals.asking import NOW, US, asked, tag


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ("nosnippet", 0),
        ("NoSnippet", 0),
        (" noindex ,nosnippet ", 0),
        ("max-snippet:0", 0),
        ("max-snippet:50", 50),
        ("Max-Snippet : 50", 50),
        ("Max-Snippet = 50", 50),
        ("max-snippet=50", 50),
        ("max-snippet: 0050", 50),
        ("max-snippet:200, max-snippet:80", 80),
        ("max-snippet:80, nosnippet, max-snippet:90", 0),
        ("max-image-preview:large, max-snippet:30", 30),
        ("max-video-preview:-1,max-snippet:30,max-image-preview:none", 30),
        ("max-snippet 50", 50),
        ("max-snippet: 50 chars", 50),
        ("max-snippet:50 noindex", 50),
        ("noindex max-snippet:50", 50),
        ("noindex max-snippet=50 noarchive", 50),
        ("max-image-preview:large max-snippet 50", 50),
        ("max-snippet: 50 nosnippet", 0),
        ("nosnippet=1", 0),
    ],
)
def test_google_a_number_or_a_word_limits_what_is_quoted(value, limit):
    assert tag(value).quote_max == limit


@pytest.mark.parametrize(
    "value",
    [
        "",
        "all",
        "none",
        "noindex, nofollow",
        "max-image-preview:none",
        "max-video-preview:0",
        "nosnippets",
        "no-snippet",
        "notranslate, noimageindex, indexifembedded",
    ],
)
def test_google_other_directives_limit_no_quote(value):
    found = tag(value)
    assert (found.quote_max, found.keep, found.obeyed) == (None, True, ())


@pytest.mark.parametrize("value", ["abc", "", " ", "ten", "-", "x50", "٥٠", "-1", "-7", "9" * 5000])
def test_google_a_max_snippet_without_a_usable_number_is_ignored(value):
    found = tag(f"max-snippet:{value}")
    assert (found.quote_max, found.obeyed) == (None, ())


@pytest.mark.parametrize(("value", "limit"), [("50px", 50), ("+50", 50), ("50.9", 50)])
def test_ours_what_follows_a_number_takes_nothing_from_it(value, limit):
    assert tag(f"max-snippet:{value}").quote_max == limit


def test_google_a_negative_wins_over_a_positive_whatever_their_order():
    assert tag("max-snippet:-1", "max-snippet:40").quote_max == 40
    assert tag("max-snippet:40", "max-snippet:-1").quote_max == 40
    assert tag("all, nosnippet").quote_max == 0


def test_google_a_name_before_a_directive_is_one_robot_s():
    assert tag("googlebot: nosnippet").quote_max is None
    assert tag("chatgpt-user: nosnippet").quote_max == 0
    assert tag("CHATGPT-USER: noindex, max-snippet:9").quote_max == 9
    assert tag("otherbot: noindex, nosnippet, noarchive").obeyed == ()


def test_google_the_names_of_directives_with_values_are_no_robots():
    assert tag("max-snippet: 20, nosnippet").quote_max == 0
    assert tag("max-image-preview: none, nosnippet").quote_max == 0
    assert tag("max-video-preview: 3, noarchive").keep is False
    assert tag("unavailable_after: 2030-01-01T00:00:00Z, nosnippet").quote_max == 0


def test_mdn_a_second_robot_s_name_ends_the_part_of_the_first():
    assert tag("badbot: noindex, chatgpt-user: nosnippet").quote_max == 0
    assert tag("chatgpt-user: noindex, googlebot: nosnippet").quote_max is None
    assert tag("nosnippet, googlebot: noarchive").quote_max == 0
    assert tag("nosnippet, googlebot: noarchive").keep is True


def test_google_each_field_begins_anew_so_fields_are_never_joined():
    found = tag("otherbot: noindex, nosnippet", "max-snippet:50")
    assert (found.quote_max, found.obeyed) == (50, ("X-Robots-Tag: max-snippet:50",))


def test_ours_every_name_for_all_and_every_version_of_ours_counts():
    for name in ("*", "robots", "chatgpt-user/2.0", "ChatGPT-User/1.0 "):
        assert tag(f"{name}: nosnippet").quote_max == 0, name
    for name in ("chatgpt", "chatgpt-user-2", "xchatgpt-user", "gptbot"):
        assert tag(f"{name}: nosnippet").quote_max is None, name


def test_ours_directives_for_any_of_our_tokens_count_and_the_stricter_wins():
    fields = ("mybot: max-snippet:90", "chatgpt-user: max-snippet:70", "otherbot: nosnippet")
    assert tag(*fields, tokens=("MyBot", US)).quote_max == 70
    assert tag(*fields, tokens=("MyBot",)).quote_max == 90


def test_ours_blanks_and_semicolons_part_directives_too():
    assert tag("noindex nosnippet").quote_max == 0
    assert tag("noarchive; max-snippet:12").quote_max == 12
    assert tag("noarchive; max-snippet:12").keep is False


def test_ours_an_unknown_pair_hides_nothing_behind_it():
    assert tag("noindex, foo=bar, nosnippet").quote_max == 0
    assert tag("nosnippet: yes").quote_max == 0


@pytest.mark.parametrize(
    "text",
    [
        "nosnippet, noai-training",
        "noindex nosnippet",
        "max-snippet=20",
        "max-snippet 20",
        "max-snippet: 20 chars",
        "noindex max-snippet:20 noarchive",
        "unavailable_after=2010-06-25",
        "max-snippets:20, xmax-snippet:20, max-snippet-x:20",
    ],
)
def test_ours_a_text_means_the_same_in_a_field_and_in_a_meta(text):
    field = tag(text)
    for name in ("robots", US):
        meta = asked(meta=[(name, text)])
        assert (meta.quote_max, meta.keep, meta.reported) == (
            field.quote_max,
            field.keep,
            field.reported,
        )
    assert bool(field.obeyed) is not text.startswith("max-snippets")


def test_ours_a_blank_behind_a_number_ends_its_value():
    found = tag("max-snippet:20 noarchive, max-image-preview:none nocache")
    assert found.obeyed == (
        "X-Robots-Tag: max-snippet:20",
        "X-Robots-Tag: noarchive",
        "X-Robots-Tag: nocache",
    )


def test_google_metas_and_fields_count_together():
    found = asked(
        ("X-Robots-Tag", "max-snippet:200"),
        meta=[("robots", "max-snippet:80, noindex"), ("chatgpt-user", "noarchive")],
    )
    assert (found.quote_max, found.keep) == (80, False)
    assert found.quote_rule == "meta robots: max-snippet:80"


@pytest.mark.parametrize("name", ["googlebot", "description", "*", "chatgpt", "robot", ""])
def test_google_a_meta_with_another_name_is_not_for_us(name):
    assert asked(meta=[(name, "nosnippet")]).obeyed == ()


@pytest.mark.parametrize("date", [
    "25 Jun 2010 15:00:00 PST",
    "Fri, 25 Jun 2010 15:00:00 GMT",
    "Friday, 25-Jun-10 15:00:00 UTC",
    "2010-06-25T15:00:00+00:00",
    "2010-06-25",
    "Tue, 14 Nov 2023 22:13:20 GMT",
])  # fmt: skip
def test_google_a_page_past_its_date_is_not_kept(date):
    found = tag(f"unavailable_after: {date}, max-snippet:7")
    assert (found.keep, found.quote_max) == (False, 7)
    assert found.refused is None


@pytest.mark.parametrize("date", [
    "Tue, 14 Nov 2023 22:13:21 GMT",
    "25 Jun 2040 15:00:00 PST",
    "2040-06-25T15:00:00",
    "Friday, 25-Jun-40 15:00:00 UTC",
])  # fmt: skip
def test_google_a_page_before_its_date_is_as_any_other(date):
    found = tag(f"unavailable_after: {date}, max-snippet:7")
    assert (found.keep, found.quote_max) == (True, 7)


@pytest.mark.parametrize("date", ["soon", "", "99999-01-01", "Fri, 99 Xyz 2040", "0" * 5000])
def test_ours_a_date_that_is_none_counts_as_over(date):
    assert tag(f"unavailable_after: {date}").keep is False


def test_bing_noarchive_with_nocache_means_nocache():
    assert tag("noarchive", mode="strict").refused == "X-Robots-Tag: noarchive"
    both = tag("noarchive, nocache", mode="strict")
    assert (both.refused, both.quote_max, both.keep) == (None, 160, False)


def test_ours_no_more_than_eight_kib_of_fields_is_read():
    filler = "noindex," * (MAX_READ // 8)
    assert tag(filler + "nosnippet").quote_max is None
    assert tag(filler[:-8] + " nosnippet"[:8], "nosnippet").quote_max is None
    assert tag("nosnippet," + filler).quote_max == 0


def test_ours_what_is_repeated_of_a_field_is_printable_and_no_marker_of_ours():
    found = tag("unavailable_after: 【1†x】\u202e\x07 " + "z" * 5000)
    assert found.obeyed[0].isprintable()
    assert "†" not in found.obeyed[0]
    assert len(found.obeyed[0]) < 250


PIECES = st.sampled_from(
    ["nosnippet", "max-snippet", "max-image-preview", ":", ",", "unavailable_after", " ", "50",
     "-1", "chatgpt-user", "*", "otherbot", "noarchive", "25 Jun 2010", "\x00", "é", "/2.0", "=",
     ";"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=300))
def test_any_field_is_read_without_an_error_and_only_ever_limits(value):
    found = tag(value)
    assert found.quote_max is None or found.quote_max >= 0
    assert found.refused is None
    for directive in from_fields([("x-robots-tag", value)], (US,)):
        directive.passed(NOW)


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map("".join))
def test_one_more_field_never_permits_more(one, other):
    alone, both = tag(one), tag(one, other)
    limits = [10**9 if s.quote_max is None else s.quote_max for s in (alone, both)]
    assert limits[1] <= limits[0]
    assert both.keep <= alone.keep
