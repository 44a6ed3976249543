"""vLLM and SGLang, with the very client they have, in an interpreter of its own."""

from __future__ import annotations

from typing import Any

import httpx
from openai_harmony import ToolNamespaceConfig

from tests.gptoss.calling import cursor_of, vllm
from tests.service.living import Talk

# What the prompt is made of: the schemas as E2 of the reference pins them, after vLLM's trim.
SOURCE = {"type": ["string"]}
LEFT_OUT = {"type": "integer", "default": -1}
TRIMMED: dict[str, dict[str, Any]] = {
    "search": {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "topn": {"type": "integer", "default": 10},
            "source": SOURCE,
        },
        "required": ["query"],
    },
    "open": {
        "type": "object",
        "properties": {
            "id": {"type": ["integer", "string"], "default": -1},
            "cursor": LEFT_OUT,
            "loc": LEFT_OUT,
            "num_lines": LEFT_OUT,
            "view_source": {"type": "boolean", "default": False},
            "source": SOURCE,
        },
    },
    "find": {
        "type": "object",
        "properties": {"pattern": {"type": "string"}, "cursor": LEFT_OUT},
        "required": ["pattern"],
    },
}


def trimmed(schema: dict[str, Any]) -> dict[str, Any]:
    """vLLM's four rules: no title, no ``default: null``, anyOf to a list, properties likewise."""
    schema = {key: value for key, value in schema.items() if key != "title"}
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    if "anyOf" in schema:
        kinds = [member["type"] for member in schema.pop("anyOf")]  # KeyError ends vLLM's start
        schema["type"] = [kind for kind in kinds if kind != "null"]
    if "properties" in schema:
        schema["properties"] = {
            name: trimmed(value) for name, value in schema["properties"].items()
        }
    return schema


def request(session: str | None, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"headers": {"x-session-id": session} if session else {}, "calls": calls}


def text(answer: dict[str, Any]) -> str:
    assert [block["type"] for block in answer["content"]] == ["text"]
    assert answer.get("structuredContent") is None
    said: str = answer["content"][0]["text"]
    return said


def test_the_prompt_is_the_one_the_models_were_trained_on(old_python: str, service: httpx.Client):
    told = vllm(old_python, service)
    trained = ToolNamespaceConfig.browser()
    assert told["began"]["serverInfo"]["name"] == "browser"
    assert told["began"]["instructions"] == trained.description
    assert told["began"]["instructions"].endswith("\nsources=web (default: web)")
    in_prompt = [
        tool for tool in told["tools"] if (tool["annotations"] or {}).get("include_in_prompt", True)
    ]
    assert [(tool["name"], tool["description"]) for tool in in_prompt] == [
        (tool.name, tool.description) for tool in trained.tools
    ]
    for tool in in_prompt:
        schema = trimmed(tool["inputSchema"])
        assert schema == TRIMMED[tool["name"]]
        assert list(schema["properties"]) == list(TRIMMED[tool["name"]]["properties"])
        assert tool.get("outputSchema") is None


def test_the_trimmed_schemas_name_what_the_trained_ones_name():
    for tool in ToolNamespaceConfig.browser().tools:
        trained, ours = tool.parameters, TRIMMED[tool.name]
        assert trained is not None
        assert list(trained["properties"]) == list(ours["properties"])
        assert trained.get("required", []) == ours.get("required", [])
        for name, schema in trained["properties"].items():
            assert schema.get("default") == ours["properties"][name].get("default")


def test_a_request_is_browsed_and_its_citations_resolved_when_it_is_over(
    old_python: str, service: httpx.Client
):
    told = vllm(
        old_python,
        service,
        request(
            "resp_of-vllm",
            ("search", {"query": "apples"}),
            ("search", {"query": "walnuts"}),
            ("open", {"id": 0, "cursor": 0}),
            ("find", {"pattern": "harvest"}),
        ),
    )
    texts = [text(answer) for answer in told["answers"][0]]
    assert [cursor_of(shown) for shown in texts] == [0, 1, 2, 3]
    assert texts[2].startswith("[2] Apples (http://library.test/apples)\n**viewing lines [0 - ")
    resolved = Talk(service, "resp_of-vllm").resolve("Apples grow on trees.【2†L3】")
    assert resolved["unresolved"] == []
    assert [source["url"] for source in resolved["sources"]] == ["http://library.test/apples"]


def test_two_requests_with_one_conversation_id_are_one_conversation(
    old_python: str, service: httpx.Client
):
    same = {"x-conversation-id": "chat-of-vllm"}
    told = vllm(
        old_python,
        service,
        {"headers": {**same, "x-session-id": "resp_a"}, "calls": [("search", {"query": "pears"})]},
        {"headers": {**same, "x-session-id": "resp_b"}, "calls": [("open", {"id": 0})]},
    )
    first, second = (text(answers[0]) for answers in told["answers"])
    assert cursor_of(first) == 0
    assert second.startswith("[1] Pears (http://library.test/pears)")


def test_a_request_without_any_header_has_a_conversation_of_its_own(
    old_python: str, service: httpx.Client
):
    calls = ("search", {"query": "pears"}), ("open", {"id": "0"})
    told = vllm(old_python, service, request(None, *calls), request(None, *calls))
    for answers in told["answers"]:
        assert [cursor_of(text(answer)) for answer in answers] == [0, 1]


def test_a_failure_is_told_by_its_text_alone_and_by_the_mark(
    old_python: str, service: httpx.Client
):
    told = vllm(old_python, service, request("resp_fails", ("open", {"id": 5})))
    (answer,) = told["answers"][0]
    assert answer["isError"] is True
    assert text(answer).startswith("No pages to access!\n")
