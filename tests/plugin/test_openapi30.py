"""The plugin's OpenAPI document: what a 3.0 client makes of it, and that its calls are real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from openapi_spec_validator import OpenAPIV30SpecValidator, validate
from referencing import Registry
from referencing.jsonschema import DRAFT4

from browser.api.openapi30 import convert
from browser.conversation import VERBS
from tests.plugin.conftest import PUBLIC, TOKEN
from tests.service.living import Talk
from tests.world import World

PATH = "/.well-known/openapi.yaml"
VALUES: dict[str, dict[str, Any]] = {
    "search": {"query": "harvest", "topn": 2, "site": "library.test"},
    "click": {"id": 0, "cursor": 0},
    "open_url": {"url": "http://library.test/pears"},
    "scroll": {"line": 2, "cursor": 1},
    "find": {"pattern": "pears", "cursor": 1},
    "quote": {"start": 2, "end": 3, "cursor": 1},
    "back": {},
    "sources": {},
}


def read(client: httpx.Client) -> dict[str, Any]:
    response = client.get(PATH)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/yaml; charset=utf-8"
    assert "&id" not in response.text, "an anchor, which few readers of OpenAPI follow"
    document: dict[str, Any] = yaml.safe_load(response.text)
    return document


@pytest.fixture(scope="module")
def document(service: httpx.Client) -> dict[str, Any]:
    return read(service)


def words(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every description and summary, with its place."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield f"{place}/{key}", value
            else:
                yield from words(value, f"{place}/{key}")
    elif isinstance(part, list):
        for at, value in enumerate(part):
            yield from words(value, f"{place}/{at}")


@pytest.mark.parametrize("which", ["service", "public"])
def test_it_is_openapi_3_0(which: str, request: pytest.FixtureRequest):
    described = read(request.getfixturevalue(which))
    assert described["openapi"].startswith("3.0.")
    validate(described, cls=OpenAPIV30SpecValidator)


def test_it_describes_exactly_the_models_commands_and_get_alone(document: dict[str, Any]):
    assert set(document["paths"]) == {f"/v1/{command}" for command in VERBS}
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"], path
        assert f"/v1/{methods['get']['operationId']}" == path


def test_every_description_fits(document: dict[str, Any]):
    found = dict(words(document))
    assert len(found) > 50
    assert {place: text for place, text in found.items() if not 0 < len(text) <= 200} == {}
    for path, methods in document["paths"].items():
        for parameter in methods["get"]["parameters"]:
            assert parameter["description"], (path, parameter["name"])


def test_it_says_where_and_with_what(public: httpx.Client, service: httpx.Client):
    guarded, open_ = read(public), read(service)
    assert guarded["servers"] == [{"url": PUBLIC}]
    assert open_["servers"] == [{"url": str(service.base_url).rstrip("/")}]
    (name,) = guarded["components"]["securitySchemes"]
    scheme = guarded["components"]["securitySchemes"][name]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert "securitySchemes" not in open_["components"]
    for described, security in ((guarded, [{name: []}]), (open_, None)):
        for methods in described["paths"].values():
            assert methods["get"].get("security") == security


def test_what_is_described_is_what_callers_of_3_1_are_told(
    document: dict[str, Any], service: httpx.Client
):
    newer = service.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        theirs = newer["paths"][path]["get"]
        assert methods["get"]["summary"] == theirs["summary"]
        assert [each["name"] for each in methods["get"]["parameters"]] == [
            each["name"] for each in theirs["parameters"]
        ]
    reply = newer["components"]["schemas"]["ReplyInfo"]
    ours = document["components"]["schemas"]["ReplyInfo"]
    assert set(ours["properties"]) == set(reply["properties"])
    assert ours["required"] == reply["required"]


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    resource = DRAFT4.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    whole = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
    OAS30ReadValidator(whole, registry=registry).validate(value)


def call(client: httpx.Client, document: dict[str, Any], name: str, session: str) -> Any:
    """One call, made of nothing but the document and values for its parameters."""
    operation = document["paths"][f"/v1/{name}"]["get"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    given = {**VALUES[name], "session": session}
    assert {key for key, each in parameters.items() if each["required"]} <= set(given)
    for key, value in given.items():
        assert parameters[key]["in"] == "query"
        OAS30WriteValidator(parameters[key]["schema"]).validate(value)
    response = client.get(document["servers"][0]["url"] + f"/v1/{name}", params=given)
    told = operation["responses"][str(response.status_code)]["content"]
    (kind,) = told
    assert response.headers["content-type"].partition(";")[0] == kind
    reply = response.json()
    check(document, told[kind]["schema"], reply)
    return reply


def test_calls_made_from_the_document_are_answered_as_it_says(
    document: dict[str, Any], service: httpx.Client
):
    for name in VALUES:
        reply = call(service, document, name, "from-the-document")
        assert reply["ok"], reply["text"]


def test_failures_are_answered_as_it_says(document: dict[str, Any], service: httpx.Client):
    for name in ("click", "scroll", "find", "back", "quote"):
        reply = call(service, document, name, f"nothing-open-for-{name}")
        assert reply["failure"]["code"] in {"no_page", "no_history"}


def test_mistakes_are_answered_as_it_says(document: dict[str, Any], service: httpx.Client):
    response = service.get("/v1/click", params={"id": "first"})
    told = document["paths"]["/v1/click"]["get"]["responses"]["422"]["content"]
    check(document, told["application/problem+json"]["schema"], response.json())


def test_a_guarded_service_is_called_with_the_token_the_document_asks_for(
    public: httpx.Client, world: World
):
    world.page("plugin.test", "/", "<p>Words.</p>")
    assert public.get("/v1/sources").status_code == 401
    with httpx.Client(
        base_url=public.base_url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
    ) as chat:
        assert Talk(chat).open("http://plugin.test/")["ok"]


def test_words_of_3_1_become_those_of_3_0():
    schema = {
        "properties": {
            "one": {"const": "a", "title": "One"},
            "few": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "type": "array"},
            "more": {"type": "number", "exclusiveMinimum": 0, "examples": [1.5, 2]},
            "some": {"type": ["string", "null"]},
            "other": {"$ref": "#/components/schemas/Other", "description": "Beside it."},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            "perhaps": {"anyOf": [{"$ref": "#/components/schemas/Other"}, {"type": "null"}]},
            "title": {"type": "string"},
        },
        "type": "object",
    }
    response = {"description": "A.", "content": {"application/json": {"schema": schema}}}
    operation = {
        "tags": ["commands"], "summary": "A", "description": "A.", "operationId": "a",
        "responses": {"200": response},
    }  # fmt: skip
    other = {"type": "object", "title": "Other", "required": ["x"]}
    made = convert(
        {
            "info": {"title": "t", "version": "1", "summary": "s"},
            "paths": {"/a": {"get": operation}},
            "components": {"schemas": {"Other": other, "Unused": {}}},
        },
        secured=False,
    )
    validate({**made, "servers": []}, cls=OpenAPIV30SpecValidator)
    told = made["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    properties = told["properties"]
    assert properties["one"] == {"enum": ["a"]}
    assert properties["few"]["items"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert properties["more"] == {
        "type": "number", "minimum": 0, "exclusiveMinimum": True, "example": 1.5,
    }  # fmt: skip
    assert properties["some"] == {"type": "string", "nullable": True}
    assert properties["other"]["allOf"] == [{"$ref": "#/components/schemas/Other"}]
    assert properties["title"] == {"type": "string"}, "a property of that name is no title"
    assert set(made["components"]["schemas"]) == {"Other"}
    for valid in ("text", 3, None):
        OAS30ReadValidator(properties["either"]).validate(valid)
    assert not OAS30ReadValidator(properties["either"]).is_valid([])
    OAS30ReadValidator(properties["perhaps"]).validate(None)
    assert not OAS30ReadValidator(properties["perhaps"]).is_valid({})
