"""Who is at the other end: credentials, conversations, and connections that come and go."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from sse_starlette import EventSourceResponse

from tests.gptoss.calling import Model, calling, cursor_of
from tests.service.living import Talk, serving
from tests.service.processes import Served
from tests.world import World

FIRST, SECOND = "first-token-of-the-service", "second-token-of-the-service"
THIRD = "third-token-that-is-not-valid"
PAGE = "http://page.test/two"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def guarded(world: World) -> Iterator[httpx.Client]:
    server = {
        "port": 0,
        "tokens": [FIRST, SECOND],
        "allowed_hosts": ["127.0.0.1", "browser"],
        "concurrency": 1,
    }
    with serving(world, server=server) as client:
        yield client


@contextlib.contextmanager
def stream(
    client: httpx.Client, headers: dict[str, str] | None = None, path: str = "/sse"
) -> Iterator[tuple[str, Iterator[str]]]:
    """Where to send messages, and what else comes."""
    with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == "event: endpoint"
        yield next(lines).removeprefix("data: "), lines


def opened(
    client: httpx.Client, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> httpx.Response:
    """The answer to one who must not be connected: a stream would never end."""
    with client.stream(method, path, headers=headers) as response:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            pytest.fail(f"{path} was opened, with status {response.status_code}")
        response.read()
    return response


async def status_of(client: httpx.Client, path: str, token: str) -> int:
    ask = partial(client.get, path, headers=bearer(token))
    return (await anyio.to_thread.run_sync(ask)).status_code


# -- credentials


@pytest.mark.parametrize("headers", [{}, bearer(THIRD), {"x-session-id": "a"}])
def test_without_a_valid_token_nothing_is_opened(guarded: httpx.Client, headers: dict[str, str]):
    message = "/messages/?session_id=" + "0" * 32
    for answer in (opened(guarded, "/sse", headers), guarded.post(message, headers=headers)):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_may_come_as_a_header(guarded: httpx.Client):
    async with calling(guarded, bearer(FIRST)) as model:
        assert cursor_of(await model.good("open", id=PAGE)) == 0


async def test_a_token_may_stand_in_the_path_that_the_model_server_is_told(guarded: httpx.Client):
    name = {"x-session-id": "by-path"}
    async with calling(guarded, name, path=f"/key/{SECOND}/sse") as model:
        assert cursor_of(await model.good("open", id=PAGE)) == 0
    # It is the same credential, whichever way it comes.
    for token, status in ((SECOND, 200), (FIRST, 404)):
        assert await status_of(guarded, "/v1/sessions/by-path", token) == status


def test_messages_go_back_under_the_same_path(guarded: httpx.Client):
    with stream(guarded, path=f"/key/{SECOND}/sse") as (endpoint, _):
        assert endpoint.startswith(f"/key/{SECOND}/messages/?session_id=")
        assert guarded.post(endpoint, json=PING).status_code == 202


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/key/{THIRD}/sse", 401),
        (f"/key/{SECOND}x/sse", 401),
        (f"/key/{SECOND}/key/{SECOND}/sse", 401),
        (f"/key/{SECOND}/v1/sources", 404),
        (f"/key/{SECOND}", 404),
        ("/key//sse", 404),
    ],
)
def test_only_a_valid_token_opens_and_only_this_door(guarded: httpx.Client, path: str, status: int):
    answer = opened(guarded, path)
    assert answer.status_code == status
    assert SECOND not in answer.text


def test_the_token_of_the_path_counts_and_not_that_of_a_header(guarded: httpx.Client):
    wrong = bearer(THIRD)
    with stream(guarded, wrong, path=f"/key/{SECOND}/sse"):
        pass
    assert opened(guarded, f"/key/{SECOND}x/sse", bearer(SECOND)).status_code == 401


def test_a_connection_is_nobody_elses(guarded: httpx.Client):
    with stream(guarded, bearer(FIRST)) as (endpoint, _):
        answer = guarded.post(endpoint, json=PING, headers=bearer(SECOND))
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == "no such connection"
        assert guarded.post(endpoint, json=PING, headers=bearer(FIRST)).status_code == 202


async def test_two_tokens_do_not_share_a_conversation_of_one_name(guarded: httpx.Client):
    name = {"x-session-id": "of-two"}
    async with calling(guarded, {**name, **bearer(FIRST)}) as model:
        await model.good("open", id=PAGE)
    async with calling(guarded, {**name, **bearer(SECOND)}) as model:
        assert (await model.fails("open"))[0] == "No pages to access!"
        assert cursor_of(await model.good("open", id=PAGE)) == 0


async def test_an_open_connection_takes_no_place_of_a_command(guarded: httpx.Client):
    with stream(guarded, bearer(FIRST)), stream(guarded, bearer(FIRST)):
        async with calling(guarded, bearer(FIRST)) as model:
            await model.good("open", id=PAGE)
        assert await status_of(guarded, "/v1/sources", FIRST) == 200


async def test_who_asks_a_little_too_fast_is_answered_a_little_later(world: World):
    server = {"port": 0, "tokens": [FIRST], "rate": 20, "burst": 2, "concurrency": 8}
    with serving(world, server=server) as client:
        async with calling(client, bearer(FIRST)) as model:  # four messages until here
            for cursor in range(3):
                assert cursor_of(await model.good("open", id=PAGE)) == cursor


def test_who_asks_far_too_fast_is_refused(world: World):
    server = {"port": 0, "tokens": [FIRST], "rate": 0.01, "burst": 1}
    with serving(world, server=server, headers=bearer(FIRST)) as client:
        assert client.get("/v1/sources").status_code == 200
        answer = opened(client, "/sse")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 3


# -- names


def test_another_name_of_the_host_has_to_be_allowed(guarded: httpx.Client, service: httpx.Client):
    with stream(guarded, {**bearer(FIRST), "Host": "browser:8001"}):
        pass
    for client, name in ((guarded, "other:8001"), (service, "browser:8001")):
        answer = opened(client, "/sse", {**bearer(FIRST), "Host": name})
        assert answer.status_code == 421


def test_a_page_of_another_site_is_refused(service: httpx.Client):
    foreign = {"Origin": "https://evil.example"}
    assert opened(service, "/sse", foreign).status_code == 403
    with stream(service) as (endpoint, _):
        assert service.post(endpoint, json=PING, headers=foreign).status_code == 403


# -- conversations


@pytest.mark.parametrize(
    "name", ["x-conversation-id", "openai-conversation-id", "x-openwebui-chat-id", "x-session-id"]
)
async def test_cursors_go_on_in_the_next_connection(service: httpx.Client, name: str):
    same = {name: f"goes-on-{name}"}
    async with calling(service, same) as model:
        assert cursor_of(await model.good("open", id=PAGE)) == 0
        assert (await model.result("cleanup_session")).content
    async with calling(service, {**same, "x-session-id": "resp_other"}) as model:
        if name == "x-session-id":
            assert (await model.fails("open"))[0] == "No pages to access!"
        else:
            assert cursor_of(await model.good("find", pattern="link")) == 1


async def test_without_a_name_every_connection_is_a_conversation(service: httpx.Client):
    async with calling(service, {}) as one, calling(service, {}) as other:
        assert cursor_of(await one.good("open", id=PAGE)) == 0
        assert (await other.fails("open"))[0] == "No pages to access!"


async def test_a_name_may_be_a_parameter(service: httpx.Client):
    async with calling(service, {}, path="/sse?session=named-here") as model:
        await model.good("open", id=PAGE)
    assert len(Talk(service, "named-here").transcript()["steps"]) == 1


@pytest.mark.parametrize("value", ["", "{{CHAT_ID}}"])
async def test_a_header_that_was_not_filled_in_is_no_name(service: httpx.Client, value: str):
    headers = {"x-conversation-id": value}
    async with calling(service, headers) as one, calling(service, headers) as other:
        assert cursor_of(await one.good("open", id=PAGE)) == 0
        assert (await other.fails("open"))[0] == "No pages to access!"
    name = "filled-in" + str(len(value))
    async with calling(service, {**headers, "x-session-id": name}) as model:
        await model.good("open", id=PAGE)
    assert len(Talk(service, name).transcript()["steps"]) == 1


@pytest.mark.parametrize("name", ["a/b", "x" * 201, "two words"])
def test_a_name_that_is_none_is_refused_before_anything_is_opened(service: httpx.Client, name: str):
    answer = opened(service, "/sse", {"x-session-id": name})
    assert answer.status_code == 400
    assert answer.json()["title"] == "unusable session name"


async def test_citations_are_resolved_after_the_end(service: httpx.Client):
    async with calling(service, {"x-session-id": "resp_over"}) as model:
        await model.good("open", id=PAGE)
        ended = await model.result("cleanup_session")
        assert not ended.is_error
    resolved = Talk(service, "resp_over").resolve("See there.【0†L3】")
    assert [item["url"] for item in resolved["annotations"]] == [PAGE]
    assert resolved["annotations"][0]["cited_text"].startswith("See relative link")


async def test_only_three_tools_are_listed(service: httpx.Client):
    async with calling(service) as model:
        assert model.began.server_info.name == "browser"
        listed = await model.session.list_tools()
        assert [tool.name for tool in listed.tools] == ["search", "open", "find"]
        assert all(tool.output_schema is None for tool in listed.tools)


# -- the wire


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/sse", 405),
        ("HEAD", "/sse", 405),
        ("GET", "/messages/", 405),
        ("GET", "/messages", 404),
        ("GET", "/sse/", 404),
        ("POST", "/messages/", 400),
        ("POST", "/messages/?session_id=secret-words", 400),
        ("POST", "/messages/?session_id=" + "0" * 32, 404),
    ],
)
def test_what_is_no_message_is_a_problem(
    service: httpx.Client, method: str, path: str, status: int
):
    post = method == "POST"
    answer = service.post(path, json=PING) if post else opened(service, path, method=method)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_a_message_that_cannot_be_read_is_refused_and_the_next_is_not(service: httpx.Client):
    with stream(service) as (endpoint, _):
        for body, status in (("{", 400), ('{"jsonrpc": "1.0"}', 400), ("x" * 300_000, 413)):
            assert service.post(endpoint, content=body).status_code == status
        assert service.post(endpoint, json=PING).status_code == 202


def test_a_quiet_connection_is_kept_alive(world: World, monkeypatch: pytest.MonkeyPatch):
    assert 0 < EventSourceResponse.DEFAULT_PING_INTERVAL <= 15  # clients give up after 30
    monkeypatch.setattr(EventSourceResponse, "DEFAULT_PING_INTERVAL", 0.01)
    with serving(world) as client, stream(client) as (_, lines):
        assert next(line for line in lines if line).startswith(": ping")


def test_no_word_of_a_caller_reaches_a_log(service: httpx.Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(0)
    with stream(service) as (endpoint, lines):
        service.post("/messages/?session_id=verysecret", json=PING)
        service.post(endpoint, content="{verysecret")
        call(service, endpoint, "initialize", **HELLO)
        call(service, endpoint, "tools/call", name="search", arguments={"query": "verysecret"})
        call(service, endpoint, "tools/call", name="verysecret", arguments={})
        call(service, endpoint, "tools/call", arguments="verysecret")
        call(service, endpoint, "verysecret")
        heard = ""
        while heard.count('"id":') < 5:
            heard += next(lines)
    assert "verysecret" in heard
    told = [record.getMessage() for record in caplog.records]
    assert not [line for line in told if "verysecret" in line]


HELLO: dict[str, Any] = {
    "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}
}  # fmt: skip


def call(client: httpx.Client, endpoint: str, method: str, **params: Any) -> None:
    message = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
    assert client.post(endpoint, json=message).status_code == 202


# -- coming and going


class Held:
    """An origin that answers when it is told to."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, connection: Any) -> None:
        self.asked.set()
        self.go.wait(30)
        body = b"<title>Late</title><p>Late words.</p>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)


