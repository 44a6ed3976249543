"""What people look for, read and say stands in no log, however much is logged.

Canaries are put in every place that a caller, a page or a search provider can fill: once with all
loggers of this process open, and once to the command as an operator starts it. Paths of addresses
are logged, and so hold none here.
"""

from __future__ import annotations

import json
import logging
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from browser.compose import build
from browser.settings import Settings
from tests.service.living import serving
from tests.service.processes import Served
from tests.service.test_processes import config
from tests.world import World

TOKEN = "CANARY-token-of-this-service"
SESSION = "CANARY-session"
PATHS = {"page", "broken", "pdf", "json", "moved", "cut", "form", "none"}


@pytest.fixture
def sites(world: World) -> World:
    """Pages and failures, with a canary wherever a site can put one."""
    words = "".join(f"<p>CANARY words {n} of the page stand here.</p>" for n in range(9))
    form = "<form><input name=CANARY value=CANARY><textarea>CANARY</textarea></form>"
    link = "<a href='http://CANARY:CANARY@log.test/page?q=CANARY#CANARY'>CANARY</a>"
    page = f"<!doctype html><title>CANARY</title><body><main>{words}{link}</main>{form}"
    secret = {"Set-Cookie": "id=CANARY", "X-Secret": "CANARY", "ETag": '"CANARY"'}
    host = "log.test"
    world.robots(host, "User-agent: CANARY\nDisallow: /CANARY\n\nUser-agent: *\nDisallow: /no\n")
    world.reply(host, "/page?q=CANARY", body=page, headers=secret)
    world.reply(host, "/form?q=CANARY", body=f"<!doctype html><body>{form}", headers=secret)
    world.reply(host, "/broken?q=CANARY", 500, "CANARY", secret)
    world.reply(host, "/pdf?q=CANARY", body="%PDF-1.7 CANARY", kind="application/pdf")
    world.reply(host, "/json?q=CANARY", body='{"CANARY": [CANARY', kind="application/json")
    moved = {"Location": "/page?q=CANARY#CANARY", **secret}
    world.reply(host, "/moved?q=CANARY", 302, headers=moved)
    world.raw(host, "/cut?q=CANARY", b"CANARY")
    return world


def talk_of_canaries(client: httpx.Client) -> None:
    """Every operation, with words that nobody else should see; their answers are no matter."""

    def ask(path: str, **parameters: Any) -> None:
        client.get(path, params={**parameters, "session": SESSION})

    client.headers["X-Request-Id"] = "not a name: CANARY"
    client.headers["Cookie"] = "id=CANARY"
    client.headers["Referer"] = "http://CANARY.example/CANARY?CANARY"
    client.headers["User-Agent"] = "CANARY"
    ask("/v1/search", query="CANARY walnuts", site="CANARY.example")
    ask("/v1/search", query='CANARY "', topn="CANARY")
    for path in PATHS:
        ask("/v1/open_url", url=f"http://log.test/{path}?q=CANARY#CANARY")
    for url in ("http://CANARY:CANARY@log.test/page?q=CANARY", "CANARY", "http://[CANARY"):
        ask("/v1/open_url", url=url)
    ask("/v1/open_url", url="http://log.test/page?q=CANARY")
    ask("/v1/find", pattern="CANARY")
    ask("/v1/find", pattern="words", CANARY="CANARY")
    ask("/v1/click", id=0, cursor="CANARY")
    ask("/v1/click", id=0, cursor=0)
    ask("/v1/quote", start=2, end=3)
    ask("/v1/sources")
    ask("/v1/CANARY")
    ask("/CANARY/%0aCANARY")
    ask("/v1/defect")
    client.get("/v1/sources", headers={"X-Session-Id": f"{SESSION} CANARY"})
    client.get("/v1/sources", headers={"Authorization": "Bearer CANARY-not-this-one"})
    client.get("/v1/sources", headers={"Host": "CANARY.example"})
    client.get(f"/v1/sessions/{SESSION}")
    client.get(f"/v1/sessions/{SESSION}/pages/CANARY")
    for text in ("CANARY 【0†L2】 CANARY 【CANARY†L9】", 7):
        client.post("/v1/citations/resolve", json={"session": SESSION, "text": text})
    client.post("/v1/citations/resolve", content=b'{"CANARY": CANARY')
    client.delete(f"/v1/sessions/{SESSION}")


def with_a_defect(settings: Settings) -> FastAPI:
    app = build(settings)

    @app.get("/v1/defect")
    async def defect(session: str) -> None:
        empty: dict[str, str] = {}
        try:
            empty.pop(session)
        except KeyError as error:
            raise ValueError(f"no {session}") from error

    return app


def test_open_loggers_hold_no_word_of_a_caller_or_a_page(
    sites: World,
    local_search: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    server = {"tokens": [TOKEN], "allowed_hosts": ["127.0.0.1"]}
    with serving(sites, with_a_defect, headers=headers, search=local_search, server=server) as it:
        talk_of_canaries(it)
        logging.getLogger("a.library").debug("a control")
    out, err = capfd.readouterr()
    told = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "a control" in told, "debug lines are seen here"
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name.startswith("browser.")]
    fetched = {line["url"] for line in lines if line["event"] == "fetch"}
    assert {f"http://log.test/{path}?…" for path in PATHS} <= fetched
    [defect] = [line for line in lines if line["event"] == "defect"]
    assert defect["error"] == ["ValueError", "KeyError"]
    assert defect["request"]
    assert defect["where"][-1].startswith("tests/service/test_redaction.py:")
    for heard in (told, out, err):
        assert "canary" not in heard.lower()


def test_a_served_process_says_no_word_of_a_caller_or_a_page(sites: World, tmp_path: Path):
    settings = config(
        tmp_path,
        sites,
        server={"tokens": [TOKEN]},
        search={"searxng": {"url": f"http://127.0.0.1:{sites.port}/CANARY?CANARY"}},
        page={"workers": 1},
    )
    with Served(settings) as served:
        with httpx.Client(base_url=served.address, timeout=60, trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            talk_of_canaries(client)
        served.send(signal.SIGTERM)
        served.wait()
    told = "".join(served.log)
    assert "http://log.test/page?…" in told
    assert "canary" not in told.lower()


def test_the_log_lines_of_a_fetch_name_the_request_they_were_made_for(
    sites: World, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    with serving(sites) as client:
        for name in ("first-1", "second.2"):
            url = f"http://log.test/page?q=CANARY&{name}"
            client.get("/v1/open_url", params={"url": url}, headers={"X-Request-Id": name})
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == "browser.fetch"]
    pages = [line["request"] for line in lines if line["purpose"] == "page"]
    assert pages == ["first-1", "second.2"]
