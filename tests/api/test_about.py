from __future__ import annotations

import ipaddress

import httpx
import pytest
from fastapi import FastAPI

from browser.api.about import About, router
from browser.model.signals import Mode

PLAIN = About("MyBot", "MyBot/0.1", "", 0.5, 3, 300, "local")


def test_whoever_opens_the_address_is_told_what_this_is(service: httpx.Client):
    response = service.get("/")
    assert response.headers["content-type"].startswith("text/plain")
    for path in ("/v1/search", "/v1/quote", "/openapi.json", "/agent"):
        assert path in response.text


def test_a_site_owner_is_told_who_asks_and_how_to_stop_it(guarded: httpx.Client):
    response = guarded.get("/agent")
    assert response.headers["content-type"].startswith("text/plain")
    text = response.text
    assert "User-agent: ChatGPT-User\n    Disallow: /" in text
    assert "ChatGPT-User/1.0" in text
    assert "Contact: owner@example.com" in text
    assert "GET" in text


def test_a_site_owner_needs_no_credential(guarded: httpx.Client):
    with httpx.Client(base_url=guarded.base_url, trust_env=False) as stranger:
        for path in ("/", "/agent", "/.well-known/egress-ranges.json"):
            assert stranger.get(path).status_code == 200, path


def test_a_site_owner_is_told_how_to_slow_it_down(service: httpx.Client):
    text = service.get("/agent").text
    for word in ("Crawl-delay", "429", "503", "Retry-After"):
        assert word in text


def test_a_site_owner_is_told_where_the_addresses_are(guarded: httpx.Client, service: httpx.Client):
    assert "/.well-known/egress-ranges.json" in guarded.get("/agent").text
    assert "impostor" not in service.get("/agent").text, "nothing to check it by"


def test_egress_ranges_are_published_in_the_form_that_sites_read(guarded: httpx.Client):
    ranges = guarded.get("/.well-known/egress-ranges.json").json()
    assert set(ranges) == {"creationTime", "prefixes"}
    assert ranges["prefixes"] == [
        {"ipv4Prefix": "192.0.2.0/28"},
        {"ipv6Prefix": "2001:db8::/48"},
    ]
    assert ranges["creationTime"].endswith("Z")
    assert ipaddress.ip_network(ranges["prefixes"][0]["ipv4Prefix"]).version == 4


def test_a_service_without_ranges_publishes_an_empty_list(service: httpx.Client):
    assert service.get("/.well-known/egress-ranges.json").json()["prefixes"] == []


async def told(about: About) -> str:
    app = FastAPI()
    app.include_router(router(about))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
        return (await client.get("/agent")).text


@pytest.mark.parametrize(
    ("mode", "heeded"),
    [
        ("default", ["nosnippet", "max-snippet", "data-nosnippet", "noarchive", "Content-Signal"]),
        ("strict", ["nosnippet", "max-snippet", "noarchive", "Content-Signal", "RSL", "noai"]),
        ("off", ["turned them off"]),
    ],
)
async def test_a_site_owner_is_told_which_signals_are_heeded(mode: Mode, heeded: list[str]):
    text = await told(About(**{**vars(PLAIN), "signals": mode}))
    assert [word for word in heeded if word not in text] == []
    assert ("turned them off" in text) is (mode == "off")


async def test_a_site_owner_is_told_which_other_names_are_obeyed():
    text = await told(About(**{**vars(PLAIN), "also_obey": ("ChatGPT-User", "GPTBot")}))
    assert "User-agent: MyBot\n" in text
    assert "ChatGPT-User, GPTBot" in text
    assert "obeyed too" not in await told(PLAIN)


async def test_no_line_of_the_text_is_too_long_to_read():
    assert all(len(line) <= 100 for line in (await told(PLAIN)).splitlines())
