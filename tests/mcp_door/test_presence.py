"""Who gives up is not worked for, unless a site has been asked; what ends, and when."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from browser.api.mcp import http as mcp_http
from tests.mcp_door.calling import BOTH, FIRST, MODERN, ask, bearer, begin, call, event, post, read
from tests.service.living import serving
from tests.world import World

SLOW = {"rate": 0.1, "burst": 2, "max_wait": 35}  # robots.txt and one page, then 10 s each
PATIENCE = 30.0  # seconds
PAGE = b"<!doctype html><html lang=en><title>Late</title><body><main><p>It came.</p></main>"


def steps(client: httpx.Client, session: str) -> list[dict[str, Any]]:
    response = client.get(f"/v1/sessions/{session}")
    found: list[dict[str, Any]] = response.json()["steps"] if response.is_success else []
    return found


def until(client: httpx.Client, session: str, *statuses: str) -> None:
    """Ask how a conversation's steps stand until they stand like this."""
    deadline = time.monotonic() + PATIENCE
    while [step["status"] for step in steps(client, session)] != list(statuses):
        assert time.monotonic() < deadline, steps(client, session)


@contextmanager
def asking(client: httpx.Client, connection: str, **arguments: Any) -> Iterator[list[Any]]:
    """Call browser_open in a session of MCP, as request 2; the answer is there afterwards."""
    answers: list[Any] = []

    def work() -> None:
        told = ask(client, connection, "tools/call", name="browser_open", arguments=arguments)
        answers.append(event(told))

    thread = threading.Thread(target=work)
    thread.start()
    yield answers
    thread.join(PATIENCE)
    assert not thread.is_alive()


def give_up(client: httpx.Client, connection: str) -> None:
    message = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": 2, "reason": "enough"},
    }
    headers = {**BOTH, "Mcp-Session-Id": connection}
    assert client.post("/mcp", json=message, headers=headers).status_code == 202


def hang_up(client: httpx.Client, **arguments: Any) -> None:
    """Call browser_open the new way, and be gone before the answer."""
    with (
        httpx.Client(base_url=client.base_url, timeout=0.5, trust_env=False) as impatient,
        pytest.raises(httpx.TimeoutException),
    ):
        post(impatient, "tools/call", name="browser_open", arguments=arguments)


@pytest.mark.parametrize("how", ["cancelled", "gone"])
def test_a_turn_that_nobody_waits_for_goes_to_the_next(world: World, how: str):
    host = f"{how}.test"
    for n in range(4):
        world.page(host, f"/{n}", "<p>Some words.</p>")
    with serving(world, limits=SLOW) as client:
        call(client, "browser_open", {"url": f"http://{host}/0"})
        for n in (1, 2):
            url = f"http://{host}/{n}"
            if how == "gone":
                hang_up(client, url=url)
                continue
            connection = begin(client).headers["mcp-session-id"]
            with asking(client, connection, url=url, session=f"s{n}") as answers:
                until(client, f"s{n}", "running")
                give_up(client, connection)
            assert answers[0]["error"]["message"] == "Request cancelled"
        told = call(client, "browser_open", {"url": f"http://{host}/3"})["structuredContent"]
        assert told["politeness"]["waited_ms"] < 10_000
    assert world.targets(host) == ["/robots.txt", "/0", "/3"]


@pytest.mark.parametrize("how", ["cancelled", "gone"])
def test_what_a_site_was_asked_for_is_kept(world: World, how: str):
    asked, go_on = threading.Event(), threading.Event()

    def late(connection: Any) -> None:
        asked.set()
        go_on.wait(PATIENCE)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
        connection.sendall(head.encode() + PAGE)

    world.raw("late.test", f"/{how}", late)
    url = f"http://late.test/{how}"
    with serving(world) as client:
        post(client, "server/discover")  # the first request takes long
        if how == "gone":
            hang_up(client, url=url, session="late")
            assert asked.wait(PATIENCE)
            go_on.set()
        else:
            connection = begin(client).headers["mcp-session-id"]
            with asking(client, connection, url=url, session="late") as answers:
                assert asked.wait(PATIENCE)
                give_up(client, connection)
                go_on.set()
            assert answers[0]["error"]["message"] == "Request cancelled"
        until(client, "late", "finished")
        found = call(client, "browser_find", {"pattern": "it came", "session": "late"})
        assert found["structuredContent"]["ok"]


@pytest.mark.parametrize("version", ["2025-11-25", MODERN])
def test_who_leaves_before_the_first_answer_is_no_defect(
    world: World, caplog: pytest.LogCaptureFixture, version: str
):
    with (
        serving(world) as client,
        socket.create_connection((client.base_url.host, client.base_url.port or 80)) as gone,
    ):
        head = (
            f"POST /mcp HTTP/1.1\r\nHost: {client.base_url.host}\r\nContent-Length: 9\r\n"
            f"Content-Type: application/json\r\nAccept: {BOTH['Accept']}\r\n"
            f"MCP-Protocol-Version: {version}\r\n\r\n{{"
        )
        gone.sendall(head.encode())
        gone.close()
        assert post(client, "tools/list").status_code == 200
    assert "browser.defect" not in {record.name for record in caplog.records}


