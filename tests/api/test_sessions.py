from __future__ import annotations

import httpx
import pytest

from tests.service.living import Talk
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
    assert set(whole) == {"session", "cursor", "page", "lines", "links"}
    assert whole["page"] == reply["page"]
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
