"""The console as a person uses it: real Chromium, real service, real origins."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.chromium.desk import ask, operated
from tests.chromium.watched import PHONE, Watched, watching
from tests.service.living import Talk, serving, small_library
from tests.until import until
from tests.world import World

SLOW = {"rate": 0.02, "burst": 2, "max_wait": 90}  # robots.txt and one page, then 50 s each


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.robots("article.test", "User-agent: *\nDisallow: /private\n")
        nav = "".join(f"<li><a href=/n{n}>Entry {n} of the navigation</a></li>" for n in range(20))
        text = "".join(
            f"<p>Sentence {n} tells of the harbour and its {'long ' * 30} pier.</p>"
            for n in range(60)
        )
        origin.reply(
            "article.test",
            "/",
            body="<!doctype html><html lang=en><title>The harbour</title><body>"
            f"<nav><ul>{nav}</ul></nav><main><h1>The harbour</h1><p>Read <a href=/second>the "
            "second page</a>, or <a href=/private>what is kept</a>, or <a "
            f"href=http://other.test/>another site</a>.</p>{text}</main>",
        )
        origin.page("article.test", "/second", "<h1>Second</h1><p>Words of the second.</p>", "Two")
        yield origin


@pytest.fixture(scope="module")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    with serving(world, search={"provider": "local", "local": {"index": str(index)}}) as client:
        yield client


@pytest.fixture
def console(chromium: Browser, service: httpx.Client) -> Iterator[Watched]:
    with watching(chromium, str(service.base_url)) as watched:
        watched.visit()
        yield watched
        watched.is_clean()


def test_the_display_is_what_the_model_reads_to_the_letter(console: Watched, service: httpx.Client):
    console.run("open http://article.test/")
    talk = Talk(service, console.session())
    text = talk.whole(0)["text"]
    head, view, _, *rows = text.split("\n")
    expect(console.tab.locator("#display-title")).to_have_text(head)
    expect(console.tab.locator("#display-view")).to_have_text(view.replace("*", ""))
    seen = console.tab.locator("#rows .row").all_text_contents()
    assert seen == [row.replace(": ", "", 1) for row in rows]


def test_a_question_is_searched_for_and_an_address_is_opened(console: Watched):
    console.run("apple harvest")
    assert "library.test" in console.shown()
    console.run("http://article.test/second")
    assert "Words of the second." in console.shown()
    expect(console.tab.locator("#steps .name")).to_have_text(["Two", "search apple harvest"])


def test_a_link_of_the_display_is_clicked_by_its_number(console: Watched):
    console.run("open http://article.test/")
    link = console.tab.locator("#rows a[data-id]", has_text="the second page")
    assert link.get_attribute("href") == "http://article.test/second"
    link.click()
    console.rest()
    assert "Words of the second." in console.shown()
    expect(console.tab.locator("#display-title")).to_be_focused()
    step = console.tab.locator("#steps li").first
    expect(step.locator(".name")).to_have_text("Two")
    expect(step.locator(".where")).to_contain_text("click ")
    expect(step.locator(".where")).to_contain_text("article.test")


def test_a_folded_run_opens_where_it_stands(console: Watched):
    console.run("open http://article.test/")
    fold = console.tab.locator("#rows button[data-line]", has_text="lines folded")
    line = fold.first.get_attribute("data-line")
    fold.first.click()
    console.rest()
    assert console.shown().startswith(f"L{line}")
    assert "Entry 0 of the navigation" in console.shown()
    expect(console.tab.locator("#steps .name").first).to_have_text(f"line {line}")


def test_a_match_of_find_leads_to_its_line(console: Watched):
    console.run("open http://article.test/")
    console.run("find Sentence 41")
    expect(console.tab.locator("#rows .row.matched")).to_have_count(1)
    match = console.tab.locator("#rows button[data-line]", has_text="match at")
    line = match.get_attribute("data-line")
    match.click()
    console.rest()
    assert console.shown().startswith(f"L{line}")


def test_lines_are_chosen_and_quoted(console: Watched):
    console.run("open http://article.test/")
    numbers = console.tab.locator("#rows .n")
    texts = numbers.all_inner_texts()
    at = texts.index(next(text for text in texts if int(text[1:]) > 30))
    numbers.nth(at).click()
    numbers.nth(at + 2).click(modifiers=["Shift"])
    first, last = texts[at][1:], texts[at + 2][1:]
    expect(console.tab.locator("#chosen-lines")).to_have_text(f"Lines {first} to {last}")
    console.tab.click("#quote")
    console.rest()
    citation = f"【0†L{first}-L{last}】"
    expect(console.tab.locator("#notice")).to_contain_text(citation)
    expect(console.tab.locator("#sources")).to_contain_text(citation)
    link = console.tab.locator("#sources a", has_text="Open at these words")
    assert (link.get_attribute("href") or "").startswith("http://article.test/#:~:text=")
    assert link.get_attribute("target") == "_blank"
    assert set((link.get_attribute("rel") or "").split()) == {"noopener", "noreferrer"}
    expect(console.tab.locator("#share")).to_be_visible()


def test_a_failing_click_shows_its_reason_and_moves_nothing(console: Watched):
    console.run("open http://article.test/")
    before = console.shown()
    console.tab.locator("#rows a[data-id]", has_text="what is kept").click()
    console.rest()
    reason = "Click failed: robots.txt of article.test disallows this page"
    expect(console.tab.locator("#notice")).to_contain_text(reason)
    expect(console.tab.locator("#notice")).to_contain_text("robots_disallowed")
    expect(console.tab.locator("#notice")).not_to_contain_text("Do not retry")
    # Once for the eye and once for the ear; the step keeps it.
    expect(console.tab.locator("#status [aria-hidden]")).to_have_text("Failed")
    expect(console.tab.locator("#status .unseen")).to_contain_text(reason)
    expect(console.tab.locator("#steps li.failed")).not_to_contain_text("Do not retry")
    assert console.tab.locator("#line").input_value() == ""
    expect(console.tab.locator("#steps li.failed")).to_contain_text(reason)
    assert console.shown() == before


def test_a_waiting_step_says_what_it_waits_for(chromium: Browser):
    with World() as world:
        for name in ("", "again"):
            world.page("unhurried.test", f"/{name}", "<p>Some words.</p>")
        with (
            operated(world, limits=SLOW) as client,
            watching(chromium, str(client.base_url)) as console,
        ):
            console.visit()
            console.run("open http://unhurried.test/")
            console.tab.fill("#line", "open http://unhurried.test/again")
            console.tab.press("#line", "Enter")
            note = console.tab.locator("#steps li.running .note")
            expect(note).to_contain_text("s for unhurried.test")
            expect(console.tab.locator("#status")).to_contain_text("waiting")
            host = "hosts/unhurried.test"
            left = until(lambda: ask(client, "GET", host)["queue"]["longest_s"])
            until(lambda: ask(client, "GET", host)["queue"]["longest_s"] < left - 0.5)
            ask(client, "PUT", host, json={"rate": 100})
            console.rest()
            expect(console.tab.locator("#steps li.running")).to_have_count(0)
            expect(console.tab.locator("#steps li").first).to_contain_text("waited")
            expect(console.tab.locator("#manners")).to_contain_text("waited")
            console.is_clean()


def test_the_first_command_is_followed_while_it_waits_and_can_be_stopped(chromium: Browser):
    with World() as world:
        world.page("unhurried.test", "/", "<p>Some words.</p>")
        slowest = {"rate": 0.03, "burst": 1, "max_wait": 60}
        with (
            serving(world, limits=slowest) as client,
            watching(chromium, str(client.base_url)) as console,
        ):
            console.visit()
            console.tab.fill("#line", "open http://unhurried.test/")
            console.tab.press("#line", "Enter")
            expect(console.tab.locator("#steps li.running .note")).to_contain_text("waiting")
            console.tab.keyboard.press("Escape")
            expect(console.tab.locator("#status")).to_contain_text("Stopped")
            expect(console.tab.locator("#steps li")).to_have_count(0)
            console.is_clean()
        assert world.targets("unhurried.test") == ["/robots.txt"]


def test_when_to_try_again_is_counted_down(chromium: Browser):
    with World() as world:
        world.reply("busy.test", "/", 429, headers={"Retry-After": "12"})
        with serving(world) as client, watching(chromium, str(client.base_url)) as console:
            console.visit()
            console.run("open http://busy.test/")
            again = console.tab.get_by_role("button", name="Try again")
            expect(again).to_be_disabled()
            expect(console.tab.locator("#notice .left")).to_contain_text("in ")
            world.page("busy.test", "/", "<p>Words at last.</p>")
            expect(again).to_be_enabled(timeout=30_000)
            again.click()
            console.rest()
            assert "Words at last." in console.shown()
            console.is_clean()


def test_a_reload_keeps_the_conversation(console: Watched):
    console.run("open http://article.test/")
    console.run("find Sentence 41")
    console.run("quote 40")
    before = console.shown()
    steps = console.tab.locator("#steps .name").all_inner_texts()
    console.tab.reload()
    expect(console.tab.locator("#display")).to_be_visible()
    assert console.shown() == before
    assert console.tab.locator("#steps .name").all_inner_texts() == steps
    expect(console.tab.locator("#sources blockquote")).to_have_count(1)
    console.tab.press("#line", "ArrowUp")
    expect(console.tab.locator("#line")).to_have_value("quote 40")
    console.run("click 20 0")
    assert "Words of the second." in console.shown()


def test_a_new_conversation_knows_nothing_of_the_old_one(console: Watched):
    console.run("open http://article.test/")
    first = console.session()
    console.tab.click("#new")
    expect(console.tab.locator("#empty")).to_be_visible()
    expect(console.tab.locator("#steps li")).to_have_count(0)
    console.run("back")
    expect(console.tab.locator("#notice")).to_contain_text("Back failed")
    assert console.session() != first
    console.tab.go_back()
    expect(console.tab.locator("#display-title")).to_contain_text("The harbour")


def test_what_a_program_does_in_the_conversation_is_shown(console: Watched, service: httpx.Client):
    console.run("open http://article.test/")
    talk = Talk(service, console.session())
    talk.open("http://article.test/second")
    expect(console.tab.locator("#display-title")).to_contain_text("Two")
    expect(console.tab.locator("#steps li")).to_have_count(2)
    expect(console.tab.locator("#sources > li")).to_have_count(2)
    console.tab.click("#older")
    expect(console.tab.locator("#display-title")).to_contain_text("The harbour")
    talk.good("find", pattern="second")
    expect(console.tab.locator("#steps li")).to_have_count(3)
    expect(console.tab.locator("#which")).to_have_text("1 of 3")
    expect(console.tab.locator("#display-title")).to_contain_text("The harbour")


def test_a_command_means_the_display_that_is_shown(console: Watched):
    console.run("open http://article.test/")
    console.run("open http://article.test/second")
    console.tab.click("#older")
    console.run("find Sentence 41")
    assert "Sentence 41" in console.shown()
    expect(console.tab.locator("#display-title")).to_contain_text("[2]")


def test_twenty_displays_and_long_lines_fit_a_phone(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url), viewport=PHONE) as console:
        console.visit()
        console.does_not_overflow()
        console.run("open http://article.test/")
        for line in range(3, 22):
            console.run(f"line {line}")
        expect(console.tab.locator("#which")).to_have_text("20 of 20")
        console.does_not_overflow()
        console.tab.locator("#steps button", has_text="The harbour").click()
        expect(console.tab.locator("#which")).to_have_text("1 of 20")
        console.is_clean()


def test_a_service_that_has_gone_is_told_of(chromium: Browser):
    with World() as world:
        world.page("api.test", "/", "<p>Words.</p>")
        with serving(world) as client:
            gone = watching(chromium, str(client.base_url))
            console = gone.__enter__()
            console.visit()
            console.run("open http://api.test/")
        try:
            expect(console.tab.locator("#status")).to_contain_text("does not answer")
            console.run("scroll")
            expect(console.tab.locator("#notice")).to_contain_text("The service does not answer.")
            expect(console.tab.get_by_role("button", name="Try again")).to_be_enabled()
            assert "Words." in console.shown()
            console.is_clean(failed_loads=True)
        finally:
            gone.__exit__(None, None, None)


def test_a_conversation_that_is_no_longer_kept_is_begun_anew(console: Watched):
    console.visit("/#gone-and-forgotten")
    expect(console.tab.locator("#notice")).to_contain_text("no longer kept")
    console.run("open http://article.test/second")
    assert "Words of the second." in console.shown()
    console.is_clean(failed_loads=True)
    console.errors.clear()


def test_what_came_of_a_command_is_in_view_wherever_one_has_scrolled_to(
    chromium: Browser, service: httpx.Client
):
    with watching(chromium, str(service.base_url), viewport=PHONE) as console:
        console.visit()
        console.run("open http://article.test/")
        console.tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        console.run("open http://article.test/private")
        expect(console.tab.locator("#notice")).to_be_in_viewport(ratio=0.9)
        console.tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        console.run("open http://article.test/second")
        expect(console.tab.locator("#display-title")).to_be_in_viewport(ratio=1)
        console.is_clean()
