"""The external search engine and the external loader, asked as Open WebUI asks them."""

from __future__ import annotations

import socket
import sqlite3
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser.api.openwebui import load as openwebui_load
from browser.conversation import Conversations
from tests.openwebui.conftest import Connect
from tests.openwebui.peer import LINKED, documents
from tests.service.living import serving
from tests.world import Serve, World

PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    b"<!doctype html><title>Slow</title><main><p>Words that took their time.</p></main>"
)


def pages(world: World, host: str, count: int) -> list[str]:
    for n in range(count):
        world.page(host, f"/{n}", f"<h1>Page {n}</h1><p>Words of page {n}.</p>", f"{host} {n}")
    return [f"http://{host}/{n}" for n in range(count)]


def failures(answer: httpx.Response) -> dict[int, str]:
    """By place among the URLs, the code."""
    told = answer.headers.get("load-failed", "")
    pairs = [item.split(";code=") for item in told.split(", ") if item]
    return {int(place): code for place, code in pairs}


def loaded(answer: httpx.Response) -> list[str]:
    return [document["metadata"]["source"] for document in documents(answer)]


def test_the_engine_gives_links_titles_and_snippets(service: httpx.Client, connect: Connect):
    hits = connect(service, "engine").search("walnuts", 2)
    assert hits[0]["link"] == "http://library.test/walnuts"
    assert len(hits) == 2
    assert all(isinstance(hit[key], str) and hit[key] for hit in hits for key in LINKED)
    transcript = service.get("/v1/sessions/engine").json()
    assert [step["command"] for step in transcript["steps"]] == ["search"]


@pytest.mark.parametrize("count", [-3, 0, 1, 99])
def test_the_engine_bounds_what_is_asked_of_it(service: httpx.Client, count: int):
    answer = service.post("/openwebui/search", json={"query": "nuts trees", "count": count})
    assert answer.status_code == 200
    assert len(answer.json()) >= 1


def test_a_failed_search_is_an_empty_list_that_says_so_in_its_head(world: World, connect: Connect):
    dead = {"provider": "searxng", "searxng": {"url": "http://127.0.0.1:9"}}
    with serving(world, search=dead) as client:
        assert connect(client).search("walnuts") == []
        answer = client.post("/openwebui/search", json={"query": "walnuts", "count": 3})
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["search-failed"] == "search_failed"


def test_a_search_without_results_has_not_failed(service: httpx.Client):
    answer = service.post("/openwebui/search", json={"query": "zzzzzz", "count": 3})
    assert answer.json() == []
    assert "search-failed" not in answer.headers


def test_a_document_is_the_main_text_with_where_and_when_it_was_read(
    service: httpx.Client, world: World, connect: Connect
):
    menu = "".join(f"<li><a href=/m{n}>Entry {n} of the menu</a>" for n in range(30))
    words = " ".join(f"Sentence {n} has a <a href=/w{n}>word</a> in it." for n in range(40))
    body = (
        f"<!doctype html><html lang=en><title>Title</title><nav><ul>{menu}</ul></nav>"
        f"<main><article><h1>Head</h1><p>{words}</p><p>【0†forged】 ![x](http://e.test/)</p>"
        "</article></main>"
    )
    world.reply("main.test", "/a", body=body)
    world.reply("main.test", "/from", 302, headers={"Location": "/a"})
    answer = connect(service).load(["http://main.test/from"])
    [document] = documents(answer)
    text, told = document["page_content"], document["metadata"]
    assert text.startswith("# Head\nSentence 0 has a word in it. Sentence 1 has")
    assert "Sentence 38 has a word in it. Sentence 39 has a word in it." in text
    assert "Entry 3 of the menu" not in text
    assert "folded" not in text
    assert "【" not in text
    assert "![" not in text
    assert not [line for line in text.splitlines() if line.startswith("L2:")]
    assert told["source"] == "http://main.test/from"
    assert told["url"] == "http://main.test/a"
    assert (told["title"], told["language"]) == ("Title", "en")
    assert told["robots"] == "allowed"
    assert told["retrieved_at"].endswith("Z")
    assert len(told["content_sha256"]) == 64
    assert told["truncated"] is False
    assert told["keep"] is True
    assert failures(answer) == {}


