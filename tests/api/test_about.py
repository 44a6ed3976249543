from __future__ import annotations

import ipaddress

import httpx
import pytest
from fastapi import FastAPI

from browser import who
from browser.api.about import Faces, Markup, likes_html, router
from browser.model.about import About
from browser.model.signals import Mode
from browser.notice import for_owners
from browser.settings import Settings
from tests.clock import ManualClock
from tests.specs.publisher_signals.asking import asked

PLAIN = About("MyBot", "MyBot/0.1", "", 0.5, 3, 300, "local")


def test_whoever_opens_the_address_is_told_what_this_is(service: httpx.Client):
    response = service.get("/")
    assert response.headers["content-type"].startswith("text/plain")
    for path in ("/v1/search", "/v1/quote", "/openapi.json", "/agent"):
        assert path in response.text


def test_whoever_opens_the_address_is_told_every_door(service: httpx.Client):
    told = service.get("/").text
    for path in ("/mcp", "/sse", "/openwebui", "/v1/tools", "/.well-known/ai-plugin.json"):
        assert f" {path}" in told
    assert "GET / " in service.get("/nothing").json()["detail"]


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
    for word in ("Crawl-delay", "Request-rate", "429", "503", "Retry-After", "robots.txt counts"):
        assert word in text


def test_a_site_owner_is_told_where_the_addresses_are(guarded: httpx.Client, service: httpx.Client):
    assert "/.well-known/egress-ranges.json" in guarded.get("/agent").text
    assert "There is no way" not in guarded.get("/agent").text
    text = service.get("/agent").text
    assert "egress-ranges" not in text, "nothing to check it by"
    assert "There is no way: this service has published neither addresses nor keys" in text


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


FACES = Faces(
    Markup(lambda: "<p>The console", {"X-Face": "index"}), Markup(lambda: "<p>For owners")
)


async def asked_for(path: str, about: About = PLAIN, **fields: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(router(about, for_owners(about), FACES))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
        return await client.get(path, headers=fields)


async def told(about: About) -> str:
    return (await asked_for("/agent", about)).text


NAVIGATION = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "likes"),
    [
        (NAVIGATION, True),
        ("text/html", True),
        ("text/html;q=0.1", True),
        ("TEXT/HTML ; Q=0.5, text/plain;q=0.4", True),
        ("*/*", False),
        ("", False),
        ("text/*", False),
        ("text/plain", False),
        ("application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=0.5, */*", False),
        ("text/html;q=0.5, text/*;q=0.6", False),
        ("text/html;q=no, */*;q=0.1", False),
        ("text/plain, text/html", False),
    ],
)
def test_a_page_is_for_whoever_likes_it_better_than_plain_text(accept: str, likes: bool):
    assert likes_html(accept) is likes


async def test_each_address_has_two_forms_and_a_cache_is_told_so():
    for path, page in (("/", "<p>The console"), ("/agent", "<p>For owners")):
        for accept, kind in ((NAVIGATION, "text/html"), ("*/*", "text/plain")):
            response = await asked_for(path, Accept=accept)
            assert response.headers["content-type"].startswith(kind)
            assert response.headers["vary"] == "Accept"
            assert (response.text == page) is (kind == "text/html")
    assert (await asked_for("/", Accept="text/html")).headers["x-face"] == "index"


async def test_both_forms_of_the_notice_say_the_same():
    words = " ".join((await told(PLAIN)).split())
    for section in for_owners(PLAIN):
        assert section.title in words
        for piece in section.pieces:
            if isinstance(piece, str):
                assert " ".join(piece.split()) in words


