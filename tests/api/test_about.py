from __future__ import annotations

import httpx


def test_whoever_opens_the_address_is_told_what_this_is(service: httpx.Client):
    response = service.get("/")
    assert response.headers["content-type"].startswith("text/plain")
    for path in ("/v1/search", "/v1/quote", "/openapi.json", "/agent"):
        assert path in response.text


def test_a_site_owner_is_told_who_asks_and_how_to_stop_it(guarded: httpx.Client):
    text = guarded.get("/agent").text
    assert "User-agent: ChatGPT-User\n    Disallow: /" in text
    assert "ChatGPT-User/1.0" in text
    assert "Contact: owner@example.com" in text
    assert "GET only" in text


def test_egress_ranges_are_published_in_the_form_that_sites_read(guarded: httpx.Client):
    ranges = guarded.get("/.well-known/egress-ranges.json").json()
    assert ranges["prefixes"] == [
        {"ipv4Prefix": "192.0.2.0/28"},
        {"ipv6Prefix": "2001:db8::/48"},
    ]
    assert ranges["creationTime"].endswith("Z")


def test_a_service_without_ranges_publishes_an_empty_list(service: httpx.Client):
    assert service.get("/.well-known/egress-ranges.json").json()["prefixes"] == []
