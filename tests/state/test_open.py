from __future__ import annotations

import os
import sqlite3

import pytest

from browser.errors import StateUnavailable
from browser.model.fetch import RobotsCopy
from browser.state.database import APPLICATION, VERSION
from browser.state.open import Store, open_store
from tests.clock import ManualClock
from tests.state.samples import START, session


def opened(url: str) -> Store:
    return open_store(url, idle=3600, max_age=86_400, max_sessions=100, clock=ManualClock(START))


async def test_three_slashes_name_a_file_of_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = opened("sqlite:///state.db")
    await store.ping()
    await store.aclose()
    assert (tmp_path / "state.db").is_file()


async def test_four_slashes_name_a_file_of_the_root(tmp_path):
    url = f"sqlite:///{tmp_path}/with space é#.db"
    assert url.startswith("sqlite:////")
    store = opened(url)
    await store.sessions.save(session())
    await store.aclose()
    assert (tmp_path / "with space é#.db").is_file()


@pytest.mark.parametrize(
    "url",
    [
        *("", "memory", "memory://", "state.db", "postgres://u:hunter2@h/d", "SQLITE:///a.db"),
        *("sqlite:", "sqlite:state.db", "sqlite://state.db", "sqlite:///"),
        *("sqlite:///:memory:", "sqlite:///a.db?mode=ro"),
    ],
)
def test_any_other_url_is_answered_with_the_valid_forms(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r'"memory:", "sqlite:///relative.db"') as caught:
        opened(url)
    assert "hunter2" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"folder .*missing of the store does not exist"):
        opened(f"sqlite:///{tmp_path}/missing/state.db")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot be written: Is a directory"):
        opened(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ValueError, match="cannot be written: Permission denied"):
        opened(f"sqlite:///{tmp_path}/state.db")
    tmp_path.chmod(0o700)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"dear diary\n" * 100)
    with pytest.raises(ValueError, match="not a usable SQLite database: file is not"):
        opened(f"sqlite:///{path}")
    assert path.read_bytes() == b"dear diary\n" * 100


async def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "state.db"
    store = opened(f"sqlite:///{path}")
    await store.turns.back_off("a.example", START, 60, 429)
    await store.aclose()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(ValueError, match=r"not a usable SQLite database: .*malformed"):
        opened(f"sqlite:///{path}")


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE sessions (mine)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(ValueError, match="database of another program"):
        opened(f"sqlite:///{path}")
    assert path.read_bytes() == before


async def test_a_database_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "state.db"
    await opened(f"sqlite:///{path}").aclose()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(ValueError, match=f"newer polite-browser .version {VERSION + 1}"):
        opened(f"sqlite:///{path}")


async def test_a_database_of_the_first_version_gets_what_came_later_and_keeps_what_it_has(tmp_path):
    path = tmp_path / "state.db"
    store = opened(f"sqlite:///{path}")
    await store.robots.put("https://a.example", RobotsCopy("rules", b"old"))
    await store.aclose()
    db = sqlite3.connect(path)
    for column in ("etag", "last_modified"):
        db.execute(f"ALTER TABLE robots DROP COLUMN {column}")
    db.execute("DROP INDEX sessions_share")
    db.execute("ALTER TABLE sessions DROP COLUMN share")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    for _ in range(2):
        store = opened(f"sqlite:///{path}")
        assert await store.robots.get("https://a.example") == RobotsCopy("rules", b"old")
        new = RobotsCopy("rules", b"new", etag='"v2"')
        await store.robots.put("https://b.example", new)
        assert await store.robots.get("https://b.example") == new
        await store.aclose()


async def test_sessions_saved_before_there_were_budgets_go_on_with_full_ones(tmp_path):
    path = tmp_path / "state.db"
    store = opened(f"sqlite:///{path}")
    await store.sessions.save(session("old", pages=("p1",)))
    await store.aclose()
    db = sqlite3.connect(path)
    for table in ("allowed", "tallies"):
        db.execute(f"DROP TABLE {table}")
    db.execute("DROP INDEX sessions_share")
    db.execute("ALTER TABLE sessions DROP COLUMN share")
    db.execute("PRAGMA user_version = 2")
    db.commit()
    db.close()
    for searches in (0, 4):
        store = opened(f"sqlite:///{path}")
        old = await store.sessions.load("old")
        assert old is not None
        assert (old.tally.searches, old.allowed) == (searches, ["https://a.example/"] * searches)
        old.tally.searches += 4
        old.allowed += ["https://a.example/"] * 4
        await store.sessions.save(old)
        await store.aclose()


async def test_sessions_saved_before_they_could_be_shown_have_no_secret_yet(tmp_path):
    path = tmp_path / "state.db"
    store = opened(f"sqlite:///{path}")
    await store.sessions.save(session("old", pages=("p1",)))
    await store.aclose()
    db = sqlite3.connect(path)
    db.execute("DROP INDEX sessions_share")
    db.execute("ALTER TABLE sessions DROP COLUMN share")
    db.execute("PRAGMA user_version = 3")
    db.commit()
    db.close()
    for share in ("", "secret"):
        store = opened(f"sqlite:///{path}")
        old = await store.sessions.load("old")
        assert old is not None
        assert (old.share, len(old.displays)) == (share, 1)
        old.share = "secret"
        await store.sessions.save(old)
        await store.aclose()


async def test_what_people_read_is_readable_for_the_owner_of_the_file_only(tmp_path):
    store = opened(f"sqlite:///{tmp_path}/state.db")
    await store.sessions.save(session())
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    await store.aclose()
    names = ["state.db", "state.db-wal", "state.db-shm", "state.db.lock"]
    assert modes == dict.fromkeys(names, 0o600)


async def test_a_file_that_another_service_has_open_is_refused_until_that_one_ends(tmp_path):
    store = opened(f"sqlite:///{tmp_path}/state.db")
    with pytest.raises(ValueError, match="in use by another process"):
        opened(f"sqlite:///{tmp_path}/state.db")
    await store.aclose()
    again = opened(f"sqlite:///{tmp_path}/state.db")
    await again.ping()
    await again.aclose()


async def test_closing_twice_is_harmless_and_a_closed_store_is_away(tmp_path):
    store = opened(f"sqlite:///{tmp_path}/state.db")
    await store.aclose()
    await store.aclose()
    with pytest.raises(StateUnavailable):
        await store.ping()
    with pytest.raises(StateUnavailable):
        await store.sessions.save(session())


async def test_a_store_whose_file_was_removed_or_replaced_is_away(tmp_path):
    path = tmp_path / "state.db"
    store = opened(f"sqlite:///{path}")
    await store.ping()
    path.rename(tmp_path / "moved.db")
    with pytest.raises(StateUnavailable):
        await store.ping()
    path.touch()
    with pytest.raises(StateUnavailable):
        await store.ping()
    await store.aclose()
