from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from browser.compose import build
from browser.settings import Settings
from tests.api.conftest import FIRST, SECOND, bearer
from tests.clock import ManualClock
from tests.service.living import Talk, serving
from tests.world import World


def test_a_whole_page_is_told_line_by_line_folded_or_not(world: World, talk: Talk):
    nav = "".join(f"<li><a href=/n{n}>Entry number {n}</a></li>" for n in range(30))
    world.reply(
        "whole.test",
        "/",
        body=f"<!doctype html><title>W</title><body><nav><ul>{nav}</ul></nav><main><h1>H</h1>"
        + "".join(f"<p>Sentence {n} of the main text is here.</p>" for n in range(20))
        + "<pre>code line</pre></main></body>",
    )
    reply = talk.open("http://whole.test/")
    whole = talk.whole(0)
    assert set(whole) == {"session", "cursor", "text", "page", "lines", "links"}
    assert (whole["text"], whole["page"]) == (reply["text"], reply["page"])
    lines = whole["lines"]
    assert [line["n"] for line in lines] == list(range(reply["page"]["lines"][2] + 1))
    assert {tuple(line) for line in lines} == {("n", "text", "role", "main")}
    assert (lines[0]["text"], lines[1]["text"]) == ("", "URL: http://whole.test/")
    folded = [line["text"] for line in lines if not line["main"]]
    assert any("Entry number 17" in text for text in folded)
    assert {"heading", "item", "text", "code"} <= {line["role"] for line in lines}
    assert [link["id"] for link in whole["links"]] == list(range(30))
    for row in reply["text"].split("\n\n", 1)[1].split("\n"):
        label, _, shown = row.partition(": ")
        if "lines folded" not in shown:
            assert lines[int(label[1:])]["text"] == shown


def test_search_and_find_displays_are_pages_too(talk: Talk):
    talk.good("search", query="walnuts")
    talk.good("find", pattern="walnuts")
    search, found = talk.whole(0), talk.whole(1)
    assert search["page"]["kind"] == "search"
    assert found["page"]["kind"] == "find"
    assert found["lines"] == search["lines"]


@pytest.mark.parametrize("cursor", [1, 99, -1, 10**9])
def test_a_display_that_is_not_there_is_404(world: World, talk: Talk, cursor: int):
    world.page("whole.test", "/one", "<p>Words.</p>")
    talk.open("http://whole.test/one")
    response = talk.client.get(f"/v1/sessions/{talk.session}/pages/{cursor}")
    assert response.status_code == 404
    assert response.json()["title"] == "no such display"
    assert "0 to 0" in response.json()["detail"]


def test_a_session_without_displays_has_no_pages(talk: Talk):
    talk.good("sources")
    response = talk.client.get(f"/v1/sessions/{talk.session}/pages/0")
    assert response.status_code == 404


def test_asking_for_a_session_does_not_make_it(service: httpx.Client):
    for _ in range(2):
        assert service.get("/v1/sessions/not-made").status_code == 404
    assert service.delete("/v1/sessions/not-made").status_code == 404


def test_sources_of_a_transcript_are_each_page_once(world: World, talk: Talk):
    for name in ("a", "b"):
        world.page("whole.test", f"/{name}", f"<p>Page {name}.</p>", name.upper())
        talk.open(f"http://whole.test/{name}")
    talk.good("scroll", line=2, cursor=0)
    talk.open("http://whole.test/a")
    told = talk.transcript()["sources"]
    assert [(source["n"], source["title"], source["cursors"]) for source in told] == [
        (1, "A", [0, 2, 3]),
        (2, "B", [1]),
    ]


def test_an_expired_session_an_unknown_one_and_another_s_are_the_same_to_a_caller(world: World):
    world.page("whole.test", "/kept", "<p>Words.</p>")
    clock = ManualClock()

    def make(settings: Settings) -> FastAPI:
        return build(settings, clock=clock)

    def seen(client: httpx.Client, name: str) -> list[tuple[int, object]]:
        answers = [
            client.get(f"/v1/sessions/{name}"),
            client.get(f"/v1/sessions/{name}/pages/0"),
            client.post("/v1/citations/resolve", json={"session": name, "text": "【0†L2】"}),
            client.delete(f"/v1/sessions/{name}"),
        ]
        return [(answer.status_code, answer.json().get("detail")) for answer in answers]

    tokens = {"tokens": [FIRST, SECOND]}
    with serving(world, make, server=tokens, session={"idle": 600, "max_age": 900}) as client:
        client.headers.update(bearer(SECOND))
        Talk(client, "theirs").open("http://whole.test/kept")
        client.headers.update(bearer(FIRST))
        unknown = seen(client, "never-was")
        assert {status for status, _ in unknown} == {404}
        assert seen(client, "theirs") == unknown
        talk = Talk(client, "idle")
        talk.open("http://whole.test/kept")
        assert client.get("/v1/sessions/idle").status_code == 200
        clock.advance(601)
        assert seen(client, "idle") == unknown
        talk = Talk(client, "old")
        talk.open("http://whole.test/kept")
        for _ in range(3):
            clock.advance(299)
            talk.good("sources")
        clock.advance(4)
        assert seen(client, "old") == unknown, "used all the time, and yet too old"


def test_names_that_the_service_makes_cannot_be_guessed(service: httpx.Client):
    names = [service.get("/v1/sources").json()["session"] for _ in range(50)]
    assert len(set(names)) == 50
    assert all(len(name) >= 24 for name in names), "144 bits, six a letter"
    for place in range(24):
        assert len({name[place] for name in names}) > 10, "every letter of it varies"
