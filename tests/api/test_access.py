from __future__ import annotations

import itertools
import json
import socket

import httpx
import pytest
from pydantic import ValidationError

from browser.api.access import SESSION_HEADERS, digest
from browser.config import fixed
from tests.api.conftest import FIRST, SECOND, bearer
from tests.service.living import Talk, serving
from tests.world import World

OPERATOR = "the-operator-s-own-token"
METRICS = "a-token-for-metrics-alone"

PUBLIC = ["/healthz", "/readyz", "/openapi.json", "/", "/agent"]
PRIVATE = [
    ("GET", "/metrics"),
    ("GET", "/v1/search?query=x"),
    ("GET", "/v1/click?id=0"),
    ("GET", "/v1/open_url?url=http://api.test/"),
    ("GET", "/v1/scroll?amount=1"),
    ("GET", "/v1/find?pattern=x"),
    ("GET", "/v1/back"),
    ("GET", "/v1/quote?start=2&end=2"),
    ("GET", "/v1/sources"),
    ("GET", "/v1/sessions/s"),
    ("GET", "/v1/sessions/s/pages/0"),
    ("DELETE", "/v1/sessions/s"),
    ("POST", "/v1/citations/resolve"),
]


def anonymous(client: httpx.Client) -> httpx.Client:
    return httpx.Client(base_url=client.base_url, trust_env=False, timeout=30)


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nothing_is_done_for_a_caller_without_a_token(
    guarded: httpx.Client, method: str, path: str
):
    with anonymous(guarded) as caller:
        body = {"session": "s", "text": "x"} if method == "POST" else None
        response = caller.request(method, path, json=body)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["title"] == "no valid credential"


@pytest.mark.parametrize("path", PUBLIC)
def test_what_supervisors_and_site_owners_ask_needs_no_token(guarded: httpx.Client, path: str):
    with anonymous(guarded) as caller:
        assert caller.get(path).status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        [f"Bearer {FIRST}x"],
        [f"Bearer {FIRST[:-1]}"],
        ["Bearer"],
        [FIRST],
        [f"Basic {FIRST}"],
        [f"Token {FIRST}"],
        [f"Bearer {FIRST} {SECOND}"],
        [f"Bearer {digest(FIRST)}"],
        [f"Bearer {FIRST}", f"Bearer {FIRST}"],
        [f"Bearer {FIRST}", "Bearer wrong"],
        ["Bearer wrong", f"Bearer {FIRST}"],
        [f"Bearer {FIRST}, Bearer {SECOND}"],
        [f"Bearer\t{FIRST}"],
        [f"Bearer {FIRST}\xa0"],
        [f"Bearer {FIRST}\x85"],
        [f"Bearer {FIRST.upper()}"],
        [f"Bearer {'é' * 100}"],
        [f"Bearer {'x' * 60_000}"],
        [f"Bearer {FIRST}{'=' * 60_000}"],
        [f'Bearer "{FIRST}"'],
        [f"Bearer: {FIRST}"],
        [""],
    ],
)
def test_a_header_that_is_not_one_valid_token_is_refused(guarded: httpx.Client, values: list[str]):
    with anonymous(guarded) as caller:
        headers = [(b"Authorization", value.encode("latin-1")) for value in values]
        response = caller.get("/v1/sources", headers=headers)
    assert response.status_code == 401
    assert FIRST not in response.text


@pytest.mark.parametrize("value", ["Bearer {}", "bearer {}", "BEARER  {}"])
@pytest.mark.parametrize("token", [FIRST, SECOND])
def test_each_valid_token_is_let_in_whatever_the_case_of_bearer(
    guarded: httpx.Client, value: str, token: str
):
    with anonymous(guarded) as caller:
        response = caller.get("/v1/sources", headers={"Authorization": value.format(token)})
    assert response.status_code == 200


def test_a_token_in_the_address_is_no_credential(guarded: httpx.Client):
    with anonymous(guarded) as caller:
        assert caller.get("/v1/sources", params={"token": FIRST}).status_code == 401
        assert caller.get("/v1/sources", params={"access_token": FIRST}).status_code == 401


def test_a_session_belongs_to_the_credential_that_made_it(guarded: httpx.Client):
    mine = Talk(guarded, "the-same-name")
    mine.open("http://api.test/")
    with anonymous(guarded) as caller:
        caller.headers.update(bearer(SECOND))
        for method, path, body in (
            ("GET", "", None),
            ("GET", "/pages/0", None),
            ("DELETE", "", None),
        ):
            answer = caller.request(method, f"/v1/sessions/the-same-name{path}", json=body)
            missing = caller.request(method, f"/v1/sessions/never-was{path}", json=body)
            assert answer.status_code == 404
            told, of_none = answer.json(), missing.json()
            del told["request_id"], of_none["request_id"]
            assert told == of_none, "whether another has it cannot be told"
        marks = {"session": "the-same-name", "text": "【0†L2】"}
        assert caller.post("/v1/citations/resolve", json=marks).status_code == 404
        theirs = Talk(caller, "the-same-name")
        theirs.fails("no_page", "find", pattern="words")
        assert theirs.open("http://api.test/")["cursor"] == 0
        assert len(theirs.transcript()["steps"]) < 9
        assert caller.delete("/v1/sessions/the-same-name").status_code == 204
    assert mine.whole(0)["page"]["title"] == "A title"


