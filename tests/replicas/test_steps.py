"""A conversation is run by one replica and looked-at through another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from browser.mirror import decoded, encoded
from browser.model.session import Session, Step
from browser.steps import Running
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.valkey import Servers
from tests.world import World

PATIENCE = 30.0  # seconds a test waits for what has to happen


class Site:
    """A page that comes when it is released."""

    def __init__(self, world: World) -> None:
        self.asked, self.release = threading.Event(), threading.Event()
        world.raw("slow.test", "/", self._serve)

    def _serve(self, connection: socket.socket) -> None:
        self.asked.set()
        self.release.wait(PATIENCE)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\n\r\n"
            b"<title>Late</title><p>Late words."
        )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="module")
def replicas(world: World, servers: Servers) -> Iterator[list[httpx.Client]]:
    url = servers("valkey").url
    with ExitStack() as stack:
        yield [stack.enter_context(serving(world, store={"url": url})) for _ in range(2)]


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    made = Site(world)
    yield made
    made.release.set()


def test_a_command_that_runs_at_one_replica_is_seen_at_the_other(
    replicas: list[httpx.Client], world: World, site: Site
):
    here, there = replicas
    world.page("quick.test", "/", "<p>Words.</p>", "Quick")
    Talk(here, "looked-at").open("http://quick.test/")
    with Reader(there, "/v1/sessions/looked-at/steps") as reader, ThreadPoolExecutor(1) as pool:
        assert reader.next().data["title"] == "Quick"
        click = pool.submit(Talk(here, "looked-at").open, "http://slow.test/")
        assert site.asked.wait(PATIENCE)
        begun = reader.next()
        assert begun.data["status"] == "running"
        assert begun.data["args"] == {"url": "http://slow.test/"}

        told = there.get("/v1/sessions/looked-at").json()
        assert [step["status"] for step in told["steps"]] == ["finished", "running"]
        site.release.set()
        assert click.result(PATIENCE)["ok"]
        while (event := reader.next()).data["status"] == "running":
            pass
        assert event.data["title"] == "Late"
        assert there.get("/v1/sessions/looked-at").json()["steps"][1]["status"] == "finished"


def test_a_conversation_is_seen_elsewhere_before_its_first_command_has_ended(
    replicas: list[httpx.Client], site: Site
):
    here, there = replicas
    with ThreadPoolExecutor(1) as pool:
        click = pool.submit(Talk(here, "first").open, "http://slow.test/")
        assert site.asked.wait(PATIENCE)
        while (answer := there.get("/v1/sessions/first")).status_code == 404:
            pass  # the message is on its way
        assert [step["status"] for step in answer.json()["steps"]] == ["running"]
        address = answer.json()["sources_url"].rpartition("/")[2]
        page = there.get(f"/sources/{address}.json")
        assert page.json()["steps"][0]["status"] == "running"
        site.release.set()
        assert click.result(PATIENCE)["ok"]


def test_a_reader_elsewhere_is_told_that_the_conversation_was_forgotten(
    replicas: list[httpx.Client], world: World
):
    here, there = replicas
    world.page("quick.test", "/", "<p>Words.</p>", "Quick")
    Talk(here, "forgotten").open("http://quick.test/")
    with Reader(there, "/v1/sessions/forgotten/steps") as reader:
        assert reader.next().event == "step"
        assert here.delete("/v1/sessions/forgotten").status_code == 204
        assert not [event for event in reader.rest() if event.data is not None]


def test_what_is_told_is_what_is_heard():
    session = Session("key", "name", "owner", created=1.0, used=1.0, share="share")
    running = Running(Step(1, "find", {"pattern": "x"}, "running", "now", note="n"), "a1", session)
    assert decoded(encoded("me", "key", running), "other") == ("key", running)
    assert decoded(encoded("me", "key", None), "other") == ("key", None)
    assert decoded(encoded("me", "key", running), "me") is None


@pytest.mark.parametrize("message", [b"", b"[]", b"{}", b'{"from": "x", "key": "k", "step": {}}'])
def test_what_another_version_says_is_passed_over(message: bytes):
    assert decoded(message, "me") is None
