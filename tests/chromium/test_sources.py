"""The page of a shared conversation as its readers meet it: real Chromium, real service."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium.watched import PHONE, Watched, watching
from tests.service.living import Talk, serving, small_library
from tests.world import World

PATIENCE = 30.0  # seconds a test waits for what has to happen
SLOW = {"rate": 0.15, "burst": 2}  # robots.txt and one page, then 7 s each
ATTACK = "</script></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'>"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.robots("closed.test", "User-agent: *\nDisallow: /\n")
        words = "".join(f"<p>Sentence {n} tells of the harbour.</p>" for n in range(30))
        origin.page("harbour.test", "/", f"<h1>The harbour</h1>{words}", "The harbour")
        origin.page("other.test", "/", "<p>هذا نص عربي قصير للاختبار.</p>", "صفحة عربية")
        origin.page("unhurried.test", "/", "<p>Some words.</p>", "Unhurried")
        origin.page("unhurried.test", "/again", "<p>Other words.</p>", "Again")
        for n in range(7):
            origin.page("many.test", f"/{n}", f"<p>Words of page {n}.</p>", f"Page {n}")
        hostile = ATTACK.replace("<", "&lt;")
        origin.page(
            "hostile.test",
            "/",
            f"<p>{hostile}</p><p>{'W' * 900}</p><p>\u202eesrever \u2067 \u2066</p>",
            f"{hostile} \u202e gnp.exe {'x' * 400}",
        )
        yield origin


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[httpx.Client]:
    with serving(
        world,
        server={"port": 0, "cors_origins": [f"http://127.0.0.1:{world.port}"]},
    ) as client:
        yield client


@pytest.fixture
def talk(service: httpx.Client) -> Talk:
    return Talk(service)


def address(talk: Talk) -> str:
    return httpx.URL(talk.transcript()["sources_url"]).path


def full(talk: Talk) -> Talk:
    """Let *talk* do something of everything."""
    talk.open("http://harbour.test/")
    talk.good("quote", start=3, end=5)
    talk.good("find", pattern="sentence 7")
    talk.good("quote", start=9, end=9, cursor=0)
    talk.do("open_url", url="http://closed.test/")
    talk.open("http://other.test/")
    talk.good("quote", start=2, end=2)
    return talk


@contextmanager
def reading(chromium: Browser, talk: Talk, **options: object) -> Iterator[Watched]:
    """The page of *talk*, which has to stay clean."""
    with watching(chromium, str(talk.client.base_url), **options) as reader:
        reader.visit(address(talk))
        expect(reader.tab.locator("#live")).to_have_text("Live")
        yield reader
        reader.is_clean()


def test_the_page_keeps_nobody_out(chromium: Browser, world: World, talk: Talk):
    with reading(chromium, talk_begun(talk)) as reader:
        reader.is_accessible_everywhere("nothing read yet")
    full(talk)
    reached, go_on = threading.Event(), threading.Event()

    def slow(connection: socket.socket) -> None:
        reached.set()
        go_on.wait(PATIENCE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Words.</p>")

    world.raw("harbour.test", "/slow", slow)
    with ThreadPoolExecutor(1) as pool:
        command = pool.submit(talk.do, "open_url", url="http://harbour.test/slow")
        try:
            assert reached.wait(PATIENCE)
            with reading(chromium, talk) as reader:
                expect(reader.tab.locator(".running .note")).to_be_visible()
                reader.tab.locator("summary").first.click()
                reader.is_accessible_everywhere("everything")
        finally:
            go_on.set()
        assert command.result(PATIENCE)["ok"]


def talk_begun(talk: Talk) -> Talk:
    talk.good("sources")
    return talk


def test_a_link_that_leads_nowhere_keeps_nobody_out(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as reader:
        reader.visit("/sources/nothing.here")
        expect(reader.tab.locator("h1")).to_have_text("There is nothing to show here")
        reader.is_accessible("nothing here")
        reader.is_clean(failed_loads=True)


def test_without_a_script_everything_is_there(chromium: Browser, talk: Talk):
    full(talk)
    with watching(chromium, str(talk.client.base_url), java_script_enabled=False) as reader:
        reader.visit(address(talk))
        tab = reader.tab
        expect(tab.locator("#cards > li h3")).to_have_text(
            ["The harbour, opens a new tab", "صفحة عربية, opens a new tab"]
        )
        expect(tab.locator("blockquote").first).to_contain_text("Sentence 1 tells")
        expect(tab.locator(".failed .said")).to_contain_text("Click failed: robots.txt of closed")
        expect(tab.locator("#steps > li")).to_have_count(len(talk.transcript()["steps"]))
        expect(tab.locator("#live")).to_be_hidden()
        reader.is_clean()


def test_what_happens_is_seen_while_it_happens(chromium: Browser, world: World):
    with serving(world, limits=SLOW) as client:
        talk = talk_begun(Talk(client))
        with reading(chromium, talk) as reader, ThreadPoolExecutor(1) as pool:
            tab = reader.tab
            talk.open("http://unhurried.test/")
            command = pool.submit(talk.open, "http://unhurried.test/again")
            second = tab.locator("#step-3")
            expect(second.locator(".note")).to_contain_text("waiting")
            expect(second.locator(".note")).to_contain_text("s for unhurried.test")
            expect(tab.locator("#news")).to_contain_text("waiting")
            expect(second.locator(".said")).to_contain_text("Opened Again")
            expect(second).to_contain_text(re.compile(r"waited (\d+ ms|\d\.\d s) for its turn"))
            command.result(PATIENCE)
            talk.good("quote", start=2, end=2)
            expect(tab.locator("#cards blockquote")).to_have_text(["Other words."])
            talk.do("click", id=99)
            expect(tab.locator("#step-5 .said")).to_contain_text("Click failed: ")
            expect(tab.locator("#news")).to_contain_text("Click failed: ")
            expect(tab.locator("#top")).to_contain_text("2 pages read")


def test_news_leave_the_readers_place_alone(chromium: Browser, talk: Talk):
    full(talk)
    with reading(chromium, talk) as reader:
        tab = reader.tab
        summary = tab.locator("#q1 summary")
        summary.focus()
        tab.keyboard.press("Enter")
        tab.evaluate("window.kept = document.getElementById('step-1')")
        talk.good("quote", start=6, end=6, cursor=0)
        expect(tab.locator("#q4 blockquote")).to_be_visible()
        expect(summary).to_be_focused()
        expect(tab.locator("#q1 details")).to_have_attribute("open", "")
        assert tab.evaluate("window.kept === document.getElementById('step-1')")


def test_a_conversation_that_is_forgotten_says_so_and_stays_readable(chromium: Browser, talk: Talk):
    full(talk)
    with watching(chromium, str(talk.client.base_url)) as reader:
        reader.visit(address(talk))
        expect(reader.tab.locator("#live")).to_have_text("Live")
        talk.client.delete(f"/v1/sessions/{talk.session}")
        expect(reader.tab.locator("#live")).to_have_text(
            "This conversation has ended", timeout=PATIENCE * 1000
        )
        expect(reader.tab.locator("blockquote")).to_have_count(3)
        reader.is_clean(failed_loads=True)


def test_nothing_of_a_hostile_page_runs_or_breaks_out(chromium: Browser, talk: Talk):
    talk_begun(talk)
    with reading(chromium, talk, viewport=PHONE) as reader:
        reader.tab.on("dialog", lambda dialog: reader.errors.append(dialog.message))
        talk.open("http://hostile.test/")
        for line in (2, 3, 4):
            talk.do("quote", start=line, end=line)
        talk.do("find", pattern=f"{ATTACK}\u202e{'y' * 400}")
        for url in ("javascript:alert(3)", "data:text/html,<script>alert(4)</script>", ATTACK):
            talk.do("open_url", url=url)
        talk.do("open_url", url=f"http://harbour.test/{ATTACK}")
        count = len(talk.transcript()["steps"])
        for _ in range(2):  # as it came, and as it is made anew
            tab = reader.tab
            expect(tab.locator("#steps > li")).to_have_count(count)
            expect(tab.locator("#cards h3")).to_contain_text("<script>alert(1)</script>")
            expect(tab.locator("blockquote").first).to_contain_text("<img src=x onerror=alert(2)>")
            assert tab.locator("#told :is(script, img, iframe, style)").count() == 0
            assert tab.locator("#told a:not([href^='http:'], [href^='#'])").count() == 0
            reader.does_not_overflow()
            reader.is_accessible("hostile")
            left = "(element) => getComputedStyle(element).direction"
            assert tab.locator(".top").evaluate(left) == "ltr"
            tab.reload()


def test_a_link_opens_a_new_tab_that_knows_nothing_of_this_one(chromium: Browser, world: World):
    with serving(world) as client:
        # The page of the source is asked of the origin itself, on the port it really has.
        talk = Talk(client)
        talk.open("http://harbour.test/")
        quote = talk.good("quote", start=3, end=3)["quote"]
        with watching(chromium, str(client.base_url)) as reader:
            tab = reader.tab
            seen: list[dict[str, str]] = []

            def answer(route: object) -> None:
                seen.append(route.request.headers)  # type: ignore[attr-defined]
                route.fulfill(content_type="text/html", body="<title>There</title>")  # type: ignore[attr-defined]

            tab.context.route("http://harbour.test/**", answer)
            reader.visit(address(talk))
            link = tab.locator("#q1 a")
            assert link.get_attribute("href") == quote["source_url"]
            with tab.context.expect_page() as opened:
                link.click()
            there = opened.value
            there.wait_for_load_state()
            assert there.evaluate("[window.opener, document.referrer]") == [None, ""]
            assert "referer" not in seen[0]
            assert reader.errors == []


def frame(tab: Page, world: World, host: str, source: str) -> None:
    """Show *source* in a frame of a chat's page on *host*."""
    world.reply(host, "/favicon.ico", kind="image/x-icon")
    world.reply(
        host, "/chat", body=f"<title>A chat</title><iframe src='{source}' width=380 height=600>"
    )
    tab.goto(f"http://{host}:{world.port}/chat")