async def steps_of(client: httpx.Client, name: str, status: str) -> list[dict[str, Any]]:
    """The transcript, as soon as its last step has that status."""
    with anyio.fail_after(30):
        while True:
            answer = await anyio.to_thread.run_sync(client.get, f"/v1/sessions/{name}")
            steps: list[dict[str, Any]] = answer.json().get("steps", [])
            if steps and steps[-1]["status"] == status:
                return steps


async def leave_while(model_of: Any, url: str, until: Any) -> None:
    """Call, and hang up as soon as *until* returns."""
    async with model_of as model, anyio.create_task_group() as group:
        group.start_soon(_given_up, model, url)
        await until()
        group.cancel_scope.cancel()


async def _given_up(model: Model, url: str) -> None:
    await model.result("open", id=url)


async def test_a_site_that_was_asked_is_listened_to_the_end(service: httpx.Client, world: World):
    late = Held()
    world.raw("late.test", "/", late)
    name = {"x-session-id": "left-late"}

    async def asked() -> None:
        assert await anyio.to_thread.run_sync(late.asked.wait, 30)

    await leave_while(calling(service, name), "http://late.test/", asked)
    late.go.set()
    steps = await steps_of(service, "left-late", "finished")
    assert [step["title"] for step in steps] == ["Late"]
    async with calling(service, name) as model:
        assert "Late words." in await model.good("open", cursor=0)
    assert world.targets("late.test").count("/") == 1


