"""A service with tokens: the console asks for one and keeps it in its tab alone."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.chromium.watched import Watched, watching
from tests.service.living import serving
from tests.world import World

TOKEN = "the-token-of-this-very-service"


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with World() as world:
        world.page("api.test", "/", "<p>Words of a page.</p>", "A title")
        with serving(
            world, headers={"Authorization": f"Bearer {TOKEN}"}, server={"tokens": [TOKEN]}
        ) as client:
            yield client


@pytest.fixture
def console(chromium: Browser, service: httpx.Client) -> Iterator[Watched]:
    with watching(chromium, str(service.base_url)) as watched:
        watched.visit()
        yield watched


def give(console: Watched, token: str) -> None:
    console.tab.fill("#token-value", token)
    console.tab.press("#token-value", "Enter")


def test_the_token_is_asked_for_before_anything_is_sent(console: Watched):
    asked: list[str] = []
    console.tab.context.on("request", lambda request: asked.append(request.url))
    console.visit()
    expect(console.tab.locator("#token-value")).to_be_focused()
    assert [url for url in asked if "/v1/" in url] == []
    give(console, TOKEN)
    console.run("open http://api.test/")
    assert "Words of a page." in console.shown()
    console.is_clean()


def test_the_token_stays_in_the_tab_and_out_of_every_address(console: Watched):
    asked: list[str] = []
    console.tab.context.on("request", lambda request: asked.append(request.url))
    give(console, TOKEN)
    console.run("open http://api.test/")
    assert asked
    assert [url for url in [*asked, console.tab.url] if TOKEN in url] == []
    assert console.tab.evaluate("Object.values(sessionStorage)") == [TOKEN]
    assert console.tab.evaluate("localStorage.length") == 0
    assert console.tab.context.cookies() == []
    console.tab.reload()
    expect(console.tab.locator("#display-title")).to_contain_text("A title")
    expect(console.tab.locator("#token")).to_be_hidden()
    console.is_clean()


def test_a_wrong_token_is_asked_for_again_and_the_command_is_run_then(console: Watched):
    give(console, "not-the-token-of-this-service")
    console.run("open http://api.test/")
    expect(console.tab.locator("#status")).to_have_text("That token is not valid here.")
    expect(console.tab.locator("#token-value")).to_be_focused()
    assert console.tab.evaluate("sessionStorage.length") == 0
    give(console, TOKEN)
    expect(console.tab.locator("#display-title")).to_contain_text("A title")
    console.is_clean(failed_loads=True)


def test_a_token_can_be_forgotten(console: Watched):
    give(console, TOKEN)
    console.run("open http://api.test/")
    console.tab.click("#forget-token")
    expect(console.tab.locator("#token")).to_be_visible()
    expect(console.tab.locator("#display")).to_be_hidden()
    assert console.tab.evaluate("sessionStorage.length") == 0
    give(console, TOKEN)
    expect(console.tab.locator("#display-title")).to_contain_text("A title")
    console.is_clean()


def test_a_token_that_has_run_out_costs_no_command(console: Watched):
    give(console, TOKEN)
    console.run("open http://api.test/")
    console.tab.evaluate(
        "sessionStorage.setItem(Object.keys(sessionStorage)[0], 'it-was-valid-yesterday')"
    )
    console.run("find Words")
    expect(console.tab.locator("#status")).to_have_text("That token is not valid here.")
    give(console, TOKEN)
    expect(console.tab.locator("#display-title")).to_contain_text("Find results")
    expect(console.tab.locator("#steps li")).to_have_count(2)
    console.is_clean(failed_loads=True)