def test_a_chat_that_the_operator_names_may_frame_it_and_no_other(
    chromium: Browser, world: World, talk: Talk
):
    full(talk)
    source = f"{str(talk.client.base_url).rstrip('/')}{address(talk)}"
    with watching(chromium, str(talk.client.base_url)) as reader:
        frame(reader.tab, world, "127.0.0.1", source)
        inside = reader.tab.frame_locator("iframe")
        expect(inside.locator("#cards > li")).to_have_count(2)
        expect(inside.locator(".bar")).to_be_hidden()
        live = len(talk.transcript()["steps"]) + 1
        talk.good("back")
        expect(inside.locator(f"#step-{live}")).to_be_visible()
        assert reader.errors == []
        frame(reader.tab, world, "localhost", source)
        reader.tab.wait_for_function("() => document.querySelector('iframe')")
        expect(inside.locator("#told")).to_have_count(0)
        assert "frame-ancestors" in "".join(reader.errors)


def test_in_a_small_frame_the_first_quote_is_seen(chromium: Browser, world: World, talk: Talk):
    full(talk)
    source = f"{str(talk.client.base_url).rstrip('/')}{address(talk)}"
    with watching(chromium, str(talk.client.base_url)) as reader:
        frame(reader.tab, world, "127.0.0.1", source)
        reader.tab.locator("iframe").evaluate("(it) => { it.width = 420; it.height = 300; }")
        inside = reader.tab.frame_locator("iframe")
        expect(inside.locator("#q1 blockquote")).to_be_in_viewport(ratio=0.9)
        title, counts = inside.locator("h1"), inside.locator("#top p")
        above, beside = title.bounding_box(), counts.bounding_box()
        assert above
        assert beside
        assert abs(above["y"] - beside["y"]) < above["height"]
        assert reader.errors == []
        reader.tab.set_viewport_size({"width": 700, "height": 300})
        reader.visit(address(talk))  # a low window, and no frame
        expect(reader.tab.locator(".bar")).to_be_hidden()
        expect(reader.tab.locator("#q1 blockquote")).to_be_in_viewport(ratio=0.9)


