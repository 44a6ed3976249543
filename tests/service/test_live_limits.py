"""Limits that an operator changes while the service runs: over HTTP, by signal, from a terminal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from browser.cli import main
from browser.limits_cli import WIDTH
from browser.orders import UNUSABLE
from tests.service.living import Talk, serving
from tests.service.processes import PATIENCE, PROGRAM, Served, environment
from tests.service.test_processes import config
from tests.until import until
from tests.world import World

TOKEN = "CANARY-operator-0123456789"
OPERATOR = {"Authorization": f"Bearer {TOKEN}", "X-Operator": "ann@desk"}
# The command, which gets the signal before there is anything that could read settings again.
HASTY = """
import signal
from browser import serve
build = serve.server

def hasty(settings):
    signal.raise_signal(signal.SIGHUP)
    return build(settings)

serve.server = hasty
from browser.cli import main
main()
"""
NEVER = {"rate": 0.001, "burst": 2, "max_wait": 5000}  # robots.txt, a page, then 1000 s each


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[httpx.Client]:
    with serving(world, server={"operator_token": TOKEN}, limits=NEVER) as client:
        yield client


def order(client: httpx.Client, host: str, **limits: Any) -> dict[str, Any]:
    answer = client.put(f"/operator/hosts/{host}", json=limits, headers=OPERATOR)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def told(client: httpx.Client, path: str) -> Any:
    answer = client.get(f"/operator/{path}", headers=OPERATOR)
    assert answer.status_code == 200, answer.text
    return answer.json()


@contextmanager
def waiting(client: httpx.Client, world: World, host: str) -> Iterator[list[dict[str, Any]]]:
    """A conversation that waits for its second page of *host*; what it gets is in the list."""
    for path in ("/", "/next"):
        world.page(host, path, f"<p>The page {path}.</p>")
    talk, got = Talk(client), []
    talk.open(f"http://{host}/")
    thread = threading.Thread(
        target=lambda: got.append(talk.do("open_url", url=f"http://{host}/next"))
    )
    thread.start()
    try:
        until(lambda: told(client, f"hosts/{host}")["queue"]["waiting"])
        yield got
    finally:
        thread.join(PATIENCE)
    assert len(got) == 1


def test_who_waits_goes_as_soon_as_the_host_may_be_asked_faster(
    service: httpx.Client, world: World
):
    with waiting(service, world, "faster.test") as got:
        limits = order(service, "faster.test", rate=100, burst=10)["limits"]
    assert got[0]["ok"], got[0]["text"]
    assert (limits["rate"], limits["source"], limits["by"]) == (100, "operator", "ann@desk")


def test_who_waits_for_a_host_that_is_blocked_is_told_so_and_nothing_is_sent(
    service: httpx.Client, world: World
):
    with waiting(service, world, "blocked.test") as got:
        order(service, "blocked.test", blocked=True, note="they asked us to stop")
    assert got[0]["failure"]["code"] == "host_blocked"
    assert got[0]["failure"]["rule"] == "operator: they asked us to stop"
    assert world.targets("blocked.test") == ["/robots.txt", "/"]
    again = Talk(service).fails("host_blocked", "open_url", url="http://blocked.test/")
    assert again["retry_after"] is None
    assert service.delete("/operator/hosts/blocked.test", headers=OPERATOR).status_code == 200
    order(service, "blocked.test", rate=100, burst=10)
    assert Talk(service).open("http://blocked.test/next")


def test_a_host_that_is_slowed_down_is_asked_less(service: httpx.Client, world: World):
    for path in "abc":
        world.page("slower.test", f"/{path}", "<p>Words.</p>")
    order(service, "slower.test", rate=100, burst=1000)
    talk = Talk(service)
    talk.open("http://slower.test/a")
    looks = iter((False, True))
    until(lambda: next(looks))  # a pause, after which two quick turns are owed no more
    order(service, "slower.test", rate=0.0001, burst=1)
    talk.do("open_url", url="http://slower.test/b")  # at most the one that is owed to nobody
    failure = talk.fails("rate_limited", "open_url", url="http://slower.test/c")
    assert 5000 < failure["retry_after"] <= 10_000
    assert "/c" not in world.targets("slower.test")


def test_an_order_survives_a_killed_service_and_is_in_its_log(world: World, tmp_path: Path):
    settings = config(tmp_path, world, server={"operator_token": TOKEN})
    world.page("kept.test", "/", "<p>Words.</p>")
    with Served(settings) as served, httpx.Client(base_url=served.address) as client:
        order(client, "kept.test", blocked=True, hourly=7, note="complaint 12")
        Talk(client).fails("host_blocked", "open_url", url="http://kept.test/")
        served.kill()
    log = served.log
    with Served(settings) as served, httpx.Client(base_url=served.address) as client:
        limits = told(client, "hosts/kept.test")["limits"]
        assert (limits["blocked"], limits["hourly"]) == (True, 7)
        Talk(client).fails("host_blocked", "open_url", url="http://kept.test/")
        changes = told(client, "audit")["changes"]
    assert world.targets("kept.test") == []
    lines = [json.loads(line) for line in log if '"audit"' in line]
    assert [(line["by"], line["action"], line["host"]) for line in lines] == [
        ("ann@desk", "set", "kept.test")
    ]
    assert [line | {"event": "audit"} for line in changes] == [
        {name: value for name, value in line.items() if name != "pid"} for line in lines
    ]
    assert TOKEN not in "".join(log)


def test_a_signal_has_the_limits_of_the_file_read_again(world: World, tmp_path: Path):
    server = {"operator_token": TOKEN}
    settings = config(tmp_path, world, server=server, limits={"rate": 1})

    def reloads(client: httpx.Client, count: int) -> str:
        until(lambda: len(told(client, "audit")["changes"]) == count)
        newest = told(client, "audit")["changes"][0]
        assert (newest["action"], newest["by"]) == ("reload", "SIGHUP")
        return str(newest["note"])

    hasty = Served(settings, program=[sys.executable, "-c", HASTY])
    with hasty as served, httpx.Client(base_url=served.address) as client:
        assert told(client, "hosts/any.test")["limits"]["rate"] == 1
        assert told(client, "audit")["changes"] == [], "what it just read was read again"
        config(tmp_path, world, server={**server, "burst": 9}, limits={"rate": 2, "burst": 4})
        served.send(signal.SIGHUP)
        assert reloads(client, 1).endswith(
            "A restart is needed for what else has changed: server.burst."
        )
        limits = told(client, "hosts/any.test")["limits"]
        assert (limits["rate"], limits["burst"], limits["source"]) == (2, 4, "default")
        config(tmp_path, world, server=server, limits={"rate": "CANARY"})
        served.send(signal.SIGHUP)
        assert reloads(client, 2) == UNUSABLE
        assert told(client, "hosts/any.test")["limits"] == limits
        served.send(signal.SIGTERM)
        assert served.wait() == 0
    said = [line for line in served.log if line.startswith("reload: ")]
    assert len(said) == 2
    assert "config: limits.rate: has to be a number. The limits that held" in said[1]
    assert "CANARY" not in "".join(served.log)


# From a terminal


def terminal(client: httpx.Client, *arguments: str, code: int = 0) -> Result:
    """What the command prints; it runs in this process."""
    where = ("--server", str(client.base_url).rstrip("/"))
    variables = {"BROWSER_OPERATOR_TOKEN": TOKEN}
    done = CliRunner().invoke(main, ["limits", *arguments, *where], env=variables)
    assert done.exit_code == code, done.output
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done


def test_limits_are_set_shown_and_taken_back_from_a_terminal(service: httpx.Client):
    host = "xn--trminal-bya.test"
    terminal(service, "set", "términal.test", "--rate", "0.25", "--note", "a test")
    shown = terminal(service, "set", "términal.test", "--block").stdout
    heads, row = shown.splitlines()
    assert heads.split()[:2] == ["HOST", "STATE"]
    assert row.split()[:6] == [host, "blocked", "0", "0", "-", "0.25"]
    assert row.endswith("a test")
    assert "@" in row
    text = terminal(service, "list", "--toml").stdout
    wanted = {"rate": 0.25, "blocked": True, "note": "a test"}
    assert tomllib.loads(text)["limits"]["hosts"][host] == wanted
    listed = json.loads(terminal(service, "list", "--json", "--search", "trm").stdout)
    assert [each["host"] for each in listed] == [host]
    many = terminal(service, "set", host, "--block", "--note", "so long " * 25).stdout
    assert {len(line) for line in many.splitlines()[1:]} == {WIDTH}
    assert many.rstrip().endswith("…")
    back = terminal(service, "unset", host).stdout
    assert "default" in back
    assert "no order stands" in terminal(service, "unset", host, code=1).stderr
    assert "--config" in terminal(service, "reload", code=1).stdout


def test_what_happens_is_shown_line_by_line(service: httpx.Client, tmp_path: Path):
    address = str(service.base_url).rstrip("/")
    with subprocess.Popen(
        [*PROGRAM, "limits", "watch", "--server", address, "--token", TOKEN],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout
        assert "totals" in watching.stdout.readline()
        order(service, "watched.test", rate=3, note="so that it is seen")
        for line in watching.stdout:
            if "change" in line:
                break
        watching.send_signal(signal.SIGINT)
        assert watching.wait(PATIENCE) == 0
    assert "ann@desk: set watched.test: rate 3.0, note so that it is seen" in line


WRONG = {
    "nothing to set": (("set", "a.test"), "--rate"),
    "a URL": (("set", "http://a.test/x", "--block"), "write a name or address alone"),
    "no host": (("set", "a b", "--block"), "as in a URL"),
    "out of bounds": (("set", "a.test", "--rate", "0"), "rate has to be at least"),
    "no token": (("list", "--token", ""), "BROWSER_OPERATOR_TOKEN"),
    "another token": (("list", "--token", "CANARY-CANARY-CANARY"), "server.operator_token"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_done_is_told_in_one_line(service: httpx.Client, name: str):
    arguments, named = WRONG[name]
    done = terminal(service, *arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("polite-browser: ")
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert "CANARY" not in done.stderr


def test_address_and_token_are_read_from_the_settings_of_the_service(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text(f'[server]\nport = 1\noperator_token = "{TOKEN}"\n')
    done = CliRunner().invoke(main, ["limits", "list", "--config", str(file)])
    assert done.exit_code == 2
    assert done.stderr.startswith("polite-browser: Nothing answers at http://127.0.0.1:1")