def test_the_text_of_one_page_is_bounded(service: httpx.Client, world: World, connect: Connect):
    body = "".join(
        f"<p>Paragraph {n} of a very long page, with some words.</p>" for n in range(6000)
    )
    world.page("vast.test", "/", body)
    [document] = documents(connect(service).load(["http://vast.test/"]))
    assert openwebui_load.MAX_CHARS - 60 < len(document["page_content"]) <= openwebui_load.MAX_CHARS
    assert document["metadata"]["truncated"] is True


def test_what_a_publisher_asks_is_passed_on(service: httpx.Client, world: World, connect: Connect):
    body = "<!doctype html><title>T</title><main><p>Words to be read, and not kept.</p></main>"
    world.reply("asks.test", "/", body=body, headers={"X-Robots-Tag": "noarchive, noai"})
    [document] = documents(connect(service).load(["http://asks.test/"]))
    assert document["metadata"]["keep"] is False
    assert "noai" in document["metadata"]["signals"]


def test_hosts_are_asked_side_by_side_and_each_one_page_after_another(
    service: httpx.Client, world: World, connect: Connect
):
    """Only when five hosts are asked at the same time does any of them answer."""
    together = threading.Barrier(5, timeout=20)
    now: dict[str, int] = {}
    most: dict[str, int] = {}

    def first(host: str) -> Serve:
        def serve(connection: socket.socket) -> None:
            now[host] = now.get(host, 0) + 1
            most[host] = max(most.get(host, 0), now[host])
            together.wait()
            now[host] -= 1
            connection.sendall(PAGE)

        return serve

    hosts = [f"side{n}.test" for n in range(5)]
    urls = []
    for n in range(4):
        for host in hosts:
            world.raw(host, f"/{n}", first(host))
            urls.append(f"http://{host}/{n}")
    answer = connect(service, "sides").load(urls)
    assert loaded(answer) == urls
    assert failures(answer) == {}
    assert most == dict.fromkeys(hosts, 1)
    for host in hosts:
        assert world.targets(host) == ["/robots.txt", "/0", "/1", "/2", "/3"]
        transcript = service.get(f"/v1/sessions/sides~{host}").json()
        assert [step["status"] for step in transcript["steps"]] == ["finished"] * 4


def test_pages_that_fail_are_left_out_and_named_in_the_head(
    service: httpx.Client, world: World, connect: Connect
):
    world.robots("closed.test", "User-agent: *\nDisallow: /\n")
    [good] = pages(world, "open.test", 1)
    urls = [
        "http://closed.test/a", good, "http://open.test/none", "no address", "http://127.0.0.1/",
        "http://" + "a" * 9000, "",
    ]  # fmt: skip
    answer = connect(service, "mixed").load(urls)
    assert loaded(answer) == [good]
    assert failures(answer) == {
        0: "robots_disallowed", 2: "http_status", 3: "bad_url", 4: "address_refused", 5: "bad_url",
        6: "bad_url",
    }  # fmt: skip
    [step] = service.get("/v1/sessions/mixed~closed.test").json()["steps"]
    assert step["failure"]["code"] == "robots_disallowed"
    assert world.targets("closed.test") == ["/robots.txt"]


def test_more_than_twenty_are_not_loaded_and_one_that_is_there_twice_is_loaded_once(
    service: httpx.Client, world: World, connect: Connect
):
    urls = pages(world, "many.test", 25)
    answer = connect(service).load([urls[0], *urls])
    assert loaded(answer) == urls[:20]
    assert answer.headers["load-left-out"] == "5"
    assert failures(answer) == {}
    assert len(world.targets("many.test")) == 1 + 20
    assert "load-left-out" not in connect(service).load(urls[:20]).headers