@pytest.mark.parametrize("name", SESSION_HEADERS)
def test_a_session_name_in_a_header_has_to_be_usable(guarded: httpx.Client, name: str):
    for value in ("a b", "a/b", "x" * 201):
        response = guarded.get("/v1/sources", headers={name: value})
        assert response.status_code == 400, value
    assert guarded.get("/v1/sources", headers={name: "x" * 200}).json()["session"] == "x" * 200


def test_an_unusable_name_in_the_winning_header_is_not_skipped(guarded: httpx.Client):
    first, second, *_ = SESSION_HEADERS
    response = guarded.get("/v1/sources", headers={first: "a b", second: "fine"})
    assert response.status_code == 400


@pytest.mark.parametrize("name", SESSION_HEADERS)
@pytest.mark.parametrize("value", ["", "{{CHAT_ID}}", "chat-{{ CHAT_ID }}"])
def test_a_header_that_was_not_filled_in_names_nothing(
    guarded: httpx.Client, name: str, value: str
):
    told = guarded.get("/v1/sources", headers={name: value}).json()["session"]
    again = guarded.get("/v1/sources", headers={name: value}).json()["session"]
    assert "{" not in told
    assert told != again, "each call is a conversation of its own"
    mine = {"session": "of-the-parameter"}
    told = guarded.get("/v1/sources", params=mine, headers={name: value}).json()["session"]
    assert told == "of-the-parameter"
    other = next(key for key in reversed(SESSION_HEADERS) if key != name)
    told = guarded.get("/v1/sources", headers={name: value, other: "filled"}).json()["session"]
    assert told == "filled"


def test_session_names_may_hold_every_visible_character_but_the_slash(guarded: httpx.Client):
    name = "".join(chr(n) for n in range(33, 127) if chr(n) != "/")
    reply = guarded.get("/v1/sources", params={"session": name}).json()
    assert reply["session"] == name
    path = "".join(f"%{ord(letter):02X}" for letter in name)
    assert guarded.get(f"/v1/sessions/{path}").json()["session"] == name


def test_names_and_owners_never_run_into_each_other():
    from browser.conversation import key_of

    owners, names = ("", "1", "11", "a" * 64), ("1", "11", "111", "1:1", "a")
    keys = {key_of(owner, name) for owner, name in itertools.product(owners, names)}
    assert len(keys) == len(owners) * len(names)


def test_only_hosts_that_the_operator_allows_are_answered(guarded: httpx.Client):
    for host, status in (
        ("browser.example", 200),
        ("browser.example:8443", 200),
        ("evil.example", 421),
        ("browser.example.evil.example", 421),
    ):
        assert guarded.get("/healthz", headers={"Host": host}).status_code == status, host


def test_only_origins_that_the_operator_allows_may_read(guarded: httpx.Client):
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    mine = guarded.options("/v1/sources", headers={"Origin": "https://chat.example", **asked})
    assert mine.status_code == 200
    assert mine.headers["access-control-allow-origin"] == "https://chat.example"
    assert "access-control-allow-credentials" not in mine.headers
    other = guarded.options("/v1/sources", headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers
    read = guarded.get("/v1/sources", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in read.headers
    read = guarded.get("/v1/sources", headers={"Origin": "https://chat.example"})
    assert read.headers["access-control-allow-origin"] == "https://chat.example"


def test_two_hosts_in_one_request_are_not_a_way_around(guarded: httpx.Client):
    port = guarded.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 10) as caller:
        caller.sendall(
            b"GET /v1/sources HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n"
            b"Connection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: caller.recv(65536), b""))
    assert answer.split(b" ", 2)[1] in (b"400", b"401")


def test_a_reply_tells_nothing_of_tokens(guarded: httpx.Client):
    said = json.dumps(guarded.get("/openapi.json").json()) + guarded.get("/").text
    said += guarded.get("/metrics").text + guarded.get("/agent").text
    assert FIRST not in said
    assert SECOND not in said


@pytest.mark.parametrize(
    "token",
    ["fifteen-letters", "", "with a space in it", "ünicode-of-a-token", "a-token-\t-with-a-tab"],
)
def test_a_token_that_is_short_or_cannot_be_sent_is_no_setting(token: str):
    with pytest.raises(ValidationError, match="token") as caught:
        fixed(server={"tokens": ["a-token-that-is-fine", token]})
    assert "that-is-fine" not in str(caught.value.errors(include_input=False))


def test_metrics_need_a_token_where_commands_do_and_do_not_count(guarded: httpx.Client):
    assert guarded.get("/metrics").status_code == 200
    with anonymous(guarded) as caller:
        assert caller.get("/metrics").status_code == 401


def test_a_token_of_metrics_opens_them_and_nothing_else_and_no_other_does(world: World):
    server = {"tokens": [FIRST], "operator_token": OPERATOR, "metrics_token": METRICS}
    with serving(world, server=server) as service:
        said = {
            (path, token): service.get(path, headers=bearer(token)).status_code
            for path in ("/metrics", "/v1/sources", "/operator/hosts", "/sse")
            for token in (METRICS, FIRST, OPERATOR)
            if (path, token) != ("/sse", FIRST)
        }
        document = service.get("/openapi.json").json()
    assert {asked for asked, status in said.items() if status != 401} == {
        ("/metrics", METRICS),
        ("/v1/sources", FIRST),
        ("/operator/hosts", OPERATOR),
    }
    assert document["paths"]["/metrics"]["get"]["security"] == [{"metrics": []}]
