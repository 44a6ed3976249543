from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from browser.state.database import Database
from browser.state.memory import PAGE_GRACE, SWEEP_EVERY, Lifetimes
from browser.state.rows import PAGES_A_SWEEP, SESSIONS_A_SWEEP, SessionRows
from tests.clock import ManualClock
from tests.state.samples import START, session

MANY = 3 * SESSIONS_A_SWEEP


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def file(tmp_path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


def rows_of(clock: ManualClock, max_sessions: int = 1000) -> SessionRows:
    return SessionRows(Lifetimes(3600, 86_400, max_sessions, clock))


def save(file: Database, rows: SessionRows, key: str, at: float) -> list[str]:
    return file.run_now(lambda db: rows.write(db, session(key, at)))


def count(file: Database, table: str) -> int:
    return int(file.run_now(lambda db: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


def test_a_sweep_is_bounded_and_goes_on_at_the_next_save(file, clock):
    rows = rows_of(clock)
    for n in range(MANY):
        save(file, rows, f"s{n}", START)
    clock.advance(3601)
    ended = [len(save(file, rows, "new", clock.now())) for _ in range(5)]
    assert ended == [SESSIONS_A_SWEEP] * 3 + [0, 0]
    assert count(file, "sessions") == 1


def test_between_sweeps_a_save_looks_for_nothing(file, clock):
    rows = rows_of(clock)
    save(file, rows, "old", START)
    clock.advance(3601 - SWEEP_EVERY / 2)
    save(file, rows, "new", clock.now())
    clock.advance(SWEEP_EVERY / 2)
    assert save(file, rows, "new", clock.now()) == []
    clock.advance(SWEEP_EVERY / 2)
    assert save(file, rows, "new", clock.now()) == ["old"]


def test_a_limit_lowered_at_a_restart_is_reached_in_bounded_steps(file, clock):
    rows = rows_of(clock)
    for n in range(MANY):
        save(file, rows, f"s{n:03}", START + n)
    rows = rows_of(clock, max_sessions=10)
    ended = [save(file, rows, f"new{n}", START + MANY) for n in range(4)]
    assert ended[0] == [f"s{n:03}" for n in range(SESSIONS_A_SWEEP)]
    assert [len(keys) for keys in ended] == [SESSIONS_A_SWEEP] * 2 + [MANY - 10 - 61, 1]
    assert count(file, "sessions") == 10


def test_every_orphan_is_found_however_many_were_stored_in_one_moment(file, clock):
    def store(db: sqlite3.Connection) -> None:
        db.executemany(
            "INSERT INTO pages VALUES (?, ?, ?)",
            [(f"p{n}", START, b"page") for n in range(2 * PAGES_A_SWEEP + 1)],
        )

    file.run_now(store)
    rows = rows_of(clock)
    clock.advance(PAGE_GRACE)
    left = []
    for _ in range(3):
        save(file, rows, "any", clock.now())
        left.append(count(file, "pages"))
    assert left == [PAGES_A_SWEEP + 1, 1, 0]


def test_copies_of_robots_txt_and_pauses_long_past_are_swept(file, clock):
    def store(db: sqlite3.Connection) -> None:
        for name, moment in (("old", START), ("new", START + 40 * 86_400)):
            db.execute(
                "INSERT INTO robots VALUES (?, 'allow', 0, ?, 0, 0, '', x'', '', '')",
                (name, moment),
            )
            db.execute("INSERT INTO hosts VALUES (?, ?, 1, 429)", (name, moment))

    file.run_now(store)
    clock.advance(40 * 86_400)
    save(file, rows_of(clock), "any", clock.now())
    for table, column in (("robots", "authority"), ("hosts", "host")):
        kept = file.run_now(
            lambda db, t=table, c=column: db.execute(f"SELECT {c} FROM {t}").fetchall()
        )
        assert kept == [("new",)]
