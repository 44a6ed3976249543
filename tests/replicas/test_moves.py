"""Two real services on one real Valkey: conversations move freely, and sites are asked once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import anyio
import httpx
import pytest

from tests.late import late_replies
from tests.service.held import Held
from tests.service.living import Talk, serving
from tests.until import PATIENCE, until
from tests.valkey import Server, Servers
from tests.world import World

PAGE = b"<!doctype html><html lang=en><title>Late</title><main><p>Late words come.</p></main>"
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
FRESH = b"Cache-Control: max-age=600\r\n"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        for n in range(12):
            words = "".join(f"<p>Line {line} of number{n}.</p>" for line in range(200))
            origin.page("pages.test", f"/{n}", words, f"Page {n}")
        yield origin


@pytest.fixture(scope="module")
def store(servers: Servers) -> Server:
    return servers("valkey", own=True)


@pytest.fixture(scope="module")
def replicas(world: World, store: Server) -> Iterator[list[httpx.Client]]:
    with ExitStack() as stack:
        yield [stack.enter_context(serving(world, store={"url": store.url})) for _ in range(2)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.fixture
def gates(world: World) -> Iterator[Any]:
    made: list[Held] = []

    def at(url: str, answer: bytes) -> Held:
        made.append(Held(world, url, answer))
        return made[-1]

    yield at
    for gate in made:
        gate.release.set()


def waits(talk: Talk) -> None:
    """Return when the command of *talk* waits for something, as its transcript says."""

    def told() -> bool:
        steps = talk.client.get(f"/v1/sessions/{talk.session}").json().get("steps", ())
        return any("waiting for" in (step.get("note") or "") for step in steps)

    until(told)


def test_a_conversation_moves_between_replicas_with_all_it_has(replicas: list[httpx.Client]):
    one = Talk(replicas[0], "moving")
    other = Talk(replicas[1], "moving")
    first = one.open("http://pages.test/0")
    assert other.good("scroll", line=80)["cursor"] == 1
    found = one.good("find", pattern="Line 150 of", cursor=0)
    quoted = other.good("quote", start=20, end=21, cursor=1)["quote"]
    assert "of number0" in quoted["text"]
    assert other.open("http://pages.test/1")["cursor"] == 3
    assert one.good("back")["text"].count("number0")
    assert other.good("scroll", line=2, cursor=0)["text"] != first["text"]
    told, seen = one.transcript(), other.transcript()
    shown = [each.pop("sources_url").rpartition("/")[2] for each in (told, seen)]
    assert shown[0] == shown[1]
    assert "Page 1" in replicas[0].get(f"/sources/{shown[0]}").text
    assert told == seen
    assert [step["command"] for step in told["steps"]] == [
        *("open_url", "scroll", "find", "quote", "open_url", "back", "scroll")
    ]
    assert one.whole(0) == other.whole(0)
    answer = f"So {quoted['citation']} and 【{found['cursor']}†L3】."
    assert one.resolve(answer) == other.resolve(answer)
    assert len(one.resolve(answer)["annotations"]) == 2
    assert replicas[1].delete("/v1/sessions/moving").status_code == 204
    assert replicas[0].get("/v1/sessions/moving").status_code == 404
    assert one.fails("no_page", "scroll", line=2)


def test_a_page_that_may_not_be_stored_stays_where_it_was_read(replicas, world):
    world.reply("pages.test", "/own", body=PAGE, headers={"X-Robots-Tag": "noarchive"})
    one, other = (Talk(client, "alone") for client in replicas)
    assert "Late words" in one.open("http://pages.test/own")["text"]
    failure = other.fails("unknown_cursor", "scroll", line=2, cursor=0)
    assert failure["message"] == (
        "Scroll failed: the page of display 0, which its publisher lets nobody store, "
        "is no longer kept. Open it again."
    )
    assert "Late words" in one.good("scroll", line=2, cursor=0)["text"]
    assert "Late words" in other.open("http://pages.test/own")["text"]


def test_commands_of_one_conversation_run_one_after_another_over_all_replicas(
    replicas, pool, gates
):
    gate = gates("http://gate.test/", OK + b"Content-Type: text/html\r\n\r\n" + PAGE)
    one, other = (Talk(client, "both") for client in replicas)
    click = pool.submit(one.open, "http://gate.test/")
    gate.is_asked()
    waiting = pool.submit(other.good, "find", pattern="late words")
    for n in range(4):  # another conversation is served meanwhile
        Talk(replicas[1]).open(f"http://pages.test/{n}")
        assert not waiting.done()
    gate.release.set()
    assert click.result(PATIENCE)["cursor"] == 0
    assert waiting.result(PATIENCE)["cursor"] == 1
    assert [step["command"] for step in other.transcript()["steps"]] == ["open_url", "find"]


def test_robots_txt_and_a_page_are_asked_for_once_by_all_replicas(replicas, world, pool, gates):
    robots = gates("http://once.test/robots.txt", OK + b"Content-Type: text/plain\r\n\r\n")
    page = gates("http://once.test/", OK + FRESH + b"Content-Type: text/html\r\n\r\n" + PAGE)
    talks = [Talk(client) for client in replicas for _ in range(2)]
    opened = [pool.submit(talks[0].open, "http://once.test/")]
    robots.is_asked()
    opened += [pool.submit(talk.open, "http://once.test/") for talk in talks[1:]]
    for talk in talks[1:]:
        waits(talk)
    robots.release.set()
    page.is_asked()
    page.release.set()
    replies = [each.result(PATIENCE) for each in opened]
    assert all("Late words" in reply["text"] for reply in replies)
    assert world.targets("once.test") == ["/robots.txt", "/"]
    assert sorted(reply["politeness"]["cache"] for reply in replies) == ["hit"] * 3 + ["miss"]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        (b"", 1),
        (FRESH, 1),
        (b"Cache-Control: no-store\r\n", 2),
        (b"Cache-Control: no-cache\r\n", 2),
    ],
    ids=["unsaid", "fresh", "no-store", "no-cache"],
)
def test_who_waited_takes_what_may_be_shared_and_else_asks_at_once(
    replicas, world, pool, gates, fields, asked, request
):
    target = f"/{request.node.callspec.id}"
    url = f"http://wait.test{target}"
    page = gates(url, OK + fields + b"Content-Type: text/html\r\n\r\n" + PAGE)
    one, other = (Talk(client) for client in replicas)
    leads = pool.submit(one.open, url)
    page.is_asked()
    follows = pool.submit(other.open, url)
    waits(other)
    page.release.set()
    assert leads.result(PATIENCE)["politeness"]["cache"] == "miss"
    cache = follows.result(PATIENCE)["politeness"]["cache"]
    assert cache == ("hit" if asked == 1 else "miss")
    assert world.targets("wait.test").count(target) == asked


def test_who_waited_for_a_request_that_failed_does_not_take_the_copy_from_before(
    replicas, world, pool, gates
):
    headers = {"Cache-Control": "max-age=0, must-revalidate", "ETag": '"1"'}
    world.reply("wait.test", "/fails", body=PAGE, headers=headers)
    one, other = (Talk(client) for client in replicas)
    one.open("http://wait.test/fails")
    page = gates("http://wait.test/fails", b"")
    leads = pool.submit(one.do, "open_url", url="http://wait.test/fails")
    page.is_asked()
    follows = pool.submit(other.do, "open_url", url="http://wait.test/fails")
    waits(other)
    page.release.set()
    for reply in (leads, follows):
        assert reply.result(PATIENCE)["failure"]["code"] == "bad_response"


def test_without_the_store_everything_is_busy_nothing_leaves_and_it_recovers(world, servers):
    store = servers("valkey", "--appendonly", "yes", "--appendfsync", "always", own=True)
    with serving(world, store={"url": store.url}) as client:
        talk = Talk(client)
        before = talk.open("http://pages.test/3")
        store.kill()
        asked = len(world.asked)
        for command, parameters in (
            ("open_url", {"url": "http://away.test/"}),
            ("find", {"pattern": "line"}),
            ("scroll", {"line": 90}),
        ):
            reply = talk.do(command, **parameters)
            assert reply["failure"]["code"] == "busy"
            assert reply["failure"]["retry_after"] > 0
            assert "memory" in reply["text"]
        assert client.get(f"/v1/sessions/{talk.session}").status_code == 503
        assert client.delete(f"/v1/sessions/{talk.session}").status_code == 503
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "see that it runs" in ready.json()["checks"]["store"]
        assert len(world.asked) == asked
        store.start()
        assert talk.whole(0)["page"]["title"] == before["page"]["title"]
        assert talk.good("scroll", line=90)["cursor"] == 1
        assert client.get("/readyz").status_code == 200
    store.stop()


async def test_no_reply_of_one_conversation_reaches_another_when_callers_hang_up(world, valkey):
    """The chat outage of March 2023, through the whole service (`tests.state.valkey.test_race`)."""
    chance, heard, hung_up, strange = random.Random(3), 0, 0, 0

    async def ask(client: httpx.AsyncClient, n: int) -> None:
        nonlocal heard, hung_up, strange
        command = chance.choice(["find?pattern=line%209", "scroll?line=40&cursor=0", "sources?"])
        patience = (0.01, 0.03, PATIENCE)[n % 3]  # the replies come late: see `late_replies`
        try:
            reply = await client.get(f"/v1/{command}&session=caller-{n}", timeout=patience)
        except httpx.TimeoutException:
            hung_up += 1
            return
        heard += 1
        strange += not of(reply.text, n)

    def of(text: str, n: int) -> bool:
        others = (f"number{m}." in text or f'"caller-{m}"' in text for m in range(12) if m != n)
        return f'"caller-{n}"' in text and not any(others)

    async with late_replies(valkey, chance) as url:
        service = serving(world, store={"url": url})
        address = str((await anyio.to_thread.run_sync(service.__enter__)).base_url)
        try:
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                for n in range(12):
                    page = {"url": f"http://pages.test/{n}", "session": f"caller-{n}"}
                    opened = await client.get("/v1/open_url", params=page, timeout=PATIENCE)
                    assert f"number{n}." in opened.text
                for _ in range(8):
                    async with anyio.create_task_group() as tasks:
                        for n in range(12):
                            tasks.start_soon(ask, client, n)
        finally:
            await anyio.to_thread.run_sync(service.__exit__, None, None, None)
    assert heard
    assert hung_up
    assert strange == 0
