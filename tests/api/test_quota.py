"""How much one credential may ask; the service runs on a clock of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from browser.api.quota import Allowance
from browser.compose import build
from browser.settings import Settings
from tests.api.conftest import FIRST, SECOND, bearer
from tests.clock import ManualClock
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.world import World

PATIENCE = 30.0  # seconds a test waits for what has to happen


@contextmanager
def metered(world: World, clock: ManualClock, **server: Any) -> Iterator[httpx.Client]:
    def make(settings: Settings) -> FastAPI:
        return build(settings, clock=clock)

    chosen = {"rate": 10, "burst": 40, "concurrency": 32, "tokens": [FIRST], **server}
    with serving(world, make, server=chosen, headers=bearer(FIRST)) as it:
        yield it


def test_an_open_service_counts_nothing(world: World):
    with serving(world, server={"rate": 1, "burst": 1, "concurrency": 1}) as client:
        assert statuses(client, 20) == [200] * 20


def statuses(client: httpx.Client, count: int, path: str = "/v1/sources") -> list[int]:
    return [client.get(path).status_code for _ in range(count)]


def test_a_burst_is_let_through_and_then_the_rate_counts(world: World):
    clock = ManualClock()
    with metered(world, clock) as client:
        assert statuses(client, 41) == [200] * 40 + [429]
        clock.advance(0.1)
        assert statuses(client, 2) == [200, 429]
        clock.advance(1)
        assert statuses(client, 11) == [200] * 10 + [429]
        clock.advance(3600)
        assert statuses(client, 41) == [200] * 40 + [429], "what is not used does not add up"


def test_a_refusal_says_when_to_ask_again_and_then_it_is_so(world: World):
    clock = ManualClock()
    with metered(world, clock, rate=0.25, burst=1) as client:
        assert statuses(client, 1) == [200]
        clock.advance(0.5)
        refused = client.get("/v1/sources")
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"] == "4"
        assert refused.json()["title"] == "too many requests"
        clock.advance(3)
        assert client.get("/v1/sources").headers["retry-after"] == "1"
        clock.advance(1)
        assert statuses(client, 1) == [200], "a refused request took nothing"


def test_each_token_has_a_quota_of_its_own(world: World):
    with metered(world, ManualClock(), burst=2, tokens=[FIRST, SECOND]) as client:
        for token in (FIRST, SECOND):
            client.headers.update(bearer(token))
            assert statuses(client, 3) == [200, 200, 429]
        del client.headers["Authorization"]
        assert statuses(client, 5) == [401] * 5, "who has no token is not told to wait"


def test_everything_under_v1_counts_and_nothing_else(world: World):
    with metered(world, ManualClock(), burst=3) as client:
        assert statuses(client, 1, "/v1/search") == [422]
        assert statuses(client, 1, "/v1/sessions/none") == [404]
        assert statuses(client, 2, "/v1/no-such-command") == [404, 429]
        for path in ("/healthz", "/metrics", "/agent", "/openapi.json"):
            assert statuses(client, 3, path) == [200] * 3
        assert client.post("/v1/citations/resolve", json={}).status_code == 429


def test_a_command_under_way_holds_its_place_until_its_answer(world: World):
    reached, go_on = threading.Event(), threading.Event()

    def slow(connection: socket.socket) -> None:
        reached.set()
        go_on.wait(PATIENCE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Words.</p>")

    world.raw("quota.test", "/slow", slow)
    opening = "/v1/open_url?url=http://quota.test/slow"
    with (
        metered(world, ManualClock(), concurrency=2) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        command = pool.submit(client.get, opening)
        try:
            assert reached.wait(PATIENCE)
            assert statuses(client, 3) == [200] * 3, "one place of two is free"
        finally:
            go_on.set()
        assert command.result(PATIENCE).json()["ok"]
    reached.clear()
    go_on.clear()
    with (
        metered(world, ManualClock(), concurrency=1) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        command = pool.submit(client.get, opening)
        try:
            assert reached.wait(PATIENCE)
            refused = client.get("/v1/sources")
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "1"
            assert client.get("/healthz").status_code == 200
        finally:
            go_on.set()
        assert command.result(PATIENCE).json()["ok"]
        assert statuses(client, 2) == [200, 200]


def test_a_defect_and_a_mistake_give_their_places_back(world: World):
    def make(settings: Settings) -> FastAPI:
        app = build(settings, clock=ManualClock())

        @app.get("/v1/defect")
        async def defect() -> None:
            raise RuntimeError

        return app

    server = {"concurrency": 1, "tokens": [FIRST]}
    with serving(world, make, server=server, headers=bearer(FIRST)) as client:
        assert statuses(client, 3, "/v1/defect") == [500] * 3
        assert statuses(client, 3, "/v1/click") == [422] * 3
        assert statuses(client, 1) == [200]


def test_streams_take_no_place_of_a_command_and_have_a_bound_of_their_own(
    world: World,
):
    with metered(world, ManualClock(), concurrency=1, burst=100, streams=2) as client:
        talk = Talk(client)
        talk.good("sources")
        path = f"/v1/sessions/{talk.session}/steps"
        with Reader(client, path) as one, Reader(client, path) as two:
            one.next()
            two.next()
            refused = client.get(path)
            assert refused.status_code == 429
            assert "2 streams open" in refused.json()["detail"]
            assert statuses(client, 3) == [200] * 3


def test_streams_count_for_the_rate(world: World):
    with metered(world, ManualClock(), burst=2) as client:
        talk = Talk(client)
        talk.good("sources")
        path = f"/v1/sessions/{talk.session}/steps"
        with Reader(client, path) as reader:
            reader.next()
            assert statuses(client, 1) == [429]


@pytest.mark.parametrize(("rate", "burst"), [(10, 40), (3, 1), (0.1, 7), (1000, 1)])
def test_the_long_run_never_exceeds_burst_and_rate(rate: float, burst: int):
    allowance, now, passed = Allowance(rate, burst, 10**6, 1), 1_700_000_000.0, 0
    for _ in range(2000):
        passed += allowance.enter(now) == 0
        now += 0.37 / rate
    assert passed <= burst + 2000 * 0.37 + 1
    assert passed >= 2000 * 0.33, "and hardly anything of it is lost"


def test_a_wait_that_was_told_is_long_enough():
    allowance, now = Allowance(7, 3, 10**6, 1), 1_700_000_000.25
    for _ in range(200):
        wait = allowance.enter(now)
        if wait:
            now += wait
            assert allowance.enter(now) == 0


def test_a_clock_that_is_set_back_locks_nobody_out():
    allowance, now = Allowance(10, 40, 10**6, 1), 1_700_000_000.0
    for _ in range(40):
        assert allowance.enter(now) == 0
    back = now - 3600
    assert allowance.enter(back) == 1
    assert allowance.enter(back + 1) == 0
