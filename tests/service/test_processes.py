"""The service as a process: killed, stopped, and started wrongly."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.living import Talk, small_library
from tests.service.processes import Served, run
from tests.world import World

TOKEN = "CANARY-token-0123456789"


def config(folder: Path, world: World, **sections: dict[str, Any]) -> Path:
    """A settings file for the service over *world*, its store beside it."""
    chosen: dict[str, dict[str, Any]] = {
        "egress": {"hosts": world.egress_hosts},
        "limits": {"rate": 1000, "burst": 1000},
        "page": {"workers": 1},
        "store": {"url": "sqlite:///state.db"},
        **sections,
    }
    file = folder / "settings.toml"
    file.write_text("\n".join(table(name, values) for name, values in chosen.items()))
    return file


def table(name: str, values: dict[str, Any]) -> str:
    rows = [f"[{name}]"]
    for key, value in values.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
            rows.append(f"{key} = {{ {inner} }}")
        else:
            rows.append(f"{key} = {json.dumps(value)}")
    return "\n".join(rows)


def client(served: Served, token: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=served.address, timeout=60, headers=headers, trust_env=False)


def _kept(transcript: dict[str, Any]) -> dict[str, Any]:
    """*transcript* with the path of its shared page: the port is another one each time."""
    return {**transcript, "sources_url": transcript["sources_url"].rpartition("/")[2]}


def test_a_killed_service_still_knows_what_it_answered(world: World, tmp_path: Path):
    world.page("kill.test", "/", "<p>Words to remember.</p><p><a href=/x>a link</a></p>", "Kept")
    world.page("kill.test", "/x", "<p>Another page.</p>")
    settings = config(tmp_path, world)
    answer = "A claim 【0†L2】 and another 【1†L2-L2】."
    with Served(settings) as served, client(served) as caller:
        talk = Talk(caller)
        talk.open("http://kill.test/")
        talk.good("find", pattern="words")
        quote = talk.good("quote", start=2, end=2, cursor=0)["quote"]
        before = _kept(talk.transcript()), talk.whole(0), talk.resolve(answer)
        served.kill()
    world.page("kill.test", "/", "<p>Changed meanwhile.</p>", "Changed")
    with Served(settings) as served, client(served) as caller:
        again = Talk(caller, talk.session)
        assert (_kept(again.transcript()), again.whole(0), again.resolve(answer)) == before
        assert again.transcript()["quotes"] == [quote]
        assert before[2]["unresolved"] == []
        asked = len(world.asked)
        assert again.good("quote", start=2, end=2, cursor=0)["quote"]["text"] == quote["text"]
        assert len(world.asked) == asked, "the page was asked for again"
        assert again.good("click", id=0, cursor=0)["page"]["url"] == "http://kill.test/x"
        assert world.targets("kill.test").count("/robots.txt") == 1


def test_the_log_tells_each_fetch_and_no_secret(world: World, tmp_path: Path):
    world.page(
        "log.test",
        "/page?q=CANARY-parameter",
        "<p>CANARY-text <a href='/shut?CANARY-query#CANARY-part'>shut</a></p>",
        "CANARY-title",
    )
    world.robots("log.test", "User-agent: *\nDisallow: /shut\n")
    index = small_library(world, tmp_path)
    settings = config(
        tmp_path,
        world,
        server={"tokens": [TOKEN]},
        search={"provider": "local", "local": {"index": str(index)}},
    )
    with Served(settings) as served, client(served, TOKEN) as caller:
        talk = Talk(caller, "CANARY-session")
        talk.open("http://log.test/page?q=CANARY-parameter#CANARY-fragment")
        talk.do("click", id=0)
        talk.good("find", pattern="CANARY-text")
        talk.good("quote", start=2, end=2, cursor=0)
        talk.do("search", query="CANARY-query")
        talk.do("open_url", url="CANARY-nonsense")
        talk.resolve("CANARY-answer 【0†L2】")
        bad = {"Authorization": "Bearer CANARY-wrong-token"}
        assert caller.get("/v1/search?query=CANARY", headers=bad).status_code == 401
        served.send(signal.SIGINT)
        assert served.wait() == 0
        log = "".join(served.log)
    assert "CANARY" not in log
    assert "Traceback" not in log
    lines = [json.loads(line) for line in served.log if line.startswith("{")]
    fetches = [line for line in lines if line.get("purpose") == "page"]
    assert [fetch["outcome"] for fetch in fetches] == ["ok", "robots_disallowed"]
    assert fetches[0]["url"] == "http://log.test/page?…"
    assert fetches[0]["status"] == 200
    assert fetches[1]["rule"] == "Disallow: /shut"
    assert {"host", "octets", "waited_ms", "took_ms", "at", "hops"} <= set(fetches[0])


def one_line(done: Any) -> str:
    """What a command that cannot start says: one line, exit code 2, nothing else."""
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("polite-browser: ")
    assert done.stderr.count("\n") == 1, done.stderr
    said: str = done.stderr.strip()
    return said


def test_a_busy_port_is_told(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = one_line(run("serve", "--port", str(port), cwd=tmp_path))
    assert f"port {port}" in said
    assert "in use" in said


WRONG_FILES = {
    "unknown key": ("[server]\nprot = 1\n", "unknown setting server.prot"),
    "malformed": ('[server\nport = "CANARY"\n', "settings.toml"),
    "store of another": ('[store]\nurl = "sqlite:///other.db"\n', "another program"),
    "open to others": ('[server]\nhost = "0.0.0.0"\n', "token"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_settings_file_is_told_in_one_line(tmp_path: Path, name: str):
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    text, named = WRONG_FILES[name]
    (tmp_path / "settings.toml").write_text(text)
    said = one_line(run("serve", "--config", "settings.toml", "--port", "0", cwd=tmp_path))
    assert named in said
    assert "CANARY" not in said, "a secret of the file was printed"


def test_a_wrong_variable_is_told_in_one_line(tmp_path: Path):
    said = one_line(run("serve", cwd=tmp_path, BROWSER_SEVER__PORT="1"))
    assert "BROWSER_SEVER__PORT" in said


def test_more_processes_need_a_store_that_they_share(tmp_path: Path):
    assert "--workers 2" in one_line(run("serve", "--workers", "2", cwd=tmp_path))
    assert not list(tmp_path.iterdir()), "nothing was begun"
