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


def click_together(client: httpx.Client, count: int, url: str) -> list[dict[str, object]]:
    replies: list[dict[str, object]] = []

    def click() -> None:
        with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
            replies.append(Talk(own).open(url))

    threads = [threading.Thread(target=click) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


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


@pytest.mark.parametrize("setting", ["max_age", "max_bytes"])
def test_a_service_without_a_cache_asks_every_time_also_for_those_who_ask_together(
    world: World, setting: str
):
    host = setting.replace("_", "-") + ".test"
    put(world, f"http://{host}/page", FRESH)
    with serving(world, cache={setting: 0}) as client:
        click_together(client, 3, f"http://{host}/page")
    assert world.targets(host) == ["/robots.txt", "/page", "/page", "/page"]


def test_ten_sessions_that_click_together_cause_one_request(world: World):
    put(world, "http://crowd.test/page", FRESH)
    with serving(world) as client:
        assert len(click_together(client, 10, "http://crowd.test/page")) == 10
    assert world.targets("crowd.test") == ["/robots.txt", "/page"]


def test_a_copy_of_a_page_that_its_meta_declines_is_not_kept(world: World):
    body = WORDS.replace("<main>", "<meta name=robots content=noarchive><main>")
    put(world, "http://declines.test/page", FRESH, body)
    with serving(world, signals={"mode": "strict"}) as client:
        for _ in range(2):
            failure = Talk(client).fails(
                "site_declined", "open_url", url="http://declines.test/page"
            )
            assert "noarchive" in failure["rule"]
    assert world.targets("declines.test") == ["/robots.txt", "/page", "/page"]


def test_a_page_that_is_declined_by_its_header_is_not_even_read(world: World):
    headers = {"Content-Signal": "ai-input=no", "Content-Type": "image/png"}
    world.reply("picture.test", "/", body=b"no picture", headers=headers)
    with serving(world) as client:
        Talk(client).fails("site_declined", "open_url", url="http://picture.test/")


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [("image/png", b"png", "unsupported_type"), ("text/html", b"", "no_text")],
)
def test_a_page_that_cannot_be_read_was_still_asked_for(
    world: World, kind: str, body: bytes, code: str
):
    host = kind.replace("/", "-") + ".test"
    world.reply(host, "/", body=body, kind=kind)
    with serving(world) as client:
        talk = Talk(client)
        reply = talk.do("open_url", url=f"http://{host}/")
        assert reply["failure"]["code"] == code
        assert (reply["politeness"]["robots"], reply["politeness"]["cache"]) == ("allowed", "miss")
        assert talk.transcript()["steps"][0]["politeness"] == reply["politeness"]