def test_of_many_pages_the_quoted_come_first(chromium: Browser, talk: Talk):
    for n in range(7):
        talk.open(f"http://many.test/{n}")
    with reading(chromium, talk) as reader:
        tab = reader.tab
        first = tab.locator("#cards h3 bdi")
        expect(first).to_have_text([f"Page {n}" for n in (6, 5, 4, 3, 2)])
        expect(tab.locator("#more summary")).to_have_text("and 2 more pages read")
        talk.good("quote", start=2, end=2, cursor=1)
        expect(first).to_have_text(["Page 1"])
        expect(tab.locator("#more > summary")).to_have_text("and 6 more pages read")
        expect(tab.locator("#more h3 bdi")).to_have_text([f"Page {n}" for n in (6, 5, 4, 3, 2, 0)])
        expect(tab.locator("#top")).to_contain_text("7 pages read")


def test_steps_are_told_in_the_words_of_people(chromium: Browser, world: World, tmp_path: Path):
    index = small_library(world, tmp_path)
    with serving(world, search={"provider": "local", "local": {"index": str(index)}}) as client:
        talk = Talk(client)
        talk.good("search", query="apples")
        talk.good("click", id=0)
        talk.good("back")
        talk.open("http://harbour.test/")
        talk.good("scroll", line=12)
        talk.do("open_url", url="http://closed.test/")
        with reading(chromium, talk) as reader:
            said = reader.tab.locator(".said")
            expect(said.nth(2)).to_have_text("Went back to the results for apples")
            expect(said.nth(4)).to_contain_text("Read on in The harbour")
            expect(said.nth(4)).to_contain_text("from line 12")
            expect(said.nth(5)).to_contain_text("Click failed: robots.txt of closed.test")
            expect(said.nth(5)).not_to_contain_text("Do not retry")


