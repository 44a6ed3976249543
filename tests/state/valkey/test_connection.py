"""The one client: what it refuses, what it says when the server is away, and that it recovers."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import socket
import subprocess
import sys
from functools import partial

import anyio
import pytest
from redis import exceptions

from browser.errors import StateUnavailable
from browser.state.open import open_store
from browser.state.valkey import connection
from browser.state.valkey.connection import FAILURES, Valkey
from browser.state.valkey.fit import Unfit, check
from tests.clock import ManualClock
from tests.until import PATIENCE as LONG
from tests.valkey import Server, Servers

FIT = {"redis_version": "7.2.4", "role": "master", "maxmemory": "0", "cluster_enabled": "0"}
ERRORS = sorted(
    (
        kind
        for _, kind in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(kind, Exception)
    ),
    key=lambda kind: kind.__name__,
)


@pytest.fixture
async def client(valkey: Server):
    client = Valkey(valkey.url)
    yield client
    await client.aclose()


@pytest.fixture
def own(servers: Servers):
    """Starts a server that this test may spoil, with options."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(servers("valkey", *options, own=True))
        return started[-1]

    yield start
    for server in started:
        server.stop()


async def refused(client: Valkey) -> str:
    """What the operator reads of a server that is not fit."""
    with pytest.raises(StateUnavailable) as caught:
        await client.ping()
    await client.aclose()
    assert "cannot reach its memory" in caught.value.sentence, "models read this"
    return caught.value.for_operator


# -- where it is --


@pytest.mark.parametrize(
    "url",
    [
        *(
            "redis://localhost",
            "valkey://:pw@h:1/0",
            "valkeys://u:p%2Fw@h/3",
            "rediss://[::1]:6379",
        ),
        *(
            "unix:///run/valkey.sock",
            "unix://u:p@/run/s?db=2",
            f"valkeys://h?ssl_ca_certs={__file__}",
        ),
    ],
)
def test_urls_of_all_forms_name_a_store(url):
    Valkey(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "redis://",
            "redis:h",
            "redis:///0",
            "unix://",
            "unix:s",
            "redis://h/abc",
            "redis://h/0/1",
        ),
        *("redis://:hunter2@h:port/0", "redis://:hun/ter2@h", "redis://:hun#ter2@h/0"),
        *("redis://:hun@ter2@h", "unix://:hun@ter2@/s"),
        *("redis://:hun?ter2@h", "redis://u:hunter2@h?decode_responses=1", "redis://h?db=x"),
        *("rediss://:hunter2@h?ssl_cert_reqs=none", "unix:///s?max_connections=9"),
        *("redis://h?host=other", "redis://h:99999999/0", "http://h"),
    ],
)
def test_other_urls_are_answered_with_the_valid_forms_and_not_repeated(url):
    with pytest.raises(ValueError, match="Valid forms are") as caught:
        Valkey(url)
    assert "ter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("option", ["ssl_ca_certs", "ssl_certfile", "ssl_keyfile"])
def test_a_file_that_cannot_be_read_is_told_at_once(option: str, tmp_path):
    with pytest.raises(ValueError, match=f"{option} of store.url names: No such file") as caught:
        Valkey(f"valkeys://:hunter2@h?{option}={tmp_path}/hunter2.pem")
    assert "hunter2" not in str(caught.value)


async def test_a_password_is_needed_where_there_is_one_and_is_never_repeated(own, caplog):
    server = own("--requirepass", "hunter2")
    for url in (server.url, server.url.replace("//", "//:hunter1@")):
        assert await refused(Valkey(url)) == (
            "The shared store refuses the password: see store.url."
        )
    client = Valkey(server.url.replace("//", "//:hunter2@"))
    await client.ping()
    await client.aclose()
    assert "the shared store is away" in caplog.text
    assert "hunter" not in caplog.text + repr(client)


async def test_a_server_is_reached_over_tcp_in_the_database_that_is_named(own):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = own("--port", str(port), "--bind", "127.0.0.1")
    client = Valkey(f"valkey://127.0.0.1:{port}/3")
    await client.ping()
    assert b"db3:keys=2" in server.say("INFO", "keyspace")
    await client.aclose()


# -- whether it is fit --


async def test_a_server_that_may_forget_a_pace_is_refused(own):
    for policy in ("allkeys-lru", "volatile-ttl"):
        server = own("--maxmemory", "50mb", "--maxmemory-policy", policy)
        said = await refused(Valkey(server.url))
        assert policy in said
        assert "noeviction" in said
    client = Valkey(own("--maxmemory", "50mb", "--maxmemory-policy", "noeviction").url)
    await client.ping()
    await client.aclose()


async def test_a_policy_that_was_set_meanwhile_is_noticed(own):
    server = own("--maxmemory", "50mb")
    client = Valkey(server.url)
    await client.ping()
    server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    with pytest.raises(StateUnavailable) as caught:
        await client.ping()
    assert "allkeys-lru" in caught.value.for_operator
    with pytest.raises(StateUnavailable):
        await client.command("GET", "x")
    server.say("CONFIG", "SET", "maxmemory-policy", "noeviction")
    await client.ping()
    await client.aclose()


async def test_a_full_server_is_not_ready(own):
    assert await refused(Valkey(own("--maxmemory", "1").url)) == (
        "The shared store is out of memory: give it more maxmemory."
    )


