from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from browser.api.problem import install
from browser.errors import StateUnavailable

CANARY = "CANARY"
UNKNOWN_NAME = "body: a name that is not known; valid are "


def is_problem(response: httpx.Response, status: int) -> str:
    """The detail of a problem, once its form is found right."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert set(body) == {"type", "status", "title", "detail", "request_id"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert CANARY not in response.text
    detail: str = body["detail"]
    return detail


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/search", "query is missing"),
        (f"/v1/search?query=x&topn={CANARY}", "topn has to be a whole number"),
        ("/v1/search?query=x&topn=0", "topn has to be at least 1"),
        ("/v1/search?query=x&topn=51", "topn has to be at most 50"),
        ("/v1/search?query=x&recency_days=0", "recency_days has to be at least 1"),
        (f"/v1/search?query={'x' * 2001}", "query has to be at most 2000 characters"),
        (f"/v1/search?query=x&site={CANARY * 100}", "site has to be at most 253 characters"),
        (f"/v1/search?topn={CANARY}", "query is missing; topn has to be a whole number"),
        ("/v1/click", "id is missing"),
        ("/v1/click?id=", "id has to be a whole number"),
        (f"/v1/click?id={CANARY}", "id has to be a whole number"),
        ("/v1/click?id=1.5", "id has to be a whole number"),
        (f"/v1/click?id={'9' * 5000}", "id has to be a whole number of fewer digits"),
        (f"/v1/click?id={'9' * 50}", "id has to be at most 1000000000"),
        (f"/v1/click?id=-{'9' * 50}", "id has to be at least -1000000000"),
        (f"/v1/click?id=0&cursor={CANARY}", "cursor has to be a whole number"),
        ("/v1/open_url", "url is missing"),
        (f"/v1/open_url?url={CANARY * 2000}", "url has to be at most 8192 characters"),
        ("/v1/scroll?amount=1&line=1", "Give amount or line, not both."),
        (f"/v1/scroll?line={'9' * 50}", "line has to be at most 1000000000"),
        (f"/v1/find?pattern={CANARY * 400}", "pattern has to be at most 1000 characters"),
        ("/v1/quote?start=2", "end is missing"),
        (f"/v1/sessions/s/pages/{CANARY}", "cursor has to be a whole number"),
        (f"/v1/sessions/{'x' * 201}", "session has to be at most 200 characters"),
    ],
)
def test_malformed_parameters_are_told_with_what_is_valid_and_not_repeated(
    service: httpx.Client, path: str, told: str
):
    assert is_problem(service.get(path), 422) == told


def test_a_path_or_method_that_is_not_there_is_told(service: httpx.Client):
    told = is_problem(service.get(f"/v1/{CANARY}"), 404)
    paths = service.get("/openapi.json").json()["paths"]
    commands = {
        path
        for path, methods in paths.items()
        if "commands" in methods.get("get", {}).get("tags", ())
    }
    assert set(re.findall(r"/v1/\w+", told)) == commands
    is_problem(service.get(f"/{CANARY}/../x"), 404)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response = service.request(method, "/v1/open_url?url=http://api.test/")
        assert is_problem(response, 405) == "Valid here: GET."
        assert response.headers["allow"] == "GET"
    for method in ("POST", "OPTIONS", "HEAD"):
        response = service.request(method, "/v1/sessions/none")
        assert response.status_code == 405
        assert response.headers["allow"] == "DELETE, GET"
    response = service.get("/v1/citations/resolve")
    is_problem(response, 405)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{}", "session is missing; text is missing"),
        ('{"session": "s"}', "text is missing"),
        ('{"session": "s", "text": 1}', "text has to be a string"),
        ('{"session": "s", "text": "x", "style": "CANARY"}', "style has to be 'markdown'"),
        ('{"session": "s", "text": "x", "partial": "CANARY"}', "partial has to be true or false"),
        ('{"session": "s", "text": "x", "CANARY": 1}', UNKNOWN_NAME),
        ('{"session": "s", "text": "x", "CANARY\\ud800": 1}', "body has to be text in Unicode"),
        ('{"session": "s", "text": "\\ud800"}', "text has to be text in Unicode"),
        ('{"session": "\\ud800", "text": "x"}', "session has to be text in Unicode"),
        (
            json.dumps({"session": "s", "text": "x" * 200_001}),
            "text has to be at most 200000 characters",
        ),
        ('{"session": CANARY', "body has to be valid JSON"),
        ("[]", "body has to be a JSON object"),
        ("null", "body"),
        ("", "body is missing"),
    ],
)
def test_malformed_bodies_are_told_with_what_is_valid_and_not_repeated(
    service: httpx.Client, body: str, told: str
):
    response = service.post(
        "/v1/citations/resolve", content=body, headers={"Content-Type": "application/json"}
    )
    assert is_problem(response, 422).startswith(told)


def test_a_body_that_is_no_json_is_told(service: httpx.Client):
    resolve = "/v1/citations/resolve"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = service.post(resolve, content="session=s", headers={"Content-Type": kind})
        assert "Content-Type: application/json" in is_problem(response, 422)
    deep = "[" * 200_000
    response = service.post(resolve, content=deep, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    is_problem(response, response.status_code)


def test_a_body_that_is_too_large_is_refused_declared_or_not(service: httpx.Client):
    body = json.dumps({"session": "s", "text": "x" * 3_000_000}).encode()
    headers = {"Content-Type": "application/json"}
    declared = service.post("/v1/citations/resolve", content=body, headers=headers)
    is_problem(declared, 413)
    pieces = (body[at : at + 65536] for at in range(0, len(body), 65536))
    streamed = service.post("/v1/citations/resolve", content=pieces, headers=headers)
    is_problem(streamed, 413)


def test_the_longest_answer_we_take_fits_however_it_is_escaped(service: httpx.Client):
    session = service.get("/v1/sources").json()["session"]
    body = json.dumps({"session": session, "text": "😀" * 200_000}, ensure_ascii=True)
    headers = {"Content-Type": "application/json"}
    response = service.post("/v1/citations/resolve", content=body, headers=headers)
    assert response.json()["text"] == "😀" * 200_000


async def test_a_defect_of_ours_is_told_without_its_words():
    app = FastAPI()
    install(app)

    @app.get("/defect")
    async def defect() -> None:
        raise KeyError(CANARY)

    @app.get("/store")
    async def store() -> None:
        raise StateUnavailable("The store is away.", retry_after=7)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert "defect" in is_problem(await client.get("/defect"), 500)
        response = await client.get("/store")
    assert is_problem(response, 503) == "The store is away."
    assert response.headers["retry-after"] == "7"


def test_no_mistake_in_any_place_of_any_operation_is_repeated(service: httpx.Client):
    document = service.get("/openapi.json").json()
    mistakes = 0
    for path, methods in document["paths"].items():
        filled = re.sub(r"\{\w+\}", CANARY, path)
        for method, operation in methods.items():
            names = [each["name"] for each in operation.get("parameters", [])]
            asks: list[dict[str, Any]] = [
                {"params": {name: value}}
                for name in [*names, CANARY]
                for value in (CANARY, f"{CANARY} \x00\n", CANARY * 3000, [CANARY, CANARY])
            ]
            asks += [{"content": body} for body in (CANARY, f'{{"{CANARY}": "{CANARY}"}}')]
            asks += [
                {"headers": {header: CANARY.encode() + end}}
                for header in ("Host", "Origin", "X-Session-Id", "Content-Type", "Range", CANARY)
                for end in (b"", b" \xff")
            ]
            for ask in asks:
                answer = service.request(method, filled, **ask)
                if answer.status_code >= 400:
                    mistakes += 1
                    is_problem(answer, answer.status_code)
                    assert CANARY not in str(answer.headers)
                assert answer.status_code < 500
    assert mistakes > 200


def test_every_operation_that_takes_a_body_bounds_it(service: httpx.Client):
    document = service.get("/openapi.json").json()
    taking = [
        (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        # An operator's are judged by who asks before anything of them is read.
        if "requestBody" in operation and not path.startswith("/operator/")
    ]
    assert ("post", "/v1/citations/resolve") in taking
    for method, path in taking:
        pieces = (b" " * 65536 for _ in range(200))
        answer = service.request(
            method, path, content=pieces, headers={"Content-Type": "application/json"}
        )
        is_problem(answer, 413)