def test_the_keyboard_reaches_everything_in_order_and_the_focus_is_seen(
    chromium: Browser, talk: Talk
):
    full(talk)
    with reading(chromium, talk) as reader:
        tab = reader.tab
        wanted = tab.evaluate(
            "[...document.querySelectorAll('a[href], summary')].map((e) => e.textContent.trim())"
        )
        seen = []
        for _ in wanted:
            tab.keyboard.press("Tab")
            seen.append(tab.evaluate("document.activeElement.textContent.trim()"))
            outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", seen[-1]
        assert seen == wanted
        tab.locator("#step-2 a").click()
        assert tab.url.endswith("#q1")


def test_many_open_pages_leave_the_service_reachable(chromium: Browser, talk: Talk):
    full(talk)
    with watching(chromium, str(talk.client.base_url)) as reader:
        tabs = [reader.tab, *(reader.tab.context.new_page() for _ in range(7))]
        for tab in tabs:
            tab.goto(f"{reader.base}{address(talk)}")
            expect(tab.locator("#live")).to_have_text(re.compile("Live|Looks again now and then"))
        live = [tab for tab in tabs if tab.locator("#live").inner_text() == "Live"]
        assert len(live) == 2
        number = len(talk.transcript()["steps"]) + 1
        talk.good("back")
        for tab in tabs:
            expect(tab.locator(f"#step-{number}")).to_be_visible(timeout=PATIENCE * 1000)
        console = reader.tab.context.new_page()
        console.goto(f"{reader.base}/")
        expect(console.locator("#line")).to_be_focused()
        live[0].close()
        rest = [tab for tab in tabs if tab not in live]
        rest[0].locator("h1").click()  # whoever looks takes the free place
        expect(rest[0].locator("#live")).to_have_text("Live")


def test_a_frame_that_is_scrolled_away_holds_no_stream(chromium: Browser, world: World, talk: Talk):
    full(talk)
    source = f"{str(talk.client.base_url).rstrip('/')}{address(talk)}"
    with watching(chromium, str(talk.client.base_url)) as reader:
        tab = reader.tab
        frame(tab, world, "127.0.0.1", source)
        inside = tab.frame_locator("iframe")
        expect(inside.locator("#live")).to_have_attribute("data-state", "open")
        locks = "async () => (await navigator.locks.query()).held.length"
        within = tab.frames[1]
        assert within.evaluate(locks) == 1
        tab.evaluate("document.body.style.paddingBottom = '5000px'; scrollTo(0, 4000)")
        within.wait_for_function(locks.replace(".length", ".length === 0"))
        number = len(talk.transcript()["steps"]) + 1
        talk.good("back")
        expect(inside.locator(f"#step-{number}")).to_have_count(0)
        with tab.expect_request("**/steps?after=*") as asked:
            tab.evaluate("scrollTo(0, 0)")
        assert asked.value.url.endswith(f"after={number - 1}"), "it goes on where it was"
        expect(inside.locator(f"#step-{number}")).to_have_count(1)
        assert within.evaluate(locks) == 1
        assert reader.errors == []


def test_where_nothing_happens_nothing_is_held_and_it_goes_on_when_something_does(
    chromium: Browser, talk: Talk
):
    full(talk)
    with watching(chromium, str(talk.client.base_url)) as reader:
        tab = reader.tab
        tab.clock.install()
        reader.visit(address(talk))
        live = tab.locator("#live")
        expect(live).to_have_text("Live")
        tab.clock.fast_forward(300_000)
        expect(live).to_have_text("Looks again now and then")
        assert tab.evaluate("async () => (await navigator.locks.query()).held") == []
        number = len(talk.transcript()["steps"]) + 1
        talk.good("back")
        tab.clock.fast_forward(60_000)
        expect(tab.locator(f"#step-{number}")).to_be_visible()
        expect(live).to_have_text("Live")
        tab.clock.fast_forward(300_000)
        expect(live).to_have_text("Looks again now and then")
        tab.locator("h1").click()
        expect(live).to_have_text("Live")
        reader.is_clean()


def test_a_fault_of_the_page_itself_is_not_taken_for_a_lost_connection(
    chromium: Browser, talk: Talk
):
    full(talk)
    with reading(chromium, talk) as reader:
        tab = reader.tab
        tab.evaluate("void (DOMParser.prototype.parseFromString = () => null.missing)")
        with tab.expect_event("pageerror") as fault:
            talk.good("back")
        assert "missing" in str(fault.value)
        reader.errors.clear()
