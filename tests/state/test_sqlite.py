from __future__ import annotations

import os
import random
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from signal import SIGKILL

import anyio
import pytest
from anyio.streams.text import TextReceiveStream

from browser.errors import StateUnavailable
from browser.model.fetch import RobotsCopy
from browser.rules.pace import Rate
from browser.state.database import Database
from browser.state.memory import Lifetimes
from browser.state.sqlite import SqlitePages, SqliteSessions, SqliteTurns, read_hosts
from tests.clock import ManualClock
from tests.state.samples import START, display, full_session, session
from tests.state.test_open import opened

ROOT = Path(__file__).parents[2]
RATES = (Rate("pace", 2.0, 3),)
SAVE_AND_BLOCK = """
import anyio, sys
from tests.state.samples import START, display, full_session
from tests.state.test_open import opened

async def main():
    store = opened("sqlite:///" + sys.argv[1])
    saved = full_session()
    for n in range(int(sys.argv[2])):
        saved.displays.append(display(len(saved.displays), text="x" * 6000))
        await store.pages.put(f"page {n}", b"page")
        saved.commands = n + 1
        await store.sessions.save(saved)
        print(n + 1, flush=True)
    await anyio.sleep_forever()

anyio.run(main)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
async def file(path):
    database = Database(path)
    yield database
    await database.aclose()


def sessions_of(file: Database, clock: ManualClock, hot: int = 256) -> SqliteSessions:
    return SqliteSessions(file, Lifetimes(3600, 86_400, 100, clock), hot)


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as db:
        (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(rows)


async def saves_until_killed(path: Path, saves: int, kill_after: int) -> int:
    """How many saves another process reported before it was killed."""
    command = [sys.executable, "-c", SAVE_AND_BLOCK, str(path), str(saves)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with await anyio.open_process(command, cwd=ROOT, env=env, stderr=None) as process:
        assert process.stdout is not None
        said = ""
        async for text in TextReceiveStream(process.stdout):
            said += text
            if said.count("\n") >= kill_after:
                process.send_signal(SIGKILL)
        assert await process.wait() == -SIGKILL
    return int(said[: said.rindex("\n")].rpartition("\n")[2])


async def test_a_process_killed_right_after_a_save_loses_nothing(path):
    assert await saves_until_killed(path, saves=1, kill_after=1) == 1
    expected = full_session()
    expected.displays.append(display(2, text="x" * 6000))
    expected.commands = 1
    store = opened(f"sqlite:///{path}")
    assert await store.sessions.load("key") == expected
    assert await store.pages.get("page 0") == b"page"
    await store.aclose()


async def test_a_process_killed_while_it_saves_loses_nothing_it_reported(path):
    reported = await saves_until_killed(path, saves=100_000, kill_after=60)
    store = opened(f"sqlite:///{path}")
    loaded = await store.sessions.load("key")
    assert loaded is not None
    assert reported >= 60
    assert loaded.commands in {reported, reported + 1}
    assert [shown.cursor for shown in loaded.displays] == list(range(loaded.commands + 2))
    await store.aclose()


async def test_a_restart_finds_sessions_pages_and_copies_of_robots_txt(path):
    copy = RobotsCopy("rules", b"User-agent: *", 1.0, 2.0, 3.0, 4, "why")
    store = opened(f"sqlite:///{path}")
    await store.sessions.save(full_session())
    await store.pages.put("page", b"\x00\xff")
    await store.robots.put("https://a.example", copy)
    await store.aclose()

    store = opened(f"sqlite:///{path}")
    loaded = await store.sessions.load("key")
    assert loaded == full_session()
    assert await store.pages.get("page") == b"\x00\xff"
    assert await store.robots.get("https://a.example") == copy
    loaded.displays.append(display(2))
    await store.sessions.save(loaded)
    await store.aclose()

    store = opened(f"sqlite:///{path}")
    again = await store.sessions.load("key")
    assert again == loaded
    await store.aclose()


async def test_a_restart_remembers_the_pause_a_site_asked_for_but_not_our_pace(path):
    store = opened(f"sqlite:///{path}")
    for _ in range(3):
        await store.turns.reserve("quick.example", RATES, START, 0)
    assert not (await store.turns.reserve("quick.example", RATES, START, 0)).granted
    await store.turns.back_off("held.example", START, 900, 503)
    await store.turns.back_off("good.example", START, 900, 429)
    await store.turns.relax("good.example")
    await store.aclose()

    store = opened(f"sqlite:///{path}")
    assert (await store.turns.reserve("quick.example", RATES, START, 0)).granted
    turn = await store.turns.reserve("held.example", RATES, START + 1, 10)
    assert (turn.granted, turn.wait, turn.held_by, turn.status) == (False, 899, "site", 503)
    pauses = [
        await store.turns.back_off(host, START + 2000, None, 429)
        for host in ("held.example", "good.example")
    ]
    assert 15 <= pauses[0] <= 30  # its second strike
    assert 7.5 <= pauses[1] <= 15  # its first
    await store.aclose()


async def test_strikes_of_the_day_before_are_not_remembered(file):
    turns = SqliteTurns(file, lambda: 1.0)
    await turns.back_off("a.example", START, 60, 429)
    assert list(file.run_now(lambda db: read_hosts(db, START + 86_000))) == ["a.example"]
    assert file.run_now(lambda db: read_hosts(db, START + 90_000)) == {}


async def test_a_session_in_use_is_loaded_without_the_file(file, clock):
    sessions = sessions_of(file, clock)
    saved = session()
    await sessions.save(saved)
    await file.aclose()
    assert await sessions.load("key") is saved
    with pytest.raises(StateUnavailable):
        await sessions.load("another")


async def test_relaxing_a_host_without_strikes_needs_no_file(file):
    turns = SqliteTurns(file)
    await turns.reserve("a.example", RATES, START, 0)
    await file.aclose()
    await turns.relax("a.example")
    assert (await turns.reserve("a.example", RATES, START, 0)).granted


async def test_a_save_writes_only_what_is_new(file, clock):
    sessions = sessions_of(file, clock)
    saved = session(pages=tuple(f"p{n}" for n in range(50)))
    await sessions.save(saved)
    before = file.run_now(lambda db: db.total_changes)
    saved.displays.append(display(50))
    await sessions.save(saved)
    assert file.run_now(lambda db: db.total_changes) - before == 2  # the session, one display


async def test_a_session_that_left_the_memory_is_read_again_and_saved_on(file, clock):
    sessions = sessions_of(file, clock, hot=2)
    for n in range(6):
        await sessions.save(session(f"s{n}", pages=("a", "b")))
    first = await sessions.load("s0")
    assert first == session("s0", pages=("a", "b"))
    first.displays.append(display(2))
    for n in range(1, 6):
        await sessions.load(f"s{n}")
    await sessions.save(first)
    assert await sessions_of(file, clock).load("s0") == first


async def test_a_save_takes_what_the_session_was_when_it_was_called(file, clock):
    sessions = sessions_of(file, clock)
    saved = session(pages=("a",))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sessions.save, saved)
        await anyio.lowlevel.checkpoint()
        saved.displays.append(display(1))
    fresh = await sessions_of(file, clock).load("key")
    assert fresh == session(pages=("a",))
    await sessions.save(saved)
    fresh = await sessions_of(file, clock).load("key")
    assert fresh == saved


async def test_a_full_disk_is_reported_and_nothing_is_lost_once_there_is_room(path, file, clock):
    sessions, pages = sessions_of(file, clock), SqlitePages(file, clock)
    saved = session(pages=("a",))
    await sessions.save(saved)
    file.run_now(lambda db: db.execute("PRAGMA max_page_count = 30").fetchall())
    with pytest.raises(StateUnavailable):
        await pages.put("big", random.randbytes(1_000_000))
    saved.displays += [display(n, text="x" * 6000) for n in range(1, 40)]
    with pytest.raises(StateUnavailable) as caught:
        await sessions.save(saved)
    assert str(path) not in caught.value.sentence
    assert count(path, "displays") == 1
    file.run_now(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchall())
    await sessions.save(saved)
    assert await sessions_of(file, clock).load("key") == saved


async def test_a_file_that_turned_read_only_is_away(file):
    await file.ping()
    file.run_now(lambda db: db.execute("PRAGMA query_only = ON").fetchall())
    with pytest.raises(StateUnavailable):
        await file.ping()


async def test_a_damaged_row_is_away_and_not_half_a_session(file, clock):
    await sessions_of(file, clock).save(full_session())
    file.run_now(lambda db: db.execute("UPDATE displays SET json = '{' WHERE n = 1").rowcount)
    with pytest.raises(StateUnavailable):
        await sessions_of(file, clock).load("key")


async def test_a_deleted_session_leaves_no_row(path, file, clock):
    sessions = sessions_of(file, clock)
    await sessions.save(full_session())
    tables = ("sessions", "displays", "quotes", "steps")
    assert [count(path, table) for table in tables] == [1, 2, 1, 2]
    assert await sessions.delete("key")
    assert [count(path, table) for table in tables] == [0, 0, 0, 0]


async def test_a_session_found_ended_after_a_restart_is_deleted_with_its_rows(path, file, clock):
    await sessions_of(file, clock).save(full_session())
    clock.advance(3600 * 2)
    assert await sessions_of(file, clock).load("key") is None
    assert count(path, "sessions") == count(path, "steps") == 0


async def test_a_load_that_a_delete_overtakes_does_not_bring_the_session_back(file, clock):
    await sessions_of(file, clock).save(full_session())
    sessions = sessions_of(file, clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sessions.load, "key")
        tasks.start_soon(sessions.delete, "key")
    assert await sessions.load("key") is None


async def test_a_cancelled_save_leaves_the_next_one_complete(file, clock):
    sessions = sessions_of(file, clock)
    saved = session()
    for n in range(20):
        saved.displays.append(display(n))
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sessions.save, saved)
                await anyio.lowlevel.checkpoint()
                scope.cancel()
    await sessions.save(saved)
    assert await sessions_of(file, clock).load("key") == saved


async def test_two_loads_after_a_restart_share_one_object(file, clock):
    await sessions_of(file, clock).save(full_session())
    sessions = sessions_of(file, clock)
    found = []

    async def load():
        found.append(await sessions.load("key"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(load)
        tasks.start_soon(load)
    assert found[0] == full_session()
    assert found[0] is found[1]
