"""The command line: what each command accepts, and how it says that it cannot."""

from __future__ import annotations

import contextlib
import gc
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from browser import __version__
from browser.cli import main
from tests.world import World

TOKENS = 'tokens = ["0123456789abcdef"]'
WRONG = {
    "section": ("[sever]\nport = 1\n", "unknown setting sever"),
    "provider's key": ('[search.brave]\nkye = "CANARY"\n', "search.brave.kye"),
    "limit of a host": ('[limits.hosts."a.test"]\nrat = 1\n', "limits.hosts.a.test.rat"),
    "no text": ("\udcff\udcfe[server]\n", "settings.toml"),
    "type": ('[page]\nworkers = "CANARY"\n', "page.workers"),
    "bounds": ("[limits]\nrate = 0\n", "limits.rate"),
    "infinity": ("[limits]\nrate = inf\n", "limits.rate"),
    "no number": ("[egress]\ntimeout = nan\n", "egress.timeout"),
    "port": ("[egress]\nports = [0]\n", "egress.ports"),
    "short token": ('[server]\ntokens = ["CANARY"]\n', "16 characters"),
    "provider without key": ('[search]\nprovider = "brave"\n', "search.brave.key"),
    "provider without address": ('[search]\nprovider = "searxng"\n', "search.searxng.url"),
    "unknown provider": ('[search]\nprovider = "altavista"\n', "search.provider"),
    "host of limits": ('[limits.hosts."*.a.test"]\nrate = 1\n', "limits.hosts"),
    "host of egress": ('[egress.hosts]\n"a" = "b:c:d"\n', "egress.hosts"),
    "robots token": ('[agent]\ntoken = "Not a token"\n', "agent.token"),
    "user agent": ('[agent]\nuser_agent = "Mozilla"\n', "user_agent has to contain the token"),
    "header": ('[agent]\ncontact = "a\\r\\nb: c"\n', "agent.contact"),
    "mode of signals": ('[signals]\nmode = "CANARY"\n', "signals.mode"),
    "no address": ('[agent]\ncontact = "CANARY"\n', "agent.contact"),
    "languages": ('[agent]\naccept_language = "CANARY_1"\n', "agent.accept_language"),
    "key without address": ('[agent]\nsigning_key = "k"\n', "agent.signature_agent"),
    "store": ('[store]\nurl = "mysql://user:CANARY@h/db"\n', "config: store.url: The store URL"),
    "shared store": ('[store]\nurl = "valkey://:CANARY@h:port/0"\n', "config: store.url: "),
    "folder of the store": ('[store]\nurl = "sqlite:///nowhere/state.db"\n', "config: store.url: "),
    "no address of ours": (f'[server]\nhost = "192.0.2.1"\n{TOKENS}\n', "192.0.2.1"),
    "no name": (f'[server]\nhost = "{"a" * 70}.test"\n{TOKENS}\n', "cannot listen"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    gc.enable()  # `serve` stops the garbage collector until it serves


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


def run(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(main, arguments, env=variables)


def refusal(done: Result) -> str:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("polite-browser: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_cannot_be_used_is_told_in_one_line(folder: Path, name: str):
    text, named = WRONG[name]
    (folder / "settings.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    said = refusal(run("serve", "--config", "settings.toml", "--port", "0"))
    assert named in said
    assert "CANARY" not in said


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("BROWSER_SEVER__PORT", "1", "BROWSER_SEVER__PORT"),
        ("BROWSER_SERVER__PROT", "1", "server.prot"),
        ("BROWSER_SERVER__PORT", "CANARY", "server.port"),
        ("BROWSER_SERVER__TOKENS", "CANARY", "BROWSER_SERVER__TOKENS"),
        ("BROWSER_LIMITS", "CANARY", "BROWSER_LIMITS"),
        ("BROWSER_CONFIG", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_in_one_line(variable: str, value: str, named: str):
    said = refusal(run("serve", **{variable: value}))
    assert named in said
    assert "CANARY" not in said


def test_a_settings_file_that_is_not_there_is_told():
    assert "nowhere.toml" in refusal(run("serve", "--config", "nowhere.toml"))
    assert "." in refusal(run("serve", "--config", "."))


@pytest.mark.parametrize(
    ("workers", "told"), [("2", "--workers 2"), ("0", "at least 1"), ("-1", "at least 1")]
)
def test_more_processes_need_a_store_that_they_share(folder: Path, workers: str, told: str):
    assert told in refusal(run("serve", "--workers", workers))
    assert not list(folder.iterdir()), "nothing was begun"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test", ""])
def test_others_may_not_reach_a_service_without_a_token(host: str):
    assert "token" in refusal(run("serve", "--host", host, "--port", "0"))


def test_the_version_and_the_help_are_told():
    assert __version__ in run("--version").stdout
    told = run("--help").stdout
    assert all(word in told for word in ("serve", "demo", "shell", "check", "index"))


def test_a_command_that_is_not_there_is_told():
    assert run("browse").exit_code == 2


@pytest.fixture
def settings(world: World, folder: Path) -> str:
    rows = [f"{json.dumps(k)} = {json.dumps(v)}" for k, v in world.egress_hosts.items()]
    text = "\n".join(["[egress.hosts]", *rows, '[limits.hosts."blocked.test"]', "blocked = true"])
    (folder / "settings.toml").write_text(text)
    return "settings.toml"


def checked(settings: str, url: str, **variables: str) -> tuple[int, list[str]]:
    done = run("check", "--config", settings, url, **variables)
    assert done.stderr == ""
    return done.exit_code, done.stdout.splitlines()


def test_check_tells_the_rule_that_refuses(world: World, settings: str):
    world.robots(
        "shut.test", "# shop\nUser-agent: ChatGPT-User\nDisallow: /a\x1b[31mb\nDisallow: /"
    )
    code, rows = checked(settings, "http://shut.test/page?x=1")
    assert code == 1
    assert rows[-1].startswith("NO  robots   robots_disallowed: robots.txt of shut.test")
    assert "(Disallow: /)" in rows[-1]
    assert "[line 4]" in rows[-1]
    assert "group User-agent: ChatGPT-User (line 2)" in rows[-1]
    assert "\x1b" not in "".join(rows)
    assert world.targets("shut.test") == ["/robots.txt"]


def test_check_tells_whose_rules_count_which_group_and_where_the_file_came_from(
    world: World, settings: str
):
    world.reply("moved.test", "/robots.txt", 301, headers={"Location": "http://rules.test/r"})
    world.reply(
        "rules.test",
        "/r",
        body="User-agent: *\nAllow: /\nCrawl-delay: 5\nUser-agent: OwnBot\nDisallow: /x",
    )
    environment = {"BROWSER_AGENT__ALSO_OBEY": '["OwnBot"]'}
    code, rows = checked(settings, "http://moved.test/x", **environment)
    assert code == 1
    assert rows[-1].endswith(
        "[line 5]; for OwnBot; group User-agent: OwnBot (line 4), which names OwnBot; "
        "Crawl-delay 5 s; robots.txt asked for just now: "
        "answered 200 after a redirect, at http://rules.test/r"
    )
    code, rows = checked(settings, "http://moved.test/y", **environment)
    assert code == 0
    assert rows[2] == (
        "ok  robots   Allow: / [line 2]; for ChatGPT-User; "
        "group User-agent: * (line 1), since none names ChatGPT-User; "
        "Crawl-delay 5 s; robots.txt asked for just now: "
        "answered 200 after a redirect, at http://rules.test/r"
    )


def test_check_tells_that_a_site_is_down(world: World, settings: str):
    world.robots("down.test", "no", status=503)
    code, rows = checked(settings, "http://down.test/")
    assert code == 1
    assert "robots_unreachable" in rows[-1]
    assert world.targets("down.test") == ["/robots.txt"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://blocked.test/", "host_blocked"),
        ("http://10.0.0.1/", "address_refused"),
        ("ftp://a.test/", "scheme_refused"),
        ("http://a.example.com:22/", "port_refused"),
        ("apples", "bad_url"),
        ("http://a.test/\udcff", "bad_url"),
        ("", "bad_url"),
    ],
)
def test_check_tells_what_is_refused_before_anything_is_asked(
    world: World, settings: str, url: str, reason: str
):
    asked = len(world.asked)
    code, rows = checked(settings, url, BROWSER_STORE__URL="memory:")
    assert code == 1
    assert rows[-1].startswith("NO ")
    assert reason in rows[-1]
    assert len(world.asked) == asked


def test_check_takes_the_shell_s_token_for_no_setting(world: World, settings: str):
    world.page("fine.test", "/", "<p>Words.</p>")
    code, rows = checked(settings, "http://fine.test/", BROWSER_TOKEN="x" * 20)
    assert (code, rows[2]) == (
        0,
        "ok  robots   no rule against it; robots.txt asked for just now: answered 404: no rules",
    )
    assert world.targets("fine.test") == ["/robots.txt"]


def test_check_leaves_the_store_of_a_service_alone(folder: Path):
    with contextlib.closing(sqlite3.connect(folder / "polite-browser.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    assert run("check", "http://a.test/").exit_code == 1
    assert [path.name for path in folder.glob("*.db*")] == ["polite-browser.db"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--base-url", "ftp://i.test/"],
        ["--base-url", "nonsense"],
        ["--base-url", "http://i.test/", "--index", "nowhere/index.db"],
    ],
)
def test_index_says_what_it_cannot_use(folder: Path, arguments: list[Any]):
    (folder / "pages").mkdir()
    refusal(run("index", "pages", *arguments))
