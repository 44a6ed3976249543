"""Sessions: whose they are, in which order their commands run, and how they end."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser.state import database
from tests.service.living import Talk, check, lock, serving
from tests.world import World

PATIENCE = 30.0  # seconds a test waits for what has to happen


class Gate:
    """An answer of an origin that comes when the test says so."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        self.reached.set()
        self.open.wait(PATIENCE)
        page = b"<title>Late</title><p>Late words.</p>"
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.fixture
def gate(world: World) -> Iterator[Gate]:
    slow = Gate()
    world.raw("gate.test", "/", slow)
    try:
        yield slow
    finally:
        slow.open.set()


def test_commands_of_one_session_run_one_after_another(
    service: httpx.Client, pool: ThreadPoolExecutor, gate: Gate
):
    talk, other = Talk(service), Talk(service)
    click: Future[dict[str, Any]] = pool.submit(talk.open, "http://gate.test/")
    assert gate.reached.wait(PATIENCE)
    waiting = pool.submit(talk.do, "find", pattern="late")
    # Another session is served meanwhile, and the session's own second command is not.
    for _ in range(5):
        assert other.good("sources")["ok"]
    assert not waiting.done()
    gate.open.set()
    assert click.result(PATIENCE)["cursor"] == 0
    assert waiting.result(PATIENCE)["cursor"] == 1, "find saw the page that click opened"
    assert [step["command"] for step in talk.transcript()["steps"]] == ["open_url", "find"]


def test_many_commands_at_once_leave_a_session_whole(
    world: World, service: httpx.Client, pool: ThreadPoolExecutor
):
    for n in range(8):
        world.page("many.test", f"/{n}", f"<p>Page {n}.</p>", f"T{n}")
    talk = Talk(service)
    urls = [f"http://many.test/{n}" for n in range(8)]
    replies = list(pool.map(talk.open, urls))
    assert sorted(reply["cursor"] for reply in replies) == list(range(8))
    for reply in replies:
        assert talk.whole(reply["cursor"])["page"]["url"] == reply["page"]["url"]
    assert [step["n"] for step in talk.transcript()["steps"]] == list(range(1, 9))


def test_a_caller_that_hangs_up_leaves_the_session_usable(service: httpx.Client, gate: Gate):
    talk = Talk(service)
    port = service.base_url.port
    assert port is not None
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))) as caller:
        target = f"/v1/open_url?url=http://gate.test/&session={talk.session}"
        caller.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert gate.reached.wait(PATIENCE)
    gate.open.set()
    # The command ran to its end; the next one of the session waits for it and finds its page.
    assert talk.good("find", pattern="late words")["cursor"] == 1


def test_a_new_session_has_a_name_that_cannot_be_guessed(service: httpx.Client):
    names = {service.get("/v1/sources").json()["session"] for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) >= 24 for name in names)
    name = names.pop()
    assert service.get("/v1/sources", params={"session": name}).json()["session"] == name


def test_the_session_is_the_first_that_is_named(service: httpx.Client):
    order = [
        "OpenAI-Conversation-Id", "X-Conversation-Id", "X-OpenWebUI-Chat-Id", "X-Session-Id",
    ]  # fmt: skip
    for n, header in enumerate(order):
        headers = {name: f"by-{name.lower()}" for name in order[n:]}
        reply = service.get("/v1/sources", params={"session": "parameter"}, headers=headers).json()
        check(reply, "sources", f"by-{header.lower()}")
    reply = service.get("/v1/sources", params={"session": "parameter"}).json()
    assert reply["session"] == "parameter"


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "é", "x" * 201, "a\tb", "a\r\nb", "\0"])
def test_a_session_name_that_cannot_be_used_is_the_caller_s_mistake(
    service: httpx.Client, name: str
):
    response = service.get("/v1/sources", params={"session": name})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert name.strip() == "" or name not in response.text


