"""For everybody: judged by axe-core in every state, and used with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium.watched import watching
from tests.service.living import serving, small_library
from tests.world import World

TOKEN = "the-token-of-this-very-service"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.robots("article.test", "User-agent: *\nDisallow: /private\n")
        origin.reply(
            "article.test",
            "/",
            body="<!doctype html><html lang=en><title>The harbour</title><body><nav>"
            + "".join(f"<a href=/n{n}>Entry {n} of the navigation</a> " for n in range(20))
            + "</nav><main><h1>The harbour</h1><p>Read <a href=/second>the second page</a>, or "
            "<a href=/private>what is kept</a>.</p>"
            + "".join(f"<p>Sentence {n} tells of the pier.</p>" for n in range(40))
            + "</main>",
        )
        origin.page("article.test", "/second", "<h1>Second</h1><p>Words of it.</p>", "Two")
        yield origin


@pytest.fixture(scope="module")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    with serving(world, search={"provider": "local", "local": {"index": str(index)}}) as client:
        yield client


def test_no_state_of_the_console_keeps_anybody_out(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as console:
        console.visit()
        console.is_accessible_everywhere("empty")
        console.tab.click("#help")
        console.is_accessible_everywhere("commands")
        console.run("apple harvest")
        console.is_accessible_everywhere("search results")
        console.run("open http://article.test/")
        numbers = console.tab.locator("#rows .n")
        numbers.nth(3).click()
        numbers.nth(5).click(modifiers=["Shift"])
        console.is_accessible_everywhere("chosen lines")
        console.tab.click("#quote")
        console.rest()
        console.run("find pier")
        console.is_accessible_everywhere("quote and find results")
        console.run("open http://article.test/private")
        console.tab.click("#check summary")
        console.tab.fill("#answer-text", "It says “what nobody wrote” 【1†L25】. And so 【99†L1】.")
        console.tab.click("#answer button")
        expect(console.tab.locator("#resolved")).to_contain_text("leads nowhere")
        console.is_accessible_everywhere("failure and answer")
        console.is_clean()


def test_the_form_for_a_token_keeps_nobody_out(chromium: Browser, world: World):
    with (
        serving(world, server={"tokens": [TOKEN]}) as client,
        watching(chromium, str(client.base_url)) as console,
    ):
        console.visit()
        expect(console.tab.locator("#token")).to_be_visible()
        console.is_accessible_everywhere("token")
        console.is_clean()


def tab_to(tab: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which has to be seen."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
            return
    pytest.fail(f"Tab does not lead to {selector}")


def test_a_whole_conversation_with_the_keyboard_alone(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as console:
        tab, keys = console.tab, console.tab.keyboard
        console.visit()
        expect(tab.locator("#line")).to_be_focused()
        keys.type("open http://article.test/")
        keys.press("Enter")
        console.rest()
        expect(tab.locator("#line")).to_be_focused()

        tab_to(tab, "#rows a[data-id]")
        keys.press("Enter")
        console.rest()
        expect(tab.locator("#display-title")).to_be_focused()
        expect(tab.locator("#display-title")).to_contain_text("Two")
        expect(tab.locator("#status")).to_contain_text("Display 1: Two, lines 0 to")

        keys.press("/")
        expect(tab.locator("#line")).to_be_focused()
        keys.press("ArrowUp")
        expect(tab.locator("#line")).to_have_value("open http://article.test/")
        keys.press("ArrowDown")
        expect(tab.locator("#line")).to_have_value("")
        keys.type("words nobody wants")
        keys.press("Escape")
        expect(tab.locator("#line")).to_have_value("")
        keys.type("back")
        keys.press("Enter")
        console.rest()

        tab_to(tab, ".n")
        for _ in range(4):
            keys.press("ArrowDown")
        keys.press("Space")
        keys.press("Shift+ArrowDown")
        expect(tab.locator("#chosen-lines")).to_contain_text("Lines")
        assert tab.locator(".n[aria-pressed=true]").count() == 2
        tab_to(tab, "#quote")
        keys.press("Enter")
        console.rest()
        expect(tab.locator("#sources blockquote")).to_have_count(1)
        expect(tab.locator("#notice")).to_contain_text("Open at these words")
        keys.press("Escape")
        expect(tab.locator("#notice")).to_be_hidden()

        tab_to(tab, "#steps button")
        keys.press("Enter")
        expect(tab.locator("#display-title")).to_be_focused()
        tab_to(tab, "#check summary")
        keys.press("Enter")
        tab_to(tab, "#answer-text")
        keys.type("So 【0†L25】.")
        tab_to(tab, "#answer button")
        keys.press("Enter")
        expect(tab.locator("#resolved")).to_contain_text("1 citation holds")
        console.is_clean()


def test_what_happens_is_announced(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as console:
        console.visit()
        assert console.tab.get_by_role("status").first.get_attribute("id") == "status"
        console.run("find words")
        expect(console.tab.get_by_role("status").first).to_contain_text("Find failed")
        console.run("quote")
        expect(console.tab.get_by_role("status").first).to_contain_text("quote needs more")
        console.is_clean()