def test_a_stop_ends_what_is_open(world: World):
    others = {thread for thread in threading.enumerate() if thread.name == "service"}
    opened = threading.Event()
    ended: list[str] = []
    with serving(world) as client:
        begin(client)
        connection = begin(client).headers["mcp-session-id"]
        address = f"{client.base_url}/mcp"

        def listen() -> None:
            headers = {"Accept": "text/event-stream", "Mcp-Session-Id": connection}
            with httpx.stream("GET", address, headers=headers, timeout=PATIENCE) as stream:
                opened.set()
                ended.append(stream.read().decode())

        thread = threading.Thread(target=listen)
        thread.start()
        assert opened.wait(PATIENCE)
    thread.join(PATIENCE)
    assert ended == [""]
    assert {one for one in threading.enumerate() if one.name == "service"} == others


def test_a_new_session_of_mcp_takes_the_place_of_the_idlest(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mcp_http, "MAX_SESSIONS", 3)
    with serving(world) as client:
        first, second, third = (begin(client).headers["mcp-session-id"] for _ in range(3))
        assert ask(client, first, "tools/list").status_code == 200  # now the second is idlest
        fourth = begin(client).headers["mcp-session-id"]
        assert ask(client, second, "tools/list").status_code == 404
        assert client.delete("/mcp", headers={**BOTH, "Mcp-Session-Id": third}).status_code == 200
        assert begin(client).status_code == 200  # in the place that was given back
        for one in (first, fourth):
            assert ask(client, one, "tools/list").status_code == 200


def test_a_session_of_mcp_that_is_being_asked_is_not_idle(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mcp_http, "MAX_SESSIONS", 2)
    asked, go_on = threading.Event(), threading.Event()

    def late(connection: Any) -> None:
        asked.set()
        go_on.wait(PATIENCE)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
        connection.sendall(head.encode() + PAGE)

    world.raw("busy.test", "/", late)
    with serving(world) as client:
        busy = begin(client).headers["mcp-session-id"]
        with asking(client, busy, url="http://busy.test/") as answers:
            assert asked.wait(PATIENCE)
            others = [begin(client).headers["mcp-session-id"] for _ in range(3)]
            go_on.set()
        assert answers[0]["result"]["structuredContent"]["ok"]
        told = [ask(client, one, "tools/list").status_code for one in (busy, *others)]
        assert told == [200, 404, 404, 200]


def test_a_session_of_mcp_ends_when_nothing_is_asked_in_it(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(mcp_http, "IDLE", 0.5)
    with serving(world) as client:
        caplog.set_level("INFO", "mcp.server.streamable_http_manager")
        begun = begin(client).headers["mcp-session-id"]
        deadline = time.monotonic() + PATIENCE
        while not any("idle timeout" in record.getMessage() for record in list(caplog.records)):
            assert time.monotonic() < deadline
            call(client, "browser_sources", {})  # what asks in no session keeps none
        assert ask(client, begun, "tools/list").status_code == 404


def test_each_request_counts_against_the_quota(world: World):
    server = {"tokens": [FIRST], "rate": 0.001, "burst": 2}
    with serving(world, headers=bearer(FIRST), server=server) as client:
        assert [post(client, "tools/list").status_code for _ in range(3)] == [200, 200, 429]


def test_words_of_callers_and_pages_stand_in_no_log(world: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    world.page("log.test", "/?q=CANARY", "<p>CANARY of a page.</p>", "CANARY")
    with serving(world) as client:
        connection = begin(client).headers["mcp-session-id"]
        for arguments in (
            {"url": "http://log.test/?q=CANARY"}, {"url": "CANARY"}, {"CANARY": "CANARY"},
            {"id": "CANARY"}, {"url": "http://log.test/?q=CANARY", "session": "CANARY /"},
        ):  # fmt: skip
            call(client, "browser_open", {"session": "CANARY", **arguments})
            ask(client, connection, "tools/call", name="browser_open", arguments=arguments)
        ask(client, connection, "tools/call", name="CANARY", arguments={"CANARY": "CANARY"})
        ask(client, connection, "tools/call", name="browser_find", arguments="CANARY")
        ask(client, connection, "CANARY", CANARY="CANARY")
        ask(client, "CANARY", "tools/list")
        post(client, "CANARY", {"Mcp-Name": "CANARY", "Mcp-Param-CANARY": "CANARY"})
        client.post("/mcp", content=b'{"CANARY": ', headers={**BOTH, "Mcp-Session-Id": connection})
        client.post("/mcp", content=b"CANARY", headers={**BOTH, "Content-Type": "CANARY"})
        assert read(client, "/v1/sessions/CANARY")["steps"]
    assert "browser.fetch" in {record.name for record in caplog.records}
    assert "CANARY" not in caplog.text
