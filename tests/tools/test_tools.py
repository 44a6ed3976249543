from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from browser.conversation import VERBS
from tests.service.living import Talk, serving
from tests.world import World

STYLES = ["openai", "anthropic", "harmony"]
# What servers with strict schemas know of JSON Schema.
STRICT = {"type", "description", "enum", "minimum", "maximum", "properties", "required"}


def tools(client: httpx.Client, style: str) -> dict[str, Any]:
    response = client.get("/v1/tools", params={"style": style})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    assert told["style"] == style
    assert told["instructions"]
    return told


def functions(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By name: description and parameters, whatever the style."""
    found = {}
    for tool in told["tools"]:
        if told["style"] == "anthropic":
            assert set(tool) == {"name", "description", "input_schema"}
            function = {**tool, "parameters": tool["input_schema"]}
        else:
            assert set(tool) == {"type", "function"}
            assert tool["type"] == "function"
            function = tool["function"]
            assert set(function) == {"name", "description", "parameters"}
        found[function["name"]] = function
    assert len(found) == len(told["tools"])
    return found


@pytest.mark.parametrize("style", ["openai", "anthropic"])
def test_the_tools_are_the_commands(service: httpx.Client, style: str):
    found = functions(tools(service, style))
    assert set(found) == set(VERBS)
    document = service.get("/openapi.json").json()
    for name, function in found.items():
        operation = document["paths"][f"/v1/{name}"]["get"]
        schema = function["parameters"]
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert set(schema) == {"type", "properties", "required", "additionalProperties"}
        named = {
            each["name"]: each for each in operation["parameters"] if each["name"] != "session"
        }
        assert list(schema["properties"]) == list(named)
        assert schema["required"] == [key for key, each in named.items() if each["required"]]
        for key, told in schema["properties"].items():
            assert set(told) <= STRICT, key
            assert told["type"] in {"string", "integer"}
            assert told["description"].startswith(named[key]["description"])
        assert operation["description"] in function["description"]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name)


def test_both_styles_say_the_same(service: httpx.Client):
    one, other = (functions(tools(service, style)) for style in ("openai", "anthropic"))
    for name in VERBS:
        assert one[name]["parameters"] == other[name]["parameters"]
        assert one[name]["description"] == other[name]["description"]


def test_a_default_and_a_bound_are_told(service: httpx.Client):
    topn = functions(tools(service, "openai"))["search"]["parameters"]["properties"]["topn"]
    assert (topn["minimum"], topn["maximum"]) == (1, 50)
    assert topn["description"] == "How many results. Default 10."
    assert "default" not in topn, "strict modes refuse it"


@pytest.mark.parametrize("style", ["openai", "anthropic"])
def test_a_call_is_run_as_the_reply_says(service: httpx.Client, style: str):
    call = tools(service, style)["call"]
    assert call["method"] == "GET"
    given: dict[str, str | int] = {"query": "pears", "topn": 1, "session": "as-told"}
    reply = service.get(call["url"].replace("{name}", "search"), params=given)
    assert "Pears" in reply.json()[call["reply"]]


def test_the_trained_tool_is_the_librarys_own(service: httpx.Client):
    harmony = pytest.importorskip("openai_harmony")
    told = tools(service, "harmony")
    trained = harmony.ToolNamespaceConfig.browser()
    assert harmony.ToolNamespaceConfig.model_validate(told["namespace"]) == trained
    assert told["instructions"] == trained.description
    found = functions(told)
    assert set(found) == {"browser.search", "browser.open", "browser.find"}
    for tool in trained.tools:
        function = found[f"browser.{tool.name}"]
        assert function["description"] == tool.description
        assert function["parameters"] == tool.parameters


def test_every_call_of_the_trained_tool_has_a_command(service: httpx.Client):
    """What an orchestrator does that follows `routes` to the letter."""
    call = tools(service, "harmony")["call"]
    assert set(call["routes"]) == {"browser.search", "browser.open", "browser.find"}
    session = "trained"

    def run(told: dict[str, str], **values: object) -> dict[str, Any]:
        assert told["when"]
        filled = told["route"].format(**values)
        assert "{" not in filled
        reply = service.get(call["url"].replace("{route}", f"{filled}&session={session}"))
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        assert found["ok"], found["text"]
        return found

    (search,), (find,) = call["routes"]["browser.search"], call["routes"]["browser.find"]
    by_url, by_link, onward, _ = call["routes"]["browser.open"]
    assert run(search, query="pears", topn=2)["page"]["kind"] == "search"
    assert run(by_link, id=0, cursor=0)["page"]["domain"] == "library.test"
    assert run(onward, loc=2, cursor=1)["page"]["lines"][0] == 2
    assert run(find, pattern="pears", cursor=1)["page"]["kind"] == "find"
    assert run(by_url, id="http://library.test/pears")["page"]["kind"] == "page"


def test_the_commands_named_are_commands(service: httpx.Client):
    routes = tools(service, "harmony")["call"]["routes"]
    named = {name for each in routes.values() for name in re.findall(r"/v1/(\w+)", str(each))}
    assert named
    assert named <= set(VERBS)


@pytest.mark.parametrize("style", ["", "OpenAI", "gemini"])
def test_another_style_is_told_the_valid_ones(service: httpx.Client, style: str):
    answer = service.get("/v1/tools", params={"style": style})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    for valid in STYLES:
        assert f"'{valid}'" in answer.json()["detail"]


def test_nothing_else_is_taken(service: httpx.Client):
    assert service.get("/v1/tools", params={"style": "openai", "strict": 1}).status_code == 422


@pytest.mark.parametrize("style", STYLES)
def test_it_needs_the_token_like_every_call(service: httpx.Client, style: str):
    answer = httpx.get(f"{service.base_url}/v1/tools?style={style}", trust_env=False)
    assert answer.status_code == 401


def test_openai_is_the_default_and_costs_the_conversation_nothing(service: httpx.Client):
    assert service.get("/v1/tools").json() == tools(service, "openai")
    assert Talk(service, "nothing-ran").do("sources")["cursor"] is None


def test_the_calls_lead_to_the_public_address(world: World):
    with serving(world, server={"public_url": "https://browser.example/"}) as client:
        call = tools(client, "openai")["call"]
        assert call["url"] == "https://browser.example/v1/{name}"
        assert tools(client, "harmony")["call"]["url"] == "https://browser.example{route}"


def test_it_is_no_command_of_the_model(service: httpx.Client):
    operation = service.get("/openapi.json").json()["paths"]["/v1/tools"]["get"]
    assert operation["tags"] == ["orchestrator"]
