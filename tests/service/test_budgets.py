"""What one conversation may ask for, over a real service and a real origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.living import Talk, serving
from tests.world import World


@pytest.fixture
def pages(world: World) -> World:
    for host in ("spent.test", "other.test"):
        world.page(host, "/", f"<p>Words of {host}. <a href='/next'>next</a></p>")
        world.page(host, "/next", "<p>More words.</p>")
        world.reply(host, "/gone", 410)
        world.robots(host, "User-agent: *\nDisallow: /private\n")
    world.reply("spent.test", "/away", 302, headers={"Location": "http://other.test/"})
    return world


def asked(world: World) -> int:
    return len([target for _, _, target in world.asked if target != "/robots.txt"])


def full(talk: Talk, rule: str, command: str, **parameters: Any) -> None:
    failure = talk.fails("session_full", command, **parameters)
    assert failure["rule"] == rule
    assert failure["retry_after"] is None
    for still in ("find", "scroll", "quote", "sources"):
        assert still in failure["message"]


def test_the_page_after_the_last_is_refused_and_what_is_open_can_still_be_read(pages: World):
    with serving(pages, session={"max_fetches": 2}) as client:
        talk = Talk(client)
        talk.open("http://spent.test/")
        talk.open("http://other.test/")
        before = asked(pages)
        full(talk, "session.max_fetches = 2", "open_url", url="http://other.test/next")
        full(talk, "session.max_fetches = 2", "click", id=0)
        assert asked(pages) == before
        talk.good("find", pattern="Words")
        talk.good("scroll", line=2)
        talk.good("back")
        talk.good("quote", start=2, end=2, cursor=0)
        assert "spent.test" in talk.good("sources")["text"]
        Talk(client).open("http://spent.test/")


def test_one_host_has_a_budget_of_its_own(pages: World):
    with serving(pages, session={"max_per_host": 1}) as client:
        talk = Talk(client)
        talk.open("http://spent.test/")
        full(talk, "session.max_per_host = 1", "open_url", url="http://spent.test/next")
        talk.open("http://other.test/")


def test_the_host_that_a_redirect_led_to_was_asked_too(pages: World):
    with serving(pages, session={"max_per_host": 1}) as client:
        talk = Talk(client)
        assert talk.open("http://spent.test/away")["page"]["url"] == "http://other.test/"
        full(talk, "session.max_per_host = 1", "open_url", url="http://other.test/next")


def test_a_page_that_answers_with_an_error_was_asked_for(pages: World):
    with serving(pages, session={"max_fetches": 1}) as client:
        talk = Talk(client)
        talk.fails("http_status", "open_url", url="http://spent.test/gone")
        full(talk, "session.max_fetches = 1", "open_url", url="http://spent.test/")


def test_a_page_that_a_rule_kept_from_being_asked_for_counts_for_nothing(pages: World):
    with serving(pages, session={"max_fetches": 1}) as client:
        talk = Talk(client)
        talk.fails("robots_disallowed", "open_url", url="http://spent.test/private")
        talk.fails("address_refused", "open_url", url="http://127.0.0.1/")
        talk.open("http://spent.test/")


def test_a_page_that_got_no_turn_counts_for_nothing(pages: World):
    slow = {"rate": 0.001, "burst": 2, "max_wait": 1}  # robots.txt and one page
    with serving(pages, session={"max_fetches": 2}, limits=slow) as client:
        talk = Talk(client)
        talk.open("http://spent.test/")
        talk.fails("rate_limited", "open_url", url="http://spent.test/next")
        talk.open("http://other.test/")


def test_a_page_that_a_kept_copy_answers_for_counts_for_nothing(pages: World):
    fresh = {"Cache-Control": "max-age=600"}
    pages.reply("spent.test", "/kept", body="<p>Words that keep.</p>", headers=fresh)
    with serving(pages, session={"max_fetches": 2}) as client:
        talk = Talk(client)
        talk.open("http://spent.test/kept")
        assert talk.open("http://spent.test/kept")["politeness"]["cache"] == "hit"
        talk.open("http://other.test/")
        full(talk, "session.max_fetches = 2", "open_url", url="http://spent.test/")


def test_the_page_that_passes_the_bytes_is_the_last(pages: World):
    pages.page("spent.test", "/large", "<p>Many words.</p>" * 100)
    with serving(pages, session={"max_bytes": 1024}) as client:
        talk = Talk(client)
        talk.open("http://spent.test/")
        talk.open("http://spent.test/large")
        full(talk, "session.max_bytes = 1024", "open_url", url="http://other.test/")


def test_a_search_after_the_last_is_refused_and_results_can_still_be_opened(
    pages: World, local_search: dict[str, Any]
):
    with serving(pages, session={"max_searches": 1}, search=local_search) as client:
        talk = Talk(client)
        talk.fails("search_failed", "search", query=" ")
        talk.good("search", query="apples")
        full(talk, "session.max_searches = 1", "search", query="pears")
        talk.good("click", id=0, cursor=0)


def test_a_restart_gives_no_new_budget(pages: World, tmp_path: Path):
    store = {"url": f"sqlite:///{tmp_path / 'state.db'}"}
    session = {"max_fetches": 2}
    with serving(pages, session=session, store=store) as client:
        talk = Talk(client)
        talk.open("http://spent.test/")
        talk.fails("http_status", "open_url", url="http://spent.test/gone")
    with serving(pages, session=session, store=store) as client:
        again = Talk(client, talk.session)
        full(again, "session.max_fetches = 2", "open_url", url="http://other.test/")
