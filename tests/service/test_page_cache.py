"""One request for many: what commands and their callers see of the cache."""

from __future__ import annotations

import threading

import httpx
import pytest

from tests.service.living import Talk, serving
from tests.world import World

WORDS = "<!doctype html><html lang=en><title>T</title><main><p>Some words.</p></main>"
FRESH = {"Cache-Control": "max-age=600"}
TAGGED = {"Cache-Control": "max-age=0", "ETag": '"one"'}
ONE_TURN = {"rate": 0.001, "burst": 2, "max_wait": 1}  # robots.txt and one page


def put(
    world: World, url: str, headers: dict[str, str], body: str = WORDS, status: int = 200
) -> None:
    host, target = url.removeprefix("http://").split("/", 1)
    world.reply(host, f"/{target}", status, body, headers)


def test_a_fresh_copy_costs_no_request_and_no_turn(world: World):
    put(world, "http://freshly.test/page", FRESH)
    with serving(world, limits=ONE_TURN) as client:
        first = Talk(client).open("http://freshly.test/page")
        again = Talk(client).open("http://freshly.test/page#part")
        assert first["politeness"]["cache"] == "miss"
        assert again["politeness"] == {**first["politeness"], "waited_ms": 0, "cache": "hit"}
        assert again["page"]["digest"] == first["page"]["digest"]
        assert again["page"]["fetched_at"] == first["page"]["fetched_at"]
    assert world.targets("freshly.test") == ["/robots.txt", "/page"]


def test_a_copy_is_asked_after_with_its_validator(world: World):
    put(world, "http://tagged.test/page", TAGGED)
    with serving(world) as client:
        talk = Talk(client)
        talk.open("http://tagged.test/page")
        put(world, "http://tagged.test/page", TAGGED, body="", status=304)
        again = talk.open("http://tagged.test/page")
        assert again["politeness"]["cache"] == "revalidated"
        assert "Some words." in again["text"]
    assert world.headers[-1]["if-none-match"] == '"one"'


def test_an_earlier_copy_that_stands_in_says_so(world: World):
    put(world, "http://shaky.test/page", TAGGED)
    with serving(world) as client:
        talk = Talk(client)
        talk.open("http://shaky.test/page")
        put(world, "http://shaky.test/page", {}, status=500)
        again = talk.open("http://shaky.test/page")
    assert again["politeness"]["cache"] == "stale"
    note = again["text"].rsplit("\n\n", 1)[1]
    assert note.startswith("This is an earlier copy, as shaky.test sent it ")
    assert "since shaky.test answered 500" in note
    assert "Some words." in again["text"]


@pytest.mark.parametrize(
    ("name", "headers", "body"),
    [
        ("no-store", {"Cache-Control": "no-store, max-age=600"}, WORDS),
        ("noarchive", {**FRESH, "X-Robots-Tag": "noarchive"}, WORDS),
        ("meta", FRESH, WORDS.replace("<main>", "<meta name=robots content=noarchive><main>")),
    ],
)
def test_what_must_not_be_kept_is_asked_for_again(
    world: World, name: str, headers: dict[str, str], body: str
):
    put(world, f"http://{name}.test/page", headers, body)
    with serving(world) as client:
        for _ in range(2):
            reply = Talk(client).open(f"http://{name}.test/page")
            assert reply["politeness"]["cache"] == "miss"
    assert world.targets(f"{name}.test") == ["/robots.txt", "/page", "/page"]


def test_a_service_without_a_cache_asks_every_time(world: World):
    put(world, "http://off.test/page", FRESH)
    with serving(world, cache={"max_age": 0}) as client:
        for _ in range(2):
            Talk(client).open("http://off.test/page")
    assert world.targets("off.test") == ["/robots.txt", "/page", "/page"]


def test_ten_sessions_that_click_together_cause_one_request(world: World):
    put(world, "http://crowd.test/page", FRESH)
    with serving(world) as client:
        replies: list[dict[str, object]] = []

        def click() -> None:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                replies.append(Talk(own).open("http://crowd.test/page"))

        threads = [threading.Thread(target=click) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(replies) == 10
    assert world.targets("crowd.test") == ["/robots.txt", "/page"]
