"""What is happening while it happens: the step that runs, and what it waits for."""

from __future__ import annotations

import threading

from tests.service.living import Talk, serving
from tests.world import World

SLOW = {"rate": 0.15, "burst": 2}  # robots.txt and one page, then 7 s each


def pages(world: World) -> None:
    for name in ("", "again", "new", "other", *map(str, range(10))):
        world.page("unhurried.test", f"/{name}", "<p>Some words.</p>")


def running(talk: Talk) -> list[dict[str, object]]:
    response = talk.client.get(f"/v1/sessions/{talk.session}")
    if response.status_code == 404:
        return []
    return [step for step in response.json()["steps"] if step["status"] == "running"]


def seen_while(talk: Talk, url: str) -> list[dict[str, object]]:
    """The running steps that a second caller sees while *url* is opened."""
    seen = []
    opening = threading.Thread(target=talk.open, args=(url,))
    opening.start()
    while opening.is_alive():
        seen += running(talk)
        opening.join(0.05)
    return seen


def test_a_wait_for_the_hosts_turn_is_visible_as_a_step(world: World):
    pages(world)
    with serving(world, limits=SLOW) as client:
        talk = Talk(client)
        talk.open("http://unhurried.test/")
        seen = seen_while(talk, "http://unhurried.test/again")
        assert {step["n"] for step in seen} == {2}
        assert {step["command"] for step in seen} == {"open_url"}
        notes = {step["note"] for step in seen}
        assert notes <= {None, *(f"waiting {n} s for unhurried.test" for n in range(1, 8))}
        assert len(notes - {None}) == 1
        steps = talk.transcript()["steps"]
        assert [step["status"] for step in steps] == ["finished", "finished"]
        assert all("note" not in step for step in steps)
        assert steps[1]["politeness"]["waited_ms"] >= 500


def test_the_first_step_of_a_conversation_is_visible_before_it_ends(world: World):
    pages(world)
    with serving(world, limits=SLOW) as client:
        Talk(client).open("http://unhurried.test/")
        talk = Talk(client)
        seen = seen_while(talk, "http://unhurried.test/new")
        assert [step["n"] for step in seen[-1:]] == [1]
        assert running(talk) == []


def test_one_session_with_many_clicks_does_not_starve_anothers_first(world: World):
    pages(world)
    with serving(world, limits={**SLOW, "rate": 2, "burst": 1, "max_wait": 4}) as client:
        busy, other = Talk(client), Talk(client)
        done: list[str] = []

        def click(talk: Talk, name: str, url: str) -> None:
            if talk.do("open_url", url=url)["ok"]:
                done.append(name)

        threads = [
            threading.Thread(target=click, args=(busy, "busy", f"http://unhurried.test/{n}"))
            for n in range(10)
        ]
        for thread in threads:
            thread.start()
        threads[0].join(0.2)
        last = threading.Thread(target=click, args=(other, "other", "http://unhurried.test/other"))
        last.start()
        for thread in (*threads, last):
            thread.join()
    assert "other" in done[:4]
