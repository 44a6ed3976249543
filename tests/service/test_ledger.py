"""``session.open = "seen"`` and ``/v1/allow``, over a real service and a real origin."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser.client import Client
from browser.shell.loop import run
from browser.state import database
from tests.service.living import Talk, lock, serving
from tests.world import World

SEEN = {"open": "seen"}


@pytest.fixture(scope="module")
def strict(world: World, local_search: dict[str, Any]) -> Iterator[httpx.Client]:
    world.page("maze.test", "/", "<p>A <a href='/one'>one</a> <a href='/moved'>moved</a></p>")
    world.page("maze.test", "/one", "<p>One. <a href='http://far.test/two?a=1#here'>two</a></p>")
    world.page("far.test", "/two?a=1", "<p>Two.</p>")
    world.reply("maze.test", "/moved", 302, headers={"Location": "http://far.test/between"})
    world.reply("far.test", "/between", 302, headers={"Location": "/end"})
    world.page("far.test", "/end", "<p>The end.</p>")
    world.page("maze.test", "/long", "<p>Long.</p>")
    with serving(world, session=SEEN, search=local_search) as client:
        yield client


def allow(talk: Talk, **parameters: Any) -> dict[str, Any]:
    response = talk.client.get("/v1/allow", params={**parameters, "session": talk.session})
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    told: dict[str, Any] = response.json()
    assert set(told) == {"session", "allowed", "refused"}
    assert told["session"] == talk.session
    return told


def test_what_the_user_wrote_may_be_opened_and_leads_on(world: World, strict: httpx.Client):
    talk = Talk(strict)
    talk.fails("host_blocked", "open_url", url="http://maze.test/")
    told = allow(talk, text="Look at (http://Maze.test/#top), please.")
    assert told == {"session": talk.session, "allowed": ["http://maze.test/"], "refused": []}
    talk.open("http://maze.test/")
    talk.open("http://maze.test/one")
    talk.open("http://far.test:80/two?a=1")
    talk.fails("host_blocked", "open_url", url="http://far.test/two?a=1&d=SECRET")
    assert not any("SECRET" in target for target in world.targets("far.test"))


def test_where_a_redirect_ended_may_be_opened_but_not_what_it_passed(strict: httpx.Client):
    talk = Talk(strict)
    allow(talk, url="http://maze.test/moved")
    talk.fails("host_blocked", "open_url", url="http://far.test/end")
    assert talk.open("http://maze.test/moved")["page"]["url"] == "http://far.test/end"
    talk.open("http://far.test/end")
    talk.fails("host_blocked", "open_url", url="http://far.test/between")


def test_links_that_are_folded_or_outside_the_window_are_in_the_ledger(
    world: World, strict: httpx.Client
):
    words = "".join(f"<p>Paragraph {n} of a page that is longer than a window.</p>" * 3
                    for n in range(100))  # fmt: skip
    world.page("maze.test", "/far-down", f"{words}<p><a href='/long'>the last link</a></p>")
    talk = Talk(strict)
    allow(talk, url="http://maze.test/far-down")
    page = talk.open("http://maze.test/far-down")
    assert page["links"] == []
    talk.open("http://maze.test/long")


def test_what_one_session_may_open_another_may_not(strict: httpx.Client):
    allow(Talk(strict), url="http://maze.test/")
    Talk(strict).fails("host_blocked", "open_url", url="http://maze.test/")


def test_a_registration_is_no_command(strict: httpx.Client):
    talk = Talk(strict)
    allow(talk, url="http://maze.test/")
    assert talk.transcript()["steps"] == []
    assert talk.do("sources")["cursor"] is None


def test_a_registration_without_a_session_makes_one_that_commands_may_use(strict: httpx.Client):
    told = strict.get("/v1/allow", params={"text": "http://maze.test/"}).json()
    Talk(strict, told["session"]).open("http://maze.test/")


def test_addresses_that_cannot_be_opened_are_named_with_the_reason(strict: httpx.Client):
    told = allow(Talk(strict), text="http://u:p@maze.test/", url=["ftp://a.test/", "b.test"])
    assert told["allowed"] == []
    assert told["refused"] == [
        {"url": "ftp://a.test/", "reason": "scheme_refused"},
        {"url": "b.test", "reason": "bad_url"},
        {"url": "http://u:p@maze.test/", "reason": "bad_url"},
    ]


@pytest.mark.parametrize(
    "parameters",
    [{}, {"text": "x" * 20_001}, {"url": "http://a.test/", "cursor": 1}, {"url": ["x"] * 51}],
)
def test_a_registration_of_nothing_or_too_much_is_the_callers_mistake(
    strict: httpx.Client, parameters: dict[str, Any]
):
    response = strict.get("/v1/allow", params=parameters)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_registration_is_told_apart_from_the_commands_of_a_model(strict: httpx.Client):
    paths = strict.get("/openapi.json").json()["paths"]
    assert paths["/v1/allow"]["get"]["tags"] == ["orchestrator"]
    assert paths["/v1/open_url"]["get"]["tags"] == ["commands"]


def test_a_person_at_the_shell_opens_what_they_type(
    strict: httpx.Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    lines = "open http://maze.test/one\nopen http://maze.test\nopen javascript:x\nquit\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert run(Client(str(strict.base_url))) == 1
    said = capsys.readouterr().out
    assert "http://maze.test/one" in said
    assert "A 【0†one】" in said
    assert "Only http and https pages can be opened" in said
    assert "opens only addresses" not in said


def test_a_restarted_service_still_knows_what_was_shown_and_given(world: World, tmp_path: Path):
    world.page("kept.test", "/", "<p><a href='/next'>next</a></p>")
    world.page("kept.test", "/next", "<p>Next.</p>")
    world.page("given.test", "/", "<p>Given.</p>")
    store = {"url": f"sqlite:///{tmp_path / 'state.db'}"}
    with serving(world, session=SEEN, store=store) as client:
        talk = Talk(client)
        allow(talk, text="http://kept.test/ and http://given.test/")
        talk.open("http://kept.test/")
    with serving(world, session=SEEN, store=store) as client:
        again = Talk(client, talk.session)
        again.open("http://kept.test/next")
        again.open("http://given.test/")
        again.fails("host_blocked", "open_url", url="http://kept.test/other")


def test_a_registration_that_cannot_be_kept_is_told_and_not_half_kept(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "BUSY", 0.05)
    file = tmp_path / "state.db"
    with serving(world, session=SEEN, store={"url": f"sqlite:///{file}"}) as client:
        talk = Talk(client)
        talk.do("sources")
        with contextlib.closing(lock(file)):
            response = client.get(
                "/v1/allow", params={"url": "http://a.test/", "session": talk.session}
            )
            assert response.status_code == 503
        talk.fails("host_blocked", "open_url", url="http://a.test/")