async def test_who_hangs_up_while_it_only_waits_gives_the_turn_back(world: World):
    for n in range(3):
        world.page("turns.test", f"/{n}", "<p>Words.</p>")
    slow = {"rate": 0.4, "burst": 2, "max_wait": 9}  # robots.txt and one page, then 2.5 s each
    with serving(world, limits=slow) as client:
        async with calling(client) as model:
            await model.good("open", id="http://turns.test/0")

            async def waiting() -> None:
                await steps_of(client, "left-waiting", "running")

            name = {"x-session-id": "left-waiting"}
            await leave_while(calling(client, name), "http://turns.test/1", waiting)
            await model.good("open", id="http://turns.test/2")
    assert world.targets("turns.test") == ["/robots.txt", "/0", "/2"]


def services() -> int:
    """How many services run in threads of this process."""
    return sum(thread.name == "service" for thread in threading.enumerate())


def test_a_service_that_stops_ends_every_stream(world: World):
    with contextlib.ExitStack() as running:
        client = running.enter_context(serving(world))
        running_then = services()
        with (
            httpx.Client(base_url=client.base_url, trust_env=False) as other,
            stream(other) as (_, lines),
        ):
            running.close()  # returns when the service has stopped
            assert services() == running_then - 1
            assert [line for line in lines if line] == []


def test_a_signal_stops_the_service_though_models_are_connected(world: World, tmp_path: Path):
    config = tmp_path / "browser.toml"
    token = "a-token-that-no-log-may-show"
    config.write_text(
        f'server.tokens = ["{token}"]\nstore.url = "memory:"\n'
        f'[egress.hosts]\n"*.test" = "127.0.0.1:{world.port}"\n'
    )
    with Served(config) as served:
        with (
            httpx.Client(base_url=served.address, trust_env=False, timeout=60) as client,
            stream(client, path=f"/key/{token}/sse") as (endpoint, lines),
        ):
            call(client, endpoint, "initialize", **HELLO)
            call(client, endpoint, "tools/call", name="open", arguments={"id": PAGE})
            heard = ""
            while "tools/call" not in heard:
                heard += next(lines)
            assert "Page Ti" in heard
            assert opened(client, f"/key/{token}x/sse").status_code == 401
            served.send(signal.SIGTERM)
            assert [line for line in lines if line and not line.startswith(":")] == []
        assert served.wait() in (0, -signal.SIGTERM)
    log = "".join(served.log)
    assert token not in log
    assert "defect" not in log
    assert json.loads(log[log.index('{"event": "fetch"') :].split("\n")[0])["url"] is not None
