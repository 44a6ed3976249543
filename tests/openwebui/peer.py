"""What Open WebUI does with a tool server, its search engine and its loader, as far as we rely on
it: from a specification to tools, from a call to a request, from an answer to what a person sees.

Written from a reading of its releases 0.9.6, 0.10 and 0.12.4; nothing of its code is here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
CITED = ("search_web", "fetch_url")  # 0.12.4 cites fetch_url alone


@dataclass(frozen=True)
class Called:
    """One tool call.

    Attributes:
        result: What the server gave: a value of JSON, or text.
        content: What the model reads.
        failed: Whether the person sees the call as failed.
        sources: The chips under the answer: name and address.
    """

    result: Any
    content: str
    failed: bool
    sources: list[tuple[str, str]]


class OpenWebUI:
    """An administrator's connection to a tool server.

    Args:
        address: As it was entered.
        key: Of the connection; sent as a bearer token.
        headers: Of the connection, templates filled in.
    """

    def __init__(self, address: str, key: str = "", headers: dict[str, str] | None = None) -> None:
        self.address = address.rstrip("/")
        bearer = {"Authorization": f"Bearer {key}"} if key else {}
        self.headers = {**bearer, **(headers or {})}
        self._client = httpx.Client(timeout=60, trust_env=False, follow_redirects=False)
        self.document: dict[str, Any] = {}
        self.tools: dict[str, dict[str, Any]] = {}

    def connect(self) -> OpenWebUI:
        answer = self._client.get(f"{self.address}/openapi.json", headers=self.headers)
        assert answer.status_code == 200, answer.text
        self.document = answer.json()
        self.tools = {tool["name"]: tool for tool in tools_of(self.document)}
        return self

    def close(self) -> None:
        self._client.close()

    def call(self, name: str, **arguments: Any) -> Called:
        """Call a tool as a model asked for it."""
        result = self._execute(name, arguments)
        if isinstance(result, list):
            content = json.dumps({"results": result}, ensure_ascii=False)
        elif isinstance(result, dict):
            content = json.dumps(result, ensure_ascii=False)
        else:
            content = result
        return Called(result, content, is_failed(content), sources(name, arguments, result))

    def search(self, query: str, count: int = 3) -> list[dict[str, Any]]:
        """The external search engine; whatever goes wrong is no result."""
        try:
            answer = self._client.post(
                f"{self.address}/search",
                headers=self.headers,
                json={"query": query, "count": count},
            )
            answer.raise_for_status()
            return [{key: hit.get(key) for key in LINKED} for hit in answer.json()[:count]]
        except (httpx.HTTPError, ValueError, AttributeError, TypeError, KeyError):
            return []

    def load(self, urls: list[str]) -> httpx.Response:
        """The external loader, one batch; `documents` reads the answer."""
        return self._client.post(f"{self.address}/load", headers=self.headers, json={"urls": urls})

    def _execute(self, name: str, arguments: dict[str, Any]) -> Any:
        path, method, operation = next(
            (path, method, operation)
            for path, method, operation in operations(self.document)
            if operation.get("operationId") == name
        )
        assert not operation.get("parameters"), "queries were once built without encoding"
        answer = self._client.request(
            method,
            f"{self.address}{path}",
            headers={"Content-Type": "application/json", **self.headers},
            content=json.dumps(arguments),
        )
        if answer.status_code >= 400:
            return {"error": f"HTTP error {answer.status_code}: {answer.text}"}
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind == "application/json":
            return answer.json()
        assert kind.startswith("text/"), "another type becomes base64"
        return answer.text


LINKED = ("link", "title", "snippet")


def documents(answer: httpx.Response) -> list[dict[str, Any]]:
    """The documents of a loader's answer."""
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert isinstance(found, list)
    for document in found:
        assert set(document) == {"page_content", "metadata"}
        assert isinstance(document["page_content"], str)
        for value in document["metadata"].values():  # vector stores take nothing else
            assert isinstance(value, str | int | float | bool)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def tools_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """From a specification to tools, by the rules of the strictest release."""
    return [
        {
            "name": operation["operationId"],
            "description": operation.get("description", operation.get("summary", "")),
            "parameters": _parameters(operation, document.get("components", {})),
        }
        for _, _, operation in operations(document)
        if operation.get("operationId")
    ]


def _parameters(operation: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for parameter in operation.get("parameters", []):
        schema = parameter.get("schema", {})
        found["properties"][parameter["name"]] = {
            "type": schema.get("type"),  # null for a choice of types
            "description": schema.get("description") or parameter.get("description") or "",
        }
        if parameter.get("required"):
            found["required"].append(parameter["name"])
    content = operation.get("requestBody", {}).get("content", {})
    body = _resolved(content.get("application/json", {}).get("schema", {}), components)
    found["properties"].update(body.get("properties", {}))
    found["required"] += body.get("required", [])
    return found


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(components.get("schemas", {}).get(name, {}), components)
    found = dict(schema)
    if "properties" in found:
        found["properties"] = {
            name: _resolved(told, components) for name, told in found["properties"].items()
        }
    if "items" in found:
        found["items"] = _resolved(found["items"], components)
    return found


def is_failed(value: Any) -> bool:
    """Whether a tool's result counts as a failure."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text.startswith(("error:", "exception:", "traceback", "http error!")):
            return True
    told = value
    while isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return False
    if not isinstance(told, dict):
        return False
    error = told.get("error")
    if isinstance(error, str) and error.strip():
        return True
    if isinstance(error, dict | list) and error:
        return True
    status = told.get("status")
    return isinstance(status, str) and status.strip().lower() in {"error", "failed"}


def sources(name: str, arguments: dict[str, Any], result: Any) -> list[tuple[str, str]]:
    """The source chips of a call: name and address."""
    if name not in CITED or (isinstance(result, dict) and "error" in result):
        return []
    if name == "fetch_url":
        url = arguments.get("url", "")
        return [(url or name, url)]
    if not isinstance(result, list):
        return []
    return [(hit.get("title", ""), hit.get("link", "")) for hit in result]