def test_a_forgotten_session_is_gone(world: World, service: httpx.Client):
    world.page("forget.test", "/", "<p>Words.</p>")
    talk = Talk(service)
    talk.open("http://forget.test/")
    gone = service.delete(f"/v1/sessions/{talk.session}")
    assert (gone.status_code, gone.content) == (204, b"")
    for method, path in (
        ("GET", ""),
        ("GET", "/pages/0"),
        ("DELETE", ""),
    ):
        response = service.request(method, f"/v1/sessions/{talk.session}{path}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    body = {"session": talk.session, "text": "【0†L2】"}
    assert service.post("/v1/citations/resolve", json=body).status_code == 404
    talk.fails("no_page", "click", id=0)


def test_a_transcript_tells_every_step(world: World, service: httpx.Client):
    world.page("steps.test", "/", "<p>Words.</p>", "Title")
    world.robots("steps.test", "User-agent: *\nDisallow: /no\n")
    talk = Talk(service)
    talk.open("http://steps.test/")
    refused = talk.do("open_url", url="http://steps.test/no")
    told = talk.transcript()
    assert set(told) == {"session", "steps", "sources", "quotes", "sources_url"}
    first, second = told["steps"]
    assert set(first) == {
        "n", "command", "args", "status", "cursor", "url", "title", "failure", "politeness", "at",
        "took_ms",
    }  # fmt: skip
    assert (first["n"], first["command"], first["status"]) == (1, "open_url", "finished")
    assert (first["cursor"], first["title"]) == (0, "Title")
    assert first["args"] == {"url": "http://steps.test/"}
    assert first["politeness"]["robots"] == "allowed"
    assert (second["status"], second["cursor"]) == ("failed", None)
    assert second["failure"] == refused["failure"]
    assert second["url"] == "http://steps.test/no"
    [source] = told["sources"]
    assert (source["url"], source["domain"], source["n"]) == (
        "http://steps.test/", "steps.test", 1,
    )  # fmt: skip


def test_a_session_has_a_budget_and_its_transcript_does_not_grow_beyond(world: World):
    world.page("budget.test", "/", "<p>Words.</p>")
    with serving(world, session={"max_commands": 3}) as client:
        talk = Talk(client)
        for _ in range(3):
            talk.open("http://budget.test/")
        asked = len(world.targets("budget.test"))
        for _ in range(4):
            failure = talk.do("open_url", url="http://budget.test/")["failure"]
            assert failure["code"] == "session_full"
            assert failure["retry_after"] is None
        assert len(world.targets("budget.test")) == asked
        assert len(talk.transcript()["steps"]) == 4, "the refusal is told once"
        assert talk.whole(2)["page"]["url"] == "http://budget.test/"
        assert talk.resolve("【2†L2】")["annotations"]
        assert Talk(client).open("http://budget.test/")["ok"], "another session has its own"


def test_only_addresses_that_were_shown_are_opened_when_the_operator_says_so(
    world: World, local_search: dict[str, Any]
):
    world.page("library.test", "/inside", "<p><a href='/deep?x=1#part'>deep</a></p>")
    world.page("library.test", "/deep?x=1", "<p>Deep words.</p>")
    world.page("unseen.test", "/?leak=secret", "<p>Words.</p>")
    with serving(world, session={"open": "seen"}, search=local_search) as client:
        talk = Talk(client)
        for url in ("http://unseen.test/?leak=secret", "http://library.test/apples"):
            failure = talk.fails("host_blocked", "open_url", url=url)
            assert failure["rule"] == "session.open = seen"
        talk.good("search", query="apples")
        talk.open("http://library.test/apples")
        talk.open("http://library.test/apples#part")
        talk.fails("host_blocked", "open_url", url="http://library.test/apples?x=1")
        talk.fails("host_blocked", "open_url", url="http://library.test/deep?x=1")
        assert world.targets("unseen.test") == []


def test_a_store_that_is_away_fails_the_command_and_nothing_else(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "BUSY", 0.05)
    world.page("store.test", "/", "<p>Words.</p>", "One")
    file = tmp_path / "state.db"
    with serving(world, store={"url": f"sqlite:///{file}"}) as client:
        talk = Talk(client)
        talk.open("http://store.test/")
        with contextlib.closing(lock(file)):
            failure = talk.fails("busy", "scroll", line=2)
            assert failure["retry_after"] >= 1
            reply = Talk(client).do("sources")
            assert reply["failure"]["code"] == "busy"
            ready = client.get("/readyz")
            assert ready.status_code == 503
            assert "database is locked" in ready.json()["checks"]["store"]
        assert client.get("/readyz").status_code == 200
        assert 'refusals_total{status="503"} 0.0' in client.get("/metrics").text
        assert talk.good("scroll", line=2)["cursor"] == 1
        talk.good("quote", start=2, end=2)
        told = talk.transcript()
    with serving(world, store={"url": f"sqlite:///{file}"}) as client:
        again = Talk(client, talk.session)
        moved = again.transcript()
        assert (
            moved.pop("sources_url").rpartition("/")[2]
            == told.pop("sources_url").rpartition("/")[2]
        )
        assert moved == told
        assert again.whole(1)["page"]["title"] == "One"


def test_sessions_end_when_they_are_idle(world: World):
    world.page("idle.test", "/", "<p>Words.</p>")
    with serving(world, session={"idle": 1e-6}) as client:
        talk = Talk(client)
        assert talk.open("http://idle.test/")["cursor"] == 0
        assert talk.open("http://idle.test/")["cursor"] == 0, "a new session of the same name"
        assert client.get(f"/v1/sessions/{talk.session}").status_code == 404
