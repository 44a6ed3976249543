"""TDM Reservation Protocol: a reservation is passed on, and in strict mode not quoted."""

from __future__ import annotations

import pytest

from tests.specs.publisher_signals.asking import asked


@pytest.mark.parametrize("value", ["1", " 1 ", "1, 1", "0, 1"])
def test_a_one_reserves(value):
    found = asked(("TDM-Reservation", value))
    assert found.reported == ("tdm-reserved",)
    assert (found.quote_max, found.obeyed, found.refused) == (None, (), None)


@pytest.mark.parametrize("value", ["0", "", "yes", "10", "true", "-1"])
def test_nothing_else_reserves(value):
    assert asked(("tdm-reservation", value)).reported == ()


def test_a_meta_reserves_as_a_field_does():
    assert asked(meta=[("tdm-reservation", "1")]).reported == ("tdm-reserved",)
    found = asked(("tdm-reservation", "0"), meta=[("tdm-reservation", "1")])
    assert found.reported == ("tdm-reserved",)


def test_the_policy_is_named_as_the_terms_and_never_anything_but_a_web_address():
    reserved = ("tdm-reservation", "1")
    assert asked(reserved, ("tdm-policy", "/p.json")).license == "https://e.test/p.json"
    for bad in ("javascript:alert(1)", "", "http://[", "data:,x", "https://e.test/" + "x" * 2000):
        assert asked(reserved, ("tdm-policy", bad)).license is None, bad


def test_strict_a_reservation_forbids_quotes():
    found = asked(("tdm-reservation", "1"), mode="strict")
    assert (found.quote_max, found.quote_rule) == (0, "tdm-reservation: 1")
    assert found.show_max is None
