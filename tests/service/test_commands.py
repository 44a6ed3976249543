"""The other commands of the program, as processes: check, shell, index."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.service.living import Talk, serving
from tests.service.processes import run
from tests.world import World


@pytest.fixture
def settings(world: World, tmp_path: Path) -> str:
    """A settings file that leads every host below test to the world."""
    rows = [
        "[egress.hosts]",
        *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in world.egress_hosts.items()),
        '[limits.hosts."blocked.test"]',
        "blocked = true",
        "[store]",
        'url = "memory:"',
    ]
    (tmp_path / "check.toml").write_text("\n".join(rows))
    return "check.toml"


def test_check_says_what_would_happen_and_fetches_no_page(
    world: World, settings: str, tmp_path: Path
):
    world.robots("check.test", "User-agent: *\nDisallow: /no\x1b[31m\nAllow: /\nCrawl-delay: 3\n")
    done = run("check", "--config", settings, "http://check.test/page?x=1", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.splitlines()
    assert [row.split()[:2] for row in rows] == [
        ["ok", "url"], ["ok", "allowed"], ["ok", "robots"], ["ok", "paced"],
    ]  # fmt: skip
    assert "Allow: /" in rows[2]
    assert "Crawl-delay 3 s" in rows[3]
    assert world.targets("check.test") == ["/robots.txt"]


def test_the_shell_ends_with_its_input(service: httpx.Client, tmp_path: Path):
    done = run("shell", "--server", str(service.base_url), cwd=tmp_path, stdin="sources\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "(none yet)" in done.stdout


def test_the_shell_says_when_no_service_answers(tmp_path: Path):
    done = run("shell", "--server", "http://127.0.0.1:9", cwd=tmp_path, stdin="sources\n")
    assert (done.returncode, done.stdout.strip()) == (1, "")
    assert done.stderr.startswith("Nothing answers at http://127.0.0.1:9. ")
    done = run("shell", "--server", "127.0.0.1:9", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_the_shell_starts_a_service_of_its_own(world: World, settings: str, tmp_path: Path):
    world.page("shell.test", "/own", "<p>Own words.</p>", "Own")
    typed = "open http://shell.test/own\n"
    done = run("shell", "--config", settings, cwd=tmp_path, stdin=typed)
    assert done.returncode == 0, done.stderr
    assert "[0] Own (http://shell.test/own)" in done.stdout


def test_index_builds_what_the_local_search_reads(tmp_path: Path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text("<title>A</title><p>Words of a page.</p>")
    (pages / "b.md").write_text("# B\n\nWords of another page.\n")
    (pages / "c.txt").write_bytes(b"\0\0\0\0")
    done = run("index", "pages", "--base-url", "http://i.test/", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 pages in index.db" in done.stdout
    assert "skipped c.txt" in done.stdout
    assert (tmp_path / "index.db").exists()


def test_index_says_what_it_cannot_use(tmp_path: Path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "other.db").write_text("not a database, but long enough to look at" * 9)
    arguments = ("pages", "--base-url", "http://i.test/", "--index", "other.db")
    done = run("index", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("polite-browser: ")
    assert done.stderr.count("\n") == 1


def test_a_search_over_an_index_that_is_missing_is_a_failed_search(world: World, tmp_path: Path):
    search = {"provider": "local", "local": {"index": str(tmp_path / "missing.db")}}
    with serving(world, search=search) as client:
        failure = Talk(client).fails("search_failed", "search", query="words")
    assert "polite-browser index" in failure["message"]
    assert not (tmp_path / "missing.db").exists()
