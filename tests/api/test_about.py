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