@pytest.mark.parametrize(
    ("mode", "heeded"),
    [
        ("default", ["nosnippet", "max-snippet", "data-nosnippet", "noarchive", "nocache"]),
        ("default", ["Content-Signal", "ai-input=no", "use=immediate", "unavailable_after"]),
        ("strict", ["nosnippet", "max-snippet", "data-nosnippet", "noarchive", "nocache", "noai"]),
        ("strict", ["Content-Signal", "ai-input=no", "use=immediate", "unavailable_after"]),
        ("strict", ["use=reference", "TDMRep", "RSL", "noimageai", "160", "300"]),
        ("off", ["turned the signals of publishers off"]),
    ],
)
async def test_a_site_owner_is_told_which_signals_are_heeded(mode: Mode, heeded: list[str]):
    text = await told(About(**{**vars(PLAIN), "signals": mode}))
    assert [word for word in heeded if word not in text] == []
    assert ("turned the signals of publishers off" in text) is (mode == "off")


async def test_a_site_owner_is_told_which_other_names_are_obeyed():
    text = await told(About(**{**vars(PLAIN), "also_obey": ("ChatGPT-User", "GPTBot")}))
    assert "User-agent: MyBot\n" in text
    assert "ChatGPT-User, GPTBot" in text
    assert "obeyed too" not in await told(PLAIN)


def heeded(text: str) -> tuple[str, str]:
    """What is said to be heeded, and what only passed on."""
    part = text.partition("What else is heeded")[2].partition("To tell it from")[0]
    first, _, second = part.partition("Only passed on")
    return first, second


SIGNALS = {
    "nosnippet": [("X-Robots-Tag", "nosnippet")],
    "max-snippet": [("X-Robots-Tag", "max-snippet:9")],
    "noarchive": [("X-Robots-Tag", "noarchive")],
    "nocache": [("X-Robots-Tag", "nocache")],
    "unavailable_after": [("X-Robots-Tag", "unavailable_after: 2010-06-25")],
    "noai,": [("X-Robots-Tag", "noai")],
    "noimageai": [("X-Robots-Tag", "noimageai")],
    "ai-input": [("Content-Signal", "ai-input=no")],
    "ai-train": [("Content-Signal", "ai-train=no")],
    "search": [("Content-Signal", "search=no")],
    "use=immediate": [("Content-Signal", "use=immediate")],
    "use=reference": [("Content-Signal", "use=reference")],
    "Content-Usage": [("Content-Usage", "train-ai=n")],
    "TDMRep": [("tdm-reservation", "1")],
    "RSL": [("Link", '</l.xml>; rel="license"; type="application/rsl+xml"')],
}


@pytest.mark.parametrize("mode", ["default", "strict"])
@pytest.mark.parametrize("name", SIGNALS)
async def test_the_text_lists_as_heeded_exactly_what_is_obeyed(mode: Mode, name: str):
    done, passed_on = heeded(await told(About(**{**vars(PLAIN), "signals": mode})))
    found = asked(*SIGNALS[name], mode=mode)
    assert (name in done, name in passed_on) == (bool(found.obeyed), not found.obeyed)
    if not found.obeyed:
        assert found.reported


async def test_a_site_owner_is_told_that_a_header_comes_too_late_to_spare_a_request():
    text = " ".join((await told(PLAIN)).split())
    assert (
        "ai-input=no in robots.txt: the page is not asked for; as a header: it is fetched" in text
    )
    assert "no disk or cache, but for the words that are quoted" in text


async def test_a_service_under_the_name_of_openai_s_browser_says_that_it_is_another():
    text = await told(About(**{**vars(PLAIN), "borrowed": True}))
    assert "not OpenAI's" in text
    assert "keeps both out" in " ".join(text.split())
    assert "OpenAI" not in await told(PLAIN)


def test_only_who_borrows_the_name_says_so():
    for agent, borrowed in (
        ({}, True),
        ({"contact": "a@openai.com"}, False),
        ({"token": "MyBot"}, False),
    ):
        settings = Settings.model_validate({"agent": agent})
        assert who.about(settings, ManualClock()).borrowed is borrowed


@pytest.mark.parametrize("mode", ["default", "strict", "off"])
async def test_no_line_of_the_text_is_too_long_to_read(mode: Mode):
    text = await told(About(**{**vars(PLAIN), "signals": mode, "borrowed": True}))
    assert all(len(line) <= 100 for line in text.splitlines())
