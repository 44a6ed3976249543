"""The operator's page: what hosts do appears by itself, and a limit that is changed holds."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, expect

from browser.config import fixed
from tests.chromium.desk import TOKEN, Desk, ask, desk, operated
from tests.chromium.watched import PHONE, watching
from tests.service.living import Talk, serving
from tests.world import World

SLOW = 1800.0  # seconds between two requests to some hosts, as the settings have it


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.page("slow.test", "/", "<p>Words.</p>")
        origin.page("late.test", "/", "<p>Words.</p>")
        origin.page("fine.test", "/", "<p>Words.</p>")
        origin.page("rude.test", "/", "<p>Words.</p>")
        origin.robots("kept.test", "User-agent: *\nDisallow: /private\nCrawl-delay: 7\n")
        origin.page("kept.test", "/", "<p>Words.</p>")
        origin.reply("busy.test", "/private", 429, headers={"Retry-After": "40000"})
        yield origin


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[httpx.Client]:
    slow = {"rate": 1 / SLOW, "burst": 1}  # the turn of robots.txt leaves none
    limits = {"hosts": {"slow.test": slow, "late.test": slow}, "max_wait": 1.5 * SLOW}
    with operated(world, limits=limits) as client:
        yield client


@pytest.fixture
def page(chromium: Browser, service: httpx.Client) -> Iterator[Desk]:
    with desk(chromium, service.base_url) as found:
        yield found
        found.watched.is_clean()


@contextmanager
def waiting(service: httpx.Client, host: str) -> Iterator[threading.Thread]:
    """A command that waits for its turn at *host*; afterwards it has had it."""
    talk = Talk(service)
    waits = threading.Thread(target=lambda: talk.do("open_url", url=f"http://{host}/"))
    waits.start()
    try:
        yield waits
    finally:
        ask(service, "PUT", f"hosts/{host}", json={"rate": 100})
        waits.join(20)
        ask(service, "DELETE", f"hosts/{host}")


def test_what_hosts_do_appears_by_itself(page: Desk, service: httpx.Client):
    with waiting(service, "slow.test"):
        row = page.row("slow.test")
        expect(row.locator(".state")).to_have_text("Waiting")
        expect(row).to_contain_text("1 waits up to 29 min")
        expect(page.tab.locator("#totals [data-key=waiting] dd")).to_have_text("1")
    expect(row.locator(".state")).to_have_text("Idle")
    Talk(service).fails("host_backing_off", "open_url", url="http://busy.test/private")
    row = page.row("busy.test")
    expect(row.locator(".state")).to_have_text("Backing off")
    expect(row).to_contain_text("it sent 429")
    Talk(service).fails("robots_disallowed", "open_url", url="http://kept.test/private")
    refusal = page.tab.locator("#refusals li").first
    expect(refusal).to_contain_text("kept.test")
    expect(refusal).to_contain_text("a rule of robots.txt")
    expect(refusal).to_contain_text("Disallow: /private")
    page.choose("kept.test")
    expect(page.tab.locator("#facts")).to_contain_text("asks for 7 s between requests")
    expect(page.tab.locator("#facts")).to_contain_text("1 robots_disallowed a rule of robots.txt")
    ask(service, "PUT", "hosts/rude.test", json={"blocked": True}, headers={"X-Operator": "grace"})
    expect(page.row("rude.test").locator(".state")).to_have_text("Blocked")
    expect(page.tab.locator("#changes li").first).to_contain_text("grace set limits of rude.test")


def test_the_slider_changes_the_pace_and_the_next_turn_follows(page: Desk, service: httpx.Client):
    with waiting(service, "late.test") as command:
        expect(page.row("late.test").locator(".state")).to_have_text("Waiting")
        page.choose("late.test")
        slider = page.tab.locator("#pace")
        assert slider.get_attribute("aria-valuetext") == "one request every 30 min"
        slider.focus()
        made = len(ask(service, "GET", "audit")["changes"])
        page.tab.keyboard.down("ArrowRight")
        page.tab.keyboard.press("ArrowRight")
        expect(page.tab.locator("#pace-words")).to_have_text("one request every 15 min")
        expect(page.tab.locator("#saved > span")).to_have_text("Saved: one request every 15 min.")
        assert len(ask(service, "GET", "audit")["changes"]) == made + 1  # held down is one change
        expect(page.row("late.test")).to_contain_text("waits up to 14 min")
        page.tab.keyboard.press("End")
        expect(page.tab.locator("#saved > span")).to_have_text("Saved: 100 requests a second.")
        command.join(20)
        assert not command.is_alive()
        expect(page.row("late.test")).to_contain_text("100 a second")
        limits = ask(service, "GET", "hosts/late.test")["limits"]
        assert (limits["rate"], limits["source"]) == (100, "operator")
        order = limits["order"]  # the rest goes on to follow the settings
        assert (order.pop("at") > "", order) == (True, {"rate": 100, "by": "ada"})


def test_live_limits_are_copied_as_settings(chromium: Browser, service: httpx.Client):
    wanted = {"rate": 0.25, "blocked": True, "note": 'they said "no" \\ twice'}
    ask(service, "PUT", "hosts/copied.test", json=wanted)
    allowed = ["clipboard-read", "clipboard-write"]
    with desk(chromium, service.base_url, permissions=allowed) as page:
        page.choose("copied.test")
        page.tab.get_by_role("button", name="Copy as settings").click()
        expect(page.tab.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        copied: str = page.tab.evaluate("navigator.clipboard.readText()")
        page.watched.is_clean()
    settings = tomllib.loads(copied)
    assert settings["limits"]["hosts"] == {"copied.test": wanted}
    assert fixed(**settings).limits.hosts["copied.test"].blocked
    ask(service, "DELETE", "hosts/copied.test")


def test_a_change_is_undone_and_taken_back(page: Desk, service: httpx.Client):
    Talk(service).open("http://fine.test/")
    page.choose("fine.test")
    pace, saved = page.tab.locator("#pace-words"), page.tab.locator("#saved > span")
    page.tab.locator("#pace").press("Home")
    expect(saved).to_have_text("Saved: one request an hour.")
    page.tab.locator("#pace").press("PageUp")
    expect(saved).not_to_contain_text("an hour")
    page.tab.click("#undo")
    expect(saved).to_have_text("Undone: one request an hour.")
    page.tab.click("#reset")
    page.tab.click("#sure-yes")
    expect(saved).to_have_text("Saved: 1,000 requests a second, as in the settings.")
    page.tab.click("#undo")
    expect(saved).to_have_text("Undone: one request an hour.")
    expect(pace).to_have_text("one request an hour")
    assert ask(service, "GET", "hosts/fine.test")["limits"]["rate"] == pytest.approx(1 / 3600)
    ask(service, "DELETE", "hosts/fine.test")
    expect(pace).to_have_text("1,000 requests a second")


def test_a_host_is_blocked_after_a_question_and_opened_again(page: Desk, service: httpx.Client):
    Talk(service).open("http://fine.test/")
    page.choose("fine.test")
    page.tab.fill("#note", "they asked us by mail")
    page.tab.click("#block")
    expect(page.tab.locator("#sure")).to_contain_text("Nothing is asked of it any more")
    page.tab.keyboard.press("Escape")
    expect(page.tab.locator("#sure")).to_be_hidden()
    assert not ask(service, "GET", "hosts/fine.test")["limits"]["blocked"]
    page.tab.click("#block")
    page.tab.click("#sure-yes")
    expect(page.tab.locator("#host-state")).to_have_text("Blockedthey asked us by mail")
    Talk(service).fails("host_blocked", "open_url", url="http://fine.test/")
    page.tab.fill("#url", "http://fine.test/")
    page.tab.press("#url", "Enter")
    expect(page.tab.locator("#rungs .verdict")).to_have_text("It would not be fetched.")
    expect(page.tab.locator(".rungs [data-passed=false]").first).to_contain_text("host_blocked")
    page.tab.click("#block")
    page.tab.click("#sure-yes")
    expect(page.tab.locator("#host-state .state")).to_have_text("Idle")
    Talk(service).open("http://fine.test/")
    ask(service, "DELETE", "hosts/fine.test")


def test_what_cannot_be_saved_is_told_and_nothing_is_lost(chromium: Browser, service: httpx.Client):
    Talk(service).open("http://fine.test/")
    with desk(chromium, service.base_url) as page:
        page.choose("fine.test")
        page.tab.locator("#burst").evaluate("field => field.removeAttribute('max')")
        page.tab.fill("#burst", "2000000000")
        page.tab.click("#save")
        expect(page.tab.locator("#saved > span")).to_contain_text("Not saved: ")
        expect(page.tab.locator("#burst")).to_have_value("2000000000")
        page.tab.fill("#burst", "7")
        page.tab.click("#save")
        expect(page.tab.locator("#saved > span")).to_contain_text("Saved: ")
        expect(page.tab.locator("#settings")).to_contain_text("burst = 7")
        assert ask(service, "GET", "hosts/fine.test")["limits"]["burst"] == 7
        ask(service, "DELETE", "hosts/fine.test")
        page.watched.is_clean(failed_loads=True)


def test_a_wrong_token_is_told_and_the_right_one_stays_in_the_tab(
    chromium: Browser, service: httpx.Client
):
    with watching(chromium, str(service.base_url)) as watched:
        page, asked = Desk(watched), []
        watched.tab.context.on("request", lambda request: asked.append(request.url))
        page.enter("not-the-token-of-anybody")
        expect(page.tab.locator("#token-wrong")).to_be_visible()
        expect(page.tab.locator("#token-value")).to_be_focused()
        assert TOKEN not in page.tab.evaluate("Object.values(sessionStorage)")
        page.enter()
        page.is_live()
        assert page.tab.evaluate("Object.values(sessionStorage).sort()") == ["ada", TOKEN]
        assert page.tab.evaluate("localStorage.length") == 0
        assert [url for url in asked if TOKEN in url] == []
        page.tab.reload()
        page.is_live()
        page.tab.click("#forget-token")
        expect(page.tab.locator("#desk")).to_be_hidden()
        expect(page.tab.locator("#token-name")).to_have_value("ada")
        assert page.tab.evaluate("Object.values(sessionStorage)") == ["ada"]
        watched.is_clean(failed_loads=True)


def test_a_service_without_an_operators_token_says_what_to_set(chromium: Browser, world: World):
    with serving(world) as client, watching(chromium, str(client.base_url)) as watched:
        watched.visit("/operator")
        expect(watched.tab.locator("#unset")).to_contain_text("BROWSER_SERVER__OPERATOR_TOKEN")
        expect(watched.tab.locator("#token")).to_be_hidden()
        watched.is_accessible("no token is set")
        watched.is_clean()


def test_no_state_of_the_page_keeps_anybody_out(chromium: Browser, service: httpx.Client):
    for host in ("kept.test", "busy.test"):
        Talk(service).do("open_url", url=f"http://{host}/private")
    with watching(chromium, str(service.base_url)) as watched:
        page = Desk(watched)
        watched.visit("/operator")
        watched.is_accessible("token")
        page.enter()
        page.is_live()
        page.tab.fill("#url", "http://kept.test/private")
        page.tab.press("#url", "Enter")
        expect(page.tab.locator("#rungs .verdict")).to_be_visible()
        watched.is_accessible("hosts")
        page.tab.set_viewport_size(PHONE)
        watched.is_accessible("hosts on a phone")
        watched.does_not_overflow()
        page.choose("busy.test")
        expect(page.tab.locator("#hosts")).to_be_hidden()
        page.tab.keyboard.press("Escape")
        expect(page.row("busy.test").get_by_role("button")).to_be_focused()
        page.choose("kept.test")
        page.tab.locator("#pace").press("ArrowLeft")
        expect(page.tab.locator("#undo")).to_be_visible()
        watched.is_accessible_everywhere("one host")
        page.tab.click("#block")
        watched.is_accessible("question")
        page.tab.click("#sure-no")
        ask(service, "DELETE", "hosts/kept.test")
        watched.is_clean()
