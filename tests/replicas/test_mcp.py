"""MCP through a balancer without stickiness: real clients, two replicas, every request the next."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from browser.api.gptoss import relay
from browser.state.valkey.bus import ValkeyBus
from tests.gptoss.calling import calling, cursor_of, vllm
from tests.mcp_door.calling import MODERN, ask, bearer, begin, connected, event
from tests.mcp_door.test_old_client import PROGRAM
from tests.replicas.balancer import balanced
from tests.service.living import serving
from tests.valkey import Servers
from tests.world import World

FIRST, SECOND = "first-token-of-replicas", "second-token-of-replicas"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        words = '<p>Words of a page.</p><p>More <a href="/next">words</a>.</p>'
        origin.page("mcp.test", "/", words, "One")
        origin.page("mcp.test", "/next", "".join(f"<p>Part {n}.</p>" for n in range(600)), "Two")
        origin.robots("shut.test", "User-agent: *\nDisallow: /private\n")
        yield origin


@pytest.fixture(scope="module")
def service(world: World, servers: Servers) -> Iterator[httpx.Client]:
    """Two replicas as one address."""
    url = servers("valkey").url
    with ExitStack() as stack:
        bases = [stack.enter_context(serving(world, store={"url": url})).base_url for _ in range(2)]
        address = stack.enter_context(balanced([(one.host, one.port or 0) for one in bases]))
        yield stack.enter_context(httpx.Client(base_url=address, timeout=60, trust_env=False))


@pytest.fixture(scope="module")
def guarded(world: World, servers: Servers) -> Iterator[list[httpx.Client]]:
    """Two replicas that need a token, each with an address of its own."""
    url, server = servers("valkey").url, {"tokens": [FIRST, SECOND]}
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(world, store={"url": url}, server=server)) for _ in range(2)
        ]


@pytest.mark.parametrize("mode", ["legacy", MODERN])
async def test_a_session_of_mcp_works_at_every_replica(service: httpx.Client, mode: str):
    async with connected(service, mode) as client:
        opened = await client.call_tool("browser_open", {"url": "http://mcp.test/"})
        assert opened.structured_content is not None
        name = opened.structured_content["session"]
        given = {} if mode == "legacy" else {"session": name}
        for n, parameters in enumerate(({"id": 0}, {"line": 50}, {"line": 90}), start=1):
            tool = "browser_open" if n == 1 else "browser_scroll"
            result = await client.call_tool(tool, {**parameters, **given})
            assert not result.is_error, result.content
            assert result.structured_content is not None
            assert (result.structured_content["session"], result.structured_content["cursor"]) == (
                name,
                n,
            )


def test_the_client_from_before_2_comes_back(service: httpx.Client, old_python: str):
    done = subprocess.run(
        [old_python, "-c", PROGRAM, f"{service.base_url}/mcp"],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    first, second = json.loads(done.stdout)
    told = [result["structuredContent"] for result in first["results"][:4]]
    assert {reply["session"] for reply in told} == {first["id"]}
    assert second["results"][0]["structuredContent"]["cursor"] == told[1]["cursor"] + 1


def test_a_session_is_ended_at_any_replica(service: httpx.Client):
    session = begin(service).headers["mcp-session-id"]
    assert event(ask(service, session, "tools/list"))["result"]["tools"]
    assert service.get("/mcp", headers={"Mcp-Session-Id": session}).status_code == 405
    assert service.delete("/mcp", headers={"Mcp-Session-Id": session}).status_code == 200


def test_a_session_of_another_credential_is_another_conversation(guarded: list[httpx.Client]):
    here, there = guarded
    begun = begin(here, **bearer(FIRST)).headers["mcp-session-id"]
    here.headers.update(bearer(FIRST))
    there.headers.update(bearer(SECOND))
    call = {"name": "browser_open", "arguments": {"url": "http://mcp.test/"}}
    assert not event(ask(here, begun, "tools/call", **call))["result"]["isError"]
    back = {"name": "browser_sources", "arguments": {}}
    read = event(ask(there, begun, "tools/call", **back))["result"]["structuredContent"]
    assert "mcp.test" not in read["text"]


async def test_messages_reach_the_replica_that_holds_the_stream(service: httpx.Client):
    async with calling(service) as model:
        for n in range(3):
            display = await model.good("open", id="http://mcp.test/", loc=n)
            assert cursor_of(display) == n


def test_a_model_server_does_not_notice(service: httpx.Client, old_python: str):
    request = {
        "headers": {"x-session-id": "resp_replicas"},
        "calls": [["open", {"id": "http://mcp.test/"}], ["find", {"pattern": "more"}]],
    }
    (answers,) = vllm(old_python, service, request)["answers"]
    assert [cursor_of(answer["content"][0]["text"]) for answer in answers] == [0, 1]


def test_messages_of_another_credential_reach_nobody(
    guarded: list[httpx.Client], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay, "PATIENCE", math.inf)  # so that nobody is waited for in vain
    here, there = guarded
    with here.stream("GET", "/sse", headers=bearer(FIRST)) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: endpoint"
        path = next(lines).removeprefix("data: ")
        for token, status in ((SECOND, 404), (FIRST, 202)):
            answer = there.post(path, json=PING, headers=bearer(token))
            assert answer.status_code == status, answer.text
        assert there.post(path, content="no", headers=bearer(FIRST)).status_code == 400
    nobody = f"/messages/?session_id={'0' * 32}"
    assert there.post(nobody, json=PING, headers=bearer(FIRST)).status_code == 404
    told: list[bytes] = []

    async def publish(_: ValkeyBus, channel: str, message: bytes) -> int:
        if channel == relay.CHANNEL:
            told.append(message)
        return 0

    monkeypatch.setattr(ValkeyBus, "publish", publish)
    for body in (b"no", b"[]", b"\xff" * 9999, b'{"jsonrpc":"2.0"}'):
        assert there.post(nobody, content=body, headers=bearer(FIRST)).status_code == 400
    for stream_id in ("", "zz", "0" * 31, "é" * 32):
        named = f"/messages/?session_id={stream_id}"
        assert there.post(named, json=PING, headers=bearer(FIRST)).status_code == 400
    assert told == []
    there.post(f"{nobody}&more={'x' * 9999}", json=PING, headers=bearer(FIRST))
    assert len(told) == 1
    assert len(told[0]) < 500
