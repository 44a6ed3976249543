"""What the console understands, and what it says: real Chromium, real service."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.chromium.watched import Watched, watching
from tests.service.living import Talk, serving, small_library
from tests.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.robots("article.test", "User-agent: *\nDisallow: /private\n")
        links = "".join(f"<p>Sentence {n} and <a href=/{n}>link {n}</a>.</p>" for n in range(40))
        origin.page("article.test", "/", f"<h1>The harbour</h1>{links}", "The harbour")
        origin.page("article.test", "/second", "<h1>Second</h1><p>Words of the second.</p>", "Two")
        for n in range(12):
            origin.page("article.test", f"/{n}", f"<p>Words of page {n}.</p>", f"Page {n}")
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


def reopened(console: Watched, talk: Talk) -> None:
    """Show the conversation that a program has had."""
    console.visit(f"/#{talk.session}")
    console.tab.reload()
    expect(console.tab.locator("#display")).to_be_visible()


LINES = {
    "search apples and pears": ("search", {"query": "apples and pears"}),
    "Who was first?": ("search", {"query": "Who was first?"}),
    "click here to win": ("search", {"query": "click here to win"}),
    "open http://a.test/": ("open_url", {"url": "http://a.test/"}),
    "OPEN a.test/x": ("open_url", {"url": "https://a.test/x"}),
    "https://a.test/?q=a%20b": ("open_url", {"url": "https://a.test/?q=a%20b"}),
    "пример.испытание": ("open_url", {"url": "https://пример.испытание"}),
    "node.js tutorial": ("search", {"query": "node.js tutorial"}),
    "click 3": ("click", {"id": 3}),
    "click 3 1": ("click", {"id": 3, "cursor": 1}),
    "click 【3†Apples†library.test】": ("click", {"id": 3}),
    "0": ("click", {"id": 0}),
    "3 1": ("click", {"id": 3, "cursor": 1}),
    "【2†L3-L5】": ("scroll", {"line": 3, "cursor": 2}),
    "【2†source†L3】": ("scroll", {"line": 3, "cursor": 2}),
    "line L12": ("scroll", {"line": 12}),
    "quote 3-5": ("quote", {"start": 3, "end": 5}),
    "quote L3–L5": ("quote", {"start": 3, "end": 5}),
    "quote 【2†L3-L5】": ("quote", {"start": 3, "end": 5, "cursor": 2}),
    "quote 3 5 1": ("quote", {"start": 3, "end": 5, "cursor": 1}),
    "scroll through the ages": ("search", {"query": "scroll through the ages"}),
    "find  two words ": ("find", {"pattern": "two words"}),
    "scroll": ("scroll", {}),
    "scroll -20": ("scroll", {"amount": -20}),
    "line 12": ("scroll", {"line": 12}),
    "quote 4": ("quote", {"start": 4, "end": 4}),
    "quote 4 9": ("quote", {"start": 4, "end": 9}),
    "back": ("back", {}),
    "back to the future": ("search", {"query": "back to the future"}),
    "sources": ("sources", {}),
}


WRONG = (
    "click x", "click 【0†L", "scroll down", "line twelve", "quote 1,2", "quote 1 2 3 4",
    "click 1-2",
)  # fmt: skip


def test_lines_are_read_as_commands_and_written_as_they_would_be_typed(console: Watched):
    read = """async (line) => JSON.parse(
        JSON.stringify((await import('/static/words.js')).read(line)))"""
    write = "async ([name, args]) => (await import('/static/words.js')).write(name, args)"
    for line, (command, args) in LINES.items():
        found = console.tab.evaluate(read, line)
        assert (found["command"], found["args"]) == (command, args), line
        assert found["assumed"] == (command == "open_url" and "://" not in line), line
        typed = console.tab.evaluate(write, [command, args])
        again = console.tab.evaluate(read, typed)
        assert again == {**found, "assumed": False}, typed


def test_what_was_meant_for_a_command_is_not_searched_for(console: Watched):
    asked: list[str] = []
    console.tab.context.on("request", lambda request: asked.append(request.url))
    told = {line: f"Type {line.split()[0]}" for line in WRONG}
    told |= {line: f"{line} needs more: {line} " for line in ("open", "find", "click", "quote")}
    told["【0†Apples】"] = "click 0"
    told["w" * 3000] = "A search has at most 2000 characters; this one has 3000."
    told[f"find {'w' * 1001}"] = "A text to find has at most 1000 characters"
    for line, words in told.items():
        console.run(line)
        expect(console.tab.locator("#status")).to_contain_text(words)
        expect(console.tab.locator("#line")).to_have_value(line)
    assert [url for url in asked if "/v1/" in url] == []
    expect(console.tab.locator("#steps li")).to_have_count(0)


def test_a_number_follows_a_link_and_a_citation_shows_its_lines(console: Watched):
    console.run("apple harvest")
    console.run("0")
    expect(console.tab.locator("#display-title")).to_contain_text("library.test/")
    console.run("open http://article.test/")
    console.run("【2†L30-L31】")
    assert console.shown().startswith("L30")
    console.run("quote 【2†L31-L32】")
    expect(console.tab.locator("#notice")).to_contain_text("【2†L31-L32】")


def test_the_list_of_commands_goes_when_one_is_run(console: Watched):
    console.run("find")
    console.run("?")
    expect(console.tab.locator("#words")).to_be_visible()
    expect(console.tab.locator("#status")).to_have_text("")
    console.run("open http://article.test/")
    expect(console.tab.locator("#words")).to_be_hidden()
    expect(console.tab.locator("#help")).to_have_attribute("aria-expanded", "false")


def test_a_mistake_takes_the_old_notice_away_and_a_failed_line_comes_back(console: Watched):
    console.run("open http://article.test/private")
    expect(console.tab.locator("#notice")).to_be_visible()
    expect(console.tab.locator("#line")).to_have_value("open http://article.test/private")
    chosen = "() => getSelection().toString()"
    assert console.tab.evaluate(chosen) == "open http://article.test/private"
    console.run("find")
    expect(console.tab.locator("#notice")).to_be_hidden()
    console.run("open http://article.test/second")
    expect(console.tab.locator("#line")).to_have_value("")


def test_the_status_says_what_is_shown(console: Watched):
    status = console.tab.locator("#status")
    console.run("open http://article.test/")
    console.run("open http://article.test/second")
    expect(status).to_contain_text("Display 1: Two")
    console.tab.click("#older")
    expect(status).to_contain_text("Display 0: The harbour")
    console.run("quote 3")
    console.run("sources")
    expect(status).to_have_text("2 sources, 1 quote")
    console.run("article.test/11")
    expect(console.tab.locator("#notice")).to_contain_text("(https was assumed)")


def test_quoted_sources_come_first_and_the_others_are_folded(
    console: Watched, service: httpx.Client
):
    talk = Talk(service)
    for n in range(8):
        talk.open(f"http://article.test/{n}")
    reopened(console, talk)
    openly = console.tab.locator("#sources > li .title")
    expect(openly).to_have_text([f"Page {n}" for n in (7, 6, 5, 4, 3)])
    expect(console.tab.locator("#more-sources summary")).to_have_text("and 3 more pages read")
    talk.good("quote", start=2, end=2, cursor=1)
    expect(openly).to_have_text(["Page 1"])
    folded = console.tab.locator("#more-sources")
    expect(folded.locator("summary")).to_have_text("and 7 more pages read")
    folded.locator("summary").click()
    expect(folded.locator(".title").first).to_have_text("Page 7")


def test_many_steps_make_the_page_no_longer(console: Watched, service: httpx.Client):
    talk = Talk(service)
    talk.open("http://article.test/second")
    for _ in range(60):
        talk.do("click", id=999)
    reopened(console, talk)
    expect(console.tab.locator("#steps li")).to_have_count(61)
    below = """() => document.documentElement.scrollHeight -
        document.querySelector(".console").getBoundingClientRect().bottom - scrollY"""
    assert console.tab.evaluate(below) <= 1


def test_a_conversation_that_is_forgotten_is_told_of(console: Watched, service: httpx.Client):
    console.run("open http://article.test/")
    service.delete(f"/v1/sessions/{console.session()}")
    notice = console.tab.locator("#notice")
    expect(notice).to_contain_text("This conversation was forgotten")
    expect(notice).to_contain_text("What you type now begins a new one.")
    expect(console.tab.locator("#status")).to_have_text("This conversation was forgotten.")
    expect(console.tab.locator("#steps li")).to_have_count(0)
    expect(console.tab.locator("#display")).to_be_hidden()
    console.run("open http://article.test/second")
    expect(console.tab.locator("#steps .name")).to_have_text(["Two"])
    expect(console.tab.locator("#which")).to_have_text("1 of 1")
    console.is_clean(failed_loads=True)
    console.errors.clear()


def test_two_conversations_of_one_name_are_not_mixed(console: Watched, service: httpx.Client):
    # Without the stream, which tells at once that the conversation is gone.
    console.tab.context.route("**/v1/sessions/*/steps*", lambda route: route.abort())
    console.run("open http://article.test/")
    console.run("find Sentence")
    name = console.session()
    service.delete(f"/v1/sessions/{name}")
    Talk(service, name).open("http://article.test/second")
    console.run("find Words")
    expect(console.tab.locator("#steps .name")).to_have_text(["find Words", "Two"])
    expect(console.tab.locator("#notice")).to_contain_text("This conversation was forgotten")
    expect(console.tab.locator("#display-title")).to_contain_text("Words")
    expect(console.tab.locator("#which")).to_have_text("2 of 2")
    console.is_clean(failed_loads=True)
    console.errors.clear()


def test_a_fault_of_the_page_itself_is_not_taken_for_a_lost_connection(
    chromium: Browser, service: httpx.Client
):
    talk = Talk(service)
    talk.open("http://article.test/second")
    with watching(chromium, str(service.base_url)) as console:
        step = '{"n": 9, "command": "click", "args": null, "status": "running", "note": "x"}'
        console.tab.route(
            "**/v1/sessions/*/steps*",
            lambda route: route.fulfill(
                content_type="text/event-stream", body=f"event: step\nid: 9\ndata: {step}\n\n"
            ),
        )
        with console.tab.expect_event("pageerror") as fault:
            console.visit(f"/#{talk.session}")
        assert "TypeError" in f"{fault.value.name}: {fault.value}"


def test_each_claim_leads_to_its_own_words(console: Watched):
    console.run("open http://article.test/")
    console.tab.click("#check summary")
    console.tab.fill("#answer-text", "One 【0†L4】 and two 【0†L9】.")
    console.tab.get_by_role("button", name="Check").click()
    links = console.tab.locator("#resolved .answer-words a")
    expect(links).to_have_count(2)
    with httpx.Client(base_url=console.base, trust_env=False) as client:
        told = Talk(client, console.session()).resolve("One 【0†L4】 and two 【0†L9】.")
    own = [note["source_url"] for note in told["annotations"]]
    assert len(set(own)) == 2
    assert [links.nth(n).get_attribute("href") for n in range(2)] == own


def test_an_answer_is_checked(console: Watched):
    console.run("open http://article.test/second")
    console.run("apple harvest")
    console.tab.click("#check summary")
    console.tab.fill(
        "#answer-text",
        "It 👋🏽 is second 【0†L3】. Not so 【9†L1】. Nor 【0†L40-L41】. See 【1†results】. "
        "It says “words of the third” 【0†L2】. “Words of the second” 【0†L3】.",
    )
    console.tab.get_by_role("button", name="Check").click()
    checked = console.tab.locator("#resolved")
    expect(checked.locator(".verdict")).to_have_text(
        "1 quote is not on its page · 3 markers lead nowhere · 1 citation holds"
    )
    expect(checked.locator(".answer-words a")).to_have_text(["【0†L3】", "【0†L2】", "【0†L3】"])
    expect(checked.locator(".answer-words .dead")).to_have_text(
        ["【9†L1】", "【0†L40-L41】", "【1†results】"]
    )
    expect(checked.locator(".answer-words .misquote")).to_contain_text(["words of the third"])
    expect(checked.locator("li.bad-text")).to_have_text(
        [
            "words of the third is nowhere on the page cited for it",
            "【9†L1】 leads nowhere: there is no display 9; the newest is 1",
            "【0†L40-L41】 leads nowhere: display 0 ends at line 3",
            "【1†results】 leads nowhere: display 1 has search results; name a line of them",
        ]
    )
    expect(checked.locator("li:not(.bad-text)")).to_have_count(2)
    expect(checked.locator("li.bad-text q")).to_have_text(["words of the third"])
