"""Who may operate, and what is wrong with what they send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from browser.api.operator.access import MAX_BODY
from browser.compose import build
from browser.settings import Settings
from tests.api.conftest import FIRST, bearer
from tests.clock import ManualClock
from tests.service.living import serving
from tests.service.stream import Reader
from tests.world import World

OPERATOR = "operator-token-of-the-service"
PATHS = ("hosts", "hosts/a.test", "refusals", "check?url=http://a.test/", "audit", "limits.toml")
CHAT = "https://chat.example"
AT_ONCE = 2


@pytest.fixture(scope="module")
def operated(world: World) -> Iterator[httpx.Client]:
    server = {
        "tokens": [FIRST], "operator_token": OPERATOR, "cors_origins": [CHAT],
        "concurrency": AT_ONCE,
    }  # fmt: skip
    with serving(world, server=server, headers=bearer(OPERATOR)) as client:
        yield client


def problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    detail: str = response.json()["detail"]
    return detail


@pytest.mark.parametrize("path", [*PATHS, "events", "nothing"])
def test_without_the_token_nothing_answers(operated: httpx.Client, path: str):
    wrong = ({"Authorization": ""}, bearer(FIRST), bearer(OPERATOR + "x"))
    for method in ("GET", "PUT", "DELETE", "POST", "OPTIONS"):
        for headers in (*wrong, {"Authorization": f"Basic {OPERATOR}"}):
            response = operated.request(method, f"/operator/{path}", headers=headers)
            assert "server.operator_token" in problem(response, 401)
            assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_try_that_was_answered_holds_up_nobody(operated: httpx.Client):
    for _ in range(AT_ONCE + 1):
        problem(operated.get("/operator/hosts", headers=bearer("x" * 20)), 401)


def test_two_credentials_are_none(operated: httpx.Client):
    twice = [("Authorization", f"Bearer {OPERATOR}")] * 2
    bare = httpx.Client(base_url=operated.base_url, trust_env=False)
    with bare:
        problem(bare.get("/operator/hosts", headers=twice), 401)


def test_the_operators_token_opens_no_door_of_models(operated: httpx.Client):
    problem(operated.get("/v1/sources"), 401)
    assert operated.get("/operator/hosts").status_code == 200


def test_without_an_operator_token_in_the_settings_nothing_is_there(service: httpx.Client):
    for path in PATHS:
        detail = problem(service.get(f"/operator/{path}", headers=bearer(OPERATOR)), 404)
        assert "server.operator_token" in detail


def test_the_page_is_no_part_of_it(operated: httpx.Client, service: httpx.Client):
    for client in (operated, service):
        page = client.get("/operator", headers={"Authorization": ""})
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


def test_a_page_of_another_site_gets_nothing(operated: httpx.Client):
    for site in ("cross-site", "same-site"):
        headers = {"Origin": CHAT, "Sec-Fetch-Site": site}
        problem(operated.put("/operator/hosts/a.test", json={}, headers=headers), 403)
    plain = operated.get("/operator/hosts", headers={"Origin": CHAT})
    assert not {name for name in plain.headers if name.startswith("access-control-")}
    asked = {"Origin": CHAT, "Access-Control-Request-Method": "PUT"}
    preflight = operated.options("/operator/hosts/a.test", headers={**asked, "Authorization": ""})
    problem(preflight, 401)
    own = {"Origin": str(operated.base_url), "Sec-Fetch-Site": "same-origin"}
    assert operated.get("/operator/hosts", headers=own).status_code == 200


def test_an_open_service_refuses_names_and_pages_of_others(world: World):
    with serving(world, server={"operator_token": OPERATOR}, headers=bearer(OPERATOR)) as client:
        assert client.get("/operator/hosts").status_code == 200
        problem(client.get("/operator/hosts", headers={"Host": "evil.example"}), 421)
        problem(client.get("/operator/hosts", headers={"Origin": "https://evil.example"}), 403)


def test_guessing_has_a_bound_that_the_operator_does_not_meet(world: World):
    clock = ManualClock()

    def make(settings: Settings) -> FastAPI:
        return build(settings, clock=clock)

    server = {"operator_token": OPERATOR, "rate": 1, "burst": 5, "streams": 1}
    with serving(world, make, server=server, headers=bearer(OPERATOR)) as client:
        guesses = [client.get("/operator/hosts", headers=bearer("x" * 20)) for _ in range(7)]
        assert [guess.status_code for guess in guesses] == [401] * 5 + [429] * 2
        assert guesses[-1].headers["retry-after"] == "1"
        assert [client.get("/operator/audit").status_code for _ in range(6)] == [200] * 5 + [429]
        assert client.get("/v1/sources", headers={"Authorization": ""}).status_code == 200
        clock.advance(60)
        with Reader(client, "/operator/events") as reader:
            assert reader.next().event == "totals"
            problem(client.get("/operator/events"), 429)
            assert client.get("/operator/audit").status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"rate": 0}, "rate has to be at least"),
        ({"rate": "fast"}, "rate has to be a number"),
        ({"rate": 1e300}, "rate has to be at most"),
        ({"rate": 101}, "rate has to be at most 100"),
        ({"rate": True}, "rate has to be a number"),
        ({"rate": "5"}, "rate has to be a number"),
        ({"burst": 1001}, "burst has to be at most 1000"),
        ({"burst": True}, "burst has to be a whole number"),
        ({"concurrency": 257}, "concurrency has to be at most 256"),
        ({"hourly": 1_000_001}, "hourly has to be at most 1000000"),
        ({"blocked": "yes"}, "blocked has to be true or false"),
        ({"blocked": 1}, "blocked has to be true or false"),
        ({"burst": 0}, "burst has to be at least 1"),
        ({"burst": 1.5}, "burst has to be a whole number"),
        ({"concurrency": -1}, "concurrency has to be at least 1"),
        ({"hourly": 0}, "hourly has to be at least 1"),
        ({"blocked": "maybe"}, "blocked has to be true or false"),
        ({"note": "x" * 201}, "note has to be at most 200 characters"),
        ({"colour": "red"}, "not known; valid are rate, burst, concurrency, hourly, blocked, note"),
        ([], "a JSON object"),
        (None, "body"),
    ],
)
def test_an_order_that_is_none_says_what_is_valid(operated: httpx.Client, body: Any, says: str):
    assert says in problem(operated.put("/operator/hosts/a.test", json=body), 422)
    assert operated.get("/operator/limits.toml").text == ""


@pytest.mark.parametrize(
    "note", ["two\nlines", "a\u202eb", "\u0000", "\u2028", "a\r\nX-Forged: yes", "\x1b[31m"]
)
def test_a_note_is_one_line_that_is_shown_as_it_is(operated: httpx.Client, note: str):
    told = problem(operated.put("/operator/hosts/a.test", json={"note": note}), 422)
    assert told == "note has to be one line of at most 200 characters"
    assert operated.get("/operator/audit").json() == {"changes": []}


@pytest.mark.parametrize(
    "host",
    [
        *("a%20b", "a.test:80", "http:%2F%2Fa.test", "user@a.test", "*.a.test", "a..test", "%00"),
        *("%0d%0aX-Forged:yes", "<script>", "a.test%2F..%2Fb", "[::1", "0x7f.1", "2130706433"),
        *("a" * 64 + ".test", "%E2%80%AE.test", "a'b", 'a"b', "a]b"),
    ],
)
def test_what_is_no_host_is_refused_and_not_repeated(operated: httpx.Client, host: str):
    for method, body in (("GET", None), ("PUT", b"{}"), ("DELETE", None)):
        response = operated.request(method, f"/operator/hosts/{host}", content=body)
        if "%2f" in host.lower():  # a slash makes it another path
            assert "a name or address alone" in problem(response, 404)
            continue
        assert "has to be" in problem(response, 422)
        assert host not in response.text


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("EXAMPLE.test", "example.test"),
        ("example.test.", "example.test"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("under_score.test", "under_score.test"),
    ],
)
def test_a_host_is_taken_as_a_url_has_it(operated: httpx.Client, written: str, host: str):
    told = operated.get(f"/operator/hosts/{written}").json()
    assert told["host"] == host
    assert told["state"] == "idle"
    assert told["limits"]["source"] == "default"
    assert (told["requests"], told["last"], told["back_off"]) == (0, None, None)


@pytest.mark.parametrize("name", ["", "x" * 81, "tab\tbed", "naïve"])
def test_a_name_that_cannot_stand_in_the_log_is_refused(operated: httpx.Client, name: str):
    headers = {b"X-Operator": name.encode("latin-1")}
    response = operated.put("/operator/hosts/a.test", json={}, headers=headers)
    assert "X-Operator has to be" in problem(response, 422)


def test_who_gives_no_name_is_the_operator(operated: httpx.Client):
    operated.put("/operator/hosts/named.test", json={"rate": 2})
    headers = {"X-Operator": "Kim Lee <kim@desk>"}
    operated.delete("/operator/hosts/named.test", headers=headers)
    unset, order = operated.get("/operator/audit?limit=2").json()["changes"]
    assert (order["by"], unset["by"]) == ("operator", "Kim Lee <kim@desk>")


def test_a_body_has_a_bound(operated: httpx.Client):
    response = operated.put("/operator/hosts/a.test", content=b" " * (MAX_BODY + 1))
    assert str(MAX_BODY) in problem(response, 413)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("hosts?limit=501", "limit has to be at most 500"),
        ("hosts?offset=-1", "offset has to be at least 0"),
        ("hosts?state=asleep", "state has to be 'blocked'"),
        ("hosts?sort=shoe-size", "sort has to be 'state'"),
        ("hosts?serach=a", "takes only: limit, offset, search, sort, state"),
        ("refusals?limit=0", "limit has to be at least 1"),
        ("check", "url is missing"),
        ("audit?limit=x", "limit has to be a whole number"),
        ("limits.toml?x=1", "takes only: no parameters"),
    ],
)
def test_a_question_that_is_none_says_what_is_valid(operated: httpx.Client, query: str, says: str):
    assert says in problem(operated.get(f"/operator/{query}"), 422)


def test_a_reload_without_a_file_says_so(operated: httpx.Client):
    told = operated.post("/operator/reload").json()
    assert told["reloaded"] is False
    assert "--config" in told["says"]
    problem(operated.get("/operator/reload"), 405)
