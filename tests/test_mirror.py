"""What processes tell one another on the bus of a real server."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from browser import mirror
from browser.api.gptoss.relay import NOBODY, Relay
from browser.errors import StateUnavailable
from browser.mirror import Mirror, encoded
from browser.model.session import Session, Step
from browser.state import heard
from browser.state.valkey.bus import ValkeyBus
from browser.state.valkey.connection import Valkey
from browser.steps import Running, Steps
from tests.until import soon
from tests.valkey import Server, Servers, server, servers, valkey

__all__ = ["server", "servers", "valkey"]

SESSION = Session("key", "name", "owner", created=1.0, used=1.0, share="share")
STEP = Step(1, "find", {"pattern": "x"}, "running", "now")
FOREIGN = ("[]", "1", "{}", "\xff", "[" * 5000, '{"from": 1, "key": "k", "step": []}')


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(mirror, "BEAT", 0.05)
    monkeypatch.setattr(heard, "AGAIN", 0.05)


@asynccontextmanager
async def processes(server: Server) -> AsyncIterator[list[Steps]]:
    """The steps of two processes that tell each other, once both listen."""
    clients = [Valkey(server.url) for _ in range(2)]
    both = [Steps() for _ in clients]
    async with anyio.create_task_group() as tasks:
        for steps, client in zip(both, clients, strict=True):
            tasks.start_soon(Mirror(steps, ValkeyBus(client)).run)
        await soon(lambda: listeners(server) == 2)
        yield both
        tasks.cancel_scope.cancel()
    for client in clients:
        await client.aclose()


def listeners(server: Server) -> int:
    return int(server.say("PUBLISH", "pb:1:bus:steps", "null")[1:])


def say(server: Server, channel: str, *messages: str) -> None:
    for message in messages:
        server.say("PUBLISH", f"pb:1:bus:{channel}", message)


def dead(server: Server) -> None:
    """A replica tells of its step and is heard of no more."""
    told = encoded("dead", "key", Running(STEP, "s", SESSION))
    say(server, "steps", json.dumps(told))


async def test_the_step_of_a_replica_that_died_goes(valkey, monkeypatch):
    async with processes(valkey) as (here, there):
        dead(valkey)
        await soon(lambda: here.of("key") and there.of("key"))
        monkeypatch.setattr(mirror, "LOST", 0.2)
        await soon(lambda: not here.of("key") and not there.of("key"))


async def test_a_step_is_told_again_and_so_stays_and_is_heard_by_who_comes_later(
    valkey, monkeypatch
):
    monkeypatch.setattr(mirror, "LOST", 3.0)
    async with processes(valkey) as (here, there):
        here.begin(SESSION, STEP)
        await soon(lambda: there.of("key"))
        there.heard("key", None)  # as if it had not been heard
        await soon(lambda: there.of("key"))
        here.end("key")
        await soon(lambda: not there.of("key"))


async def test_a_server_that_comes_back_is_listened_to_again(servers: Servers):
    server = servers("valkey", own=True)
    async with processes(server) as (here, there):
        server.kill()
        here.begin(SESSION, STEP)
        server.start()
        await soon(lambda: there.of("key"))
    server.stop()


async def test_a_session_that_was_deleted_is_not_shown_by_what_another_still_runs(valkey):
    async with processes(valkey) as (here, there):
        dead(valkey)
        await soon(lambda: here.of("key") and there.of("key"))
        here.forget("key")
        assert here.running("key") is None
        await soon(lambda: there.running("key") is None)


async def test_what_is_not_ours_is_passed_over_and_logged_once(valkey, caplog):
    caplog.set_level(logging.WARNING, "browser.state")
    async with processes(valkey) as (here, there):
        say(valkey, "steps", *FOREIGN)
        here.begin(SESSION, STEP)
        await soon(lambda: there.of("key"))
    assert caplog.text.count("not ours") == 2  # one of each process


async def test_a_relay_outlives_what_is_not_ours(valkey):
    clients = [Valkey(valkey.url) for _ in range(2)]

    async def nobody(owner: str, query: str, body: bytes) -> int:
        del owner, query, body
        return NOBODY

    async def holder(owner: str, query: str, body: bytes) -> int:
        return 202 if (owner, query, body) == ("owner", "q", b"x") else NOBODY

    asks = Relay(ValkeyBus(clients[0]), nobody)
    async with asks.running(), Relay(ValkeyBus(clients[1]), holder).running():
        say(valkey, "messages", *FOREIGN, '{"by": "x"}', '{"answer": []}', '{"answer": "a"}')
        assert await asks.send("owner", "q", b"x") == 202
    for client in clients:
        await client.aclose()


async def test_a_relay_begins_while_the_store_is_away():
    async def nobody(*_: object) -> int:
        return NOBODY

    relay = Relay(ValkeyBus(Valkey("unix:///nowhere/s")), nobody)
    async with relay.running():
        with pytest.raises(StateUnavailable):
            await relay.send("owner", "q", b"x")


def test_what_was_saved_is_not_said_to_run_by_a_process_that_fell_silent():
    steps = Steps()
    steps.heard("key", Running(Step(2, "find", {}, "running", "now"), "a1", SESSION))
    assert steps.of("key", 1) is not None
    assert steps.of("key", 2) is None