async def test_a_replica_is_refused_and_one_that_became_primary_is_used(own):
    server = own("--replicaof", "127.0.0.1 1")
    client = Valkey(server.url)
    with pytest.raises(StateUnavailable) as caught:
        await client.ping()
    assert "read-only replica" in caught.value.for_operator
    server.say("REPLICAOF", "NO", "ONE")
    await client.ping()
    server.say("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(StateUnavailable) as caught:
        await client.command("SET", "x", "")
    assert caught.value.for_operator == (
        "The shared store is read-only: store.url must name the primary."
    )
    assert "read-only replica" in await refused(client)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"redis_version": "6.2.14"}, "version 6.2.14: Redis 7.0, Valkey 7.2"),
        ({"redis_version": ""}, "is needed"),
        ({"cluster_enabled": "1"}, "without cluster mode"),
        ({"role": "slave"}, "replica"),
        ({"loading": "1"}, "loading"),
        ({"maxmemory": "9", "maxmemory_policy": "volatile-lru"}, "volatile-lru"),
    ],
)
def test_what_makes_a_server_unfit_is_said(facts, says):
    check(FIT)
    with pytest.raises(Unfit, match=says):
        check(FIT | facts)


# -- when it is away --


@pytest.mark.parametrize("kind", ERRORS)
async def test_whatever_the_library_raises_is_a_store_that_is_away(client, kind):
    async def fail(_: object) -> None:
        raise kind.__new__(kind)

    assert issubclass(kind, FAILURES)
    with pytest.raises(StateUnavailable) as caught:
        await client.run(fail)
    assert caught.value.retry_after
    await client.ping()


async def test_a_mistake_of_ours_is_not_taken_for_a_store_that_is_away(client):
    async def mistaken(_: object) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await client.run(mistaken)


async def test_a_server_that_is_away_when_we_start_may_come_later(own, caplog):
    server = own()
    server.kill()
    store = open_store(server.url, idle=60, max_age=60, max_sessions=10, clock=ManualClock())
    for _ in range(3):
        with pytest.raises(StateUnavailable):
            await store.ping()
        with pytest.raises(StateUnavailable):
            await store.turns.reserve("a.example", (), 0, 10)
    server.start()
    await store.ping()
    await store.ping()
    away, back = caplog.messages
    assert away.startswith("the shared store is away: ")
    assert back == "the shared store is there again"
    await store.aclose()


async def test_it_is_said_how_a_server_is_away_and_not_where(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url, how in {
        f"valkey://:hunter2@127.0.0.1:{port}/0": "refuses the connection: see that it runs",
        "valkey://:hunter2@store.invalid:6379/0": "has a name that leads to no address",
        f"unix://:hunter2@{tmp_path}/none": "has no socket at this path: see that it runs",
    }.items():
        assert await refused(Valkey(url)) == f"The shared store {how}."
    for number, said_first in enumerate(
        (b"-LOADING now", b"-MISCONF hunter2", b"-ERR max number of clients reached")
    ):
        path = tmp_path / str(number)
        async with await asyncio.start_unix_server(partial(_says, said_first + b"\r\n"), path):
            said = await refused(Valkey(f"unix://{path}"))
        assert said == f"The shared store {HOW[number]}."


HOW = (
    "is still loading its data",
    "cannot write to its disk",
    "takes no more connections: see its maxclients",
)


async def _says(answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(9999):
        writer.write(answer)
    writer.close()


async def test_a_server_that_hangs_is_given_up(own, monkeypatch):
    monkeypatch.setattr(connection, "PATIENCE", LONG)
    server = own()
    client = Valkey(server.url)
    await client.ping()
    os.kill(server.pid, signal.SIGSTOP)
    monkeypatch.setattr(connection, "PATIENCE", 0.1)
    with pytest.raises(StateUnavailable) as caught:
        await client.ping()
    assert caught.value.for_operator == "The shared store does not answer in time."
    os.kill(server.pid, signal.SIGCONT)
    monkeypatch.setattr(connection, "PATIENCE", LONG)
    await client.ping()
    await client.aclose()


async def test_more_calls_at_once_than_connections_wait_for_one_another(
    client, valkey, monkeypatch
):
    monkeypatch.setattr(connection, "PATIENCE", LONG)
    answers: list[bytes] = []

    async def ask(n: int) -> None:
        answers.append(await client.command("ECHO", str(n)))

    async with anyio.create_task_group() as tasks:
        for n in range(300):
            tasks.start_soon(ask, n)
    assert sorted(answers, key=int) == [str(n).encode() for n in range(300)]
    listed = valkey.say("CLIENT", "LIST").count(b"name=polite-browser")
    assert 1 <= listed <= connection.CONNECTIONS


async def test_closing_twice_is_harmless_and_a_closed_store_is_away(client):
    await client.ping()
    await client.aclose()
    await client.aclose()
    with pytest.raises(StateUnavailable):
        await client.ping()


# -- the extra --


def test_without_the_extra_the_service_says_what_to_install_and_other_stores_work():
    program = (
        "import sys\n"
        "sys.modules['redis'] = None\n"
        "from browser.state.open import open_store\n"
        "from tests.clock import ManualClock\n"
        "args = dict(idle=1, max_age=1, max_sessions=1, clock=ManualClock())\n"
        "open_store('memory:', **args)\n"
        "open_store('valkey://:hunter2@h/0', **args)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "pip install 'polite-browser[shared]'" in last
    assert "hunter2" not in last
