"""Really Simple Licensing 1.0: where a licence is named, and what follows."""

from __future__ import annotations

import pytest

from browser.rules.robots import parse
from tests.specs.publisher_signals.asking import US, asked, before

LICENCE = "https://e.test/license.xml"


@pytest.mark.parametrize("robots", [
    f"License: {LICENCE}\nUser-agent: *\nAllow: /\n",
    f"User-agent: *\nAllow: /\nLICENSE : {LICENCE}\n",
    f"User-agent: GPTBot\nLicense: {LICENCE}\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
    "License: /license.xml\n",
    f"License: {LICENCE} # terms\n",
])  # fmt: skip
def test_a_licence_in_robots_txt_speaks_of_the_whole_site_wherever_it_stands(robots):
    found = asked(robots=robots)
    assert found.reported == ("rsl",)
    assert found.license == LICENCE
    assert (found.refused, found.quote_max, found.keep) == (None, None, True)
    assert before(robots) is None


def test_a_licence_line_splits_no_group():
    robots = f"User-agent: a\nLicense: {LICENCE}\nUser-agent: {US}\nDisallow: /a\n"
    assert not parse(robots.encode()).judge("https://e.test/a", US).allowed
    between = f"User-agent: {US}\nLicense: {LICENCE}\nDisallow: /a\n"
    assert not parse(between.encode()).judge("https://e.test/a", US).allowed


def test_a_licence_whose_address_is_unusable_still_counts():
    found = asked(robots="License: javascript:alert(1)\n")
    assert (found.reported, found.license) == (("rsl",), None)


@pytest.mark.parametrize(("link", "flags", "licence"), [
    (f'<{LICENCE}>; rel="license"; type="application/rsl+xml"', ("rsl",), LICENCE),
    ("</license.xml>; type=application/rsl+xml; rel=license", ("rsl",), LICENCE),
    (f"<{LICENCE}>; rel=license", ("rsl",), LICENCE),
    (f'<https://x.test/>; rel=next, <{LICENCE}>; rel="nofollow license"', ("rsl",), LICENCE),
    ("<https://creativecommons.org/licenses/by/4.0/>; rel=license", (),
     "https://creativecommons.org/licenses/by/4.0/"),
    (f"<{LICENCE}>; rel=stylesheet", (), None),
    (f"{LICENCE}; rel=license", (), None),
    ("<", (), None),
])  # fmt: skip
def test_a_link_field_names_a_licence_by_its_relation_and_type(link, flags, licence):
    found = asked(("Link", link))
    assert (found.reported, found.license) == (flags, licence)


def test_a_link_of_the_page_names_one_too():
    found = asked(meta=[("license", "license.xml")], url="https://e.test/a/b")
    assert (found.reported, found.license) == (("rsl",), "https://e.test/a/license.xml")


def test_a_binding_licence_is_named_before_another():
    found = asked(("Link", "<https://cc.test/by>; rel=license"), robots=f"License: {LICENCE}\n")
    assert found.license == LICENCE


def test_strict_a_site_with_a_licence_is_not_asked_for_pages():
    declined = before(f"License: {LICENCE}\n", "strict")
    assert declined is not None
    assert declined.rule == f"robots.txt License: {LICENCE}"
    assert asked(meta=[("license", LICENCE)], mode="strict").refused
    link = ("Link", "<https://creativecommons.org/licenses/by/4.0/>; rel=license")
    assert asked(link, mode="strict").refused is None
