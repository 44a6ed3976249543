"""A conversation is run by one replica and looked-at through another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from browser.conversation import key_of
from browser.mirror import decoded, encoded
from browser.model.session import Session, Step
from browser.steps import Running
from tests.service.held import SLOW, Held
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.until import PATIENCE, until
from tests.valkey import Server, Servers
from tests.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="module")
def replicas(world: World, servers: Servers) -> Iterator[list[httpx.Client]]:
    url = servers("valkey").url
    with ExitStack() as stack:
        yield [stack.enter_context(serving(world, store={"url": url})) for _ in range(2)]


def test_a_command_that_runs_at_one_replica_is_seen_at_the_other(
    replicas: list[httpx.Client], world: World, site: Held
):
    here, there = replicas
    world.page("quick.test", "/", "<p>Words.</p>", "Quick")
    Talk(here, "looked-at").open("http://quick.test/")
    with Reader(there, "/v1/sessions/looked-at/steps") as reader, ThreadPoolExecutor(1) as pool:
        assert reader.next().data["title"] == "Quick"
        click = pool.submit(Talk(here, "looked-at").open, SLOW)
        site.is_asked()
        begun = reader.next()
        assert begun.data["status"] == "running"
        assert begun.data["args"] == {"url": SLOW}

        told = there.get("/v1/sessions/looked-at").json()
        assert [step["status"] for step in told["steps"]] == ["finished", "running"]
        site.release.set()
        assert click.result(PATIENCE)["ok"]
        while (event := reader.next()).data["status"] == "running":
            pass
        assert event.data["title"] == "Late"
        assert there.get("/v1/sessions/looked-at").json()["steps"][1]["status"] == "finished"


def test_a_conversation_is_seen_elsewhere_before_its_first_command_has_ended(
    replicas: list[httpx.Client], site: Held
):
    here, there = replicas
    with ThreadPoolExecutor(1) as pool:
        click = pool.submit(Talk(here, "first").open, SLOW)
        site.is_asked()
        until(lambda: there.get("/v1/sessions/first").status_code != 404)
        answer = there.get("/v1/sessions/first")
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


def test_a_conversation_that_was_deleted_is_gone_although_a_stopped_replica_runs_it(
    replicas: list[httpx.Client], world: World, valkey: Server
):
    world.page("quick.test", "/", "<p>Words.</p>", "Quick")
    Talk(replicas[0], "stopped").open("http://quick.test/")
    key = key_of("", "stopped")
    session = Session(key, "stopped", "", created=1.0, used=1.0, share="share")
    step = Running(Step(2, "find", {"pattern": "x"}, "running", "now"), "a1", session)
    valkey.say("PUBLISH", "pb:1:bus:steps", json.dumps(encoded("another", key, step)))
    addresses = [str(replica.base_url.join("/v1/sessions/stopped")) for replica in replicas]
    until(lambda: all(len(httpx.get(each).json()["steps"]) == 2 for each in addresses))
    assert httpx.delete(addresses[1]).status_code == 204
    until(lambda: all(httpx.get(each).status_code == 404 for each in addresses))


def test_what_is_told_is_what_is_heard():
    session = Session("key", "name", "owner", created=1.0, used=1.0, share="share")
    running = Running(Step(1, "find", {"pattern": "x"}, "running", "now", note="n"), "a1", session)
    assert decoded(encoded("me", "key", running)) == ("key", running)
    assert decoded(encoded("me", "key", None)) == ("key", None)


@pytest.mark.parametrize("told", [{}, {"from": "x", "key": "k", "step": {}}])
def test_what_another_version_says_is_not_taken(told: dict[str, Any]):
    with pytest.raises((LookupError, TypeError)):
        decoded(told)