def test_a_defect_of_ours_costs_one_page(
    service: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    first, second = pages(world, "defect.test", 2)
    plain = Conversations.run

    async def broken(self: Conversations, *given: Any) -> Any:
        if given[3] == {"url": first}:
            raise RuntimeError
        return await plain(self, *given)

    monkeypatch.setattr(Conversations, "run", broken)
    answer = service.post("/openwebui/load", json={"urls": [first, second]})
    assert failures(answer) == {0: "defect"}
    assert [one["metadata"]["source"] for one in answer.json()] == [second]


def test_no_url_is_no_document(service: httpx.Client, connect: Connect):
    assert documents(connect(service).load([])) == []


@pytest.mark.parametrize("body", [{"urls": "http://a.test/"}, {"urls": [1]}, {}, []])
def test_another_body_is_the_caller_s_mistake(service: httpx.Client, body: object):
    answer = service.post("/openwebui/load", json=body)
    assert answer.status_code == 422


def test_what_is_not_done_in_time_is_left_out(
    world: World, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    """A host that answers nothing, and one that lets nobody in again for a while."""
    monkeypatch.setattr(openwebui_load, "WITHIN", 1.5)
    over = threading.Event()

    def silent(_: socket.socket) -> None:
        over.wait(30)

    world.raw("silent.test", "/0", silent)
    pages(world, "paced.test", 3)
    [good] = pages(world, "quick.test", 1)
    limits = {"max_wait": 60, "hosts": {"paced.test": {"rate": 0.05, "burst": 2}}}
    urls = [
        "http://silent.test/0", "http://silent.test/1", good,
        "http://paced.test/0", "http://paced.test/1", "http://paced.test/2",
    ]  # fmt: skip
    try:
        with serving(world, limits=limits, egress={"timeout": 3}) as client:
            answer = connect(client, "late").load(urls)
            [step] = client.get("/v1/sessions/late~silent.test").json()["steps"]
    finally:
        over.set()
    assert loaded(answer) == [good, "http://paced.test/0"]
    assert failures(answer) == {0: "timeout", 1: "busy", 4: "busy", 5: "busy"}
    assert step["failure"]["code"] == "timeout"
    assert world.targets("silent.test") == ["/robots.txt", "/0"]
    assert world.targets("paced.test") == ["/robots.txt", "/0"]


def test_nothing_more_is_asked_for_a_caller_who_hangs_up(world: World, connect: Connect):
    urls = pages(world, "left.test", 4)
    asked, answer = threading.Event(), threading.Event()

    def slow(connection: socket.socket) -> None:
        asked.set()
        answer.wait(20)
        connection.sendall(PAGE)

    world.raw("left.test", "/0", slow)
    with serving(world) as client:
        peer = connect(client, "left")
        caller = socket.create_connection((client.base_url.host, client.base_url.port or 80))
        body = b'{"urls": ["%s", "%s"]}' % (urls[0].encode(), urls[1].encode())
        caller.sendall(
            b"POST /openwebui/load HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
            b"\r\nX-OpenWebUI-Chat-Id: left\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        assert asked.wait(20)
        caller.close()
        peer.search("the service has seen by now who hung up")
        answer.set()
        # The host takes turns: what was wanted before is asked before this.
        for url in urls[2:]:
            assert loaded(peer.load([url])) == [url]
        steps = client.get("/v1/sessions/left~left.test").json()["steps"]
    assert world.targets("left.test") == ["/robots.txt", "/0", "/2", "/3"]
    assert [step["url"] for step in steps] == [urls[0], *urls[2:]], "what was asked for is kept"


def test_a_load_for_no_chat_leaves_no_conversation_behind(
    world: World, connect: Connect, tmp_path: Path
):
    [url] = pages(world, "traceless.test", 1)
    store = tmp_path / "store.db"
    with serving(world, store={"url": f"sqlite:///{store}"}) as client:
        assert loaded(connect(client).load([url])) == [url]
        assert loaded(connect(client, "named").load([url])) == [url]
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT id FROM sessions").fetchall() == [("named~traceless.test",)]
