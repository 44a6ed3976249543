"""The steps of a conversation as they happen, over real sockets."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI

from browser.api import feed
from browser.background import running
from browser.compose import build
from browser.config import fixed
from browser.settings import Settings
from browser.steps import WATCHES
from tests.clock import ManualClock
from tests.service.living import Talk, lock, serving
from tests.service.stream import PATIENCE, Event, Reader
from tests.world import World

HOST = "streamed.test"
STEPS = "/v1/sessions/{}/steps"


class Gate:
    """A page that is answered when the test says so."""

    def __init__(self, world: World, target: str = "/gate") -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.url = f"http://{HOST}{target}"
        world.raw(HOST, target, self._answer)

    def _answer(self, connection: socket.socket) -> None:
        self.reached.set()
        self.open.wait(PATIENCE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Words.</p>")


def watch(talk: Talk, last: str | None = None) -> Reader:
    return Reader(talk.client, STEPS.format(talk.session), last)


@contextmanager
def opening(talk: Talk, gate: Gate) -> Iterator[None]:
    """While the page behind *gate* is being opened; afterwards it is."""
    with ThreadPoolExecutor(1) as pool:
        command = pool.submit(talk.do, "open_url", url=gate.url)
        try:
            assert gate.reached.wait(PATIENCE)
            yield
        finally:
            gate.open.set()
        assert command.result(PATIENCE)["ok"]


@pytest.fixture
def talk(world: World) -> Iterator[Talk]:
    world.page(HOST, "/", "<p>Some words.</p>", "Words")
    with serving(world) as client:
        yield Talk(client)


def brief(event: Event) -> tuple[str, int, str | None]:
    return event.event, event.data["n"], event.data.get("status")


def ended(reader: Reader, count: int) -> list[dict[str, object]]:
    """The next *count* steps that have ended; a reader may miss running ones between."""
    found: list[dict[str, object]] = []
    while len(found) < count:
        event = reader.next()
        found += [event.data] if event.data["status"] != "running" else []
    return found


def test_everything_so_far_then_what_happens(world: World, talk: Talk):
    talk.open(f"http://{HOST}/")
    talk.fails("http_status", "open_url", url=f"http://{HOST}/none")
    before = talk.transcript()["steps"]
    with watch(talk) as reader:
        assert reader.response is not None
        assert reader.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert reader.response.headers["cache-control"] == "no-store"
        assert reader.any().retry == round(feed.RETRY * 1000)
        told = [reader.next() for _ in before]
        assert [event.data for event in told] == before
        with opening(talk, Gate(world)):
            event = reader.next()
            assert brief(event) == ("step", len(before) + 1, "running")
            assert event.data == talk.transcript()["steps"][-1]
        assert brief(reader.next()) == ("step", len(before) + 1, "finished")
        talk.fails("bad_url", "open_url", url="http://")
        rest = talk.transcript()["steps"][len(before) + 1 :]
        assert ended(reader, len(rest)) == rest


def test_a_wait_is_told_while_it_lasts(world: World):
    world.page(HOST, "/", "<p>Some words.</p>")
    world.page(HOST, "/again", "<p>Other words.</p>")
    with serving(world, limits={"rate": 0.15, "burst": 2}) as client:
        talk = Talk(client)
        talk.good("sources")
        with watch(talk) as reader, ThreadPoolExecutor(1) as pool:
            talk.open(f"http://{HOST}/")
            ended(reader, 2)
            command = pool.submit(talk.open, f"http://{HOST}/again")
            seen = [reader.next().data]
            while seen[-1]["status"] == "running":
                seen.append(reader.next().data)
            command.result(PATIENCE)
        assert {step["n"] for step in seen} == {3}
        notes = [step["note"] or "" for step in seen[:-1]]
        assert re.fullmatch(f"waiting [1-7] s for {re.escape(HOST)}", notes[-1])
        assert "note" not in seen[-1]
        assert seen[-1] == talk.transcript()["steps"][-1]


def test_the_first_command_of_a_conversation_can_be_watched(world: World, talk: Talk):
    assert talk.client.get(STEPS.format(talk.session)).status_code == 404
    with opening(talk, Gate(world)), watch(talk) as reader:
        assert brief(reader.next()) == ("step", 1, "running")


def test_who_comes_back_gets_what_is_missing_and_nothing_twice(world: World, talk: Talk):
    for _ in range(3):
        talk.good("sources")
    with watch(talk) as reader:
        ids = [reader.next().id for _ in range(3)]
    for known, last in enumerate(ids, 1):
        with watch(talk, last) as reader:
            talk.good("sources")
            count = len(talk.transcript()["steps"])
            missing = list(range(known + 1, count + 1))
            assert [step["n"] for step in ended(reader, len(missing))] == missing
    with watch(talk) as reader:
        everything = [reader.next() for _ in range(6)]
    gate = Gate(world)
    with opening(talk, gate):
        with watch(talk, everything[-1].id) as reader:
            at_work = reader.next()
            assert brief(at_work) == ("step", 7, "running")
        with watch(talk, at_work.id) as reader:
            gate.open.set()
            assert brief(reader.next()) == ("step", 7, "finished"), "the running one is known"


def test_a_number_of_a_step_is_a_place_too_and_anything_else_is_refused(talk: Talk):
    for _ in range(3):
        talk.good("sources")
    path = STEPS.format(talk.session)
    with Reader(talk.client, f"{path}?after=2") as reader:
        assert brief(reader.next()) == ("step", 3, "finished")
    with Reader(talk.client, f"{path}?after=1", last="2") as reader:
        assert brief(reader.next()) == ("step", 3, "finished"), "the later one counts"
    with Reader(talk.client, f"{path}?after=99") as reader:
        assert brief(reader.next()) == ("step", 1, "finished"), "of another conversation"
    for after in ("-1", "x", "1.", "1.2.3.4", "9" * 30):
        assert talk.client.get(path, params={"after": after}).status_code == 422, after
    assert talk.client.get(path, params={"since": "1"}).status_code == 422


def test_a_conversation_that_is_forgotten_ends_the_stream_and_a_new_one_is_another(talk: Talk):
    for _ in range(3):
        talk.good("sources")
    path = STEPS.format(talk.session)
    with watch(talk) as reader:
        last = [reader.next().id for _ in range(3)][-1]
        assert talk.client.delete(f"/v1/sessions/{talk.session}").status_code == 204
        assert reader.rest() == []
    assert talk.client.get(path).status_code == 404
    for _ in range(4):
        talk.good("sources")
    with watch(talk, last) as reader:
        assert [reader.next().data["n"] for _ in range(4)] == [1, 2, 3, 4]


def test_a_conversation_that_has_expired_ends_the_stream(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "ALIVE", 0.05)
    clock = ManualClock()

    def make(settings: Settings) -> FastAPI:
        return build(settings, clock=clock)

    with serving(world, make, session={"idle": 600}) as client:
        talk = Talk(client)
        talk.good("sources")
        with watch(talk) as reader:
            reader.next()
            assert reader.any().comments, "a quiet stream is seen to live"
            clock.advance(601)
            assert reader.rest() == []


def test_a_quiet_stream_speaks_at_least_every_fifteen_seconds():
    assert feed.ALIVE <= 15


def test_a_caller_who_hangs_up_while_waiting_withdraws_the_step(world: World):
    world.page(HOST, "/", "<p>Some words.</p>")
    slow = {"rate": 0.1, "burst": 2, "hourly": 1000, "max_wait": 30}
    with serving(world, limits=slow) as client:
        talk = Talk(client)
        talk.open(f"http://{HOST}/")
        with watch(talk) as reader:
            reader.next()
            address = client.base_url.host, client.base_url.port or 80
            caller = socket.create_connection(address)
            target = f"/v1/open_url?session={talk.session}&url=http://{HOST}/other"
            caller.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            event = reader.next()
            while event.data["note"] is None:
                event = reader.next()
            caller.close()
            gone = reader.next()
            while brief(gone)[0] == "step":
                gone = reader.next()
            assert (gone.event, gone.data) == ("withdrawn", {"n": 2})
        with watch(talk, event.id) as reader:
            assert reader.next().event == "withdrawn", "told to who comes back, too"
        with watch(talk, gone.id) as reader:
            talk.good("sources")
            (step,) = ended(reader, 1)
            assert (step["n"], step["command"]) == (2, "sources")


def test_what_is_not_saved_has_not_happened(world: World, tmp_path):
    file = tmp_path / "store.db"
    world.page(HOST, "/", "<p>Some words.</p>")
    with serving(world, store={"url": f"sqlite:///{file}"}) as client:
        talk = Talk(client)
        talk.good("sources")
        with watch(talk) as reader:
            reader.next()
            held = lock(file)
            try:
                assert not talk.do("back")["ok"]
            finally:
                held.close()
            events = [reader.next()]
            while events[-1].event == "step":
                events.append(reader.next())
            assert {event.data.get("status") for event in events[:-1]} == {"running"}
            assert events[-1].data == {"n": 2}


def test_another_credentials_steps_are_404(world: World):
    tokens = ["first-token-of-the-service", "second-token-of-the-service"]
    with serving(world, server={"tokens": tokens}) as client:
        path = STEPS.format("theirs")
        assert client.get(path).status_code == 401
        client.headers["Authorization"] = f"Bearer {tokens[0]}"
        Talk(client, "theirs").good("sources")
        client.headers["Authorization"] = f"Bearer {tokens[1]}"
        assert client.get(path).status_code == 404


def test_readers_are_bounded_and_a_place_is_free_again(talk: Talk):
    talk.good("sources")
    with httpx.Client(
        base_url=talk.client.base_url, limits=httpx.Limits(max_connections=100), timeout=PATIENCE
    ) as many:
        talk.client = many
        readers = [watch(talk) for _ in range(WATCHES)]
        for reader in readers:
            reader.__enter__()
            reader.next()
        refused = many.get(STEPS.format(talk.session))
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "10"
        assert refused.json()["title"] == "too many readers"
        shared = talk.transcript()["sources_url"]
        with Reader(many, f"{shared}/steps") as other:
            assert brief(other.next()) == ("step", 1, "finished"), "counted apart"
        readers.pop().__exit__()
        deadline = time.monotonic() + PATIENCE
        while True:  # the service hears of the hang-up in its own time
            with watch(talk) as again:
                assert again.response is not None
                if again.response.status_code == 200:
                    break
            assert time.monotonic() < deadline
        for reader in readers:
            reader.__exit__()


def test_of_a_shared_conversation_the_newest_reader_takes_the_place_of_the_oldest(world: World):
    with (
        serving(world) as client,
        httpx.Client(
            base_url=client.base_url, limits=httpx.Limits(max_connections=100), timeout=PATIENCE
        ) as many,
    ):
        talk = Talk(client)
        talk.good("sources")
        path = f"{talk.transcript()['sources_url']}/steps"
        own = Reader(many, STEPS.format(talk.session)).__enter__()
        readers = [Reader(many, path).__enter__() for _ in range(WATCHES + 2)]
        for reader in readers[:2]:
            assert [event.data["n"] for event in reader.rest()] == [1]
        talk.good("sources")
        for reader in (own, *readers[2:]):
            assert brief(reader.next()) == ("step", 1, "finished")
            while brief(reader.next()) != ("step", 2, "finished"):
                pass
        for reader in (own, *readers):
            reader.__exit__()


def test_a_reader_who_does_not_read_holds_nothing_up(world: World):
    world.page(HOST, "/", "<p>Some words.</p>")
    with serving(world, session={"max_commands": 10_000}) as client:
        talk = Talk(client)
        talk.good("sources")
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((client.base_url.host, client.base_url.port or 80))
        path = STEPS.format(talk.session)
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert b"200 OK" in slow.recv(512)
        long = "x" * 900
        for _ in range(400):
            talk.do("find", pattern=long)
        with watch(talk) as reader:
            assert [reader.next().data["n"] for _ in range(401)] == list(range(1, 402))
        slow.close()


def test_the_service_stops_at_once_though_somebody_reads(world: World):
    settings = fixed(
        server={"port": 0},
        egress={"hosts": world.egress_hosts},
        page={"workers": 1},
        store={"url": "memory:"},
    )
    with httpx.Client(timeout=PATIENCE) as client:
        with running(settings) as address:
            client.base_url = httpx.URL(address)
            talk = Talk(client)
            talk.good("sources")
            reader = watch(talk).__enter__()
            reader.next()
            shared = Reader(client, f"{talk.transcript()['sources_url']}/steps").__enter__()
            shared.next()
            began = time.monotonic()
        assert time.monotonic() - began < 3, "the grace for running commands is 25 s"
        assert reader.rest() == shared.rest() == []
