from __future__ import annotations

from typing import Any

import httpx
import pytest

from browser.conversation import VERBS
from browser.model.reason import Reason
from tests.service.living import KEYS, PAGE_KEYS, Talk


@pytest.fixture(scope="module")
def document(service: httpx.Client) -> dict[str, Any]:
    response = service.get("/openapi.json")
    assert response.status_code == 200
    described: dict[str, Any] = response.json()
    return described


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_says_what_it_does(document: dict[str, Any]):
    found = operations(document)
    assert len(found) >= 16
    for name, operation in found.items():
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["operationId"], name
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])
    identifiers = [operation["operationId"] for operation in found.values()]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("search", ["query", "recency_days", "topn", "site"]),
        ("click", ["id", "cursor"]),
        ("open_url", ["url"]),
        ("scroll", ["amount", "line", "cursor"]),
        ("find", ["pattern", "cursor"]),
        ("back", []),
        ("quote", ["start", "end", "cursor"]),
        ("sources", []),
    ],
)
def test_a_command_takes_the_parameters_of_the_contract(
    document: dict[str, Any], command: str, parameters: list[str]
):
    methods = document["paths"][f"/v1/{command}"]
    assert list(methods) == ["get"]
    names = [parameter["name"] for parameter in methods["get"].get("parameters", [])]
    assert names == [*parameters, "session"]


def test_every_command_is_described(document: dict[str, Any]):
    described = {path.removeprefix("/v1/") for path in document["paths"] if path.count("/") == 2}
    assert set(VERBS) <= described


def test_the_described_reply_is_the_reply(document: dict[str, Any], talk: Talk):
    schemas = document["components"]["schemas"]
    assert set(schemas["ReplyInfo"]["properties"]) - {"links_left_out"} == KEYS
    assert set(schemas["PageInfo"]["properties"]) == PAGE_KEYS
    assert set(schemas["Reason"]["enum"]) == {reason.value for reason in Reason}
    quote = talk.open("http://library.test/apples") and talk.good("quote", start=2, end=2)["quote"]
    assert set(schemas["QuoteInfo"]["properties"]) == set(quote)
    failure = talk.do("click", id=99)["failure"]
    assert set(schemas["FailureInfo"]["properties"]) == set(failure)
    step = talk.transcript()["steps"][0]
    assert set(schemas["StepInfo"]["properties"]) - {"note"} == set(step)
    assert set(schemas["SourceInfo"]["properties"]) == set(talk.transcript()["sources"][0])
    assert set(schemas["PolitenessInfo"]["properties"]) == set(step["politeness"])
    assert set(schemas["WholePage"]["properties"]) == set(talk.whole(0))
    assert set(schemas["LineInfo"]["properties"]) == set(talk.whole(0)["lines"][0])
    resolved = talk.resolve("【0†L2】")
    assert set(schemas["ResolvedInfo"]["properties"]) == set(resolved)
    assert set(schemas["Annotation"]["properties"]) == set(resolved["annotations"][0])
    assert set(schemas["CitedSource"]["properties"]) == set(resolved["sources"][0])


def test_the_document_says_how_to_send_a_token(document: dict[str, Any]):
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for name, operation in operations(document).items():
        guarded = any(part in name for part in ("/v1/", "/metrics", "/operator/"))
        assert ("security" in operation) == guarded, name


def test_every_response_forbids_guessing_its_type_and_keeping_it(service: httpx.Client):
    for path in ("/v1/sources", "/v1/sessions/none", "/healthz", "/readyz", "/v1/click"):
        response = service.get(path)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "server" not in response.headers


def test_topn_limits_the_results_and_is_ten_when_left_out(talk: Talk):
    assert len(talk.good("search", query="nuts harvest trees", topn=1)["links"]) == 1
    assert len(talk.good("search", query="nuts harvest trees")["links"]) > 1
    assert talk.transcript()["steps"][-1]["args"]["topn"] == 10


def test_site_limits_where_results_come_from(talk: Talk):
    assert talk.good("search", query="nuts", site="library.test")["links"]
    nothing = talk.good("search", query="nuts", site="elsewhere.test")
    assert nothing["links"] == []
    assert "No results." in nothing["text"]


@pytest.mark.parametrize(
    "query", ["pattern=a&pattern=b", "pattern=a&pattern=a", "pattern=a&cursor=x&cursor=0"]
)
def test_a_parameter_that_is_there_twice_is_a_mistake(service: httpx.Client, query: str):
    answer = service.get(f"/v1/find?{query}&session=twice")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "/v1/find takes each once: cursor, pattern, session."
    answer = service.get("/v1/sources?session=twice&session=other")
    assert answer.status_code == 422
    for name in ("twice", "other"):
        assert service.get(f"/v1/sessions/{name}").status_code == 404, "nothing was done"


def test_an_unknown_parameter_is_a_mistake_that_names_the_valid_ones(service: httpx.Client):
    answer = service.get("/v1/find?pattern=a&session=strange&curser=1")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "/v1/find takes only: cursor, pattern, session."
    assert service.get("/v1/sessions/strange").status_code == 404


def test_a_query_keeps_its_plus_signs_spaces_and_letters(talk: Talk):
    for query in ("c++ 日本語 & 100%", "a\tb", "é", "'; DROP TABLE pages; --", '"unbalanced', "\0"):
        reply = talk.do("search", query=query)
        assert reply["ok"] or reply["failure"]["code"] == "search_failed"
        assert talk.transcript()["steps"][-1]["args"]["query"] == query
